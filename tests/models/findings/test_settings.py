"""A network that gives what it takes is compared with its input by a click, and then trains."""

from __future__ import annotations

from typing import Any

import pytest
from documents import Layers, chain

from models.codegen.augmenting import augmentations_of
from models.document import Document
from models.findings.settings import drawn_weights, in_form, set_training
from models.layers import LAYERS
from models.training import TrainingSettings
from studio.data import dataset_from
from studio.running.preflight import preflight

IMAGE = ("input1", "Input", {"shape": [1, 8, 8]})
KEEPS: Layers = [IMAGE, ("conv1", "Conv2d", {"out_channels": 1, "kernel_size": 3, "padding": 1})]
ROW: Layers = [IMAGE, ("flatten1", "Flatten", {}), ("fc1", "Linear", {"out_features": 64})]
MEND = "Compare output1 with the input itself"


def offered(document: Document) -> dict[str, Any]:
    """The mends of what stands in the way of a training, by their labels."""
    errors = [finding for finding in preflight(document, None) if finding.stops_training]
    return {mend.label: mend.edit for finding in errors for mend in finding.mends}


@pytest.mark.parametrize("layers", [KEEPS, ROW], ids=["image", "row"])
@pytest.mark.parametrize("loss", ["CrossEntropyLoss", "MSELoss", "BCEWithLogitsLoss"])
def test_a_click_makes_the_input_the_target(layers: Layers, loss: str) -> None:
    document = chain([*layers, ("output1", "Output", {"loss": {"kind": loss}})], source="digits")
    document.apply(offered(document)[MEND])
    assert document.data["targets"] == {"output1": "x"} and document.data["source"] == "digits"
    assert not offered(document)
    data = dataset_from(document.data)[0].load()
    assert data.target_shape == (1, 8, 8)
    document.undo()
    assert "targets" not in document.data


@pytest.mark.parametrize(
    ("layers", "source"),
    [
        ([IMAGE, ("conv1", "Conv2d", {"out_channels": 3, "kernel_size": 3})], "digits"),
        ([("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {"out_features": 4})], "iris"),
        (
            [("input1", "Input", {"shape": [64], "dtype": "int"}), ("emb", "Embedding", {"num_embeddings": 200})],
            "reviews",
        ),
    ],
    ids=["another shape", "rows of a table", "tokens"],
)
def test_it_is_not_offered_to_others(layers: Layers, source: str) -> None:
    document = chain([*layers, ("output1", "Output", {"loss": {"kind": "CrossEntropyLoss"}})], source=source)
    assert MEND not in offered(document)


def test_a_row_of_another_length_is_brought_to_that_of_the_image() -> None:
    layers: Layers = [
        *ROW[:-1],
        ("fc1", "Linear", {"out_features": 10}),
        ("output1", "Output", {"loss": {"kind": "MSELoss"}}),
    ]
    document = chain(layers, data={"source": "digits", "targets": {"output1": "x"}})
    document.apply(offered(document)["Set features of fc1 to 64"])
    assert not offered(document)


@pytest.mark.parametrize(("factor", "moved"), [(1, True), (2, False)])
def test_what_moves_images_moves_targets_of_the_same_size_alone(factor: int, moved: bool) -> None:
    layers: Layers = [
        IMAGE,
        ("up1", "Upsample", {"scale_factor": factor}),
        ("output1", "Output", {"loss": {"kind": "MSELoss"}}),
    ]
    found = augmentations_of(chain(layers, augmentation=[{"kind": "RandomHorizontalFlip"}, {"kind": "GaussianNoise"}]))
    assert [item.masks for item in found.changes] == ([(0,), ()] if moved else [()])
    reasons = [misfit.reason for misfit in found.misfits]
    assert reasons == (
        [] if moved else ["RandomHorizontalFlip would move inputs alone; output1 gives images of another size."]
    )


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("warmup", 2, "Set warm-up to 2"),
        ("l1", 0.0, "Set L1 to 0"),
        ("updates", 12000, "Set updates to 12,000"),
        ("clip_grad_norm", None, "Leave clip norm empty"),
        ("average_decay", 0.9375, "Set EMA decay to 0.9375"),
        ("schedule", "Constant", "Set schedule to Constant"),
        ("cuda_graph", False, "Set CUDA graph to false"),
        ("compile", True, "Set torch.compile to true"),
    ],
)
def test_a_button_says_what_the_form_says(name: str, value: Any, label: str) -> None:
    document = Document()
    mend = set_training(document, name, value)
    assert mend.label == label
    document.apply(mend.edit)
    assert document.training[name] == value and not TrainingSettings.read(document.training)[1]


def test_words_of_a_form_that_make_no_sentence_are_said_otherwise() -> None:
    document = Document(training={"start_from": "run"})
    mend = drawn_weights(document)
    assert mend.label == "Begin with drawn weights"
    document.apply(mend.edit)
    assert document.training["start_from"] == "drawn"


def test_settings_of_layers_are_called_as_in_the_inspector() -> None:
    embedding, conv = LAYERS["Embedding"], LAYERS["Conv2d"]
    assert in_form(embedding.fields["num_embeddings"], 1200, "emb1") == "Set entries of emb1 to 1,200"
    assert in_form(conv.fields["kernel_size"], [3, 5], "c" * 40) == f"Set kernel size of {'c' * 30} to 3×5"
