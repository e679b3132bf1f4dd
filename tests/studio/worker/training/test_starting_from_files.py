"""Runs that start from a file of weights, of safetensors or of PyTorch, and never run what lies in one."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from documents import history, mlp
from safetensors.torch import save_file

from models.document import Document
from models.document.edits import SetParam
from models.training import TrainingSettings
from studio.running.launch import new_run, training_script
from studio.runs.folder import RunFolder
from studio.runs.summary import summarize
from studio.runs.table.facts import facts_of
from studio.worker.errors import TrainingError
from studio.worker.session import train
from studio.worker.training.loop import by_own_names, fitting, state_dict_in
from studio.worker.training.plan import load_model
from studio.worker.training.starting import given_to

New = Callable[[Document], RunFolder]


@pytest.fixture
def weights(new: New) -> dict[str, torch.Tensor]:
    """Weights for `mlp`, drawn with another seed."""
    run = new(mlp())
    torch.manual_seed(7)
    return {
        name: own.clone() for name, own in load_model(run.source_path.read_text(), run.source_path).state_dict().items()
    }


def document(path: Path, **settings: Any) -> Document:
    return mlp(**{"start_from": "file", "start_file": str(path), "epochs": 1, **settings})


def written(weights: dict[str, torch.Tensor], path: Path) -> Path:
    if path.suffix == ".safetensors":
        save_file(weights, path)
    else:
        torch.save({"epoch": 3, "state_dict": {f"module.{name}": own for name, own in weights.items()}}, path)
    return path


@pytest.mark.parametrize("name", ["w.safetensors", "w.pt", "w.pth"])
def test_a_run_starts_from_a_file_which_becomes_its_own(
    new: New, tmp_path: Path, weights: dict[str, torch.Tensor], name: str
) -> None:
    path = written(weights, tmp_path / name)
    made = document(path)
    run = new(made)
    path.write_bytes(b"")  # another program writes there again
    found = given_to(run, TrainingSettings.read(made.training)[0], resuming=False)
    assert {*found} == {*weights} and all(torch.equal(found[name], weights[name]) for name in weights)
    assert run.header["start"]["file"] == str(path) and run.header["settings"]["parent"] == name
    told: list[tuple[str, dict[str, Any]]] = []
    assert train(run, listener=lambda *event: told.append(event)).state == "finished"
    assert "4 of 4 weights start from those of a file." in [facts.get("message") for _, facts in told]


@pytest.mark.parametrize("name", ["w.safetensors", "w.pt"])
def test_the_script_starts_from_the_file_with_the_losses_of_the_run(
    new: New, tmp_path: Path, weights: dict[str, torch.Tensor], name: str
) -> None:
    made = document(written(weights, tmp_path / name))
    told: list[tuple[str, dict[str, Any]]] = []
    train(new(made), listener=lambda *event: told.append(event))
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(training_script(made, None), "script.py", "exec"), names)
    (found,), (expected,) = names["main"](), history(told)
    assert found["train/loss"] == expected["train/loss"] and found["validation/loss"] == expected["validation/loss"]


class Runs:
    """What a pickle may hold: a call that is made when it is loaded."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.target),)


def test_a_pickle_that_would_run_something_is_refused_and_does_not(new: New, tmp_path: Path) -> None:
    torch.save({"fc1.weight": torch.zeros(2), "more": Runs(tmp_path / "ran")}, tmp_path / "w.pt")
    outcome = train(new(document(tmp_path / "w.pt")))
    assert (
        outcome.state == "failed" and "it holds more than numbers (posix.mkdir), which could run code" in outcome.reason
    )
    assert "save model.state_dict() by itself" in outcome.reason
    assert not (tmp_path / "ran").exists()


def noted(new: New, path: Path, **settings: Any) -> tuple[Any, list[str]]:
    """How a run that starts from a file ends, and what it says."""
    told: list[tuple[str, dict[str, Any]]] = []
    outcome = train(new(document(path, **settings)), listener=lambda *event: told.append(event))
    return outcome, [facts["message"] for _, facts in told if "message" in facts]


def test_what_training_loops_keep_beside_weights_is_no_code(
    new: New, tmp_path: Path, weights: dict[str, torch.Tensor]
) -> None:
    beside = {"hyper_parameters": Namespace(lr=0.1), "best": np.float64(0.3), "epoch": np.int64(3), "loops": {}}
    lightning = {"state_dict": {f"model.{name}": own for name, own in weights.items()}, **beside}
    torch.save(lightning, tmp_path / "w.ckpt")
    outcome, notes = noted(new, tmp_path / "w.ckpt")
    assert outcome.state == "finished" and "4 of 4 weights start from those of a file." in notes
    text = training_script(document(tmp_path / "w.ckpt"), None)
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(text, "script.py", "exec"), names)
    assert "numbers_in(WEIGHTS)" in text and len(names["main"]()) == 1


KEPT: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "bfloat16": torch.Tensor.bfloat16,
    "float16": torch.Tensor.half,
    "float64": torch.Tensor.double,
    "float8": lambda weight: weight.to(torch.float8_e4m3fn),
    "sparse": torch.Tensor.to_sparse,
    "quantized": lambda weight: torch.quantize_per_tensor(weight, 0.01, 0, torch.qint8),
    "parameter": torch.nn.Parameter,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("how", KEPT)
def test_weights_are_taken_however_their_numbers_are_kept(
    new: New, tmp_path: Path, weights: dict[str, torch.Tensor], how: str
) -> None:
    torch.save({name: KEPT[how](own) for name, own in weights.items()}, tmp_path / "w.pt")
    made = document(tmp_path / "w.pt")
    found = given_to(new(made), TrainingSettings.read(made.training)[0], resuming=False)
    assert all(torch.allclose(found[name].float(), own, atol=0.05) for name, own in weights.items())
    assert noted(new, tmp_path / "w.pt")[1][0].startswith("4 of 4 weights")


