"""Menus of deeds: their order, words, keys, and that what cannot be done is not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from widgets.basics.deeds import Deed, open_menu


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def words(menu: QMenu) -> list[str]:
    return ["-" if action.isSeparator() else action.text() for action in menu.actions()]


def test_deeds_stand_in_their_parts_with_their_keys(parent):
    menu = open_menu(
        parent,
        [
            Deed("Rename", print, "F2"),
            Deed("Left", print, "Alt+A", submenu="Align", part="b"),
            Deed("Right", print, submenu="Align", part="b"),
            Deed("Salt & pepper", print, part="c"),
        ],
        QPoint(),
    )
    assert words(menu) == ["Rename\tF2", "-", "Align", "-", "Salt && pepper"]
    assert words(menu.actions()[2].menu()) == ["Left\tAlt+A", "Right"]
    menu.close()


def test_what_cannot_be_done_is_shown_and_skipped(parent, qtbot):
    done = []
    menu = open_menu(
        parent,
        [Deed("No", lambda: done.append("no"), possible=False), Deed("Yes", lambda: done.append("yes"))],
        QPoint(),
    )
    assert not menu.actions()[0].isEnabled() and menu.activeAction() is menu.actions()[1]
    QTest.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: done == ["yes"])
    qtbot.waitUntil(lambda: not parent.findChildren(QMenu))


def test_a_menu_of_nothing_does_not_break(parent):
    open_menu(parent, [], QPoint()).close()
