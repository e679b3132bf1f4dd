"""The Train workspace: runs, their settings, curves and logs."""

from __future__ import annotations

from studio.workspaces.workspace import Page, Studio, Workspace, register


def _page(studio: Studio) -> Page:
    from studio.workspaces.train.workspace import TrainWorkspace

    return TrainWorkspace(studio.controller, studio.training, studio.settings)


register(Workspace("train", "Train", "pulse", 30, _page))
