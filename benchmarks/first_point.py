"""Train pressed to the first point drawn, and the longest pause of the window's event loop while it trains.

    QT_QPA_PLATFORM=offscreen python benchmarks/first_point.py [rounds] [seconds]

Trains the bundled example in a worker that is warm, as after a look at the welcome screen. The event loop is watched
by a timer that is due every millisecond; a process that only has such a timer shows what the machine itself adds.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_home = tempfile.TemporaryDirectory(prefix="netloom-benchmark-")
for _variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "NETLOOM_RUNS"):
    os.environ[_variable] = str(Path(_home.name, _variable.lower()))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


if TYPE_CHECKING:
    from studio.window.main_window import MainWindow

WARM = 4.0
"""Seconds after which a worker that said it is ready has read what else it needs."""


class Watch(QObject):
    """Notes every pause of the event loop beyond the millisecond that its timer takes."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(1)

    def start(self) -> None:
        """Forget what was."""
        self.gaps.clear()
        self._last = time.perf_counter()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now


def live(seconds: float, until: Callable[[], object] = lambda: False) -> None:
    """Let the window live until something is so, at most for some seconds."""
    end = time.monotonic() + seconds
    loop, poll = QEventLoop(), QTimer()
    poll.timeout.connect(lambda: loop.quit() if until() or time.monotonic() > end else None)
    poll.start(5)
    loop.exec()


def first_point(window: MainWindow) -> float:
    """Seconds from Train to the first point on the loss chart."""
    chart = window.workspace("train").curves.loss  # type: ignore[attr-defined]
    start = time.perf_counter()
    window.train()
    live(30, until=lambda: len(chart.table()) > 1)
    chart.repaint()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    from studio.window.main_window import MainWindow
    from widgets.theme import theme

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 6.0
    application = QApplication([])
    theme().apply(application)
    watch = Watch()
    live(seconds)
    idle = max(watch.gaps)
    window = MainWindow()
    window.resize(1600, 1000)
    window.show()
    window.new("digits-cnn")
    live(10, until=lambda: window.controller.title == "digits-cnn")
    window.controller.document.content.set_section("training", window.controller.document.training | {"epochs": 2000})
    live(90, until=lambda: window.training.devices)
    window.show_workspace("train")
    live(WARM)
    points, gaps = [], []
    for _ in range(rounds):
        watch.start()
        points.append(first_point(window))
        live(seconds)
        gaps.append(max(watch.gaps))
        window.training.stop()
        live(10, until=lambda: not window.training.is_training)
        for id in list(window.workspace("train").curves.colors):  # type: ignore[attr-defined]
            window.workspace("train").panel.toggle(id)  # type: ignore[attr-defined]
    window.controller.document.mark_saved()
    window.close()
    print(f"Train to first point drawn        {median(points):6.2f} s    limit 1.00    {_list(points, 1)}")
    print(f"longest pause while training      {median(gaps) * 1000:6.1f} ms   limit 50.0    {_list(gaps, 1000)}")
    print(f"longest pause of an idle process  {idle * 1000:6.1f} ms")


def _list(values: list[float], scale: float) -> str:
    return " ".join(f"{value * scale:.2f}" for value in values)


if __name__ == "__main__":
    main()
