"""The Data workspace: which data the network learns from, seen and described."""

from __future__ import annotations

from studio.workspaces.workspace import Page, Studio, Workspace, register


def _page(studio: Studio) -> Page:
    from studio.workspaces.data.workspace import DataWorkspace

    return DataWorkspace(studio.controller, studio.settings)


register(Workspace("data", "Data", "db", 10, _page))
