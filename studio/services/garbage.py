"""Collecting garbage on the window's thread alone.

Python collects cyclic garbage in whatever thread happens to allocate. Where that is a background thread and the garbage
holds a Qt object, Qt destroys it there, which ends in a crash. So the collector is switched off while a window lives,
and asked by a timer instead, with Python's own thresholds.

What survives a look at everything is not looked at again until there is twice as much of it: with a large document open
each look would take longer than a frame.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500
_OLDEST = 2


class GarbageCollector(QObject):
    """Collects on the thread that made it until `stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        # What is there by now stays for good; it need not be looked at again and again.
        gc.freeze()
        self._most = self._twice()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due, and with it the younger ones; cheap when none is."""
        due = [
            age
            for age, (count, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if count > limit
        ]
        if due:
            gc.collect(due[-1])
            if due[-1] == _OLDEST:
                self._settle()

    def _settle(self) -> None:
        """Leave what is there by now alone, but look at all of it where that has become much."""
        gc.freeze()
        if sys.getallocatedblocks() > self._most:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._most = self._twice()

    @staticmethod
    def _twice() -> int:
        # Of memory, for which Python has a count at hand: to count what is frozen would take half a frame.
        return 2 * sys.getallocatedblocks()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
