"""Networks to start from: documents in resources/templates, described by their ``about`` entry."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import NamedTuple

from models.document import Document
from models.storage.files import SUFFIX, FileError, read

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
CATEGORIES = ("Images", "Tables", "Sequences", "By hand")


class Template(NamedTuple):
    """What a welcome screen shows of a template; ``parameters`` is the number of learned ones."""

    name: str
    title: str
    description: str
    category: str
    parameters: int


def available() -> list[Template]:
    """All templates, by category, then from small to large."""
    return sorted(map(_describe, _files()), key=lambda item: (CATEGORIES.index(item.category), item.parameters))


def load(name: str) -> Document:
    """A new document made from a template; raises `FileError` with the names there are for an unknown one."""
    document = _open(name)
    document.content.extra.pop("about", None)
    return document


def _open(name: str) -> Document:
    files = _files()
    if name not in files:
        close = get_close_matches(name.lower()[:40], files, cutoff=0.5) or sorted(files)[:3]
        raise FileError(f"There is no template called ‘{name:.40}’. The closest: {', '.join(close)}.")
    document, _ = read(files[name])
    return document


def _files() -> dict[str, Path]:
    return {file.stem: file for file in (RESOURCES / "templates").glob(f"*{SUFFIX}")}


@cache
def _describe(name: str) -> Template:
    document = _open(name)
    about = document.content.extra["about"]
    parameters = document.analysis.totals().parameters
    return Template(name, about["title"], about["description"], about["category"], parameters)
