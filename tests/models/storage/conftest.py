"""A folder for journals, and journals that are closed at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.document import Document
from models.storage.journal import Journal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def keep(folder: Path) -> Iterator[Callable[..., Journal]]:
    opened: list[Journal] = []

    def start(document: Document, path: Path | None = None, **options: object) -> Journal:
        opened.append(Journal(document, path, folder=folder, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield start
    for item in opened:
        item.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "journal"]
