"""Settings by dotted name: each is found, read, changed and taken over as one edit."""

from __future__ import annotations

import pytest
from documents import cnn, mlp

from models.document import Document
from models.storage import files
from studio.experiments.dotted import (
    SettingError,
    assign,
    edit_of,
    in_order,
    setting_of,
    short_names,
    taking_over,
    value_text,
)


def twin(document: Document) -> object:
    return files.to_json(document)


@pytest.mark.parametrize(
    ("name", "text", "value", "present"),
    [
        ("training.epochs", "5", 5, 3),
        ("training.optimizer", "SGD", {"kind": "SGD", "params": {}}, {"kind": "Adam", "params": {}}),
        ("training.optimizer.lr", "0.5", 0.5, 0.001),
        ("data.validation", "0.3", 0.3, 0.2),
        ("data.source", "iris", "iris", "digits"),
        ("conv1.kernel_size", "5", 5, 3),
        ("conv1.kernel_size", "[3, 5]", [3, 5], 3),
        ("relu1.bypass", "yes", True, False),
        ("parameters.width", "12", 12, 4),
    ],
)
def test_a_setting_is_found_read_and_changed(name: str, text: str, value: object, present: object) -> None:
    document = cnn()
    document.network.set_parameters({"width": 4})
    if name == "training.optimizer":
        assign(document, {name: {"kind": "Adam", "params": {}}})
    setting = setting_of(document, name)
    assert (setting.present, setting.from_text(text)) == (present, value)
    assert setting.from_text(setting.as_text(value)) == value
    before = twin(document)
    edit = edit_of(document, name, value)
    edit.apply(document.content)
    assert setting_of(document, name).present == value
    assert twin(document) != before
    edit.revert(document.content)
    assert twin(document) == before


def test_what_depends_on_a_kind_is_set_after_it() -> None:
    wanted = {"training.optimizer.momentum": 0.9, "data.seed": 3, "data.source": "iris", "training.optimizer": "SGD"}
    assert in_order(wanted)[0] == ("data.source", "iris")
    document = cnn()
    assign(document, wanted)
    assert document.training["optimizer"] == {"kind": "SGD", "params": {"momentum": 0.9}}
    assert document.data == {"source": "iris", "seed": 3}


def test_a_bypassed_layer_stays_and_hands_on_what_comes_in() -> None:
    document = mlp()
    assign(document, {"relu1.bypass": True, "fc1.out_features": 3})
    assert document.network["relu1"].bypassed and document.analysis["relu1"].shape == (3,)
    assert not [issue for issue in document.analysis.issues() if issue.severity == "error"]
    assign(document, {"relu1.bypass": False})
    assert not document.network["relu1"].bypassed


@pytest.mark.parametrize("id", ["input1", "output1"])
def test_the_ends_of_a_network_cannot_be_bypassed(id: str) -> None:
    with pytest.raises(SettingError, match=f"{id} cannot be bypassed"):
        setting_of(mlp(), f"{id}.bypass")


def test_taking_over_is_one_edit_that_can_be_undone() -> None:
    document = cnn()
    before = twin(document)
    settings = {"training.optimizer.momentum": 0.9, "training.optimizer": "SGD", "conv1.out_channels": 9}
    edit = taking_over(document, settings)
    assert edit.label == "Use momentum 0.9, optimizer SGD, out_channels 9"
    assert twin(document) == before
    document.apply(edit)
    assert document.training["optimizer"]["params"] == {"momentum": 0.9}
    assert document.network["conv1"].params["out_channels"] == 9
    document.undo()
    assert twin(document) == before
    with pytest.raises(SettingError, match="no setting or layer ‘conv9’"):
        taking_over(document, {"conv9.out_channels": 3})


def test_a_value_that_does_not_fit_is_named_with_its_setting() -> None:
    with pytest.raises(SettingError, match=r"conv1\.out_channels: expected 1 or more, found 0"):
        edit_of(cnn(), "conv1.out_channels", 0)
    for name, clue in (("conv1", "such as"), ("conv1.magic", "It has: out_channels"), ("relu9.bypass", "relu9")):
        with pytest.raises(SettingError, match=clue):
            setting_of(cnn(), name)


def test_names_are_as_short_as_tells_them_apart() -> None:
    names = ["training.optimizer.lr", "conv1.out_channels", "conv2.out_channels"]
    assert [*short_names(names).values()] == ["lr", "conv1.out_channels", "conv2.out_channels"]
    assert short_names(["data.seed", "training.seed"])["data.seed"] == "data.seed"


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "yes"), (0.00010000001, "0.0001"), ([3, 5], "3×5"), ({"kind": "SGD"}, "SGD"), ("same", "same")],
)
def test_values_are_short(value: object, text: str) -> None:
    assert value_text(value) == text
