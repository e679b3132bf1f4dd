"""The charts of the Train workspace and the runs drawn on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from studio.live_run import RunFollower
from studio.runs.metric_reader import Points
from widgets.charts.chart import Chart

SERIES: dict[str, tuple[str, Literal["training", "validation"]]] = {
    "train/loss": ("loss", "training"),
    "validation/loss": ("loss", "validation"),
    "learning_rate": ("rate", "training"),
}


class RunCurves(QObject):
    """Three charts: loss, metric (accuracy or error), learning rate; each run keeps one color on all of them.

    `happened` carries (run name, events) of the runs on the charts, `failed` a sentence.
    """

    happened = Signal(str, object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loss = Chart("Loss")
        self.metric = Chart("Accuracy", "percent")
        self.rate = Chart("Learning rate")
        self._charts = {"loss": self.loss, "metric": self.metric, "rate": self.rate}
        self._runs: dict[str, RunFollower] = {}
        self._colors: dict[str, int] = {}

    def add(self, path: Path, *, live: bool) -> int:
        """Draw a run, and follow it while it is live; returns its color index. Raises `RunError`."""
        if path.name in self._runs:
            self.remove(path.name)
        follower = RunFollower(path, live=live, parent=self)
        place = next(number for number in range(len(self._colors) + 1) if number not in self._colors.values())
        self._runs[path.name], self._colors[path.name] = follower, place
        follower.points.connect(self._append)
        follower.happened.connect(lambda id, events: self.happened.emit(follower.folder.name, events))
        follower.failed.connect(self.failed)
        epochs = follower.folder.header.get("settings", {}).get("epochs")
        if live and isinstance(epochs, int):
            for chart in self._charts.values():
                chart.set_x_range(0, epochs)
        follower.poll()
        return place

    def finish(self, id: str) -> None:
        """A live run is over: read what is left and stop looking."""
        if id in self._runs:
            self._runs[id].stop()

    def remove(self, id: str) -> None:
        """Take a run off the charts."""
        follower = self._runs.pop(id, None)
        if follower:
            del self._colors[id]
            follower.stop()
            follower.deleteLater()
            for chart in self._charts.values():
                chart.remove(id)

    def clear(self) -> None:
        """Take every run off the charts."""
        for id in list(self._runs):
            self.remove(id)

    def _append(self, id: str, points: Mapping[str, Points]) -> None:
        follower = self._runs.get(id)
        if follower is None:
            return
        for series, new in points.items():
            target = self._target(series)
            if target:
                chart, kind = target
                chart.curve(id, kind, self._colors[id], follower.folder.name)
                chart.append(id, kind, new.epochs, new.values)

    def _target(self, series: str) -> tuple[Chart, Literal["training", "validation"]] | None:
        if series in SERIES:
            name, kind = SERIES[series]
            return self._charts[name], kind
        part, _, metric = series.partition("/")
        if part not in ("train", "validation") or not metric:
            return None
        if metric != "accuracy":
            self.metric.set_title(metric.upper() if len(metric) <= 4 else metric.capitalize(), "number")
        return self.metric, "training" if part == "train" else "validation"


Events = list[dict[str, Any]]
