"""The charts of the Train workspace and the runs drawn on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import cast
from weakref import WeakSet

from numpy.typing import ArrayLike
from PySide6.QtCore import QObject, Signal

from models.training import Optimizer, Schedule, TrainingSettings
from models.training.metrics import measure_of
from studio.controllers.run_follower import RunFollower
from studio.runs.events import Event
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import Points
from studio.workspaces.train.metric_charts import MetricCharts, measure_to_chart
from widgets.charts.chart import Chart
from widgets.charts.curve import Series

SERIES: dict[str, tuple[str, Series]] = {
    "train/loss": ("loss", "steps"),
    "validation/loss": ("loss", "validation"),
    "learning_rate": ("rate", "training"),
}
NEAR = 100
"""Epochs that the axes show from the beginning; of longer runs they show more and more."""
MOST_PLANNED = 500
PARTS: dict[str, Series] = {"train": "steps", "validation": "validation"}
"""What is written down between the ends of epochs is a mean over few steps; means over epochs come with the events."""


class RunCurves(QObject):
    """Charts of loss, metrics (one each) and learning rate; each run keeps one color on all of them. They share the
    pointer and the part of x in view.

    The line of training goes through the means over epochs, as the log has them; single steps lie behind it.
    `happened` carries (run id, events) of the runs on the charts, `failed` a sentence, `made` (key, chart) of a chart
    that has come; `looked`, `enlarge_requested` and `save_requested` pass on what is wanted of (key, chart).
    """

    happened = Signal(str, object)
    failed = Signal(str)
    made = Signal(str, object)
    looked = Signal(str, object)
    enlarge_requested = Signal(object)
    save_requested = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loss = Chart("Loss")
        self.metrics = MetricCharts(self)
        self.rate = Chart("Learning rate", from_zero=True)
        self.loss.set_title("Loss", "number", "least")
        self._runs: dict[str, RunFollower] = {}
        self._names: Mapping[str, str] = {}
        self._colors: dict[str, int] = {}
        self._curves: dict[str, set[tuple[str, Series]]] = {}
        self._live = ""
        self._epochs = self._reach = 0
        self._linked: WeakSet[Chart] = WeakSet()
        self.metrics.made.connect(self._link)
        for key, chart in self.keyed():
            self._link(key, chart)

    def keyed(self) -> list[tuple[str, Chart]]:
        """All charts with the keys by which they are remembered."""
        return [("loss", self.loss), *self.metrics.items(), ("rate", self.rate)]

    def charts(self) -> list[Chart]:
        """All charts, in the order in which they are shown."""
        return [self.loss, *self.metrics, self.rate]

    @property
    def colors(self) -> Mapping[str, int]:
        """The color index of each run on the charts."""
        return self._colors

    @property
    def is_reading(self) -> bool:
        """Whether a look at one of the runs is under way."""
        return any(follower.is_reading for follower in self._runs.values())

    def add(self, path: Path, *, live: bool) -> None:
        """Draw a run, and follow it while it is live; one that is drawn is read anew."""
        follower = RunFollower(path, live=live, parent=self)
        id = path.name
        place = self._colors.get(id, self._free_color())
        self._take_off(id)
        self._runs[id], self._colors[id], self._curves[id] = follower, place, set()
        if live:
            follower.began.connect(self._announce)
        follower.points.connect(self._append)
        follower.rewound.connect(self._begin_anew)
        follower.happened.connect(self._append_means)
        follower.happened.connect(self.happened)
        follower.failed.connect(partial(self._give_up, id))
        follower.poll()  # charts of a run that is read anew stay, since its points are about to come again

    def set_names(self, names: Mapping[str, str]) -> None:
        """What the runs are called on the charts, by their ids; others go by their own names."""
        self._names = names
        for id, curves in self._curves.items():
            for key, series in curves:
                self._chart(key).curve(id, series, self._colors[id], self._name(id))

    def set_warning(self, words: str, about_loss: str = "") -> None:
        """Say on the charts of what is measured what should be known before runs are compared, "" for nothing."""
        for key, chart in self.keyed():
            if key != "rate":
                chart.set_warning(about_loss or words if measure_of(key).name == "loss" else words)

    def _name(self, id: str) -> str:
        folder = self._runs[id].folder
        assert folder is not None, "a run begins before it has curves"
        return self._names.get(id, folder.name)

    def _link(self, key: str, chart: Chart) -> None:
        if chart not in self._linked:
            self._linked.add(chart)
            chart.pointed.connect(partial(self._point, chart))
            chart.ranged.connect(partial(self._range, chart))
            chart.looked.connect(lambda: self.looked.emit(self._key(chart), chart))
            chart.enlarge_requested.connect(lambda: self.enlarge_requested.emit(chart))
            chart.save_requested.connect(partial(self.save_requested.emit, chart))
        self.made.emit(key, chart)

    def _key(self, chart: Chart) -> str:
        return next(key for key, other in self.keyed() if other is chart)

    def _point(self, source: Chart, x: float | None, closest: str) -> None:
        for chart in self.charts():
            if chart is not source:
                chart.point_at(x, closest)

    def _range(self, source: Chart, shown: tuple[float, float] | None) -> None:
        for chart in self.charts():
            if chart is not source:
                chart.show_range(shown)

    def finish(self, id: str) -> None:
        """A live run is over: read what is left and stop looking."""
        if id in self._runs:
            self._runs[id].stop()
            self._live = ""
            for chart in self.charts():
                chart.set_live(id, False)
            self._show_epochs(0)

    def remove(self, id: str) -> None:
        """Take a run off the charts; one that is not there is fine."""
        self._take_off(id)
        self._drop_charts()

    def _take_off(self, id: str) -> None:
        follower = self._runs.pop(id, None)
        if follower:
            follower.end()
            follower.deleteLater()
            self._forget_points(id)
            del self._colors[id], self._curves[id]

    def _give_up(self, id: str, sentence: str) -> None:
        if self._runs[id].folder is None:
            self.remove(id)
        self.failed.emit(sentence)

    def close(self) -> None:
        """Look no more."""
        for follower in self._runs.values():
            follower.end()

    def _chart(self, key: str) -> Chart:
        return {"loss": self.loss, "rate": self.rate}.get(key) or self.metrics[key]

    def _free_color(self) -> int:
        taken = set(self._colors.values())
        return next(number for number in range(len(taken) + 1) if number not in taken)

    def _announce(self, folder: RunFolder) -> None:
        """Show how far the live run will go, and the learning rate that is planned for it."""
        id = folder.id
        settings, _ = TrainingSettings.read(folder.header["settings"])
        self._live, self._epochs, self._reach = id, settings.epochs, 0
        self._stretch(0.0)
        schedule, optimizer = cast(Schedule, settings.schedule), cast(Optimizer, settings.optimizer)
        stride = -(-settings.epochs // MOST_PLANNED)
        epochs = range(0, settings.epochs + 1, stride)
        rates = [optimizer.lr * schedule.factor(min(epoch, settings.epochs - 1), settings.epochs) for epoch in epochs]
        self._curves[id].add(("rate", "planned"))
        self.rate.curve(id, "planned", self._colors[id], self._name(id))
        self.rate.append(id, "planned", list(epochs), rates)

    def _stretch(self, epoch: float) -> None:
        """Let the axes reach on in few steps: to the last epoch at once where that is near, else to a round number."""
        if epoch < self._reach or not self._epochs:
            return
        round_numbers = (first * 10**power for power in range(1, 8) for first in (2, 5, 10))
        self._reach = min(self._epochs, next((number for number in round_numbers if number > epoch), self._epochs))
        if self._epochs <= NEAR:
            self._reach = self._epochs
        self._show_epochs(self._reach)

    def _show_epochs(self, epochs: int) -> None:
        """Let the axes reach as far as the live run will; 0 for as far as there are points."""
        for chart in self.charts():
            chart.set_x_range(0, epochs)

    def _begin_anew(self, id: str) -> None:
        """A run went back to a checkpoint: what it has written comes once more; what is planned stays."""
        self._forget_points(id)
        if id == self._live and (folder := self._runs[id].folder):
            self._announce(folder)

    def _forget_points(self, id: str) -> None:
        self._curves[id].clear()
        for chart in self.charts():
            chart.remove(id)

    def _append(self, id: str, points: Mapping[str, Points]) -> None:
        for measured, new in points.items():
            target = self._target(measured)
            if target is not None:
                self._draw(id, target, new.epochs, new.values)
                if id == self._live:
                    self._stretch(float(new.epochs[-1]))

    def _append_means(self, id: str, events: Sequence[Event]) -> None:
        """Draw the line of training through what the ends of epochs say."""
        means: dict[tuple[str, Series], tuple[list[float], list[float]]] = {}
        for event in events:
            epoch = event.get("epoch") if event["event"] == "epoch" else None
            if epoch is None:
                continue
            for measured, value in event.get("values", {}).items():
                target = self._target(measured) if measure_of(measured).part == "train" else None
                if target is not None:
                    xs, ys = means.setdefault((target[0], "training"), ([], []))
                    if not xs or epoch > xs[-1]:
                        xs.append(float(epoch))
                        ys.append(value)
        for target, (xs, ys) in means.items():
            self._draw(id, target, xs, ys)

    def _draw(self, id: str, target: tuple[str, Series], xs: ArrayLike, ys: ArrayLike) -> None:
        key, series = target
        chart = self._chart(key)
        if target not in self._curves[id]:
            self._curves[id].add(target)
            chart.curve(id, series, self._colors[id], self._name(id))
            chart.set_live(id, id == self._live)
        chart.append(id, series, xs, ys)

    def _target(self, measured: str) -> tuple[str, Series] | None:
        """The chart and the kind of line for a series of a run, None for one that has no chart."""
        if measured in SERIES:
            return SERIES[measured]
        measure = measure_to_chart(measured)
        if measure is None or measure.part not in PARTS:
            return None
        chart = self.metrics.show(measure)
        if chart is None:
            return None
        chart.set_x_range(0, self._reach if self._live else 0)
        return measure.key, PARTS[measure.part]

    def _drop_charts(self) -> None:
        """Take away the charts that no run draws on any more."""
        self.metrics.keep({chart for curves in self._curves.values() for chart, _ in curves})
