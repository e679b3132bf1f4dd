"""One chart once for each run, side by side with one scale."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.workspaces.train.charts.measures import key_of, look_of
from widgets.charts.chart import Chart


class Facets(QObject):
    """The charts by run, of the chart that ``name`` names ("" while there are none)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = ""
        self.charts: dict[str, Chart] = {}

    @property
    def key(self) -> str:
        """What is shown of each run."""
        return key_of(self.name)

    def begin(self, name: str) -> None:
        """Show another chart for each run; "" for none any more."""
        self.name = name
        for id in list(self.charts):
            self.drop(id)

    def make(self, id: str, title: str, x: str, like: Chart | None) -> Chart:
        """A chart for one more run, in the looks of another chart."""
        _, form, best = look_of(self.key)
        from_zero = bool(like and like.from_zero)
        chart = self.charts[id] = Chart(title, form, like.x_name if like else x, from_zero=from_zero)
        chart.set_title(title, form, best)
        if like:
            chart.set_look(like.look)
        chart.changed.connect(self._share_again)
        self._share()
        return chart

    def set_title(self, id: str, title: str) -> None:
        """Call a run by another name."""
        if chart := self.charts.get(id):
            chart.set_title(title, *look_of(self.key)[1:])
            self._share()

    def drop(self, id: str) -> None:
        """Take away the chart of a run; one that is not there is fine."""
        if chart := self.charts.pop(id, None):
            chart.hide()
            chart.deleteLater()
            self._share()

    def _share(self) -> None:
        for chart in self.charts.values():
            chart.share_scale([*self.charts.values()])

    def _share_again(self) -> None:
        """Points of one run may have moved the axes of all."""
        if len({chart.frame.y1 for chart in self.charts.values()}) > 1:
            self._share()
