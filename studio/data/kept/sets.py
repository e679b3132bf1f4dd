"""The sets that can be downloaded: those whose content is known for certain, by its SHA-256."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

PREFIX = "ready:"
"""What a document's path begins with that names one of these, wherever this computer keeps it."""
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


class ReadySet(NamedTuple):
    """A file of arrays: what it is called, where it comes from, its SHA-256 and its size in bytes, and under which
    license it may be used."""

    name: str
    title: str
    about: str
    license: str
    url: str
    sha256: str
    size: int

    @property
    def path(self) -> str:
        """How a document names it."""
        return f"{PREFIX}{self.name}"

    @property
    def file(self) -> Path:
        """Where it lies on this computer, or would."""
        return datasets_folder() / f"{self.name}.npz"


READY = {
    item.name: item
    for item in (
        ReadySet(
            "mnist",
            "MNIST",
            "70,000 digits, 28×28",
            "CC BY-SA 3.0",
            f"{_KERAS}mnist.npz",
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            11_490_434,
        ),
        ReadySet(
            "california_housing",
            "California housing",
            "20,640 districts, 8 numbers",
            "public domain",
            f"{_KERAS}california_housing.npz",
            "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
            743_530,
        ),
    )
}


def datasets_folder() -> Path:
    """Where they are kept: the environment's NETLOOM_DATASETS, else the user's data folder."""
    if named := os.environ.get("NETLOOM_DATASETS"):
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("netloom", appauthor=False) / "datasets"


def ready_named(path: str) -> ReadySet | None:
    """The set that a document's path names; None for a file."""
    return READY.get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
