"""A ring around cards that fades: it shows what an undo or redo has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPen

from widgets.canvas.scene.measures import FULL_RADIUS
from widgets.theme import tint

_LASTS, _TICK_MS = 0.9, 40
"""Seconds until the ring is gone; it stands for the first half of them."""
_OFF = 4.0


class Flash(QObject):
    """``repaint`` is called with the cards concerned whenever the rings look different."""

    def __init__(self, repaint: Callable[[set[str]], object], parent: QObject) -> None:
        super().__init__(parent)
        self.ids: frozenset[str] = frozenset()
        self._repaint = repaint
        self._began = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def show(self, ids: Iterable[str]) -> None:
        """Put rings around these cards, in place of others."""
        before, self.ids = self.ids, frozenset(ids)
        self._began = time.monotonic()
        self._repaint(set(before | self.ids))
        if self.ids:
            self._timer.start()
        else:
            self._timer.stop()

    def paint(self, painter: QPainter, areas: Iterable[QRectF], scale: float) -> None:
        """Draw the rings around areas, in scene coordinates; so wide on the screen, whatever the ``scale``."""
        left = min(1.0, 2 * (1 - (time.monotonic() - self._began) / _LASTS))
        if left <= 0:
            return
        painter.setPen(QPen(tint("accent", left), 3 / min(scale, 1.0)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        off = _OFF / min(scale, 1.0)
        for area in areas:
            painter.drawRoundedRect(area.adjusted(-off, -off, off, off), FULL_RADIUS + off, FULL_RADIUS + off)

    def _tick(self) -> None:
        if time.monotonic() - self._began > _LASTS:
            self.show(())
        else:
            self._repaint(set(self.ids))
