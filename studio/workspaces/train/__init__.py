"""The Train workspace: runs, their settings, curves and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from studio.services.commands import Command
from studio.workspaces.workspace import Page, Studio, Workspace, register

if TYPE_CHECKING:
    from studio.workspaces.train.workspace import TrainWorkspace


def _page(studio: Studio) -> Page:
    from studio.workspaces.train.workspace import TrainWorkspace

    page = TrainWorkspace(studio.controller, studio.training, studio.settings)
    page.panel.compare_requested.connect(studio.compare_runs)
    return page


def _commands(studio: Studio) -> list[Command]:
    def compare() -> None:
        cast("TrainWorkspace", studio.show_workspace("train")).panel.compare()

    return [Command("compare-runs", "Train", "Compare the networks of two ticked runs", (), compare)]


register(Workspace("train", "Train", "pulse", 30, _page, _commands))
