"""The charts of everything that is measured beside the loss that is trained: one for each measure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from PySide6.QtCore import QObject, Signal

from models.training.metrics import CLASSES, Measure, usual_metric
from studio.workspaces.train.charts.measures import look_of
from widgets.charts.chart import Chart

MOST = 48
"""Charts that are made; a run may come from anybody, and name any number of measures."""


class MetricCharts(QObject):
    """Charts by the key of their measure (`Measure.key`); there always is one, which waits for curves if need be.

    `changed` tells that a chart has come or gone, `made` carries (key, chart) of one that has come.
    """

    changed = Signal()
    made = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        waiting = Measure("", "", usual_metric(CLASSES).series)
        self._charts = {waiting.key: _new_chart(waiting)}
        self._waits = True

    def __iter__(self) -> Iterator[Chart]:
        return iter(self._charts.values())

    def __contains__(self, key: object) -> bool:
        return key in self._charts

    def __getitem__(self, key: str) -> Chart:
        return self._charts[key]

    def items(self) -> list[tuple[str, Chart]]:
        """The charts with their keys."""
        return list(self._charts.items())

    def show(self, measure: Measure) -> Chart | None:
        """The chart of a measure, made if there is none yet; None where there are too many."""
        if measure.key not in self._charts:
            if len(self._charts) >= MOST:
                return None
            if self._waits:
                (chart,) = self._charts.values()
                chart.set_title(*look_of(measure.key))
                self._charts = {measure.key: chart}
            else:
                chart = self._charts[measure.key] = _new_chart(measure)
                self.changed.emit()
            self.made.emit(measure.key, chart)
        self._waits = False
        return self._charts[measure.key]

    def keep(self, used: Collection[str]) -> None:
        """Take away the charts whose keys are not used, but the last one."""
        unused = [key for key in self._charts if key not in used]
        if len(unused) == len(self._charts):
            self._waits = True
            unused = unused[1:]
        for key in unused:
            chart = self._charts.pop(key)
            chart.hide()
            chart.deleteLater()
        if unused:
            self.changed.emit()


def _new_chart(measure: Measure) -> Chart:
    title, form, best = look_of(measure.key)
    chart = Chart(title, form)
    chart.set_title(title, form, best)
    return chart
