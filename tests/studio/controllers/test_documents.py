"""The document controller: what is open, what is saved, and what is said."""

from __future__ import annotations

import itertools
import os
import threading
import time
from pathlib import Path

import pytest
from documents import cnn, mlp
from heard import Heard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.checks import findings
from models.document.edits import AddNode, RemoveNodes, SetParam, SetSection
from models.network import Node
from models.storage import files, journal
from models.storage.consent import CONSENT
from studio.controllers.documents import DocumentController
from support import within


def width(path: Path, size: int) -> None:
    document = mlp()
    document.apply(SetParam("fc1", "out_features", size))
    files.write(document, path)


def test_begins_empty_and_unnamed(controller: DocumentController) -> None:
    assert len(controller.document.network) == 0
    assert controller.path is None
    assert controller.title == "untitled"
    assert not controller.document.is_modified


def test_new_from_a_template_is_named_after_it(controller: DocumentController, heard: Heard) -> None:
    controller.new("exam-cnn")
    idle(controller)
    assert controller.title == "exam-cnn"
    assert controller.document.analysis.totals().parameters == 13_050
    assert [name for name, _ in heard.log][:1] == ["opened"]
    assert not controller.document.is_modified


def test_open_tells_everything_once(controller: DocumentController, heard: Heard, path: Path) -> None:
    controller.open(path)
    idle(controller)
    assert [name for name, _ in heard.log] == ["opened", "issues_changed", "named"]
    assert (controller.path, controller.title) == (path, "net")


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"[1, 2]", b'{"netloom": 99, "network": {}}', b"null"])
def test_what_is_no_document_is_said_and_changes_nothing(
    controller: DocumentController, heard: Heard, path: Path, content: bytes
) -> None:
    controller.open(path)
    idle(controller)
    document = controller.document
    heard.log.clear()
    broken = path.with_name("broken.netloom")
    broken.write_bytes(content)
    controller.open(broken)
    idle(controller)
    assert controller.document is document and controller.path == path
    # What is known of the data comes when it comes.
    assert [name for name, _ in heard.log if name != "issues_changed"] == ["said"]
    assert "broken.netloom" in heard.sentences[0]


def test_a_missing_file_is_said(controller: DocumentController, heard: Heard, tmp_path: Path) -> None:
    controller.open(tmp_path / "gone.netloom")
    idle(controller)
    assert heard.of("said")[0].kind == "error"


def test_an_edit_is_told_at_once_and_checked_soon(
    controller: DocumentController, heard: Heard, path: Path, qtbot: QtBot
) -> None:
    controller.open(path)
    idle(controller)
    qtbot.waitUntil(lambda: bool(controller.knowledge.known) and not controller._examination.is_going_on)
    heard.log.clear()
    for size in (5, 6, 7):
        assert controller.apply(SetParam("fc1", "out_features", size))
    assert len(heard.of("edited")) == 3
    assert heard.of("issues_changed") == []
    qtbot.waitUntil(lambda: bool(heard.of("issues_changed")))
    qtbot.wait(20)
    assert len(heard.of("issues_changed")) == 1


def test_an_edit_that_cannot_be_made_is_said(controller: DocumentController, heard: Heard, path: Path) -> None:
    controller.open(path)
    idle(controller)
    before = files.snapshot(controller.document)
    assert not controller.apply(SetParam("nobody", "out_features", 7))
    assert files.snapshot(controller.document) == before
    assert heard.of("said")[0].kind == "warning"


def test_errors_are_counted(controller: DocumentController, path: Path, qtbot: QtBot) -> None:
    controller.open(path)
    idle(controller)
    assert controller.errors == 0
    controller.apply(RemoveNodes(["relu1"], heal=False))
    with qtbot.waitSignal(controller.issues_changed):
        pass
    assert controller.errors > 0
    with qtbot.waitSignal(controller.issues_changed):
        controller.undo()
    assert controller.errors == 0


def test_saving_and_opening_gives_the_same_document(controller: DocumentController, path: Path) -> None:
    controller.open(path)
    idle(controller)
    controller.apply(SetParam("fc1", "out_features", 9))
    assert controller.document.is_modified
    controller.save()
    idle(controller)
    assert not controller.document.is_modified
    snapshot = files.snapshot(controller.document)
    controller.open(path)
    idle(controller)
    assert files.snapshot(controller.document) == snapshot


