"""Parts of the window, and how the keyboard walks them: F6 from part to part, Tab from control to control."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from widgets.basics.showing import bring_into_view

SAME_ROW = 8
"""Pixels by which the tops of controls in one row may differ."""


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


def tab(parts: Sequence[QWidget], focus: QWidget | None, step: int) -> bool:
    """Move the keyboard to the next control (``step`` 1) or the one before (-1), in the order in which they stand.

    Qt's own order is that of creation, and much is made late: a layer's fields, the buttons of a problem. Qt asks, too,
    where the keyboard goes when what has it is hidden or switched off: it stays as near as can be. Gives whether there
    was anywhere to go.
    """
    # A part may lie in one that comes later: what was met before is not met again.
    order = list(dict.fromkeys(widget for part in parts for widget in _as_they_stand(part)))
    if not order:
        return False
    if focus is not None and not (focus.isVisible() and focus.isEnabled()):
        return _stay_near(focus, order)
    here = order.index(focus) + step if focus in order else _beside(order, focus, step)
    reasons = Qt.FocusReason
    chosen = order[here % len(order)]
    chosen.setFocus(reasons.TabFocusReason if step > 0 else reasons.BacktabFocusReason)
    bring_into_view(chosen)
    return True


def _beside(order: Sequence[QWidget], focus: QWidget | None, step: int) -> int:
    """Where Tab goes from what is no control itself: into it, if there are controls in it."""
    within = [place for place, widget in enumerate(order) if focus and focus.isAncestorOf(widget)]
    if within:
        return within[0] if step > 0 else within[0] - 1
    return 0 if step > 0 else -1


def _stay_near(gone: QWidget, order: Sequence[QWidget]) -> bool:
    """Give the keyboard to the control that is nearest to one that is gone, in the smallest part that has any."""
    window = gone.window()
    place = gone.mapTo(window, gone.rect().center())
    around = gone.parentWidget()
    while around is not None:
        within = [widget for widget in order if around.isAncestorOf(widget)]
        if within:
            away = [(widget.mapTo(window, widget.rect().center()) - place).manhattanLength() for widget in within]
            within[away.index(min(away))].setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        around = around.parentWidget()
    return False


def _as_they_stand(part: QWidget) -> list[QWidget]:
    """The controls of a part that Tab may reach, row by row."""
    found = [
        (widget.mapTo(part, widget.rect().topLeft()), widget)
        for widget in (part, *part.findChildren(QWidget))
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
        if widget.focusProxy() is None
    ]
    found.sort(key=lambda item: item[0].y())
    rows: list[list[tuple[int, QWidget]]] = []
    top = 0
    for place, widget in found:
        if not rows or place.y() > top + SAME_ROW:
            rows.append([])
            top = place.y()
        rows[-1].append((place.x(), widget))
    return [widget for row in rows for _, widget in sorted(row, key=lambda item: item[0])]
