"""The Numbers workspace: a small network worked by hand, number by number."""

from __future__ import annotations

from studio.workspaces.workspace import Page, Studio, Workspace, register

EXAMPLE = "by-hand"


def _page(studio: Studio) -> Page:
    from studio.workspaces.numbers.workspace import NumbersWorkspace

    page = NumbersWorkspace(studio.controller, studio.probing, studio.settings)
    page.example_requested.connect(lambda: studio.new(EXAMPLE, lambda: studio.show_workspace("numbers")))
    return page


register(Workspace("numbers", "Numbers", "lin", 50, _page))
