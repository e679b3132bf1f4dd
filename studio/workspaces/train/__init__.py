"""The Train workspace: runs, their settings, curves and logs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from models.training import TrainingSettings
from studio.runs.probes.trials import TRIALS
from studio.services.commands import Command
from studio.workspaces.workspace import Page, Studio, Workspace, commands_of, register

if TYPE_CHECKING:
    from studio.workspaces.train.workspace import TrainWorkspace


def _page(studio: Studio) -> Page:
    from studio.workspaces.train.workspace import TrainWorkspace

    page = TrainWorkspace(studio.controller, studio.training, studio.settings, studio.probing)
    page.panel.compare_requested.connect(studio.compare_runs)
    page.panel.acts.average_requested.connect(studio.average_runs)
    page.panel.acts.prune_requested.connect(studio.prune_run)
    page.test_button.clicked.connect(partial(_test, studio, TRIALS[0].kind))
    page.form.vary_requested.connect(lambda name: studio.vary(f"training.{name}"))
    return page


def _test(studio: Studio, kind: str) -> None:
    """Make a test of the open document in a window over the workspace; there is one window for all of them."""
    from studio.workspaces.train.trying.dialog import TrialDialog

    page = studio.show_workspace("train")
    dialog = page.findChild(TrialDialog) or TrialDialog(studio.controller, studio.probing, page)
    dialog.show()
    dialog.raise_()
    dialog.begin(kind)


def _commands(studio: Studio) -> list[Command]:
    def compare() -> None:
        cast("TrainWorkspace", studio.show_workspace("train")).panel.compare()

    def average() -> None:
        cast("TrainWorkspace", studio.show_workspace("train")).panel.average_button.click()

    def prune() -> None:
        panel = cast("TrainWorkspace", studio.show_workspace("train")).panel
        panel.acts.prune([panel.shown.name] if panel.shown else [])

    def table() -> None:
        cast("TrainWorkspace", studio.show_workspace("train")).show_page("table")

    return [
        Command("compare-runs", "Train", "Compare the networks of two ticked runs", (), compare),
        Command("average-runs", "Train", "Average the ticked runs", (), average),
        Command("prune-run", "Train", "Prune the chosen run…", (), prune),
        Command("run-table", "Train", "Table of all runs", (), table),
        *(
            Command(f"test-{trial.option}", "Train", f"Test: {trial.title}", (), partial(_test, studio, trial.kind))
            for trial in TRIALS
        ),
    ]


def _finds(studio: Studio) -> Iterator[Command]:
    """The settings of a training, and the runs."""

    def page() -> TrainWorkspace:
        return cast("TrainWorkspace", studio.show_workspace("train"))

    for name, field in TrainingSettings.fields.items():
        run = partial(lambda name: page().form.focus_field(name), name)
        yield Command(f"setting {name}", "Setting of the training", field.label, (), run)
    runs = studio.training.runs
    if runs.summaries is None:
        runs.refresh()
    for summary in runs.summaries or ():
        show = partial(lambda id: page().panel.show_run(id), summary.id)
        yield Command(f"run {summary.id}", "Run", summary.name or summary.id, (), show)
    if made := cast("TrainWorkspace | None", studio.made("train")):
        yield from commands_of("Chosen run", made.panel.list.deeds(), page)
        yield from commands_of("Add a chart", made.charts.deeds(), page)
        for chart in made.curves.charts():
            yield from commands_of(f"Chart · {chart.title}", chart.deeds(), page)


register(Workspace("train", "Train", "pulse", 30, _page, _commands, _finds))
