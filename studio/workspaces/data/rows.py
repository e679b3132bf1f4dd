"""Data sources as rows of the list on the left, and columns as they are offered to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.data import ColumnFacts
from studio.data import Dataset
from studio.workspaces.data import sources
from widgets.data.source_list import Source


def source_of(kind: type[Dataset]) -> Source:
    """A kind of data set."""
    adds = kind.path_field() is not None
    return Source(kind.kind, kind.title, sources.detail_of(kind), kind.icon, kind.help, adds)


def own_rows(own: Sequence[sources.Settings]) -> list[Source]:
    """The user's own files and folders, as documents name them."""
    named = [(f"own:{place}", settings, sources.kind_of(settings)) for place, settings in enumerate(own)]
    return [
        Source(key, sources.title(settings), kind.title, kind.icon, str(settings.get("path", "")), own=True)
        for key, settings, kind in named
        if kind is not None
    ]


def named(columns: Mapping[str, ColumnFacts]) -> list[tuple[str, str]]:
    """Columns as they are offered to look at: the id with the column's name."""
    return [
        (id, column.name if id in ("", column.name) else f"{id}: {column.name[:40]}") for id, column in columns.items()
    ]
