"""What cards say."""

from __future__ import annotations

import pytest

from models.basics.quantities import bytes_text, count_text
from models.document import Document
from models.document.remarks import SetLayerNote
from models.findings.finding import Finding
from models.network import Network, Node
from models.network.names import stems
from widgets.basics.facts import FACTS
from widgets.canvas.scene.face import Face, icon_of, make_face, strip_text


def face(kind: str, issues=(), id: str = "layer1", wires: int = 1, **params: object) -> Face:
    """The face of one node fed by an input where it takes one."""
    document = Document(Network([Node(id, kind, params)]))
    return make_face(document.network[id], document.analysis[id], issues, wires)


def network_face(make, id: str) -> Face:
    """The face of a node in the small network."""
    document = make()
    return make_face(document.network[id], document.analysis[id], (), 1)


def test_a_convolution(make):
    found = network_face(make, "conv1")
    assert (found.kind, found.family, found.name) == ("Conv2d", "Convolution", "conv1")
    assert (found.detail, found.amount, found.shape) == ("16 · 3×3 · s1 · p1", "448 params", "16×32×32")
    assert found.changes_shape and not found.slim


def test_an_activation_is_slim_and_keeps_its_shape(make):
    found = network_face(make, "relu1")
    assert found.slim and not found.changes_shape
    assert (found.amount, found.detail, found.aside) == ("", "", "")


def test_what_is_unknown_shows_a_question_mark():
    found = face("Conv2d")
    assert (found.shape, found.amount, found.changes_shape) == ("?", "? params", False)


def test_a_merge_counts_its_wires():
    assert face("Add", wires=3).detail == "3 inputs"
    assert face("Add", wires=1).detail == "1 input"


def test_an_unknown_kind_says_so():
    found = face("Mystery", id="m1")
    assert (found.kind, found.detail, found.family, found.slim) == ("Mystery", "unknown layer", "", False)


def test_slim_cards_show_names_that_people_chose():
    assert face("Dropout", id="dropout3").aside == "p 0.5"
    assert face("Dropout", id="before_head").aside == "before_head · p 0.5"
    assert face("BatchNorm2d", id="bn2").aside == "? params"


@pytest.mark.parametrize(("kind", "expected"), [("BatchNorm2d", ("batchnorm", "bn")), ("ReLU", ("relu", "rlu"))])
def test_stems(kind, expected):
    assert stems(kind) == expected


def test_the_worst_issue_marks_the_card():
    warning, error = Finding("warning", "w", "layer1", "Hm."), Finding("error", "shape", "layer1", "Linear needs it.")
    assert face("Linear", [warning]).warns
    assert face("Linear", [warning]).problem is None
    assert face("Linear", [warning, error]).problem == error
    assert not face("Linear", [Finding("hint", "h", "layer1", "Well.")]).warns


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Linear needs a flat vector, but it receives 32×16×16.", "Needs a flat vector, gets 32×16×16"),
        ("Kernel 7 is larger than the 5×5 input.", "Kernel 7 is larger than the 5×5 input"),
        ("", ""),
    ],
)
def test_strips_are_shorter_than_sentences(message, expected):
    assert strip_text(message, "Linear") == expected


def test_icons_point_outward_at_the_end():
    from models.layers import LAYERS

    assert icon_of(LAYERS["Output"]) == "io_out"
    assert icon_of(LAYERS["Input"]) == "io_in"
    assert icon_of(LAYERS["Conv2d"]) == "conv"


def test_a_card_says_whose_weights_it_uses(make):
    document = make()
    document.network["conv1"].module = "stem"
    found = make_face(document.network["conv1"], document.analysis["conv1"], (), 1)
    assert found.weights == "448 params · stem"
    document.network["relu1"].module = "act"
    assert make_face(document.network["relu1"], document.analysis["relu1"], (), 1).aside == "act"
    assert network_face(make, "conv1").weights == "448 params"


def test_a_card_says_what_was_chosen(make):
    document = make()
    document.apply(SetLayerNote("conv1", "# Why\nBecause."))

    def said(*facts):
        return make_face(document.network["conv1"], document.analysis["conv1"], (), 1, frozenset(facts))

    plain = said()
    assert (plain.amount, plain.shape, plain.changes_shape) == ("", "", False) and "Why" not in plain.detail
    usual = said("shape", "parameters")
    assert usual == make_face(document.network["conv1"], document.analysis["conv1"], (), 1)
    report = document.analysis["conv1"]
    assert said("multiply_adds").amount == f"{count_text(report.multiply_adds)} mult-adds"
    assert said("parameters", "memory").amount == f"{usual.amount} · {bytes_text(report.activation_bytes)}"
    assert said("receptive_field").amount == "sees 3×3" and said("note").detail.endswith("· Why")


def test_what_is_not_known_is_not_said(make):
    document = make((("conv1", "Conv2d", {}),))
    found = make_face(document.network["conv1"], document.analysis["conv1"], (), 0, frozenset(FACTS))
    assert found.amount == "? params"


def test_a_bypassed_layer_keeps_its_words_and_loses_its_color_and_counts(make):
    document = make()
    before = face("Conv2d")
    document.network.set_bypassed("conv1", True)
    document.analysis.recompute()
    found = make_face(document.network["conv1"], document.analysis["conv1"], (), 1)
    assert found.bypassed and (found.kind, found.icon, found.slim) == ("Conv2d", before.icon, before.slim)
    assert (found.family, found.amount, found.shape) == ("", "", "3×32×32")
    assert found.detail == "bypassed · 16 · 3×3 · s1 · p1"
