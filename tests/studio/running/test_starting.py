"""Files of weights to start from: found, compared with what was meant, held against the network before a training."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import torch
from documents import chain, mlp
from safetensors.torch import save_file

from models.document import Document
from models.document.edits import SetSection
from models.training import TrainingSettings
from studio.running.preflight import preflight
from studio.running.starting import shapes_in, start_findings, weights_file, without_prefix
from studio.runs.errors import RunError


def document(**settings: Any) -> Document:
    return mlp(**{"start_from": "file", "start_file": "w.safetensors", **settings})


def own(document: Document) -> dict[str, torch.Tensor]:
    """Weights of the shapes that a document's network has."""
    from models.byhand.starting import shapes_of

    return {name: torch.zeros(shape) for name, shape in shapes_of(document.network, document.analysis).items()}


def settings_of(document: Document) -> TrainingSettings:
    return TrainingSettings.read(document.training)[0]


def test_a_file_lies_relative_to_the_document_and_is_the_one_that_was_meant(tmp_path: Path) -> None:
    save_file(own(document()), tmp_path / "w.safetensors")
    content = hashlib.sha256((tmp_path / "w.safetensors").read_bytes()).hexdigest()
    meant = settings_of(document(start_sha256=content.upper()))
    assert weights_file(meant, tmp_path) == (tmp_path / "w.safetensors", content)
    with pytest.raises(RunError, match=f"another file than was meant: its SHA-256 is {content}"):
        weights_file(settings_of(document(start_sha256="0" * 64)), tmp_path)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("gone.pt", "nothing is there"),
        ("", "Choose one in the training settings"),
        ("notes.txt", "Expected .safe"),
    ],
)
def test_what_is_no_file_of_weights_is_said_before_a_training(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "notes.txt").write_text("no weights")
    (found,) = start_findings(document(start_file=name), tmp_path)
    assert found.stops_training and found.mends
    with pytest.raises(RunError, match=sentence):
        weights_file(settings_of(document(start_file=name)), tmp_path)


def test_weights_that_do_not_fit_are_named_before_a_training(tmp_path: Path) -> None:
    made = document()
    all_of_them = own(made)
    save_file(all_of_them, tmp_path / "w.safetensors")
    assert start_findings(made, tmp_path) == []
    name = next(iter(all_of_them))
    save_file({**all_of_them, name: torch.zeros(5, 7)}, tmp_path / "w.safetensors")
    (found,) = start_findings(made, tmp_path)
    assert found.message in [other.message for other in preflight(made, tmp_path / "exam.netloom")]
    assert found.severity == "warning" and "3 of 4 weights to start from fit" in found.message
    assert f"{name} is 5×7 there" in found.detail
    save_file({"other": torch.zeros(2)}, tmp_path / "w.safetensors")
    (found,) = start_findings(made, tmp_path)
    assert found.stops_training and "No weight to start from fits" in found.message


def test_many_weights_that_do_not_fit_are_told_by_part(tmp_path: Path) -> None:
    layers = [(f"fc{n}", "Linear", {"out_features": 4}) for n in range(60)]
    made = chain(
        [
            ("input1", "Input", {"shape": [4]}),
            *layers,
            ("fc60", "Linear", {"out_features": 3}),
            ("output1", "Output", {}),
        ]
    )
    made.apply(SetSection("training", {"start_from": "file", "start_file": "w.safetensors"}))
    save_file({"fc0.bias": torch.zeros(4)}, tmp_path / "w.safetensors")
    (found,) = start_findings(made, tmp_path)
    assert found.message == "1 of 122 weights to start from fit; the others are drawn."
    assert (
        found.detail.startswith("fc0.weight is not there; ") and "118 more: fc2 (2), fc3 (2), fc4 (2)" in found.detail
    )


@pytest.mark.parametrize("lead", ["model.", "resnet.encoder."])
def test_a_part_of_something_larger_fits_before_a_training_as_in_it(tmp_path: Path, lead: str) -> None:
    made = document()
    larger = {f"{lead}{name}": weight for name, weight in own(made).items()}
    save_file({**larger, "head.bias": torch.zeros(9)}, tmp_path / "w.safetensors")
    assert start_findings(made, tmp_path) == []


def test_a_list_of_parts_is_no_file_of_weights(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors.index.json").write_text('{"weight_map": {}}')
    (found,) = start_findings(document(start_file="model.safetensors.index.json"), tmp_path)
    assert "Choose all weights in one file" in found.message and found.stops_training


def test_names_of_wrapped_networks_are_known() -> None:
    assert without_prefix({"module.fc1.bias": (3,)}) == {"fc1.bias": (3,)}
    assert without_prefix({"_orig_mod.module.fc1.bias": (3,)}) == {"module.fc1.bias": (3,)}
    assert without_prefix({"module.fc1.bias": (3,), "bias": (1,)}) == {"module.fc1.bias": (3,), "bias": (1,)}


@pytest.mark.parametrize(
    "content",
    [b"", b"\x08\0\0\0\0\0\0\0not json", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0[]", b'\x09\0\0\0\0\0\0\0{"a": {}}'],
)
def test_a_broken_header_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.safetensors").write_bytes(content)
    with pytest.raises(RunError, match="cannot be read as safetensors"):
        shapes_in(tmp_path / "w.safetensors")
