"""The Predict workspace: what a trained network answers to files that are dropped on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from studio.services.commands import Command
from studio.workspaces.workspace import Page, Studio, Workspace, register

if TYPE_CHECKING:
    from studio.workspaces.predict.workspace import PredictWorkspace


def _page(studio: Studio) -> Page:
    from studio.workspaces.predict.workspace import PredictWorkspace

    return PredictWorkspace(studio.training, studio.probing, studio.settings)


def _commands(studio: Studio) -> list[Command]:
    def ask() -> None:
        cast("PredictWorkspace", studio.show_workspace("predict")).ask_files()

    return [Command("predict-files", "Train", "Predict files…", (), ask)]


register(Workspace("predict", "Predict", "bulb", 70, _page, _commands))
