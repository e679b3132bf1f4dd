"""The Numbers workspace: a small network worked by hand, number by number."""

from __future__ import annotations

from studio.workspaces.workspace import Page, Studio, Workspace, register


def _page(studio: Studio) -> Page:
    from studio.workspaces.numbers.workspace import NumbersWorkspace

    return NumbersWorkspace(studio.controller, studio.probing, studio.settings)


register(Workspace("numbers", "Numbers", "lin", 50, _page))
