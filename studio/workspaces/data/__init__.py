"""The Data workspace: which data the network learns from, seen and described."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from studio.services.commands import Command
from studio.workspaces.workspace import Page, Studio, Workspace, commands_of, register

if TYPE_CHECKING:
    from studio.workspaces.data.workspace import DataWorkspace


def _page(studio: Studio) -> Page:
    from studio.workspaces.data.workspace import DataWorkspace

    page = DataWorkspace(studio.controller, studio.settings)
    page.details.form.vary_requested.connect(lambda name: studio.vary(f"data.{name}"))
    return page


def _finds(studio: Studio) -> Iterator[Command]:
    """What can be done with the sources."""
    page = cast("DataWorkspace | None", studio.made("data"))
    if page is None:
        return
    front = partial(studio.show_workspace, "data")
    for key, row in page.sources.rows.items():
        yield from commands_of(f"Data · {row.source.title}", page.sources.deeds_of(key), front)


register(Workspace("data", "Data", "db", 10, _page, finds=_finds))
