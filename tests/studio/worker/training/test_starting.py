"""Runs that start from what another run has learned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from documents import Layers, chain, mlp
from safetensors.torch import load_file, save_file

from models.document import Document
from models.training import TrainingSettings
from studio.runs.checkpoints import WEIGHTS
from studio.runs.errors import RunError
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.worker.errors import TrainingError
from studio.worker.process.control import Control
from studio.worker.session import resume, train
from studio.worker.training.plan import load_model
from studio.worker.training.starting import begin, given_to

New = Callable[[Document], RunFolder]
WIDER: Layers = [
    ("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {"out_features": 24}), ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 3}), ("output1", "Output", {}),
]  # fmt: skip


@pytest.fixture
def origin(new: New) -> RunFolder:
    """A run that has learned."""
    run = new(mlp(epochs=2))
    assert train(run).state == "finished"
    return run


def from_run(run: RunFolder, which: str = "", **settings: Any) -> Document:
    return mlp(**{"start_from": "run", "start_run": run.id + which, "epochs": 1, **settings})


def weights(run: RunFolder, name: str = "last") -> dict[str, torch.Tensor]:
    checkpoint = run.checkpoints.get(name)
    assert checkpoint is not None
    return load_file(checkpoint.path / WEIGHTS)


def said(run: RunFolder, how: str) -> list[str]:
    return [event["message"] for event in read_events(run.events_path) if event["event"] == how]


def begun(run: RunFolder, document: Document, *, resuming: bool = False) -> tuple[dict[str, torch.Tensor], list[str]]:
    settings, _ = TrainingSettings.read(document.training)
    torch.manual_seed(settings.seed)
    model = load_model(run.source_path.read_text(), run.source_path)
    notes = begin(model, document, settings, given_to(run, settings, resuming=resuming)).notes
    return model.state_dict(), notes


@pytest.mark.parametrize("which", ["", "/last"])
def test_a_run_starts_from_the_weights_that_another_one_learned(origin: RunFolder, new: New, which: str) -> None:
    document = from_run(origin, which)
    run = new(document)
    found, notes = begun(run, document)
    expected = weights(origin, "best" if not which else "last")
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert notes == ["4 of 4 weights start from those of another run."]
    named = origin.checkpoints.get("best" if not which else "last")
    assert named is not None
    told = {"run": origin.id, "name": origin.name, "checkpoint": named.path.name, "step": named.step}
    assert RunFolder.open(run.path).header["start"] == told


def test_what_it_says_and_how_it_goes_on(origin: RunFolder, new: New) -> None:
    first, last = [event["values"] for event in read_events(origin.events_path) if event["event"] == "epoch"]
    run = new(from_run(origin, "/last"))
    assert train(run).state == "finished"
    assert said(run, "note") == ["4 of 4 weights start from those of another run."]
    assert not said(run, "warning"), "what was asked for is nothing to be warned of"
    (found,) = [event["values"] for event in read_events(run.events_path) if event["event"] == "epoch"]
    assert found["train/loss"] < first["train/loss"] and found["train/loss"] < 1.2 * last["train/loss"]


def test_its_weights_stay_when_the_other_run_goes(origin: RunFolder, new: New) -> None:
    document = from_run(origin)
    run = new(document)
    expected = weights(origin, "best")
    for path in sorted(origin.path.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    found, _ = begun(run, document)
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    with pytest.raises(RunError, match="no run"):
        new(document)


def test_what_does_not_fit_is_drawn_and_said(origin: RunFolder, new: New) -> None:
    training = {"start_from": "run", "start_run": origin.id}
    document = chain(WIDER, "iris", **training)
    run = new(document)
    with pytest.raises(TrainingError, match="No weight to start from fits"):
        begun(new(chain([WIDER[0], ("fc9", "Linear", {"out_features": 3}), WIDER[-1]], "iris", **training)), document)
    some = weights(origin)
    assert set(some) == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}
    some["fc1.weight"] = torch.zeros(24, 4)
    some["fc2.bias"] = torch.full((3,), 0.25)
    some["gone.weight"] = torch.zeros(2)
    del some["fc1.bias"]
    run.start_path.unlink()
    save_file(some, run.start_path)
    found, notes = begun(run, document)
    assert found["fc2.bias"].tolist() == [0.25] * 3 and not found["fc1.weight"].any() and found["fc1.bias"].any()
    assert notes == [
        "2 of 4 weights start from those of another run.",
        "fc1.bias is not among the weights to start from; it is drawn.",
        "fc2.weight is 3×16 in the weights to start from, but 3×24 here; it is drawn.",
        "gone.weight of the weights to start from is not in this network.",
    ]
    save_file(some | {f"gone{n}": torch.zeros(1) for n in range(20)}, run.start_path)
    notes = begun(run, document)[1]
    others = ", ".join(sorted(f"gone{n} (1)" for n in range(20)))
    assert notes[1:] == [
        "1 is not among the weights to start from, and drawn: fc1 (1).",
        f"21 are in what to start from, and not in this network: gone (1), {others}.",
        "1 is in another shape or sort there, and drawn: fc2 (1).",
    ], "all of them, by part"
    save_file(some | {f"gone.{n}.bias": torch.zeros(1) for n in range(500)}, run.start_path)
    assert "501 are in what to start from, and not in this network: gone (501)." in begun(run, document)[1]


def test_weights_that_cannot_be_used_say_why(origin: RunFolder, new: New) -> None:
    document = from_run(origin)
    run = new(document)
    some = weights(origin)
    name = next(iter(some))
    run.start_path.unlink()
    with pytest.raises(TrainingError, match="are gone"):
        begun(run, document)
    outcome = train(run)
    assert outcome.state == "failed" and "are gone" in outcome.reason
    save_file(some | {name: torch.full_like(some[name], float("nan"))}, run.start_path)
    with pytest.raises(TrainingError, match=f"{name} to start from is not finite"):
        begun(run, document)
    run.start_path.write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(TrainingError, match="cannot be read"):
        begun(run, document)


def test_a_run_that_goes_on_from_its_own_weights_needs_no_others(origin: RunFolder, new: New) -> None:
    whole, halved = new(from_run(origin, epochs=3)), new(from_run(origin, epochs=3))
    assert train(whole).state == "finished"
    control = Control()

    def leave(event: str, facts: dict[str, Any]) -> None:
        if event == "epoch" and facts["epoch"] == 1:
            control.leave("The test leaves")

    assert train(halved, control=control, listener=leave).state == "left"
    halved.start_path.unlink()
    assert resume(halved).state == "finished"
    ends = [weights(run) for run in (whole, halved)]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


@pytest.mark.parametrize(
    ("named", "words"),
    [("", "No run to start from is named"), ("gone", "no run “gone”"), ("../run", "no run “..”"), ("/last", "No run"),
     ("{id}/best-ever", "has no weights “best-ever”"), ("{id}/step-000000000001-009", "any more")],
)  # fmt: skip
def test_a_run_that_is_not_there_is_said_before_another_is_made(
    origin: RunFolder, new: New, named: str, words: str
) -> None:
    before = set(origin.path.parent.iterdir())
    with pytest.raises(RunError, match=words):
        new(mlp(start_from="run", start_run=named.format(id=origin.id)))
    assert set(origin.path.parent.iterdir()) == before


@pytest.mark.parametrize("which", ["", "/last", "/best"])
def test_a_run_that_failed_before_it_kept_any_gives_no_weights(new: New, which: str) -> None:
    failed = new(mlp(optimizer={"kind": "SGD", "params": {"lr": 1e7}}))
    assert train(failed).state == "failed"
    with pytest.raises(RunError, match="has kept no weights"):
        new(from_run(failed, which))


def test_damaged_weights_are_not_started_from(origin: RunFolder, new: New) -> None:
    checkpoint = origin.checkpoints.get("best")
    assert checkpoint is not None
    path: Path = checkpoint.path / WEIGHTS
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(RunError, match="damaged"):
        new(from_run(origin))


def test_where_files_have_no_second_name_they_are_copied(
    origin: RunFolder, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(1, "no links here")

    monkeypatch.setattr("os.link", refused)
    document = from_run(origin)
    found, _ = begun(new(document), document)
    expected = weights(origin, "best")
    assert all(torch.equal(found[name], expected[name]) for name in expected)
