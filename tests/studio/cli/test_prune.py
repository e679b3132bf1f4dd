"""``netloom prune``: the curve, one share, files, and what cannot be pruned so."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from ensembles import members
from trained_runs import run

from studio import cli
from studio.runs.folder import RunFolder

__all__ = ["members", "run"]

Run = Callable[[str], RunFolder]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_share_the_curve_is_printed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prune", str(run("images").path)]) == 0
    said = capsys.readouterr().out
    assert "Pruned" in said and "99 %" in said and "Unpruned" in said
    assert cli.main(["prune", str(run("tables").path), "--by", "layer"]) == 0
    assert "Unpruned loss" in capsys.readouterr().out


def test_filters_are_removed_and_written(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prune", str(run("images").path), "--sparsity", "0.5", "--by", "filter", "-o", "small"]) == 0
    said = capsys.readouterr().out
    assert "conv1: out_channels 3" in said and "Accuracy" in said and "Compressed" in said
    assert cli.main(["summary", "small/network.netloom"]) == 0
    assert Path("small/weights.safetensors").is_file() and Path("small/model.py").is_file()


def test_all_figures_come_as_json(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prune", str(run("images").path), "--sparsity", "0.8", "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["zeros"] == round(0.8 * facts["prunable"]) and facts["wrote"] == []


def test_a_folder_needs_a_share(members: Mapping[str, RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prune", str(members["one"].path), "-o", "out"]) == 2
    assert "--sparsity" in capsys.readouterr().err and not Path("out").exists()
    assert cli.main(["prune", str(members["one"].path), "--sparsity", "1.5"]) == 2
    assert "“sparsity”" in capsys.readouterr().err
