from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from models.specs.fields import Field, OptionalSize, Padding, Size
from widgets.forms.sizes import AXES, NumbersEditor, PaddingEditor
from widgets.forms.spec_form import SpecForm


def named(field: Field[Any]) -> Any:
    field.__set_name__(object, "kernel_size")
    return field


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_there_is_a_line_for_each_dimension(qtbot: QtBot, rank: int) -> None:
    editor = NumbersEditor(named(Size(rank, 3)), wide=True)
    qtbot.addWidget(editor)
    editor.show()
    assert len(editor.lines) == rank
    assert editor.link.isVisible() == (rank > 1)
    axes = AXES.get(rank, ("1", "2", "3", "4"))
    expected = [f"Kernel size, {axis}" for axis in axes] if rank > 1 else ["Kernel size"]
    assert [line.accessibleName() for line in editor.lines] == expected


def test_three_dimensions_fit_the_inspector(qtbot: QtBot) -> None:
    editor = NumbersEditor(named(Size(3, (3, 5, 7))), wide=True)
    qtbot.addWidget(editor)
    assert editor.minimumSizeHint().width() <= 176


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.lists(st.integers(1, 99), min_size=2, max_size=2).map(tuple))
def test_what_is_shown_is_what_was_set(qtbot: QtBot, value: tuple[int, ...]) -> None:
    editor = NumbersEditor(named(Size(2, 3)))
    editor.set_value(value)
    assert editor.value() == value
    assert tuple(int(line.text()) for line in editor.lines) == value
    assert editor.linked() or value[0] != value[1] or len(set(value)) == 1
    editor.deleteLater()


def test_numbers_below_the_smallest_are_refused(qtbot: QtBot) -> None:
    editor = NumbersEditor(named(Size(2, 3, minimum=2)))
    qtbot.addWidget(editor)
    values: list[object] = []
    editor.changed.connect(values.append)
    editor.lines[0].selectAll()
    qtbot.keyClicks(editor.lines[0], "1")
    qtbot.waitUntil(lambda: "expected 2 or more" in editor.error())
    assert values == []
    editor.set_error(None)
    assert editor.error() == ""


def test_an_optional_size_starts_empty_and_fills_all_its_dimensions(qtbot: QtBot) -> None:
    editor = NumbersEditor(named(OptionalSize(2)))
    qtbot.addWidget(editor)
    editor.set_value(None)
    assert [line.text() for line in editor.lines] == ["", ""]
    assert editor.lines[0].placeholderText() == "auto"
    editor.link.setChecked(False)
    values: list[object] = []
    editor.changed.connect(values.append)
    qtbot.keyClicks(editor.lines[1], "2")
    assert values == [(2, 2)], "a size is given for all dimensions or for none"


def test_unlinked_padding_moves_its_buttons_beneath(qtbot: QtBot) -> None:
    editor = PaddingEditor(named(Padding(2)))
    qtbot.addWidget(editor)
    editor.show()
    above = editor.sizeHint().height()
    editor.set_value((1, 2))
    qtbot.waitUntil(lambda: editor.sizeHint().height() > above)
    assert editor.choice.value() == ""
    editor.set_value((0, 0))
    assert editor.choice.value() == "off"


def test_padding_of_one_dimension(qtbot: QtBot) -> None:
    from models.layers import LAYERS

    form = SpecForm()
    qtbot.addWidget(form)
    form.set_spec(LAYERS["Conv1d"](kernel_size=5, padding="same"))
    editor = form.editor("padding")
    assert isinstance(editor, PaddingEditor)
    assert editor.lines[0].text() == "2"
    assert editor.choice.value() == "same"
