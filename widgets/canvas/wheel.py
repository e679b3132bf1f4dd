"""The wheel over a surface: zooms at the pointer, pans sideways with Shift, follows two fingers on a touchpad."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent

from widgets.canvas.surface import Surface

_WHEEL = 1.0015


def turn_wheel(surface: Surface, event: QWheelEvent) -> None:
    """Move or zoom what a surface shows as a turn of the wheel asks."""
    angle, pixels = event.angleDelta(), event.pixelDelta()
    zooming = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        surface.pan(angle.y() or angle.x(), 0)
    elif event.phase() != Qt.ScrollPhase.NoScrollPhase and not pixels.isNull() and not zooming:
        surface.pan(pixels.x(), pixels.y())  # two fingers on a touchpad
    else:
        surface.glide(surface.zoom * _WHEEL ** angle.y(), event.position())
    event.accept()
