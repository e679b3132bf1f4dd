"""``netloom doctor``: a real run whose rate is far too high, and one that is well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from documents import mlp

from models.document.edits import SetSection
from models.storage import files
from studio import cli

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def trained(rate: float, runs: Path) -> str:
    """The id of a run of a small network with gradient descent at a rate."""
    document = mlp()
    optimizer = {"kind": "SGD", "params": {"lr": rate}}
    document.apply(SetSection("training", {"optimizer": optimizer, "epochs": 3, "device": "cpu"}))
    files.write(document, "net.netloom")
    cli.main(["train", "net.netloom", "--runs", str(runs)])
    return max(path.name for path in runs.iterdir() if not path.name.startswith("."))


def test_a_rate_that_breaks_the_loss_is_named_with_its_remedy(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(1e12, home / "runs")
    capsys.readouterr()
    assert cli.main(["doctor", run, "--runs", "runs"]) == 0
    said = capsys.readouterr().out
    assert "certain; train/loss, epoch 2" in said
    assert "learning rate of 1e+12" in said and "Use SGD with a learning rate of 0.001" in said


def test_a_healthy_run_gets_no_warning(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(0.1, home / "runs")
    capsys.readouterr()
    assert cli.main(["doctor", str(home / "runs" / run)]) == 0
    assert "warning" not in capsys.readouterr().out


def test_a_run_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "nothing"]) == 2
    assert "netloom runs lists" in capsys.readouterr().err


def test_findings_are_given_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(1e12, home / "runs")
    capsys.readouterr()
    assert cli.main(["doctor", run, "--runs", "runs", "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["code"] == "broken" and found["sure"] >= 0.95
    assert found["evidence"][0]["series"] == "train/loss"
    assert found["remedies"] == ["Use SGD with a learning rate of 0.001"]


def test_a_run_without_its_layers_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As of an older version, cut short, or damaged: what is left is told."""
    run = home / "runs" / trained(0.1, home / "runs")
    content = (run / "health.bin").read_bytes()
    for left in (None, content[:50], b"x" * len(content)):
        (run / "health.bin").unlink()
        if left is not None:
            (run / "health.bin").write_bytes(left)
        capsys.readouterr()
        assert cli.main(["doctor", str(run)]) == 0
        assert "recorded nothing of its layers" in capsys.readouterr().out
        if left is None:
            (run / "health.bin").write_bytes(content)
    (run / "events.jsonl").write_bytes(b"")
    (run / "metrics.bin").unlink()
    capsys.readouterr()
    assert cli.main(["doctor", str(run)]) == 0
    assert capsys.readouterr().out == "Nothing was measured yet.\n"
