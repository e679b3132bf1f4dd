"""The Numbers workspace in a test: what it shows, and what is done there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waiting import worked_out as settled

from models.document import Document
from studio.workspaces.numbers.workspace import NumbersWorkspace

Open = Callable[[Document], NumbersWorkspace]


def numbers(page: NumbersWorkspace, table: str) -> Any:
    return page.views[table].matrix.table


def section(page: NumbersWorkspace) -> dict[str, Any]:
    return page.controller.document.content.section("numbers")


def deed(page: NumbersWorkspace, table: str, place: tuple[int, ...], words: str) -> None:
    found = {deed.text: deed for deed in page.hand.deeds(table, place)}
    found[words].run()
    settled(page)
