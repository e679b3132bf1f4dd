"""Training from the command line: settings for one run, progress, stopping and going on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import two_ended
from nursery import Nursery

from models.document import Document
from models.network import Node
from models.storage import files, templates
from studio.cli import main
from studio.cli.console import CommandError
from studio.cli.training.overrides import override
from studio.cli.training.progress import Progress, told
from studio.runs.folder import RunFolder
from support import ROOT

LONG = 100_000
"""Epochs of a run that somebody has to stop."""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "net.netloom"
    files.write(templates.load("mlp"), path)
    return path


def training(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "main.py"), *arguments]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def forked(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings of this test start with torch at hand."""
    monkeypatch.setitem(globals(), "subprocess", nursery.subprocess)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "runs"


def only(runs: Path) -> RunFolder:
    (path,) = [path for path in runs.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return RunFolder.open(path)


# Settings for one run


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("training.epochs=3", {"epochs": 3}),
        ("training.batch_size=1,024", {"batch_size": 1024}),
        ("training.optimizer=SGD", {"optimizer": {"kind": "SGD", "params": {}}}),
        ("training.optimizer.lr=0.5", {"optimizer": {"kind": "Adam", "params": {"lr": 0.5}}}),
        ("training.optimizer.params.lr=0.5", {"optimizer": {"kind": "Adam", "params": {"lr": 0.5}}}),
        ("training.schedule=StepLR", {"schedule": {"kind": "StepLR", "params": {}}}),
        ("training.device=cpu", {"device": "cpu"}),
    ],
)
def test_training_settings_can_be_set(assignment: str, expected: dict[str, object]) -> None:
    document = Document()
    override(document, [assignment])
    assert document.training == expected


def test_later_settings_build_on_earlier_ones() -> None:
    document = Document(training={"optimizer": {"kind": "Adam", "params": {"eps": 1e-6}}})
    override(document, ["training.optimizer.lr=1", "training.optimizer=SGD", "training.optimizer.momentum=0.9"])
    assert document.training == {"optimizer": {"kind": "SGD", "params": {"momentum": 0.9}}}


def test_data_and_layers_can_be_set() -> None:
    document = templates.load("mlp")
    override(document, ["data.seed=3", "fc1.out_features=7", "input1.shape=2×4"])
    assert document.data == {"source": "digits", "seed": 3}
    assert document.network["fc1"].params == {"out_features": 7} and document.analysis["fc1"].shape == (7,)
    override(document, ["data.source=iris"])
    assert document.data == {"source": "iris"}


def test_a_setting_is_set_for_all_layers_that_share_it() -> None:
    document = templates.load("mlp")
    document.network.add_node(Node("again", "Linear", module="fc1"))
    override(document, ["again.out_features=7"])
    assert document.network["fc1"].params["out_features"] == 7 == document.network["again"].params["out_features"]


def test_parameters_can_be_set_and_computed_with() -> None:
    document = templates.load("mlp")
    document.network.set_parameters({"width": 3})
    override(document, ["fc1.out_features==width * 2", "parameters.width=5"])
    assert document.network["fc1"].params["out_features"] == "=width * 2"
    assert document.analysis["fc1"].shape == (10,)
    for assignment, clue in (
        ("parameters.depth=1", "It has: width"),
        ("parameters.width=wide", "expected a number"),
        ("parameters.width=1e300", "within"),
        ("fc1.out_features==(", "expected a number or a name"),
    ):
        with pytest.raises(CommandError, match=clue):
            override(document, [assignment])
    with pytest.raises(CommandError, match="It has: none"):
        override(templates.load("mlp"), ["parameters.width=1"])


