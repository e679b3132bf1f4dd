"""F6 and Shift+F6: from part to part, round in a circle, past parts that take no keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from studio.window.focus import tab, walk

Parts = list[QWidget]


@pytest.fixture
def parts(qtbot: QtBot) -> Iterator[Parts]:
    """A field in a panel, words, a button that is off, a button."""
    host, panel = QWidget(), QWidget()
    qtbot.addWidget(host)
    inner, row = QHBoxLayout(panel), QHBoxLayout(host)
    field = QLineEdit()
    inner.addWidget(QLabel("Name"))
    inner.addWidget(field)
    off = QPushButton("off", enabled=False)
    found: Parts = [panel, QLabel("words"), off, QPushButton("on")]
    for part in found:
        row.addWidget(part)
    host.show()
    qtbot.waitActive(host)
    for button in (off, found[3]):
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    yield found
    host.close()


def focused(parts: Parts) -> QWidget | None:
    return parts[0].window().focusWidget()


def test_it_goes_round(parts: Parts) -> None:
    field = parts[0].findChild(QLineEdit)
    walk(parts, None, 1)
    assert focused(parts) is parts[3]
    walk(parts, parts[3], 1)
    assert focused(parts) is field
    walk(parts, field, -1)
    assert focused(parts) is parts[3]


def test_where_nothing_else_takes_keys_it_stays(parts: Parts) -> None:
    parts[3].setFocus()
    walk(parts[1:], parts[3], 1)
    assert focused(parts) is parts[3]


def test_the_keyboard_stays_near_what_is_gone(qtbot: QtBot) -> None:
    """The logo comes first in the order of Tab; a button among others goes away."""
    host = QWidget()
    qtbot.addWidget(host)
    logo, panel = QPushButton("logo", host), QWidget(host)
    left, gone, right = (QPushButton(name, panel) for name in ("left", "gone", "right"))
    host.resize(400, 300)
    panel.setGeometry(0, 200, 400, 40)
    for button, x in ((left, 0), (gone, 200), (right, 300)):
        button.setGeometry(x, 0, 80, 30)
    for button in (logo, left, gone, right):
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    host.show()
    qtbot.waitActive(host)
    for away, place in ((gone, right), (right, left), (left, logo)):
        away.setFocus()
        away.hide()
        assert tab([host], away, 1) and host.focusWidget() is place
    place.hide()
    assert not tab([host], place, 1)


def test_tab_from_a_part_goes_into_it(parts: Parts) -> None:
    """The page of a workspace has the keyboard when it comes to the front; the logo is not what Tab leads to."""
    assert tab(parts, parts[0], 1)
    assert focused(parts) is parts[0].findChild(QLineEdit)
    assert tab(parts, parts[0], -1)
    assert focused(parts) is parts[3]
