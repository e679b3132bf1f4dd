"""Journals that other computers left in the folder, and a folder that is strange, full or read-only."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from journals import Window, content, is_kept, wait_for
from random_edits import chain

from models.document import Document
from models.document.edits import SetParam
from models.storage import journal
from models.storage.files import FileError
from models.storage.journal import Journal


def test_a_disk_that_refuses_is_told_once_and_tried_again(
    keep: Callable[..., Journal], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "RETRY", 0.05)
    folder.write_text("a file where the folder should be")
    told: list[str] = []
    document = chain(("Input", {}))
    opened = keep(document, on_failure=told.append)
    document.apply(SetParam("n0", "shape", [2]))
    wait_for(lambda: told)
    time.sleep(0.7)
    assert (
        len(told) == 1
        and told[0].startswith("Edits cannot be kept safe")
        and told[0].endswith("Save the document soon.")
    )
    assert not opened.flush()
    folder.unlink()
    wait_for(opened.file.exists)
    assert content(opened.file).network["n0"].params == {"shape": [2]}


def test_strange_files_in_the_folder_do_no_harm(folder: Path) -> None:
    folder.mkdir()
    for name, text in {"a.journal": b"", "b.journal": b"[]\n", "c.journal": b"\xff\x00", "d.txt": b"x",
                       "e.journal": b"[" * 70_000, "f.journal": b'{"journal": 9}\n'}.items():  # fmt: skip
        (folder / name).write_bytes(text)
    assert journal.recoverable(folder) == [] and journal.others_on(Path("x"), folder) == []
    assert len(os.listdir(folder)) == 6
    (folder / "g.journal").write_bytes(
        b'{"journal": 1, "unsaved": true, "owner": {"pid": "x"}, "saved_at": "late"}\nrubbish'
    )
    (found,) = journal.recoverable(folder)
    assert (found.title, found.saved_at, found.document_path) == ("untitled", 0.0, None)
    with pytest.raises(FileError, match="unsaved work"):
        journal.load(found)
    found.path.unlink()
    with pytest.raises(FileError, match="cannot be read"):
        journal.load(found)


def left_elsewhere(folder: Path, name: str, age: float, unsaved: bool = True, path: str | None = None) -> Path:
    """The file of a window on another computer, in a home that both share."""
    folder.mkdir(exist_ok=True)
    owner = {"pid": 1, "host": "attic", "started": "1", "boot": "b"}
    facts = {"journal": 1, "unsaved": unsaved, "owner": owner, "saved_at": time.time() - age, "title": name}
    file = folder / f"{name}.journal"
    file.write_text(json.dumps({**facts, "path": path}) + '\n{"network": {}}')
    return file


def test_what_another_computer_left_is_offered_with_its_name(folder: Path) -> None:
    for name, age in (("new", 60), ("old", 3 * 24 * 3600)):
        left_elsewhere(folder, name, age)
    assert [(found.title, found.elsewhere) for found in journal.recoverable(folder)] == [
        ("new", "attic"), ("old", "attic"),
    ]  # fmt: skip


def test_what_another_computer_has_open_is_known_for_a_day(folder: Path, tmp_path: Path) -> None:
    fresh, old = (
        left_elsewhere(folder, name, age, unsaved=False, path=str(tmp_path / name))
        for name, age in (("fresh", 60), ("old", 3 * 24 * 3600))
    )
    assert [owner.host for owner in journal.others_on(tmp_path / "fresh", folder)] == ["attic"]
    assert journal.others_on(tmp_path / "old", folder) == []
    assert journal.recoverable(folder) == [] and fresh.exists() and not old.exists()


def test_a_computer_with_a_new_name_offers_its_crashed_work_and_knows_its_own_windows(
    folder: Path, tmp_path: Path, keep: Callable[..., Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.netloom"
    path.write_text("{}")
    mine, window = keep(Document(), path), Window(folder)
    mine.flush()
    window.edit(5)
    wait_for(lambda: is_kept(folder, 5))
    monkeypatch.setattr("models.storage.process._host", lambda: "in-another-network")
    assert journal.others_on(path, folder) == [] and journal.recoverable(folder) == []
    window.end(signal.SIGKILL)
    (found,) = journal.recoverable(folder)
    assert (found.title, found.elsewhere) == ("mine", "")


@pytest.mark.parametrize("saved_at", ["Infinity", "NaN", "-1", "1e300", "1" * 400, '"soon"', "true"])
def test_no_time_that_a_file_names_is_trusted(folder: Path, saved_at: str) -> None:
    folder.mkdir()
    (folder / "x.journal").write_text(f'{{"journal": 1, "unsaved": true, "saved_at": {saved_at}}}\n{{}}')
    (found,) = journal.recoverable(folder)
    assert found.saved_at in (0.0, 1.0)


def test_a_folder_that_can_only_be_read_is_no_failure(
    folder: Path, monkeypatch: pytest.MonkeyPatch, keep: Callable[..., Journal]
) -> None:
    """Root may write everywhere, so the disk is played: every change of it is refused."""
    document = chain(("Input", {}))
    opened = Journal(document, Path("x"), folder=folder)
    assert opened.flush()
    left_elsewhere(folder, "old", 3 * 24 * 3600, unsaved=False)
    (work,) = [left_elsewhere(folder, "work", 60)]

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    for name in ("unlink", "mkdir", "open", "replace"):
        monkeypatch.setattr(os, name, refuse)
    opened.close()
    (found,) = journal.recoverable(folder)
    journal.discard(found)
    assert found.path == work and work.exists()
    another = Journal(document, Path("x"), folder=folder)
    assert not another.flush()
    another.close()