@pytest.mark.parametrize(
    ("assignment", "clue"),
    [
        ("epochs", "NAME=VALUE"), ("epochs=3", "NAME=VALUE"), ("training.epoch=3", "It has: optimizer"),
        ("training.epochs=many", "expected a number"), ("training.epochs=0", "1 or more"),
        ("training.optimizer=Magic", "There are: SGD"), ("training.optimizer.magic=1", "It has: lr"),
        ("training.device=toaster", "expected one of"), ("data.source=nothing", "There are: "),
        ("data.nothing=1", "It has: "), ("conv9.bias=true", "There are: training, data, input1"),
        ("fc1.nothing=1", "It has: out_features"), ("fc1.bias=perhaps", "true or false"),
        ("training.epochs.x=3", "no setting ‘epochs.x’"), ("data.seed.x=3", "no setting ‘seed.x’"),
        ("training.optimizer.magic.lr=1", "no setting ‘magic.lr’"), ("training.schedule.gamma=1", "It has: none"),
        (f"training.optimizer.lr={'9' * 400}", "expected a number"),
        (f"training.epochs={'9' * 5000}", "expected an integer"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_with_what_there_is(assignment: str, clue: str) -> None:
    with pytest.raises(CommandError, match=clue):
        override(templates.load("mlp"), [assignment])


def test_settings_that_cannot_be_build_on_nothing() -> None:
    with pytest.raises(CommandError, match="Set it first"):
        override(Document(training={"optimizer": {"kind": "Magic"}}), ["training.optimizer.lr=1"])
    with pytest.raises(CommandError, match=r"Set data\.source first"):
        override(Document(data={"source": "magic"}), ["data.seed=1"])


# What is shown


def test_metrics_are_told_in_words() -> None:
    assert told({"validation/loss": 0.05123, "validation/accuracy": 0.9833}) == (
        "validation loss 0.05123, validation accuracy 98.3 %"
    )


def test_progress_is_a_line_an_epoch_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(lambda: None)
    progress("started", {"device": "cpu", "examples": 1_438, "parameters": 6_570})
    progress("progress", {"step": 1, "epoch": 0.1, "steps": 10, "epochs": 2})
    progress("epoch", {"epoch": 1, "values": {"train/loss": 0.5}})
    progress("warning", {"message": "Careful."})
    progress("resumed", {"epoch": 4})
    progress.close()
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "Training on cpu: 1,438 examples, 6,570 parameters.", "Epoch 1: train loss 0.5", "Going on from epoch 5.",
    ]  # fmt: skip
    assert err == "netloom: Careful.\n"


def test_progress_in_a_terminal_is_one_line_that_moves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "90")
    progress = Progress(lambda: None)
    facts = {"epoch": 0.5, "steps": 100, "epochs": 2, "loss": 0.25, "samples_per_second": 12_345.6}
    progress("progress", facts | {"step": 10})
    progress("epoch", {"epoch": 1, "values": {"train/loss": 0.5, "validation/loss": 0.25}})
    progress("progress", facts | {"step": 50, "epoch": 1.0})
    progress.close()
    out, err = capsys.readouterr()
    lines = [line for line in err.split("\r") if line.strip()]
    assert out == "" and len(lines) == 2 and all(len(line) < 90 for line in lines)
    assert lines[0].startswith("Epoch 1/2 · ━─") and "10%" in lines[0] and "loss 0.25" in lines[0]
    assert lines[1].startswith("Epoch 2/2 · ━━━━━━━━─") and "validation loss 0.25" in lines[1]
    assert err.endswith("\r")


# Runs


@pytest.mark.slow
def test_a_document_is_trained_to_its_end_and_listed(
    document: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = training("train", str(document), "--set", "training.epochs=2", "--device", "cpu", "--runs", str(runs))
    out, err = process.communicate(timeout=240)
    run = only(runs)
    assert process.returncode == 0, err
    assert f"Run: {run.path}" in out and "Finished after 2 epochs." in out and "validation accuracy" in out
    assert files.read(run.document_path)[0].training["epochs"] == 2
    assert main(["runs", "--runs", str(runs)]) == 0
    assert run.id in (table := capsys.readouterr().out) and "finished" in table and "accuracy" in table
    assert main(["runs", "--runs", str(runs), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["path"] == str(run.path)
    assert main(["resume", run.id, "--runs", str(runs)]) == 0
    assert "nothing to go on with" in capsys.readouterr().out


@pytest.mark.usefixtures("forked")
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_cleanly_and_the_run_goes_on_later(document: Path, runs: Path, number: signal.Signals) -> None:
    if signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip("whoever started the tests has that signal ignored")
    process = training("train", str(document), "--set", f"training.epochs={LONG}", "--runs", str(runs))
    assert process.stdout is not None
    while not process.stdout.readline().startswith("Epoch 2:"):
        assert process.poll() is None
    process.send_signal(number)
    out, err = process.communicate(timeout=240)
    run = only(runs)
    assert process.returncode == 128 + number and "Traceback" not in err
    assert f"Go on with: netloom resume {run.path}" in out
    assert run.status().state == "stopped"
    checkpoint, problems = run.checkpoints.newest_sound()
    assert checkpoint and not problems
    if number != signal.SIGINT:
        return  # what is left is the same
    again = training("resume", str(run.path))
    assert again.stdout is not None
    assert again.stdout.readline().startswith("Going on from epoch ")
    assert again.stdout.readline().startswith("Epoch ")
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=240)


@pytest.mark.slow
def test_a_signal_before_the_run_leaves_none(document: Path, runs: Path) -> None:
    document.write_text(document.read_text().replace('"data":', '"data": 5, "data":'))
    settings = ("--runs", str(runs), "--set", f"training.epochs={LONG}", "--salvage")
    process = training("train", str(document), *settings)
    assert process.stderr is not None
    # What the file gives twice is said first; torch is loaded next.
    assert "given twice" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 130 and "Traceback" not in err
    assert "Interrupted." in err if not runs.exists() else only(runs).status().state == "stopped"


@pytest.mark.usefixtures("forked")
@pytest.mark.slow
def test_a_signal_after_the_end_changes_nothing(document: Path, runs: Path) -> None:
    process = training("train", str(document), "--set", "training.epochs=1", "--runs", str(runs))
    assert process.stdout is not None
    while not process.stdout.readline().startswith("Run: "):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=240)
    assert (process.returncode, err) == (0, "")


@pytest.mark.usefixtures("forked")
@pytest.mark.slow
def test_a_reader_that_is_gone_stops_the_run_and_nothing_is_lost(document: Path, runs: Path) -> None:
    process = training("train", str(document), "--set", f"training.epochs={LONG}", "--runs", str(runs))
    assert process.stdout is not None
    while not process.stdout.readline().startswith("Epoch 2:"):
        assert process.poll() is None
    process.stdout.close()
    assert process.wait(240) == 128 + signal.SIGPIPE
    run = only(runs)
    assert run.status().state == "stopped"
    checkpoint, problems = run.checkpoints.newest_sound()
    assert checkpoint and not problems


def test_folders_of_others_are_no_runs(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (runs / "photos").mkdir(parents=True)
    assert main(["runs", "--runs", str(runs)]) == 0
    assert capsys.readouterr().out == f"No runs in {runs}, beside 1 other folder. netloom train F starts one.\n"
    run = RunFolder.create(runs, b"{}", "", {"name": "first"})
    assert main(["runs", "--runs", str(runs)]) == 0
    listed = capsys.readouterr().out
    assert run.id in listed and "photos" not in listed
    assert listed.endswith(f"1 run in {runs}, beside 1 other folder\n")
    assert main(["runs", "--runs", str(runs), "second"]) == 0
    assert capsys.readouterr().out.startswith("No run in ")


def test_no_runs_yet(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--runs", str(runs)]) == 0
    assert capsys.readouterr().out == f"No runs in {runs}. netloom train F starts one.\n"


def test_data_that_does_not_fit_is_said_before_anything_starts(
    tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "exam.netloom"
    files.write(templates.load("exam-cnn"), path)
    assert main(["train", str(path), "--runs", str(runs)]) == 1
    err = capsys.readouterr().err
    assert "No data is chosen for input1, which takes 3×32×32." in err
    assert "Nothing was started." in err and not runs.exists()
    assert main(["train", str(path), "--runs", str(runs), "--set", "input1.shape=1×8×8", "--device", "toaster"]) == 2
    assert "toaster" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--device", "cuda:15"], ["--set", "training.device=cuda:15"]])
def test_a_device_that_is_not_there_is_said_before_there_is_a_run(
    document: Path, runs: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(document), "--runs", str(runs), *arguments]) == 2
    assert "This computer has no device cuda:15. It has: " in capsys.readouterr().err and not runs.exists()


def test_data_that_is_not_there_is_bad_input(tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mlp.netloom"
    document = templates.load("mlp")
    document.content.sections["data"] = {"source": "nowhere"}
    files.write(document, path)
    assert main(["train", str(path), "--runs", str(runs)]) == 2
    assert "There is no data set" in capsys.readouterr().err


def test_data_on_the_network_needs_a_flag(document: Path, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ["--set", "data.source=csv", "--set", "data.path=//server/share/a.csv", "--runs", str(runs)]
    assert main(["train", str(document), *chosen]) == 2
    sentence = "The document names data on the network: //server/share/a.csv. To read it, add --network-data."
    assert sentence in capsys.readouterr().err
    assert main(["train", str(document), *chosen, "--network-data"]) == 2
    assert "/server/share/a.csv, but nothing is there" in capsys.readouterr().err


def test_data_outside_of_the_folder_is_named(tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "nets"
    folder.mkdir()
    files.write(templates.load("iris-mlp"), folder / "net.netloom")
    (tmp_path / "a.csv").write_text("".join(f"{row},1,2,3,{row % 3}\n" for row in range(60)))
    settings = ["--set", "data.source=csv", "--set", "data.path=../a.csv", "--set", "training.epochs=1"]
    assert main(["train", str(folder / "net.netloom"), *settings, "--runs", str(runs)]) == 0
    assert f"The data lies outside of the document’s folder: {folder}/../a.csv" in capsys.readouterr().err
    (run,) = (path for path in runs.iterdir() if (path / "document.netloom").exists())
    assert files.read(run / "document.netloom")[0].content.section("data_content")["path"]["name"] == "a.csv"


def test_several_inputs_and_outputs_are_trained_with_the_metrics_that_were_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files.write(two_ended(tmp_path), tmp_path / "two.netloom")
    command = ["train", str(tmp_path / "two.netloom"), "--runs", str(tmp_path / "runs")]
    assert main([*command, "--set", "training.metrics=TopKAccuracy(k=2), R2Score", "--set", "training.epochs=1"]) == 0
    told = capsys.readouterr().out
    assert "validation kind top-2 accuracy " in told and "validation price R² " in told and "mean absolute" not in told
    assert main([*command, "--set", "training.metrics=Acuracy"]) != 0
    assert "expected one of Accuracy, TopKAccuracy" in capsys.readouterr().err
