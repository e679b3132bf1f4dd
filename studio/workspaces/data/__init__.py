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
    page.page.samples.augmented.clicked.connect(partial(_augment, studio))
    page.details.form.vary_requested.connect(lambda name: studio.vary(f"data.{name}"))
    return page


def _augment(studio: Studio) -> None:
    """Show training examples before and after augmentation, once there are some."""
    from studio.workspaces.data.augmented.dialog import AugmentedDialog

    page = cast("DataWorkspace", studio.show_workspace("data"))
    if page.preview is not None:
        for older in page.findChildren(AugmentedDialog):
            older.close()
            older.deleteLater()
        AugmentedDialog(studio.controller, studio.probing, page.preview, page).show()


def _show_facts(studio: Studio) -> None:
    """Show what there is in the data, in place of samples."""
    cast("DataWorkspace", studio.show_workspace("data")).page.show_view("facts")


def _commands(studio: Studio) -> list[Command]:
    return [
        Command("augmentation", "Data", "Augmented examples, before and after", (), partial(_augment, studio)),
        Command("facts", "Data", "Facts of the data: classes, columns, duplicates", (), partial(_show_facts, studio)),
    ]


def _finds(studio: Studio) -> Iterator[Command]:
    """What can be done with the sources."""
    page = cast("DataWorkspace | None", studio.made("data"))
    if page is None:
        return
    front = partial(studio.show_workspace, "data")
    for key, row in page.sources.rows.items():
        yield from commands_of(f"Data · {row.source.title}", page.sources.deeds_of(key), front)


register(Workspace("data", "Data", "db", 10, _page, _commands, _finds))
