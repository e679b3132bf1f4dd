"""The Inspect workspace in a test: what it says, and what is shown there."""

from __future__ import annotations

from collections.abc import Callable

from waiting import inspected

from studio.workspaces.inspect.workspace import InspectWorkspace

Open = Callable[..., InspectWorkspace]


def said(page: InspectWorkspace) -> list[str]:
    return [note.text() for note in page.notes]


def view(page: InspectWorkspace, name: str) -> None:
    """Bring a view of the layers to the front, as a click does."""
    page.inside.view.segment(name).click()
    inspected(page)
