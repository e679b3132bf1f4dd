"""Which charts are shown, in which order: chosen, dragged, enlarged, one for each run; remembered for each document."""

from __future__ import annotations

from functools import partial
from weakref import WeakSet

from PySide6.QtCore import QObject, QPoint, Qt, QTimer

from studio.workspaces.train.chart_grid import ChartGrid
from studio.workspaces.train.chart_looks import ChartLooks
from studio.workspaces.train.charts.bar import ChartBar
from studio.workspaces.train.charts.drawn_run import Flag
from studio.workspaces.train.charts.measures import key_of, look_of
from studio.workspaces.train.run_curves import RunCurves
from widgets.basics.deeds import Deed, open_menu
from widgets.charts.chart import Chart


class Arrangement(QObject):
    """Between the charts, the grid that shows them, the line above it and what is remembered."""

    def __init__(self, curves: RunCurves, grid: ChartGrid, bar: ChartBar, looks: ChartLooks, parent: QObject) -> None:
        super().__init__(parent)
        self._curves, self._grid, self._bar, self._looks = curves, grid, bar, looks
        self._followed: WeakSet[Chart] = WeakSet()
        self._due: tuple[str, Flag] | None = None
        curves.happened.connect(lambda id, _: self._point_out_due(id))
        curves.made.connect(self._dress)
        curves.metrics.changed.connect(self.arrange)
        curves.looked.connect(looks.keep)
        curves.asked.connect(self._heed)
        curves.enlarge_requested.connect(grid.enlarge)
        bar.x_chosen.connect(self._choose_x)
        bar.add_requested.connect(self._offer_charts)
        bar.back_requested.connect(partial(self.show_for_each, ""))
        for _, chart in curves.keyed():
            self._follow(chart)

    def show_document(self, path: str) -> None:
        """Another document is open: show its charts as they were."""
        self._looks.show_document(path)
        self._curves.show_for_each("")
        for key in [key for key in self._curves.more if key not in self._looks.added]:
            self._curves.drop_chart(key)
        for key in self._looks.added:
            self._curves.add_chart(key)
        for key, chart in self._curves.keyed():
            self._looks.dress(key, chart)
        self._bar.x_choice.set_value(self._looks.x)
        self._curves.set_x(self._looks.x)
        self.arrange()

    def arrange(self) -> None:
        """Show the charts, or a hint where no run is on them."""
        charts = dict(self._curves.keyed())
        shown = [charts[key] for key in self._looks.shown(list(charts))]
        facets = list(self._curves.facets.charts.values())
        is_empty = not self._curves.colors
        self._bar.back_button.setVisible(bool(facets) and not is_empty)
        self._grid.arrange(shown, empty=is_empty, instead=facets)

    def show_for_each(self, key: str) -> None:
        """Show one chart once for each run, "" for all charts again."""
        self._curves.show_for_each(key)
        self.arrange()

    def deeds(self) -> list[Deed]:
        """The charts that can be added: what was taken away, and every other series of the runs."""
        charts = dict(self._curves.keyed())
        hidden = [key for key in charts if key not in self._looks.shown(list(charts))]
        others = [key for key in self._curves.series if key not in charts]
        return [
            *(Deed(look_of(key_of(key)).title, partial(self.add, key), part="hidden") for key in hidden),
            *(self._deed(key) for key in sorted(others, key=lambda key: "/" in key)),
        ]

    def _deed(self, key: str) -> Deed:
        """Series of layers stand in a menu of what is measured of them."""
        family, _, member = key.partition("/")
        words = member or look_of(key).title
        submenu = f"{look_of(family).title} of a layer" if member else ""
        return Deed(words, partial(self.add, key), part="others", submenu=submenu)

    def add(self, key: str) -> None:
        """Show a chart: one that was taken away, or a new one."""
        if key not in dict(self._curves.keyed()):
            self._looks.add(key)
            self._curves.add_chart(key)
        self._looks.show(key)
        self.arrange()

    def point_out_soon(self, id: str, flag: Flag) -> None:
        """Point something out once the run, which is not on the charts yet, has its curves there."""
        self._due = id, flag

    def _point_out_due(self, id: str) -> None:
        """A run was read; its curves follow at once."""
        if self._due and self._due[0] == id:
            due, self._due = self._due, None
            QTimer.singleShot(0, self, partial(self.point_out, *due))

    def point_out(self, id: str, flag: Flag) -> None:
        """Bring the chart that a remark is about into view, made if need be, with all of x and a ring around it; the
        other charts are read at its place, while nothing covers the remark."""
        self._curves.show_for_each("")
        charts = dict(self._curves.keyed())
        name = next((name for name in self._looks.shown(list(charts)) if key_of(name) == flag.key), flag.key)
        if id not in self._curves.colors or (name not in charts and name not in self._curves.series):
            return
        self.add(name)
        chart = dict(self._curves.keyed())[name]
        chart.show_all()
        self._grid.show_chart(chart)
        chart.setFocus(Qt.FocusReason.TabFocusReason)
        if (place := self._curves.place_of(id, flag.epoch, chart.x_name)) is not None:
            chart.point_at(None)
            chart.pointed.emit(place, id)

    # Wishes

    def _heed(self, key: str, wish: str) -> None:
        if wish == "twin":
            names = dict(self._curves.keyed())
            number = next(number for number in range(2, len(names) + 3) if f"{key_of(key)}#{number}" not in names)
            self.add(f"{key_of(key)}#{number}")
        elif wish == "remove":
            self._remove(key)
        elif wish == "multiples":
            self.show_for_each(key)
        else:
            shown = self._looks.shown([name for name, _ in self._curves.keyed()])
            self._move(key, shown.index(key) + (-1 if wish == "forward" else 1))

    def _remove(self, key: str) -> None:
        if key in self._curves.more:
            self._looks.forget(key)
            self._curves.drop_chart(key)
        else:
            self._looks.hide(key)
        self.arrange()

    def _move(self, key: str, to: int) -> None:
        self._looks.move(key, to, [name for name, _ in self._curves.keyed()])
        self.arrange()

    def _choose_x(self, kind: str) -> None:
        self._looks.set_x(kind)
        self._curves.set_x(kind)

    def _offer_charts(self) -> None:
        deeds = self.deeds() or [Deed("Every series of these runs has a chart.", lambda: None, possible=False)]
        open_menu(self._bar, deeds, self._bar.add_button.mapToGlobal(self._bar.add_button.rect().bottomLeft()))

    # Charts that come

    def _dress(self, key: str, chart: Chart) -> None:
        self._looks.dress(key, chart)
        self._curves.fit_x(chart)
        self._follow(chart)

    def _follow(self, chart: Chart) -> None:
        if chart not in self._followed:
            self._followed.add(chart)
            chart.dragged.connect(partial(self._grid.show_drop, chart))
            chart.dropped.connect(partial(self._drop, chart))

    def _drop(self, chart: Chart, at: QPoint) -> None:
        to = self._grid.take_drop(chart, at)
        key = next((key for key, other in self._curves.keyed() if other is chart), "")
        if to is not None and key:
            self._move(key, to)