@pytest.mark.parametrize("dtype", [torch.int8, torch.complex64])
def test_numbers_of_another_sort_are_no_weights(
    new: New, tmp_path: Path, weights: dict[str, torch.Tensor], dtype: torch.dtype
) -> None:
    some = {name: own.to(dtype) if name == "fc1.weight" else own for name, own in weights.items()}
    torch.save(some, tmp_path / "w.pt")
    word = str(dtype).removeprefix("torch.")
    notes = noted(new, tmp_path / "w.pt")[1]
    assert notes[:2] == [
        "3 of 4 weights start from those of a file.",
        f"fc1.weight is {word} in the weights to start from, but float32 here; it is drawn.",
    ]
    torch.save({name: own.to(dtype) for name, own in weights.items()}, tmp_path / "w.pt")
    assert f"fits this network: fc1.weight is {word}" in noted(new, tmp_path / "w.pt")[0].reason


def test_a_file_that_is_cut_off_or_a_program_says_what_to_do(
    new: New, tmp_path: Path, weights: dict[str, torch.Tensor]
) -> None:
    whole = written(weights, tmp_path / "w.pt").read_bytes()
    (tmp_path / "w.pt").write_bytes(whole[:-200])
    assert "its end is missing; get it once more" in noted(new, tmp_path / "w.pt")[0].reason
    whole = written(weights, tmp_path / "w.safetensors").read_bytes()
    (tmp_path / "w.safetensors").write_bytes(whole[:-20])
    assert "its end is missing; get it once more" in noted(new, tmp_path / "w.safetensors")[0].reason
    torch.jit.trace(torch.nn.Linear(4, 3), torch.zeros(1, 4)).save(tmp_path / "p.pt")  # type: ignore[no-untyped-call]
    reason = noted(new, tmp_path / "p.pt")[0].reason
    assert "TorchScript program; save its state_dict()" in reason and "weights_only" not in reason


def test_layers_with_other_names_are_matched_by_their_order(
    new: New, tmp_path: Path, weights: dict[str, torch.Tensor]
) -> None:
    other = {name.replace("fc1", "net.0").replace("fc2", "net.2"): own for name, own in weights.items()}
    torch.save(other, tmp_path / "w.pt")
    assert noted(new, tmp_path / "w.pt")[1][0] == (
        "4 of 4 weights start from those of a file. Their names are others: they were matched by their order."
    )
    head = other | {"net.2.weight": torch.zeros(1000, 16), "net.2.bias": torch.zeros(1000)}
    torch.save(head, tmp_path / "w.pt")
    notes = noted(new, tmp_path / "w.pt")[1]
    assert (
        notes[0].startswith("2 of 4 weights")
        and "fc2.bias is 1000 in the weights to start from, but 3 here" in notes[2]
    )


def test_what_is_frozen_and_yet_drawn_is_told(new: New, tmp_path: Path, weights: dict[str, torch.Tensor]) -> None:
    made = document(tmp_path / "w.pt")
    made.apply(SetParam("fc1", "frozen", True))
    torch.save(weights, tmp_path / "w.pt")
    told: list[tuple[str, dict[str, Any]]] = []
    train(new(made), listener=lambda *event: told.append(event))
    notes = [facts["message"] for _, facts in told if "message" in facts]
    assert not [note for note in notes if "Frozen" in note], "it has what the file holds"
    torch.save(weights | {"fc1.weight": torch.zeros(16, 3)}, tmp_path / "w.pt")
    told.clear()
    train(new(made), listener=lambda *event: told.append(event))
    notes = [facts["message"] for _, facts in told if "message" in facts]
    assert notes[1] == "Frozen, but drawn: fc1 (1). Unfreeze what is to learn."


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\x80\x02}q\x00."])
def test_a_damaged_file_is_a_sentence(new: New, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.pt").write_bytes(content)
    made = document(tmp_path / "w.pt")
    with pytest.raises(TrainingError, match="cannot be read"):
        given_to(new(made), TrainingSettings.read(made.training)[0], resuming=False)


def test_a_table_of_runs_tells_the_parent(new: New) -> None:
    origin = new(mlp(epochs=1))
    train(origin)
    run = new_run(mlp(start_from="run", start_run=f"{origin.id}/last"), None, origin.path.parent)
    assert facts_of(summarize(run)).values["parent"] == f"{origin.name}, step 4"


@pytest.mark.parametrize("lead", ["", "model.", "net.encoder."])
def test_weights_of_a_part_of_something_are_found_by_their_names_in_it(lead: str) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1))
    given = {f"{lead}{name}": weight + 1 for name, weight in model.state_dict().items()} | {"head.bias": torch.ones(1)}
    assert [*by_own_names(model, given)] == [*model.state_dict(), "head.bias"]
    assert [*fitting(model, given)] == [*model.state_dict()]
    assert by_own_names(model, {"head.bias": torch.ones(1)}) == {"head.bias": torch.ones(1)}


def test_weights_are_found_in_what_training_loops_keep() -> None:
    own = {"fc1.bias": torch.zeros(3)}
    compiled = {"model_state_dict": {"_orig_mod.fc1.bias": own["fc1.bias"]}}
    loop = {"net": {"module.fc1.bias": own["fc1.bias"]}, "best": 3, "optimizer": {"state": {0: {}}}}
    for kept in (own, {"state_dict": own}, {"model": own, "epoch": 3}, compiled, loop):
        assert [*state_dict_in(kept)] == ["fc1.bias"]
    for other in ({}, [1], {"epoch": 3}):
        with pytest.raises(ValueError, match="expected weights by their names"):
            state_dict_in(other)
