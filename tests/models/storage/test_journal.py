"""Recovery files: what was typed a second ago is there after kill -9, and live windows are told from dead ones."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from random_edits import chain, state

from models.document import Document
from models.document.edits import SetParam, SetSection
from models.storage import atomic, journal, templates
from models.storage.files import FileError
from models.storage.journal import Journal, Recovery
from support import ROOT, SOAK, in_time, scaled, within

WINDOW = """
import sys, time
from pathlib import Path
from models.storage import journal, templates
from models.document.edits import SetSection
folder, path = Path(sys.argv[1]), sys.argv[2]
document = templates.load("mlp")
opened = journal.Journal(document, Path(path) if path else None, title="mine", folder=folder)
time.sleep(0.1)
print("ready", flush=True)
for line in sys.stdin:
    document.apply(SetSection("training", {"epochs": int(line)}))
    print("done", flush=True)
opened.close()
"""


class Window:
    """Another process with a document open."""

    def __init__(self, folder: Path, path: Path | str = "") -> None:
        command = [sys.executable, "-B", "-c", WINDOW, str(folder), str(path)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.read()

    def read(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline()

    def edit(self, epochs: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{epochs}\n")
        self.process.stdin.flush()
        self.read()

    def end(self, number: int | None = None) -> None:
        """Close it as its user would, or kill it."""
        assert self.process.stdin is not None and self.process.stdout is not None
        if number is None:
            self.process.stdin.close()
        else:
            self.process.send_signal(number)
        self.process.wait(60)
        self.process.stdout.close()
        if not self.process.stdin.closed:
            self.process.stdin.close()


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


def wait_for(condition: Callable[[], object], seconds: float = 60) -> float:
    """How long it took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "it never happened"
        time.sleep(0.005)
    return time.monotonic() - start


def content(file: Path) -> Document:
    return journal.load(Recovery(file, None, 0, "it"))


def is_kept(folder: Path, epochs: int) -> bool:
    """Whether an edit of another window's is on the disk."""
    return any(re.search(rb'"epochs": ?%d\b' % epochs, file.read_bytes()) for file in folder.glob("*.journal"))


def test_an_edit_is_on_the_disk_within_a_second(keep: Callable[..., Journal]) -> None:
    def kept() -> float:
        document = chain(("Input", {}), ("ReLU", {}))
        opened = keep(document)
        document.apply(SetParam("n0", "shape", [7]))
        taken = wait_for(opened.file.exists)
        assert state(content(opened.file)) == state(document)
        return taken

    within(1.0, kept)


@pytest.mark.R2
@pytest.mark.timeout(0)
def test_continuous_typing_does_not_put_it_off(keep: Callable[..., Journal], figure: Callable[[str], None]) -> None:
    document = chain(("Input", {}), ("ReLU", {}))
    opened = keep(document)
    seconds, made, seen, worst, kept = (600 if SOAK else 2.5), [time.monotonic()], 0, 0.0, 0
    while time.monotonic() - made[0] < seconds:
        document.apply(SetSection("training", {"epochs": len(made)}, field="epochs"), merge=True)
        made.append(time.monotonic())
        stamp = opened.file.stat().st_mtime_ns if opened.file.exists() else seen
        if stamp != seen:
            seen, kept = stamp, content(opened.file).training["epochs"]
        waiting = made[kept + 1] if kept + 1 < len(made) else made[-1]
        worst = max(worst, time.monotonic() - waiting)
        time.sleep(0.01)
    assert in_time(worst, 1.0), f"an edit was not on the disk for {worst:.2f} s"
    figure(f"{len(made):,} edits in {seconds} s without pause: on the disk after {worst:.2f} s at most")


