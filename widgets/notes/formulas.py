"""The formulas of all notes: each is drawn once, on a thread, and painted in whatever color and size."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QByteArray, QObject, QRectF, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtSvg import QSvgRenderer

from widgets.notes.typesetting import MISSING, UNREADABLE, Drawn, Failed, is_installed, typeset

_MOST = 2000
Key = tuple[str, bool]
"""The source of a formula, and whether it has a line of its own."""


class Formulas(QObject):
    """What is known of formulas. `drawn` tells that some that were asked for are known now."""

    drawn = Signal()

    def __init__(self, draw: Callable[[str, bool], Drawn | Failed] = typeset) -> None:
        super().__init__()
        self.possible = is_installed()
        self._draw = draw
        self._known: OrderedDict[Key, Drawn | Failed] = OrderedDict()
        self._asked: deque[Key] = deque()
        self._lock, self._drawing = threading.Lock(), threading.Lock()
        self._working = False

    def find(self, source: str, display: bool) -> Drawn | Failed | None:
        """A formula as far as it is known; what is not is drawn soon."""
        if not self.possible:
            return Failed(MISSING)
        key = source, display
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            if key not in self._asked:
                self._asked.append(key)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="formulas", daemon=True).start()
        return None

    def wait_for(self, source: str, display: bool) -> None:
        """Have a formula known when this returns, for a picture that is made once."""
        if self.possible:
            self._have((source, display))

    def _work(self) -> None:
        try:
            while key := self._next():
                self._have(key)
        finally:
            with self._lock:
                self._working = False
            self.drawn.emit()

    def _next(self) -> Key | None:
        with self._lock:
            self._working = bool(self._asked)
            return self._asked[0] if self._asked else None

    def _have(self, key: Key) -> None:
        """Draw a formula that is not known yet; one at a time, since ziamath has but one set of fonts."""
        with self._drawing:
            if key in self._known:
                return
            found: Drawn | Failed = Failed(UNREADABLE)
            try:
                found = self._draw(*key)
            finally:
                self._keep(key, found)

    def _keep(self, key: Key, found: Drawn | Failed) -> None:
        with self._lock:
            self._known[key] = found
            if key in self._asked:
                self._asked.remove(key)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)


@lru_cache(maxsize=1)
def formulas() -> Formulas:
    """The one of the program: never destroyed while its thread works."""
    return Formulas()


def paint_formula(painter: QPainter, area: QRectF, drawn: Drawn, ink: QColor) -> None:
    """Paint a formula into an area, as curves: it is sharp at any zoom and stays so in SVG and PDF."""
    _renderer(drawn.svg, ink.name()).render(painter, area)


@lru_cache(maxsize=512)
def _renderer(svg: str, ink: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(svg.replace('"black"', f'"{ink}"').encode()))
