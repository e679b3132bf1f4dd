"""Networks to start from: documents in resources/templates and those that the user keeps, described by their ``about``
entry."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from models.document import Document, FrozenContent
from models.storage.files import SUFFIX, FileError, content_to_json, format_json, read
from models.storage.shelf import TEMPLATES, kept, put

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
OWN = "Own"
CATEGORIES = ("Images", "Tables", "Sequences", "By hand", OWN)


class Template(NamedTuple):
    """What a welcome screen shows of a template; ``parameters`` is the number of learned ones."""

    name: str
    title: str
    description: str
    category: str
    parameters: int


def available() -> list[Template]:
    """All templates, by category, then from small to large; of the user's own those that can be read."""
    found = [_describe(name) for name in _bundled()]
    found += [template for template, _ in _own()]
    return sorted(found, key=place)


def documents(known: Container[str] = ()) -> Iterator[tuple[Template, Document]]:
    """All templates but those of Netloom that are known by name, each with a new document made from it."""
    yield from _own()
    for name in _bundled():
        if name not in known:
            document = _open(name)
            yield _description(name, document, document.content.extra.pop("about")), document


def load(name: str) -> Document:
    """A new document made from a template; raises `FileError` with the closest names there are for an unknown one."""
    document = _open(name)
    document.content.extra.pop("about", None)
    return document


def keep(document: Document, title: str, *, with_data: bool = True) -> str:
    """Keep a document as a template of the user's own; returns its name. Raises `FileError` where that is refused."""
    value = content_to_json(FrozenContent(document.content).content())
    if not with_data:
        value.pop("data", None)
    layers = len(document.network)
    value["about"] = {"title": title[:40], "category": OWN, "description": f"Your network of {layers:,} layers."}
    return put(TEMPLATES, title, format_json(value), _bundled()).stem


def place(template: Template) -> tuple[int, int]:
    """Where it stands in a list of templates, for sorting."""
    return CATEGORIES.index(template.category), template.parameters


def _open(name: str) -> Document:
    files = {**kept(TEMPLATES), **_bundled()}
    if name not in files:
        from difflib import get_close_matches  # the first window names templates, and all of them are there

        close = get_close_matches(name.lower()[:40], files, cutoff=0.5) or sorted(files)[:3]
        raise FileError(f"There is no template called ‘{name:.40}’. The closest: {', '.join(close)}.")
    document, _ = read(files[name])
    return document


def _bundled() -> dict[str, Path]:
    return {file.stem: file for file in (RESOURCES / "templates").glob(f"*{SUFFIX}")}


def _own() -> Iterator[tuple[Template, Document]]:
    for name, file in kept(TEMPLATES).items():
        if name not in _bundled():
            with suppress(FileError):
                document, _ = read(file)
                about = document.content.extra.pop("about", None)
                described = about if isinstance(about, dict) else {}
                yield _description(name, document, {**described, "category": OWN}), document


@cache
def _describe(name: str) -> Template:
    document = _open(name)
    return _description(name, document, document.content.extra["about"])


def _description(name: str, document: Document, about: dict[str, Any]) -> Template:
    title, text = str(about.get("title", name)), str(about.get("description", ""))
    return Template(name, title, text, about["category"], document.analysis.totals().parameters)
