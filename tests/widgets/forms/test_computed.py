"""Expressions in number fields: typed, shown with what they come to, completed, and refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from models.document import Document
from models.document.edits import SetParam
from models.network import Edge, Network, Node
from models.specs.fields import Dims, Float, Int, OptionalInt, OptionalSize, Padding, Size, Text
from models.specs.spec import Spec, SpecProblem
from widgets.forms.computed import Computed, plain, together
from widgets.forms.lines import Prompt
from widgets.forms.sizes import NumbersEditor
from widgets.forms.spec_form import SpecForm
from widgets.inspector.node_page import NodePage

NAMES = {"width": 16, "depth": 2, "rate": 0.5, "in_channels": 3}


class Numbers(Spec):
    """A field of each sort that computes, and one that does not."""

    rank = 2
    count = Int(4, minimum=1, maximum=99)
    limit = OptionalInt(None, minimum=0)
    slope = Float(0.1, above=0.0, maximum=1.0)
    kernel_size = Size(default=3)
    step = OptionalSize()
    padding = Padding()
    shape = Dims((3, 8))
    words = Text("")


@pytest.fixture
def form(qtbot: QtBot) -> SpecForm:
    widget = SpecForm()
    qtbot.addWidget(widget)
    widget.set_spec(Numbers(), names=NAMES)
    widget.resize(340, 600)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def lines(form: SpecForm, name: str) -> list[Any]:
    editor: Any = form.editor(name)
    return editor.lines if isinstance(editor, NumbersEditor) else [editor]


def typed(form: SpecForm, name: str, text: str, place: int = 0) -> list[tuple[str, Any]]:
    """Type over a line; returns what the form told."""
    told: list[tuple[str, Any]] = []
    form.changed.connect(lambda name, value: told.append((name, value)))
    line = lines(form, name)[place]
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    return told


@pytest.mark.parametrize(
    ("name", "text", "setting", "comes_to"),
    [
        ("count", "=width * 4", "=width * 4", 64),
        ("count", "= width*4", "=width*4", 64),
        ("limit", "=width // depth", "=width // depth", 8),
        ("slope", "=rate / depth", "=rate / depth", 0.25),
        ("slope", "=min(rate, 1)", "=min(rate, 1)", 0.5),
        ("kernel_size", "=depth + 1", "=depth + 1", (3, 3)),
        ("step", "=depth", "=depth", (2, 2)),
        ("padding", "=depth - 1", "=depth - 1", (1, 1)),
        ("shape", "=in_channels, 8, =width", ["=in_channels", 8, "=width"], (3, 8, 16)),
    ],
)
def test_an_expression_is_told_as_it_is_and_shown_with_its_value(
    form: SpecForm, name: str, text: str, setting: Any, comes_to: Any
) -> None:
    told = typed(form, name, text)
    assert told[-1] == (name, setting)
    spec = form.spec()
    assert spec is not None and getattr(spec, name) == comes_to
    form.set_spec(spec, {name: setting}, names=NAMES)
    first = lines(form, name)[0]
    assert first._result is not None and first._result.text().startswith("= ")
    assert first.accessibleDescription().startswith("comes to ")
    assert "=" in first.text() and not first.error()


def test_one_dimension_may_be_an_expression_alone(form: SpecForm) -> None:
    editor: Any = form.editor("kernel_size")
    editor.link.setChecked(False)
    assert typed(form, "kernel_size", "=depth", place=1)[-1] == ("kernel_size", [3, "=depth"])
    form.set_spec(Numbers(kernel_size=[3, 2]), {"kernel_size": [3, "=depth"]}, names=NAMES)
    assert [line.text() for line in editor.lines] == ["3", "=depth"]
    assert not editor.linked()


@pytest.mark.parametrize(
    ("text", "sentence", "kept"),
    [
        ("=wdth * 4", "Count: expected a named number of the network, found ‘wdth’.", "4"),
        ("=width *", "Count: expected a number or a name, found the end.", "=width"),
        ("=width * 9", "Count: expected at most 99, found 144 from =width * 9.", "=width"),
    ],
)
def test_what_is_wrong_is_said_by_name(qtbot: QtBot, form: SpecForm, text: str, sentence: str, kept: str) -> None:
    typed(form, "count", text)
    line = lines(form, "count")[0]
    qtbot.waitUntil(lambda: line.error() == sentence)
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == kept and not line.error()


def test_the_arrows_leave_an_expression_alone(form: SpecForm) -> None:
    told = typed(form, "count", "=width")
    QTest.keyClick(lines(form, "count")[0], Qt.Key.Key_Up)
    assert told == [("count", "=width")]


def test_without_names_there_are_no_expressions(qtbot: QtBot, form: SpecForm) -> None:
    form.set_spec(Numbers())
    told = typed(form, "count", "=2*3")
    qtbot.waitUntil(lambda: bool(lines(form, "count")[0].error()))
    assert told == []


def test_a_document_s_expression_that_cannot_be_used_is_shown_in_red(form: SpecForm) -> None:
    problem = SpecProblem("count", "Count: expected a named number of the network, found ‘gone’.", "=gone")
    form.set_spec(Numbers(), {"count": "=gone"}, [problem], names=NAMES)
    line = lines(form, "count")[0]
    assert line.text() == "=gone" and "gone" in line.error()


def test_names_complete_themselves(form: SpecForm) -> None:
    told = typed(form, "count", "=wi")
    line = lines(form, "count")[0]
    completer = line._completer.completer
    assert completer.popup().isVisible() and completer.currentCompletion() == "width"
    QTest.keyClick(completer.popup(), Qt.Key.Key_Down)
    QTest.keyClick(completer.popup(), Qt.Key.Key_Return)
    assert line.text() == "=width" and told[-1] == ("count", "=width")
    QTest.keyClicks(line, " + de")
    assert completer.currentCompletion() == "depth"
    QTest.keyClicks(line, "pth")
    assert not completer.popup().isVisible()
    assert told[-1] == ("count", "=width + depth")


def test_a_sign_alone_offers_all_names(form: SpecForm) -> None:
    typed(form, "count", "=")
    completer = lines(form, "count")[0]._completer.completer
    assert completer.completionCount() == len(NAMES) and completer.popup().isVisible()
    completer.popup().hide()


def test_numbers_offer_nothing(form: SpecForm) -> None:
    typed(form, "count", "12")
    assert not lines(form, "count")[0]._completer.completer.popup().isVisible()


def test_several_parts_are_one_setting_where_they_are_equal() -> None:
    assert together([1, 2]) is None
    assert together([Computed("=a", 3)] * 2) == "=a"
    assert together([1, Computed("=a", 3)]) == [1, "=a"]
    assert plain(Computed("=a", 3)) == 3 and plain(5) == 5


def test_every_line_that_computes_takes_names(form: SpecForm) -> None:
    takes = {name for name in Numbers.fields if all(line._names for line in lines(form, name))}
    assert takes == {name for name, field in Numbers.fields.items() if field.computes}
    assert all(isinstance(line, Prompt | QLineEdit) for name in takes for line in lines(form, name))


def test_the_inspector_offers_the_numbers_of_the_network_and_what_arrives(qtbot: QtBot) -> None:
    nodes = [Node("input1", "Input", {"shape": [3, 32, 32]}), Node("conv1", "Conv2d", {"out_channels": "=width * 2"})]
    network = Network(nodes, [Edge("input1", "output", "conv1", "input")], parameters={"width": 8})
    document = Document(network)
    page = NodePage(lambda edit, merge: document.apply(edit, merge=merge) is None)
    qtbot.addWidget(page)
    document.changed.connect(lambda _: page.show_node(document, "conv1", ()))
    page.show_node(document, "conv1", ())
    page.show()
    page.activateWindow()
    qtbot.waitActive(page)
    line: Any = page.form.editor("out_channels")
    assert line.text() == "=width * 2" and line._result.text() == "= 16"
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "=in_channels * width")
    assert document.network["conv1"].params["out_channels"] == "=in_channels * width"
    assert document.analysis["conv1"].outputs[0].shape[0] == 24
    document.apply(SetParam("conv1", "out_channels", 5))
    line.clearFocus()
    assert line.text() == "5" and line._result.text() == ""


def test_an_expression_fits_beside_its_value(qtbot: QtBot, form: SpecForm) -> None:
    form.set_spec(Numbers(count=64), {"count": "=width * 4"}, names=NAMES)
    line = lines(form, "count")[0]
    assert line._result.isVisible()
    words = line.fontMetrics().horizontalAdvance(line.text())
    assert words < line._result.x() and line._result.geometry().right() < line.width()
    holder = QWidget()
    qtbot.addWidget(holder)
    line.setFixedWidth(70)
    qtbot.waitUntil(lambda: not line._result.isVisible())
    assert "= 64" in line.toolTip()
