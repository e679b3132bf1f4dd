"""``netloom sweep``: a plan before anything starts, a sentence for what cannot be, results as a table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from documents import cnn, mlp

from models.storage import files
from studio import cli
from support import ROOT

LR = "training.optimizer.lr"


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    files.write(cnn(), "net.netloom")
    return "net.netloom"


def sweep(*arguments: str) -> int:
    return cli.main(["sweep", *arguments, "--runs", "runs"])


def test_the_plan_says_how_many_runs_and_makes_none(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    vary = ["--vary", f"{LR}=1e-4..1e-1:log:4", "--vary", "conv1.out_channels=8,16", "--seeds", "3"]
    assert sweep(net, *vary, "--jobs", "2", "--plan") == 0
    assert capsys.readouterr().out == "24 runs, 2 side by side.\n"
    assert sweep(net, *vary, "--search", "random", "--trials", "5", "--jobs", "1", "--plan") == 0
    assert capsys.readouterr().out == "15 runs, 1 side by side.\n"
    changes = ["--change", "relu1.bypass=yes", "--change", f"{LR}=0.1", "bn1.bypass=yes"]
    assert sweep(net, *changes, "--jobs", "1", "--plan") == 0
    assert capsys.readouterr().out == "3 runs, 1 side by side.\n"
    assert sweep(net, "--folds", "5", "--jobs", "1", "--plan") == 0
    assert sweep(net, "--vary", f"{LR}=0.1,0.2", "--folds", "4", "--seeds", "2", "--jobs", "1", "--plan") == 0
    assert capsys.readouterr().out == "5 runs, 1 side by side.\n16 runs, 1 side by side.\n"
    assert not [*Path("runs").glob("2*")] and not Path("runs/.experiments").exists()


def test_settings_are_set_before_anything_varies(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    vary = ["--vary", "training.optimizer.momentum=0,0.9", "--plan", "--jobs", "1"]
    assert sweep(net, *vary) == 2 and "It has: lr" in capsys.readouterr().err
    assert sweep(net, "--set", "training.optimizer=SGD", "--set", f"{LR}=0.1", *vary) == 0
    assert capsys.readouterr().out == "2 runs, 1 side by side.\n"


@pytest.mark.parametrize(
    ("arguments", "clue"),
    [
        ([], "Nothing varies"),
        (["--vary", LR], "NAME=VALUES"),
        (["--vary", f"{LR}=fast"], "expected a number"),
        (["--vary", "training.magic=1"], "It has: optimizer"),
        (["--vary", f"{LR}=1,2", "--search", "magic"], "one of grid, random, tpe"),
        (["--vary", f"{LR}=1,2", "--search", "ablation"], "Nothing changes"),
        (["--vary", f"{LR}=1,2", "--change", f"{LR}=1"], "not both"),
        (["--change", "relu1"], "NAME=VALUE"),
        (["--change", "relu1.bypass=perhaps"], "true or false"),
        (["--vary", f"{LR}=1,2", "--seeds", "0"], "--seeds"),
        (["--vary", f"{LR}=1,2", "--trials", "-1"], "--trials"),
        (["--vary", "training.batch_size=0,-1", "--vary", "fc1.out_features=-3,8"], "batch_size: expected 1 or more"),
        (["--vary", "training.batch_size=0,-1", "--vary", "fc1.out_features=-3,8"], "found -1"),
        (["--vary", "training.batch_size=0,-1", "--vary", "fc1.out_features=-3,8"], "fc1.out_features"),
        (["--folds", "1"], "--folds expects a number from 2 to 1,000, found 1"),
        (["--folds", "3", "--vary", "data.fold=0,1"], "The folds vary already"),
        (["--vary", f"{LR}=1,2", "--set", "training.epoch=3"], "training has no setting ‘epoch’"),
        (["--vary", f"{LR}=1,2", "--set", "epochs", "--set", "training.epochs=0"], "NAME=VALUE"),
        (["--vary", f"{LR}=1,2", "--set", "epochs", "--set", "training.epochs=0"], "training.epochs: expected 1 or"),
        (["--vary", f"{LR}=1,2", "--set", f"{LR}=3"], f"{LR} cannot be set and vary at once"),
        (["--vary", "fc1.out_features=10,7"], "out_features 7: "),
        (["--vary", "conv1.kernel_size=3,99"], "kernel_size 99: "),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_sentence_and_starts_nothing(
    net: str, arguments: list[str], clue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(net, *arguments) == 2
    assert clue in capsys.readouterr().err
    assert not Path("runs/.experiments").exists()


def test_results_are_printed_from_the_best_on(tmp_path: Path) -> None:
    """Starts a worker, as people do; the same command again only prints."""
    files.write(mlp(epochs=8), tmp_path / "net.netloom")
    command = [sys.executable, str(ROOT / "main.py"), "sweep", "net.netloom", "--runs", "runs", "--jobs", "1"]

    def lines() -> list[str]:
        done = subprocess.run(
            [*command, "--set", "training.epochs=4", "--vary", f"{LR}=1e-9,0.05"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            timeout=240,
        )
        return done.stdout.splitlines()

    first = lines()
    headers = [json.loads(file.read_bytes()) for file in (tmp_path / "runs").glob("2*/run.json")]
    assert [header["settings"]["epochs"] for header in headers] == [4, 4]
    assert first[0].startswith("2 runs, 1 side by side") and first[1].startswith("1/2  lr 1e-09: validation accuracy")
    again = lines()
    assert again[0] == "All runs are there already." and again[1:] == first[3:]
    header, _, best, worst, sentence = again[1:]
    assert header.split() == ["lr", "validation", "accuracy", "runs"]
    assert best.split()[0] == "0.05" and worst.split()[0] == "1e-09"
    assert sentence.startswith("Best validation accuracy: ") and sentence.endswith(" with lr 0.05.")
