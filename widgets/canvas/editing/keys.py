"""Which key does what on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from widgets.canvas.editing.walk import Way
from widgets.canvas.scene.measures import SNAP


class Keyed(Protocol):
    """What keys may ask of the canvas; each is told where it is done."""

    @property
    def has_scene(self) -> bool: ...
    def quick_add(self) -> object: ...
    def walk(self, way: Way) -> object: ...
    def delete(self, heal: bool = True) -> object: ...
    def frame_selection(self) -> object: ...
    def fit(self) -> object: ...
    def zoom_in(self) -> object: ...
    def zoom_out(self) -> object: ...
    def zoom_reset(self) -> object: ...
    def arrange(self) -> object: ...
    def connect_mode(self) -> object: ...
    def rename(self) -> object: ...
    def activate(self) -> object: ...
    def select(self, ids: Iterable[str]) -> object: ...
    def copy(self) -> object: ...
    def cut(self) -> object: ...
    def paste(self) -> object: ...
    def duplicate(self) -> object: ...
    def select_all(self) -> object: ...
    def nudge(self, dx: float, dy: float) -> object: ...


Deed = Callable[[Keyed], object]

_KEYS: dict[int, Deed] = {
    Qt.Key.Key_Tab: lambda view: view.quick_add(),
    Qt.Key.Key_Up: lambda view: view.walk("up"),
    Qt.Key.Key_Down: lambda view: view.walk("down"),
    Qt.Key.Key_Left: lambda view: view.walk("left"),
    Qt.Key.Key_Right: lambda view: view.walk("right"),
    Qt.Key.Key_Delete: lambda view: view.delete(),
    Qt.Key.Key_Backspace: lambda view: view.delete(),
    Qt.Key.Key_F: lambda view: view.frame_selection(),
    Qt.Key.Key_Home: lambda view: view.fit(),
    Qt.Key.Key_Plus: lambda view: view.zoom_in(),
    Qt.Key.Key_Equal: lambda view: view.zoom_in(),
    Qt.Key.Key_Minus: lambda view: view.zoom_out(),
    Qt.Key.Key_0: lambda view: view.zoom_reset(),
    Qt.Key.Key_L: lambda view: view.arrange(),
    Qt.Key.Key_C: lambda view: view.connect_mode(),
    Qt.Key.Key_F2: lambda view: view.rename(),
    Qt.Key.Key_Return: lambda view: view.activate(),
    Qt.Key.Key_Enter: lambda view: view.activate(),
    Qt.Key.Key_Escape: lambda view: view.select(()),
}
_NUDGES = {
    Qt.Key.Key_Up: (0.0, -SNAP),
    Qt.Key.Key_Down: (0.0, SNAP),
    Qt.Key.Key_Left: (-SNAP, 0.0),
    Qt.Key.Key_Right: (SNAP, 0.0),
}
_STANDARD: dict[QKeySequence.StandardKey, Deed] = {
    QKeySequence.StandardKey.Copy: lambda view: view.copy(),
    QKeySequence.StandardKey.Cut: lambda view: view.cut(),
    QKeySequence.StandardKey.Paste: lambda view: view.paste(),
    QKeySequence.StandardKey.SelectAll: lambda view: view.select_all(),
}


def handle_key(view: Keyed, event: QKeyEvent) -> bool:
    """Do what a key means; returns whether it means anything here."""
    if not view.has_scene:
        return False
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    deed = _deed(event, held)
    if deed:
        deed(view)
    return deed is not None


def _deed(event: QKeyEvent, held: Qt.KeyboardModifier) -> Deed | None:
    key = Qt.Key(event.key())
    # Before the standard keys: some systems cut with Shift+Delete.
    if held == Qt.KeyboardModifier.ShiftModifier and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        return lambda view: view.delete(heal=False)
    for sequence, deed in _STANDARD.items():
        if event.matches(sequence):
            return deed
    if held == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_D:
        return lambda view: view.duplicate()
    if held == Qt.KeyboardModifier.AltModifier and key in _NUDGES:
        return lambda view: view.nudge(*_NUDGES[key])
    plain = held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
    return _KEYS.get(key) if plain else None
