"""The Inspect workspace: what a run has learned, asked of the worker and shown."""

from __future__ import annotations

from studio.workspaces.workspace import Page, Studio, Workspace, register


def _page(studio: Studio) -> Page:
    from studio.workspaces.inspect.workspace import InspectWorkspace

    return InspectWorkspace(studio.training, studio.probing, studio.settings)


register(Workspace("inspect", "Inspect", "eye", 40, _page))
