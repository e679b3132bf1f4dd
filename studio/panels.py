"""Walking the panels of the window by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


@runtime_checkable
class HasPanels(Protocol):
    """A workspace of several panels: the keyboard walks them, and their widths are remembered."""

    def panels(self) -> tuple[QWidget, ...]: ...

    def save_state(self) -> None: ...


def walk(parts: Sequence[QWidget], focus: QWidget | None, step: int) -> None:
    """Give the keyboard to the next of the visible parts that takes it, counted from the one that has it."""
    here = next((i for i, part in enumerate(parts) if focus and (part is focus or part.isAncestorOf(focus))), 0)
    for place in range(1, len(parts)):
        if _focus_first(parts[(here + step * place) % len(parts)]):
            return


def _focus_first(part: QWidget) -> bool:
    """Give the keyboard to a part, or the first thing in it that takes it; False if there is none."""
    candidates = (part, *part.findChildren(QWidget))
    for widget in candidates:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled():
            widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
    return False
