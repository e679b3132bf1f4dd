"""Steps of showing something large, each in a turn of its own of the event loop: none of them holds up the window."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

Step = Callable[[], object]


class Turns(QObject):
    """Does steps one after the other. Between two of them there is a turn in which what the first one changed is laid
    out and painted."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: deque[Step] = deque()
        self._has_painted = False
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_busy(self) -> bool:
        """Whether steps are still to come."""
        return bool(self._steps)

    def run(self, *steps: Step) -> None:
        """Do the first of these steps now and the others in turn; what is left of earlier ones is dropped."""
        first, *rest = steps
        self._steps = deque(rest)
        self._has_painted = False
        self._timer.start()
        first()

    def drop(self) -> None:
        """Do none of the steps that are left."""
        self._steps.clear()

    def _go_on(self) -> None:
        if not self._steps:
            self._timer.stop()
        elif self._has_painted:
            self._has_painted = False
            self._steps.popleft()()
        else:
            self._has_painted = True
