"""A spec with a field of every kind, and what its form says in a test."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.specs.fields import (
    Bool,
    Choice,
    Dims,
    Float,
    Int,
    OptionalFloat,
    OptionalInt,
    OptionalSize,
    Padding,
    Size,
    Text,
)
from models.specs.spec import Spec
from widgets.forms.spec_form import SpecForm


class Everything(Spec):
    """One field of each sort."""

    rank = 2
    count = Int(4, minimum=1, maximum=9, help="How many.")
    limit = OptionalInt(None, minimum=0)
    rate = Float(0.1, above=0.0, maximum=1.0)
    slope = OptionalFloat(None, minimum=0.0)
    bias = Bool(True)
    mode = Choice("a", ("a", "b"))
    words = Text("")
    source = Text("", path=True)
    kernel_size = Size(default=3)
    stride = Size(default=1)
    step = OptionalSize()
    padding = Padding()
    shape = Dims((3, 8))
    rare = Int(0, advanced=True)


def said(form: SpecForm) -> list[tuple[str, Any]]:
    changes: list[tuple[str, Any]] = []
    form.changed.connect(lambda name, value: changes.append((name, value)))
    return changes


def type_over(qtbot: QtBot, line: QWidget, text: str) -> None:
    line.setFocus()
    line.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, text)


def line(form: SpecForm, name: str) -> Any:
    return form.editor(name)
