"""Documents on a disk that takes its time: edits, saving, opening and closing meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asked import on_disk
from heard import Heard
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.document.edits import SetParam
from models.storage import files
from studio.controllers.documents import DocumentController


class SlowDisk:
    """Holds what reads or saves a document until it is let go on, as a disk far away does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reading, self.saving = threading.Event(), threading.Event()
        self.reads = self.saves = 0
        read, sync = files.read, os.fsync

        def slow_read(path: Path) -> Any:
            self.reads += 1
            assert self.reading.wait(60)
            return read(path)

        def slow_sync(handle: int) -> None:
            if threading.current_thread().name == "background":
                self.saves += 1
                assert self.saving.wait(60)
            sync(handle)

        monkeypatch.setattr(files, "read", slow_read)
        monkeypatch.setattr(os, "fsync", slow_sync)

    def let_go(self) -> None:
        self.reading.set()
        self.saving.set()


@pytest.fixture
def slow(controller: DocumentController, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    """A document is open, and the disk is slow from now on."""
    controller.open(path)
    idle(controller)
    disk = SlowDisk(monkeypatch)
    yield disk
    disk.let_go()
    idle(controller)


def edit(controller: DocumentController, size: int) -> None:
    assert controller.apply(SetParam("fc1", "out_features", size))


def test_edits_during_a_save_keep_the_document_modified(
    controller: DocumentController, slow: SlowDisk, path: Path
) -> None:
    edit(controller, 5)
    controller.save()
    until(lambda: slow.saves)
    edit(controller, 6)
    slow.let_go()
    idle(controller)
    assert on_disk(path) == 5 and controller.document.is_modified
    controller.undo()
    assert not controller.document.is_modified


def test_saving_twice_and_once_more_writes_the_last_state(
    controller: DocumentController, slow: SlowDisk, heard: Heard, path: Path
) -> None:
    told: list[int] = []
    for size in (5, 6, 7, 8):
        edit(controller, size)
        controller.save(lambda size=size: told.append(size))  # type: ignore[misc]
    slow.let_go()
    idle(controller)
    assert on_disk(path) == 8 and not controller.document.is_modified
    assert told == [5, 6, 7, 8]
    assert len(heard.of("saved")) == 2, "what waits writes what there is when its turn comes"


def test_a_save_after_a_save_as_goes_to_the_new_name(
    controller: DocumentController, slow: SlowDisk, path: Path
) -> None:
    other = path.with_name("other.netloom")
    controller.save_as(other)
    edit(controller, 9)
    controller.save()
    slow.let_go()
    idle(controller)
    assert controller.path == other
    assert (on_disk(path), on_disk(other)) == (16, 9)


def test_what_is_opened_during_a_save_waits_for_it(
    controller: DocumentController, slow: SlowDisk, heard: Heard, path: Path
) -> None:
    edit(controller, 5)
    controller.save()
    heard.log.clear()
    controller.open(path)
    slow.reading.set()
    until(lambda: slow.saves)
    assert not slow.reads and controller.opening == path.name
    slow.let_go()
    idle(controller)
    assert [name for name, _ in heard.log if name in ("saved", "opened")] == ["saved", "opened"]
    assert controller.document.network["fc1"].params["out_features"] == 5


def test_of_several_documents_the_last_one_is_opened(
    controller: DocumentController, slow: SlowDisk, heard: Heard, path: Path
) -> None:
    opened: list[str] = []
    for name in ("gone.netloom", "also gone.netloom", path.name):
        controller.open(path.with_name(name), lambda name=name: opened.append(name))  # type: ignore[misc]
    slow.let_go()
    idle(controller)
    assert opened == [path.name] and not heard.sentences
    slow.reading.clear()
    controller.open(path)
    controller.new()
    assert controller.path is None and not controller.opening
    slow.let_go()
    idle(controller)
    assert controller.path is None


def test_edits_while_a_document_is_read_are_not_replaced_unasked(
    controller: DocumentController, slow: SlowDisk, path: Path
) -> None:
    waiting: list[Any] = []
    controller.edited_meanwhile.connect(waiting.append)
    document = controller.document
    controller.open(path)
    edit(controller, 5)
    slow.let_go()
    until(lambda: waiting)
    assert controller.document is document and not controller.opening
    waiting[0]()
    assert controller.document is not document


def test_opening_can_be_canceled(controller: DocumentController, slow: SlowDisk, heard: Heard, path: Path) -> None:
    document = controller.document
    controller.open(path)
    controller.cancel_opening()
    assert not controller.opening
    slow.let_go()
    until(lambda: not any(thread.name == "background" for thread in threading.enumerate()))
    assert controller.document is document and not heard.of("opened")


def test_a_save_that_fails_lets_the_next_one_go_on(
    controller: DocumentController, slow: SlowDisk, heard: Heard, path: Path
) -> None:
    controller.save_as(path.parent / "nowhere" / "net.netloom")
    edit(controller, 9)
    controller.save()
    slow.let_go()
    idle(controller)
    assert len(heard.of("save_failed")) == 1
    assert on_disk(path) == 9 and controller.path == path


def test_closing_during_a_save_waits_for_it(qtbot: QtBot, state_home: None, path: Path) -> None:
    controller = DocumentController()
    controller.open(path)
    idle(controller)
    edit(controller, 5)
    controller.save()
    controller.close()
    assert on_disk(path) == 5


def test_closing_during_a_save_that_never_ends_keeps_the_journal(
    qtbot: QtBot, state_home: None, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = DocumentController()
    controller.open(path)
    idle(controller)
    disk = SlowDisk(monkeypatch)
    monkeypatch.setattr("studio.services.background.LONGEST_FAREWELL", 0.05)
    edit(controller, 5)
    controller.save()
    controller.close()
    kept = controller._journal
    assert kept is not None
    until(lambda: b'"out_features": 5' in kept.file.read_bytes())
    disk.let_go()
    kept.close()
