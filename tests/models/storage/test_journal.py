"""The journal of unsaved edits: on the disk in time, through crashes, and gone after a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from journals import Window, content, is_kept, wait_for
from random_edits import chain, state

from models.document import Document
from models.document.edits import SetParam, SetSection
from models.storage import atomic, journal, templates
from models.storage.journal import Journal
from support import ROOT, SOAK, in_time, scaled, within


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
