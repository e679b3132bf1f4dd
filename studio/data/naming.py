"""The files and folders that a document's "data" names: allowed by the user, and written from where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.specs.fields import Text
from studio.data.base import DATASETS, dataset_from
from studio.data.paths import ask_first, resolved, stored_path


def named_paths(settings: Mapping[str, Any]) -> dict[str, str]:
    """The files and folders that a document's "data" names, by the names of its settings."""
    source = settings.get("source", "digits")
    kind = DATASETS.get(source) if isinstance(source, str) else None
    fields = kind.fields.items() if kind else ()
    names = [name for name, field in fields if isinstance(field, Text) and field.path]
    return {name: settings[name] for name in names if isinstance(settings.get(name), str) and settings[name].strip()}


def ask_before_reading(settings: Mapping[str, Any], folder: Path | None, base: Path | None) -> None:
    """Raise `ConsentNeeded` where the user must allow something before the data is read that a document's "data" names.

    Relative paths start at ``folder``; what lies beside or beneath ``base`` need not be allowed.
    """
    for path in named_paths(settings).values():
        ask_first(resolved(path, folder), base)
    if settings.get("source", "digits") in DATASETS:
        dataset_from(settings)[0].ask_to_run(folder)


def with_absolute_paths(settings: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """A document's "data" with its relative paths taken from `base`, for a document that leaves that folder."""
    return {**settings, **{name: str(resolved(path, base)) for name, path in named_paths(settings).items()}}


def with_relative_paths(settings: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """A document's "data" with its paths from `base`, where what they name lies near: for a document that is saved
    there."""
    return {**settings, **{name: stored_path(Path(path), base) for name, path in named_paths(settings).items()}}