def test_save_as_moves_the_journal_along(controller: DocumentController, path: Path) -> None:
    controller.open(path)
    idle(controller)
    other = path.with_name("other.netloom")
    controller.save_as(other)
    idle(controller)
    assert (controller.path, controller.title) == (other, "other")
    until(lambda: len(list(journal.state_folder().glob("*.journal"))) <= 1)


def test_save_as_in_another_folder_keeps_the_data(controller: DocumentController, path: Path) -> None:
    controller.open(path)
    idle(controller)
    controller.apply(SetSection("data", {"source": "csv", "path": "points.csv", "target": "y"}))
    beside = path.with_name("beside.netloom")
    controller.save_as(beside)
    idle(controller)
    assert controller.document.data["path"] == "points.csv"
    elsewhere = path.parent / "elsewhere" / "net.netloom"
    elsewhere.parent.mkdir()
    CONSENT.ask("Allow it.")
    controller.save_as(elsewhere)
    idle(controller)
    assert CONSENT.missing(path.parent / "points.csv", elsewhere.parent) == ""
    assert CONSENT.missing(path.parent / "others.csv", elsewhere.parent)
    CONSENT.forget()
    assert files.read(elsewhere)[0].data["path"] == str(path.parent / "points.csv")
    assert files.read(beside)[0].data["path"] == "points.csv"
    assert not controller.document.is_modified


@pytest.mark.parametrize("place", ["~nosuchuser/x.csv", "~/x.csv", "a\0b.csv", "x" * 5000, "//server/share/x.csv"])
def test_no_place_of_data_keeps_a_document_from_being_saved_elsewhere(
    controller: DocumentController, heard: Heard, path: Path, place: str
) -> None:
    controller.open(path)
    idle(controller)
    controller.apply(SetSection("data", {"source": "csv", "path": place}))
    other = path.parent / "elsewhere" / "net.netloom"
    other.parent.mkdir()
    controller.save_as(other)
    idle(controller)
    assert not heard.of("save_failed")
    assert files.read(other)[0].network.nodes.keys() == controller.document.network.nodes.keys()


