"""Which key does what on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from widgets.canvas.editing.actions import Able, by_keys
from widgets.canvas.editing.walk import Way
from widgets.canvas.scene.measures import SNAP


class Keyed(Able, Protocol):
    """What keys may ask of the canvas; each is told where it is done."""

    @property
    def has_scene(self) -> bool: ...
    def walk(self, way: Way) -> object: ...
    def zoom_in(self) -> object: ...
    def zoom_out(self) -> object: ...
    def select(self, ids: Iterable[str]) -> object: ...
    def nudge(self, dx: float, dy: float) -> object: ...
    def open_menu(self) -> object: ...


Does = Callable[[Keyed], object]

_KEYS: dict[int, Does] = {
    Qt.Key.Key_Up: lambda view: view.walk("up"),
    Qt.Key.Key_Down: lambda view: view.walk("down"),
    Qt.Key.Key_Left: lambda view: view.walk("left"),
    Qt.Key.Key_Right: lambda view: view.walk("right"),
    Qt.Key.Key_Plus: lambda view: view.zoom_in(),
    Qt.Key.Key_Equal: lambda view: view.zoom_in(),
    Qt.Key.Key_Minus: lambda view: view.zoom_out(),
    Qt.Key.Key_Escape: lambda view: view.select(()),
}
_NUDGES = {
    Qt.Key.Key_Up: (0.0, -SNAP),
    Qt.Key.Key_Down: (0.0, SNAP),
    Qt.Key.Key_Left: (-SNAP, 0.0),
    Qt.Key.Key_Right: (SNAP, 0.0),
}
_STANDARD: dict[QKeySequence.StandardKey, Does] = {
    QKeySequence.StandardKey.Copy: lambda view: view.copy(),
    QKeySequence.StandardKey.Cut: lambda view: view.cut(),
    QKeySequence.StandardKey.Paste: lambda view: view.paste(),
    QKeySequence.StandardKey.SelectAll: lambda view: view.select_all(),
}


_ACTIONS = by_keys()


def handle_key(view: Keyed, event: QKeyEvent) -> bool:
    """Do what a key means; returns whether it means anything here."""
    if not view.has_scene:
        return False
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    done = _meant(event, held)
    if done:
        done(view)
    return done is not None


def _meant(event: QKeyEvent, held: Qt.KeyboardModifier) -> Does | None:
    key = Qt.Key(event.key())
    # Capital letters mean the same. Before the standard keys: some systems cut with Shift+Delete.
    capital = held == Qt.KeyboardModifier.ShiftModifier and event.text().isalpha()
    pressed = QKeySequence(key) if capital else QKeySequence(QKeyCombination(held, key))
    if action := _ACTIONS.get(pressed.toString()):
        return lambda view: action.run(view, None)
    for sequence, done in _STANDARD.items():
        if event.matches(sequence):
            return done
    # Where the system does not make a menu key of it.
    if held == Qt.KeyboardModifier.ShiftModifier and key == Qt.Key.Key_F10:
        return lambda view: view.open_menu()
    if held == Qt.KeyboardModifier.AltModifier and key in _NUDGES:
        return lambda view: view.nudge(*_NUDGES[key])
    plain = held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
    return _KEYS.get(key) if plain else None
