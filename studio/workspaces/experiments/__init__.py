"""The Experiments workspace: a network trained many times with settings that vary, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from models.specs.lists import SpecList
from models.specs.spec import SpecOf
from models.training import TrainingSettings
from studio.services.commands import Command
from studio.workspaces.workspace import Page, Studio, Workspace, commands_of, register

if TYPE_CHECKING:
    from studio.workspaces.design.workspace import DesignWorkspace
    from studio.workspaces.experiments.workspace import ExperimentsWorkspace


def _page(studio: Studio) -> Page:
    from studio.workspaces.experiments.workspace import ExperimentsWorkspace

    page = ExperimentsWorkspace(studio.controller, studio.experiments, studio.settings)
    page.average_requested.connect(studio.average_runs)
    return page


def _commands(studio: Studio) -> list[Command]:
    def curve() -> None:
        cast("ExperimentsWorkspace", studio.show_workspace("experiments")).learning_curve()

    def bagging() -> None:
        cast("ExperimentsWorkspace", studio.show_workspace("experiments")).bagging()

    return [
        Command("new-experiment", "Train", "New experiment…", (), partial(studio.vary, "")),
        Command("learning-curve", "Train", "Learning curve…", (), curve),
        Command("bagging", "Train", "Bagging…", (), bagging),
    ]


def _finds(studio: Studio) -> Iterator[Command]:
    """What can be varied of the training and the selected layers, and what can be done with the chosen experiment."""
    for name in _names(studio):
        yield Command(f"vary {name}", "Vary", f"Vary {name}…", (), partial(studio.vary, name))
    if made := cast("ExperimentsWorkspace | None", studio.made("experiments")):
        yield from commands_of("Experiment", made.deeds(), partial(studio.show_workspace, "experiments"))


def _names(studio: Studio) -> Iterator[str]:
    settings, _ = TrainingSettings.read(studio.controller.document.training)
    for name, field in TrainingSettings.fields.items():
        if not isinstance(field, SpecList):
            yield f"training.{name}"
        if isinstance(field, SpecOf):
            yield from (f"training.{name}.{inner}" for inner in getattr(settings, name).fields)
    design = cast("DesignWorkspace | None", studio.made("design"))
    network = studio.controller.document.network
    for id in design.canvas.selection() if design else ():
        if id in network and (layer := network[id].own_layer):
            yield from (f"{id}.{name}" for name in (*layer.fields, "bypass"))


register(Workspace("experiments", "Vary", "shuffle", 60, _page, _commands, _finds))
