"""The charts of the Train workspace and the runs drawn on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from models.training import TrainingSettings
from models.training.metrics import Measure, measure_of
from studio.controllers.run_follower import RunFollower
from studio.runs.events import Event
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import Points
from studio.workspaces.train.charts.axis import EPOCH, KINDS, RunAxis
from studio.workspaces.train.charts.drawn_run import DrawnRun, Flag, LineOn, batch_size_of, planned_rates, reach_of
from studio.workspaces.train.charts.facets import Facets
from studio.workspaces.train.charts.happened import RunHappenings
from studio.workspaces.train.charts.links import Links
from studio.workspaces.train.charts.measures import LOSS, RATE, is_usual, key_of, look_of, measure_to_chart, target_of
from studio.workspaces.train.metric_charts import MetricCharts
from widgets.charts.chart import Chart
from widgets.charts.curve import Series
from widgets.charts.group import Group

MOST_SERIES = 500
"""Series that can be chosen for a chart; a run may come from anybody, and name any number."""


class RunCurves(QObject):
    """Charts of loss, metrics (one each) and learning rate, and of whatever else is asked for; each run keeps one color
    on all of them. They share the pointer and the part of x in view.

    The line of training goes through the means over epochs, as the log has them; single steps lie behind it. What is on
    the charts is read anew from the folders of the runs when another chart or another x is wanted.
    `happened` carries (run id, events) of the runs on the charts, `failed` a sentence, `made` (key, chart) of a chart
    that has come; `looked`, `enlarge_requested`, `save_requested` and `asked` (key, wish) pass on what is wanted of a
    chart: "twin", "remove", "forward", "back", "multiples".
    """

    happened = Signal(str, object)
    failed = Signal(str)
    made = Signal(str, object)
    looked = Signal(str, object)
    enlarge_requested = Signal(object)
    save_requested = Signal(object, str)
    asked = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loss = Chart("Loss")
        self.metrics = MetricCharts(self)
        self.rate = Chart("Learning rate", from_zero=True)
        self.loss.set_title(*look_of(LOSS))
        self.more: dict[str, Chart] = {}
        """Charts that were asked for, by their keys; after a # stands which one it is of several."""
        self.facets = Facets(self)
        self.x = EPOCH
        self.series: dict[str, None] = {}
        """Every series of the runs, in order, that has no chart unasked."""
        self._runs: dict[str, DrawnRun] = {}
        self._names: Mapping[str, str] = {}
        self._names_alone: Mapping[str, str] = {}
        self._groups: Sequence[Group] = ()
        self._reach = 0
        self._links = Links(self._every, self)
        self._links.enlarge_requested.connect(self.enlarge_requested)
        self._links.save_requested.connect(self.save_requested)
        self._links.asked.connect(lambda chart, wish: self.asked.emit(self._key(chart), wish))
        self.metrics.made.connect(self._link)
        for key, chart in self.keyed():
            self._link(key, chart)

    def keyed(self) -> list[tuple[str, Chart]]:
        """All charts with the keys by which they are remembered."""
        return [(LOSS, self.loss), *self.metrics.items(), (RATE, self.rate), *self.more.items()]

    def charts(self) -> list[Chart]:
        """All charts, in the order in which they are shown unasked."""
        return [chart for _, chart in self.keyed()]

    @property
    def colors(self) -> dict[str, int]:
        """The color index of each run on the charts."""
        return {id: run.color for id, run in self._runs.items()}

    def live(self) -> list[str]:
        """The runs that are followed while they grow."""
        return [id for id, run in self._runs.items() if run.live]

    @property
    def is_reading(self) -> bool:
        """Whether a look at one of the runs is under way."""
        return any(run.follower.is_reading for run in self._runs.values())

    # Runs

    def add(self, path: Path, *, live: bool, color: int | None = None) -> None:
        """Draw a run, and follow it while it is live; one that is drawn is read anew. ``color`` is the index of a color
        of its own, which others may have, too."""
        id = path.name
        known = self._runs.get(id)
        place = known.color if known and color is None else self._free_color() if color is None else color
        flags = known.flags if known else ()
        self._take_off(id)
        follower = RunFollower(path, live=live, parent=self)
        self._runs[id] = DrawnRun(follower, place, live, RunAxis(), flags=flags)
        follower.began.connect(self._begin)
        follower.points.connect(self._append)
        follower.rewound.connect(self._begin_anew)
        follower.happened.connect(self._hear)
        follower.happened.connect(self.happened)
        follower.kept.connect(self._keep)
        follower.failed.connect(partial(self._give_up, id))
        if self.facets.name and id not in self.facets.charts:
            like = dict(self.keyed()).get(self.facets.name)
            self._link(self.facets.name, self.facets.make(id, self._names_alone.get(id, id), self.x, like))
        follower.poll()  # charts of a run that is read anew stay, since its points are about to come again

    def read_anew(self) -> None:
        """Read all runs once more, for charts that have come since or another x."""
        for run in list(self._runs.values()):
            self.add(run.follower.path, live=run.live)

    def finish(self, id: str) -> None:
        """A live run is over: read what is left and stop looking."""
        if run := self._runs.get(id):
            run.follower.stop()
            run.live = False
            for chart in self._every():
                chart.set_live(id, False)
            self._reach = max((other.epochs for other in self._runs.values() if other.live), default=0)
            self._show_epochs(self._reach)

    def remove(self, id: str) -> None:
        """Take a run off the charts; one that is not there is fine."""
        self._take_off(id)
        self.facets.drop(id)
        self._drop_charts()

    def close(self) -> None:
        """Look no more."""
        for run in self._runs.values():
            run.follower.end()

    def set_names(self, names: Mapping[str, str], alone: Mapping[str, str] | None = None) -> None:
        """What the runs are called on the charts, by their ids; others go by their own names. ``alone`` says what they
        are called where each has a chart."""
        self._names, self._names_alone = names, alone or names
        for id, run in self._runs.items():
            for chart, series in run.curves:
                chart.curve(id, series, run.color, self._name(id))
            self.facets.set_title(id, self._names_alone.get(id) or (run.folder.name if run.folder else id))

    def set_groups(self, groups: Sequence[Group]) -> None:
        """Show runs that repeat each other as one, on all charts but those for each run; their colors are its color."""
        self._groups = groups
        for group in groups:
            for id in group.members:
                if (run := self._runs.get(id)) and run.color != group.color_index:
                    run.color = group.color_index
                    for chart, series in run.curves:
                        chart.curve(id, series, run.color, self._name(id))
        for chart in self.charts():
            chart.set_groups(groups)

    def set_flags(self, id: str, flags: Sequence[Flag]) -> None:
        """Put remarks on the charts of a run, in place of those of before; a run that is not there is fine."""
        if run := self._runs.get(id):
            run.flags = flags
            self._show_flags(id)

    def place_of(self, id: str, epoch: float, x: str) -> float | None:
        """Where an epoch of a run on the charts lies on an x axis; None where that is not known."""
        return next(iter(self._runs[id].axis.of_epochs([epoch], x) or ()), None)

    def set_warning(self, words: str, about_loss: str = "") -> None:
        """Say on the charts of what is measured what should be known before runs are compared, "" for nothing."""
        for key, chart in self.keyed():
            if key not in (RATE, *self.more):
                chart.set_warning(about_loss or words if measure_of(key).name == LOSS else words)

    # Charts

    def set_x(self, kind: str) -> None:
        """Let x be another thing, one of `charts.axis.KINDS`, on all charts but those that have an x of their own."""
        self.x = kind
        changed = [self.fit_x(chart) for chart in self._every()]
        if any(changed):
            self.read_anew()

    def fit_x(self, chart: Chart) -> bool:
        """Let x of a chart be what is chosen for it, or for all; whether it was another, so that runs are to be read
        anew for what is on it."""
        before = chart.x_name
        chart.set_x_name(chart.look.x or self.x)
        chart.set_x_range(0, self._reach if chart.x_name == EPOCH else 0)
        return chart.x_name != before

    def add_chart(self, key: str) -> Chart:
        """Another chart: of a series that has none unasked, or one more of a measure (``loss#2``)."""
        if key not in self.more:
            title, form, best = look_of(key_of(key))
            chart = self.more[key] = Chart(title, form, self.x)
            chart.set_title(title, form, best)
            chart.set_groups(self._groups)
            self._link(key, chart)
            self.read_anew()
        return self.more[key]

    def drop_chart(self, key: str) -> None:
        """Take away a chart that was asked for; one that is not there is fine."""
        if chart := self.more.pop(key, None):
            for run in self._runs.values():
                run.curves = {entry for entry in run.curves if entry[0] is not chart}
            chart.hide()
            chart.deleteLater()

    def show_for_each(self, key: str) -> None:
        """Make one chart of this key for each run (`facets`), all of one scale; "" for none any more."""
        gone = set(self.facets.charts.values())
        for run in self._runs.values():
            run.curves = {entry for entry in run.curves if entry[0] not in gone}
        self.facets.begin(key)
        if key:
            self.read_anew()

    def _every(self) -> list[Chart]:
        return [*self.charts(), *self.facets.charts.values()]

    def _link(self, key: str, chart: Chart) -> None:
        if self._links.take(chart):
            chart.is_arranged = chart not in self.facets.charts.values()
            chart.x_choices = KINDS if chart.is_arranged else {}
            self.fit_x(chart)
            chart.looked.connect(partial(self._look, chart))
        if chart.is_arranged:
            self.made.emit(key, chart)

    def _key(self, chart: Chart) -> str:
        return next((key for key, other in self.keyed() if other is chart), self.facets.name)

    def _look(self, chart: Chart) -> None:
        self.looked.emit(self._key(chart), chart)
        if self.fit_x(chart):
            self.read_anew()

    # One run

    def _name(self, id: str) -> str:
        folder = self._runs[id].folder
        assert folder is not None, "a run begins before it has curves"
        return self._names.get(id, folder.name)

    def _take_off(self, id: str) -> None:
        if run := self._runs.get(id):
            run.follower.end()
            run.follower.deleteLater()
            self._forget_points(id)
            del self._runs[id]

    def _give_up(self, id: str, sentence: str) -> None:
        if self._runs[id].folder is None:
            self.remove(id)
        self.failed.emit(sentence)

    def _free_color(self) -> int:
        taken = {run.color for run in self._runs.values()}
        return next(number for number in range(len(taken) + 1) if number not in taken)

    def _begin(self, folder: RunFolder) -> None:
        run = self._runs[folder.id]
        run.axis = RunAxis(batch_size_of(folder))
        if run.live:
            self._announce(folder.id)

    def _announce(self, id: str) -> None:
        """Show how far the live run will go, and the learning rate that is planned for it."""
        run, folder = self._runs[id], self._runs[id].folder
        assert folder is not None
        settings, _ = TrainingSettings.read(folder.header["settings"])
        run.epochs, self._reach = settings.total_epochs(run.axis.steps), 0
        self._stretch(0.0)
        self._plan(id, settings)

    def _plan(self, id: str, settings: TrainingSettings) -> None:
        run = self._runs[id]
        epochs, rates = planned_rates(settings, run.axis.steps)
        for chart in self._charts_of(RATE, id):
            if (xs := run.axis.of_epochs(epochs, chart.x_name)) is not None:
                run.curves.add((chart, "planned"))
                chart.curve(id, "planned", run.color, self._name(id))
                chart.append(id, "planned", xs, rates)

    def _stretch(self, epoch: float) -> None:
        """Let the axes reach on in few steps."""
        epochs = max((run.epochs for run in self._runs.values() if run.live), default=0)
        if epochs and epoch >= self._reach:
            self._reach = reach_of(epoch, epochs)
            self._show_epochs(self._reach)

    def _show_epochs(self, epochs: int) -> None:
        """Let the axes reach as far as the live run will; 0 for as far as there are points."""
        for chart in self._every():
            chart.set_x_range(0, epochs if chart.x_name == EPOCH else 0)

    def _begin_anew(self, id: str) -> None:
        """A run went back to a checkpoint: what it has written comes once more; what is planned stays."""
        self._forget_points(id)
        run = self._runs[id]
        run.happenings = RunHappenings()
        if run.live and run.folder:
            self._announce(id)

    def _forget_points(self, id: str) -> None:
        self._runs[id].curves.clear()
        for chart in self._every():
            chart.remove(id)

    def _append(self, id: str, points: Mapping[str, Points]) -> None:
        run = self._runs[id]
        longest = max(points.values(), key=len)
        run.happenings.measured(longest)
        for measured, new in points.items():
            if not is_usual(measured) and len(self.series) < MOST_SERIES:
                self.series.setdefault(measured)
            self._draw(id, measured, target_of(measured)[1], run.line_of(new))
            if run.live:
                self._stretch(float(new.epochs[-1]))
        self._show_happenings(id)
        self._show_flags(id)

    def _hear(self, id: str, events: Sequence[Event]) -> None:
        run = self._runs[id]
        run.axis.learn(events)
        run.happenings.hear(events)
        run.drops |= any(event.get("dropout") is True for event in events)
        if run.live and any(event["event"] == "started" for event in events) and run.folder:
            settings, _ = TrainingSettings.read(run.folder.header["settings"])
            if settings.plans_by_updates or any(chart.x_name != EPOCH for chart in self._every()):
                self._announce(id)
        self._append_means(id, events)
        self._show_happenings(id)

    def _keep(self, id: str, steps: Mapping[str, int]) -> None:
        self._runs[id].happenings.keep(steps)
        self._show_happenings(id)

    def _show_happenings(self, id: str) -> None:
        told = cache(self._runs[id].told)
        for chart in self._every():
            chart.set_happenings(id, told(chart.x_name))

    def _show_flags(self, id: str) -> None:
        run = self._runs[id]
        for chart in self._every():
            chart.clear_markers(id)
        for flag in run.flags:
            for chart in self._charts_of(flag.key, id):
                if (place := self.place_of(id, flag.epoch, chart.x_name)) is not None:
                    chart.marker(place, flag.text, id)

    def _append_means(self, id: str, events: Sequence[Event]) -> None:
        """Draw the line of training through what the ends of epochs say."""
        for measured, line in self._runs[id].means_of(events).items():
            self._draw(id, measured, "training", line)

    def _draw(self, id: str, measured: str, series: Series, line_on: LineOn) -> None:
        """Draw a line on the charts of a series: (xs, ys), by what x is on a chart."""
        run = self._runs[id]
        for chart in self._charts_of(target_of(measured)[0], id, measure_to_chart(measured)):
            xs, ys = line_on(chart.x_name)
            if not len(xs):
                continue
            if (chart, series) not in run.curves:
                run.curves.add((chart, series))
                chart.curve(id, series, run.color, self._name(id))
                chart.set_live(id, run.live)
            chart.set_dropped(id, run.drops)
            chart.append(id, series, xs, ys)

    def _charts_of(self, key: str, id: str, measure: Measure | None = None) -> Iterator[Chart]:
        """The charts on which a run draws what goes by a key; the one of a measure is made if there is none yet."""
        if key in (LOSS, RATE):
            yield self.loss if key == LOSS else self.rate
        elif measure and (chart := self.metrics.show(measure)):
            yield chart
        elif key in self.metrics:
            yield self.metrics[key]
        yield from (chart for name, chart in self.more.items() if key_of(name) == key)
        if self.facets.key == key and id in self.facets.charts:
            yield self.facets.charts[id]

    def _drop_charts(self) -> None:
        """Take away the charts that no run draws on any more."""
        used = {chart for run in self._runs.values() for chart, _ in run.curves}
        self.metrics.keep({key for key, chart in self.metrics.items() if chart in used})
