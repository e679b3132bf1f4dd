"""What a set is that can be downloaded: its files, whose content is known for certain by its SHA-256."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from models.basics.quantities import bytes_text

PREFIX = "ready:"
"""What a document's path begins with that names one of these, wherever this computer keeps it."""
HUB = "hub:"
"""What it begins with where it names a data set of Hugging Face: ``hub:OWNER/NAME``, perhaps with ``:CONFIG``."""
_NAMED = re.compile(r"(\w[\w.-]*(?:/\w[\w.-]*)?)(?::(\w[\w.-]*))?")
ARRAYS: Mapping[str, Any] = MappingProxyType({"source": "numpy"})


class ReadySet(NamedTuple):
    """A file: what it is called, where it comes from, its SHA-256 and its size in bytes, and under which license it may
    be used.

    One that is published in other formats has ``parts``, which are files as well, and the name of what makes the file
    or the folder of them (`studio.data.kept.packing`); its own address is then a page about it. ``data`` is how it is
    read, but for its path, and ``lists`` are texts that come with it, which a document names as ``ready:NAME/LIST``.
    """

    name: str
    title: str
    about: str
    license: str
    url: str
    sha256: str
    size: int
    suffix: str = ".npz"
    parts: tuple[ReadySet, ...] = ()
    packing: str = ""
    data: Mapping[str, Any] = ARRAYS
    lists: tuple[str, ...] = ()
    beside: str = ""
    """The list that is meant, "" for the set itself."""
    prefix: str = PREFIX

    @property
    def path(self) -> str:
        """How a document names it."""
        return f"{self.prefix}{self.name}"

    @property
    def settings(self) -> dict[str, Any]:
        """What a document's data is that is this set; of one of Hugging Face as it says when it is here."""
        from studio.data.formats.shards import KIND_OF, holds

        found = {"source": KIND_OF[holds(self.file)]} if self.prefix == HUB else dict(self.data)
        return {**found, "path": self.path}

    @property
    def terms(self) -> str:
        """How large it is, where it comes from, and under which license."""
        if self.prefix == HUB:
            return f"Size and license stand at {self.url}"
        return f"{bytes_text(self.size)} from {urlsplit(self.url).hostname}, license {self.license}"

    @property
    def file(self) -> Path:
        """Where it lies on this computer, or would."""
        if self.prefix == HUB:
            return datasets_folder() / "hub" / re.sub("[/:]", "--", self.name)
        place = datasets_folder() / f"{self.name}{self.suffix}"
        return list_beside(place, self.beside) if self.beside else place


def hub_set(path: str) -> ReadySet | None:
    """The data set of Hugging Face that a document's path names; None for a path that cannot name one."""
    found = _NAMED.fullmatch(path.removeprefix(HUB)) if path.startswith(HUB) else None
    if found is None:
        return None
    url = f"https://huggingface.co/datasets/{found[1]}"
    return ReadySet(found[0], found[0], "a data set of Hugging Face", "", url, "", 0, "", prefix=HUB)


def list_beside(place: Path, name: str) -> Path:
    """Where a list lies that comes with what is at a place: in a folder, or beside a file."""
    return place.with_name(f"{place.stem}.{name}") if place.suffix else place / name


def datasets_folder() -> Path:
    """Where they are kept: the environment's NETLOOM_DATASETS, else the user's data folder."""
    if named := os.environ.get("NETLOOM_DATASETS"):
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("netloom", appauthor=False) / "datasets"