def test_a_burst_of_edits_is_one_write(keep: Callable[..., Journal], monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[Path] = []
    real = atomic.replace_file
    monkeypatch.setattr(atomic, "replace_file", lambda path, text: (writes.append(path), real(path, text)))
    monkeypatch.setattr(journal, "QUIET", 1.0)  # however slowly the edits come here
    monkeypatch.setattr(journal, "LONGEST", 60.0)
    document = chain(("Input", {}))
    opened = keep(document)
    for number in range(1, 50):
        document.apply(SetParam("n0", "shape", [number]))
    wait_for(opened.file.exists)
    time.sleep(0.4)
    assert len(writes) == 1
    assert content(opened.file).network["n0"].params == {"shape": [49]}


def test_a_clean_end_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    document = chain(("Input", {}))
    opened = Journal(document, tmp_path / "x.netloom", folder=folder)
    document.apply(SetParam("n0", "shape", [3]))
    opened.flush()
    opened.close()
    assert os.listdir(folder) == []
    document.apply(SetParam("n0", "shape", [4]))
    assert os.listdir(folder) == []


def test_what_is_saved_needs_no_recovery(keep: Callable[..., Journal], tmp_path: Path) -> None:
    document = chain(("Input", {}))
    opened = keep(document, tmp_path / "x.netloom")
    document.apply(SetParam("n0", "shape", [3]))
    assert opened.flush() and b'"unsaved": true' in opened.file.read_bytes()
    document.mark_saved()
    wait_for(lambda: b'"unsaved": false' in opened.file.read_bytes())
    assert opened.file.read_bytes().count(b"\n") == 1


def test_kill_9_loses_at_most_the_last_second(folder: Path) -> None:
    window = Window(folder)
    window.edit(5)
    wait_for(lambda: is_kept(folder, 5))
    assert journal.recoverable(folder) == [], "its window is still open"
    window.end(signal.SIGKILL)
    (found,) = journal.recoverable(folder)
    assert (found.title, found.document_path) == ("mine", None) and abs(found.saved_at - time.time()) < 30
    assert journal.load(found).training == {"epochs": 5}
    assert journal.recoverable(folder) == [found]
    journal.discard(found)
    assert journal.recoverable(folder) == []
    journal.discard(found)


@pytest.mark.R1
def test_kill_9_at_any_moment_leaves_something_whole(folder: Path, figure: Callable[[str], None]) -> None:
    for number in range(scaled(200)):
        window = Window(folder)
        window.edit(1)
        wait_for(lambda: is_kept(folder, 1))
        window.edit(2)
        time.sleep(number % 10 * 0.08)
        window.end(signal.SIGKILL)
        (found,) = journal.recoverable(folder)
        assert journal.load(found).training["epochs"] in (1, 2)
        journal.discard(found)
    figure(f"{scaled(200)} kills right after an edit: a recovery file that is whole each time")


@pytest.mark.R5
def test_five_crashes_during_recovery_lose_nothing(folder: Path, figure: Callable[[str], None]) -> None:
    window = Window(folder)
    window.edit(77)
    wait_for(lambda: is_kept(folder, 77))
    window.end(signal.SIGKILL)
    recover = """
import os, signal, sys
from pathlib import Path
from models.storage import journal
folder, moment = Path(sys.argv[1]), int(sys.argv[2])
for found in journal.recoverable(folder):
    document = journal.load(found)
    if moment == 0: os.kill(os.getpid(), signal.SIGKILL)
    opened = journal.Journal(document, found.document_path, title=found.title, folder=folder)
    document.mark_modified()
    if moment == 1: os.kill(os.getpid(), signal.SIGKILL)
    assert opened.flush()
    if moment == 2: os.kill(os.getpid(), signal.SIGKILL)
    journal.discard(found)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    for moment in (0, 1, 2, 3, 3):
        subprocess.run([sys.executable, "-B", "-c", recover, str(folder), str(moment)], cwd=ROOT, check=False)
        found = journal.recoverable(folder)
        assert found and all(journal.load(each).training == {"epochs": 77} for each in found)
    figure("five crashes in a row while recovering: the work is still offered")


def test_windows_on_one_document_are_told_apart(folder: Path, tmp_path: Path, keep: Callable[..., Journal]) -> None:
    path = tmp_path / "x.netloom"
    path.write_text("{}")
    mine = keep(Document(), path)
    mine.flush()
    assert journal.others_on(path, folder) == []
    window = Window(folder, path)
    wait_for(lambda: journal.others_on(path, folder))
    (tmp_path / "link.netloom").symlink_to(path)
    assert [owner.pid for owner in journal.others_on(path, folder)] == [window.process.pid]
    assert len(journal.others_on(tmp_path / "link.netloom", folder)) == 1
    assert journal.others_on(tmp_path / "other.netloom", folder) == []
    window.end()
    assert journal.others_on(path, folder) == []


def test_a_dead_window_without_edits_is_cleared_away(folder: Path, tmp_path: Path) -> None:
    window = Window(folder, tmp_path / "x.netloom")
    wait_for(lambda: journal.others_on(tmp_path / "x.netloom", folder))
    window.end(signal.SIGKILL)
    assert len(os.listdir(folder)) == 1
    assert journal.recoverable(folder) == [] and os.listdir(folder) == []


@pytest.mark.R5
def test_a_hundred_clean_ends_give_no_false_offer(folder: Path, figure: Callable[[str], None]) -> None:
    window = Window(folder)  # beside another one with unsaved work
    window.edit(3)
    wait_for(lambda: is_kept(folder, 3))
    for _ in range(100):
        document = chain(("Input", {}))
        opened = Journal(document, None, folder=folder)
        document.apply(SetParam("n0", "shape", [2]))
        opened.close()
        assert journal.recoverable(folder) == []
    window.end()
    assert journal.recoverable(folder) == []
    figure("100 clean ends beside another window: nothing is offered falsely")


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


def test_closing_need_not_wait_for_a_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = chain(("Input", {}))
    opened = Journal(document, None, folder=folder)
    document.apply(SetParam("n0", "shape", [3]))
    busy, free = threading.Event(), threading.Event()
    real = atomic.replace_file

    def slow(path: Path, text: bytes) -> None:
        busy.set()
        assert free.wait(60)
        real(path, text)

    monkeypatch.setattr(atomic, "replace_file", slow)
    assert busy.wait(60)
    opened.close(wait=False)
    free.set()
    opened._thread.join(60)
    assert os.listdir(folder) == []


def test_the_newest_comes_first(folder: Path) -> None:
    folder.mkdir()
    for number in (2, 3, 1):
        text = f'{{"journal": 1, "unsaved": true, "saved_at": {number}, "title": "{number}"}}\n{{"network": {{}}}}'
        (folder / f"{number}.journal").write_text(text)
    assert [found.title for found in journal.recoverable(folder)] == ["3", "2", "1"]


def test_it_lies_in_the_users_state_folder() -> None:
    assert journal.state_folder().name == "journal" and journal.state_folder().is_relative_to(
        os.environ["XDG_STATE_HOME"]
    )


def test_a_document_that_opens_modified_is_kept_at_once(keep: Callable[..., Journal]) -> None:
    document = templates.load("mlp")
    document.mark_modified()
    opened = keep(document, title="recovered")
    wait_for(opened.file.exists)
    assert state(content(opened.file)) == state(document)
