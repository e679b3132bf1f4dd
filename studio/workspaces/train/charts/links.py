"""Charts that are read together: one pointer and one part in view for all that have the same x."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from weakref import WeakSet

from PySide6.QtCore import QObject, Signal

from widgets.charts.chart import Chart


class Links(QObject):
    """Passes on from each of the charts that it takes what the others are to show; ``every`` gives those there are.

    What is wanted of a chart is told with the chart: `enlarge_requested`, `save_requested` (with the kind of file) and
    `asked` (with a wish: "twin", "remove", "forward", "back", "multiples").
    """

    enlarge_requested = Signal(object)
    save_requested = Signal(object, str)
    asked = Signal(object, str)

    def __init__(self, every: Callable[[], Sequence[Chart]], parent: QObject) -> None:
        super().__init__(parent)
        self._every = every
        self._taken: WeakSet[Chart] = WeakSet()

    def take(self, chart: Chart) -> bool:
        """Follow a chart; whether it is a new one."""
        if chart in self._taken:
            return False
        self._taken.add(chart)
        chart.pointed.connect(partial(self._point, chart))
        chart.ranged.connect(partial(self._range, chart))
        chart.enlarge_requested.connect(partial(self.enlarge_requested.emit, chart))
        chart.save_requested.connect(partial(self.save_requested.emit, chart))
        chart.twin_requested.connect(partial(self.asked.emit, chart, "twin"))
        chart.remove_requested.connect(partial(self.asked.emit, chart, "remove"))
        chart.multiples_requested.connect(partial(self.asked.emit, chart, "multiples"))
        chart.move_requested.connect(lambda by: self.asked.emit(chart, "forward" if by < 0 else "back"))
        return True

    def _alike(self, source: Chart) -> Iterator[Chart]:
        """The others on which an x is the same place."""
        return (chart for chart in self._every() if chart is not source and chart.x_name == source.x_name)

    def _point(self, source: Chart, x: float | None, closest: str) -> None:
        for chart in self._alike(source):
            chart.point_at(x, closest)

    def _range(self, source: Chart, shown: tuple[float, float] | None) -> None:
        for chart in self._alike(source):
            chart.show_range(shown)