def test_without_a_place_for_recovery_files_everything_else_works(
    controller: DocumentController, heard: Heard, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder can be made in here")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    journal.state_folder.cache_clear()
    controller.new("mlp")
    idle(controller)
    controller.open(path)
    idle(controller)
    controller.apply(SetParam("fc1", "out_features", 99))
    controller.save_as(tmp_path / "other.netloom")
    controller.save()
    idle(controller)
    assert controller.path == tmp_path / "other.netloom" and not controller.document.is_modified
    controller.new()
    assert not heard.of("save_failed") and "error" not in [message.kind for message in heard.of("said")]


def test_a_failed_save_keeps_name_edits_and_file(controller: DocumentController, heard: Heard, path: Path) -> None:
    controller.open(path)
    idle(controller)
    controller.apply(SetParam("fc1", "out_features", 9))
    controller.save_as(path.parent / "no such folder" / "net.netloom")
    idle(controller)
    assert controller.path == path
    assert controller.document.is_modified
    assert len(heard.of("save_failed")) == 1
    controller.save()
    idle(controller)


def test_without_a_name_save_does_nothing(controller: DocumentController, heard: Heard) -> None:
    controller.save()
    idle(controller)
    assert heard.log == []


def test_a_file_changed_elsewhere_asks_before_it_is_replaced(
    controller: DocumentController, heard: Heard, path: Path
) -> None:
    controller.open(path)
    idle(controller)
    controller.apply(SetParam("fc1", "out_features", 9))
    width(path, 77)
    controller.save()
    idle(controller)
    assert "changed elsewhere" in heard.of("replace_asked")[0]
    controller.save_as(path)
    idle(controller)
    controller.save()
    idle(controller)
    assert len(heard.of("replace_asked")) == 1


def test_a_file_that_went_away_is_written_again(controller: DocumentController, path: Path) -> None:
    controller.open(path)
    idle(controller)
    path.unlink()
    controller.apply(SetParam("fc1", "out_features", 9))
    controller.save()
    idle(controller)
    assert path.exists()


def test_a_damaged_file_is_modified_at_once_and_asks_before_it_is_replaced(
    controller: DocumentController, heard: Heard, path: Path
) -> None:
    path.write_bytes(path.read_bytes()[:-60])
    controller.open(path)
    idle(controller)
    assert controller.document.is_modified
    assert "as far as it can be read" in heard.sentences[0]
    controller.save()
    idle(controller)
    assert len(heard.of("replace_asked")) == 1
    controller.save_as(path.with_name("mended.netloom"))
    idle(controller)
    controller.save()
    idle(controller)


def test_recovery_takes_up_the_edits_and_asks_where_the_file_is_newer(
    controller: DocumentController, heard: Heard, path: Path
) -> None:
    document, _ = files.read(path)
    lost = journal.Journal(document, path)
    document.apply(SetParam("fc1", "out_features", 42))
    assert lost.flush()
    recovery = journal.Recovery(lost.file, path, time.time(), "net")
    controller.recover(recovery)
    idle(controller)
    assert controller.document.network["fc1"].params["out_features"] == 42
    assert controller.document.is_modified
    until(lambda: not lost.file.exists())
    controller.save()
    idle(controller)
    lost.close()
    assert heard.of("replace_asked") == []


def test_recovered_work_does_not_replace_what_was_saved_after_it(
    controller: DocumentController, heard: Heard, path: Path
) -> None:
    document, _ = files.read(path)
    lost = journal.Journal(document, path)
    document.apply(SetParam("fc1", "out_features", 42))
    assert lost.flush()
    recovery = journal.Recovery(lost.file, path, time.time(), "net")
    os.utime(path, (time.time() + 60, time.time() + 60))
    controller.recover(recovery)
    idle(controller)
    controller.save()
    idle(controller)
    assert "changed elsewhere" in heard.of("replace_asked")[0]
    lost.close()


def test_a_recovery_that_is_gone_is_said(controller: DocumentController, heard: Heard, tmp_path: Path) -> None:
    before = controller.document
    controller.recover(journal.Recovery(tmp_path / "gone.journal", None, 0.0, "net"))
    idle(controller)
    assert controller.document is before
    assert heard.of("said")[0].kind == "error"


def test_edits_reach_the_disk_within_a_second(controller: DocumentController, path: Path, qtbot: QtBot) -> None:
    controller.open(path)
    idle(controller)
    sizes = itertools.count(4242)

    def keep() -> float:
        word = str(size := next(sizes)).encode()
        controller.apply(SetParam("fc1", "out_features", size))
        start = time.monotonic()
        qtbot.waitUntil(lambda: any(word in file.read_bytes() for file in journal.state_folder().glob("*.journal")))
        return time.monotonic() - start

    within(1.0, keep)


def test_a_hundred_documents_leave_no_journals_or_threads(controller: DocumentController, path: Path) -> None:
    other = path.with_name("cnn.netloom")
    files.write(cnn(), other)
    for _ in range(50):
        controller.open(path)
        idle(controller)
        controller.open(other)
        idle(controller)
    until(lambda: sum(thread.name == "journal" for thread in threading.enumerate()) == 1)
    until(lambda: len(list(journal.state_folder().glob("*.journal"))) <= 1)
    controller.close()
    assert not list(journal.state_folder().glob("*.journal"))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["add", "undo", "redo", "save"]), max_size=12))
def test_the_mark_of_unsaved_edits_is_true(controller: DocumentController, path: Path, steps: list[str]) -> None:
    width(path, 16)
    controller.open(path)
    idle(controller)
    for step in steps:
        if step == "add":
            controller.apply(AddNode(Node(f"r{len(controller.document.network)}", "ReLU")))
        elif step == "save":
            controller.save()
            idle(controller)
        else:
            getattr(controller, step)()
    same = files.format_json(files.snapshot(controller.document)) == path.read_bytes()
    if not controller.document.is_modified:
        assert same


def test_an_empty_document_is_looked_through_behind_the_first_picture(qtbot: QtBot) -> None:
    controller = DocumentController()
    assert controller.issues == []
    with qtbot.waitSignal(controller.issues_changed):
        pass
    assert [issue.code for issue in controller.issues] == [issue.code for issue in findings(controller.document)]
    controller.close()
