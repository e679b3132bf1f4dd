"""What the window learns of a document's data: on a thread, once, and never unasked where that may take long."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot
from waiting import idle, until

import studio.controllers.knowledge
import studio.data.known
from models.data import Facts, Unreadable
from models.data.held import SECTION
from models.document.edits import SetParam, SetSection
from models.findings.computer import Devices
from models.storage import files, templates
from models.storage.consent import CONSENT
from studio.controllers.documents import DocumentController
from studio.controllers.knowledge import Knowledge
from studio.data.kept import notes
from studio.data.known import is_at_hand, known_data

IRIS = {"source": "iris"}


@pytest.fixture
def knowledge(qtbot: QtBot) -> Iterator[Knowledge]:
    made = Knowledge()
    yield made
    made.close()


@pytest.fixture
def controller(qtbot: QtBot, state_home: None) -> Iterator[DocumentController]:
    made = DocumentController()
    yield made
    made.close()


def data_of(knowledge: Knowledge) -> Any:
    return next((item for item in knowledge.known if not isinstance(item, Devices)), None)


def test_the_facts_come_and_are_told(knowledge: Knowledge, qtbot: QtBot) -> None:
    assert knowledge.known == () and knowledge.gap == ""
    with qtbot.waitSignal(knowledge.changed):
        knowledge.follow(IRIS, None)
        assert knowledge.gap == "The data is being read." and knowledge.known == ()
    assert data_of(knowledge) == known_data(IRIS, None) and knowledge.gap == ""


def test_only_another_name_is_looked_at(knowledge: Knowledge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(knowledge.changed):
        knowledge.follow(IRIS, None)
    knowledge.follow(dict(IRIS), None)
    assert data_of(knowledge) is not None
    with qtbot.waitSignal(knowledge.changed):
        knowledge.follow({"source": "csv", "path": "nowhere.csv"}, None)
        assert data_of(knowledge) is None
    assert isinstance(data_of(knowledge), Unreadable)
    knowledge.follow(None, None)
    assert knowledge.known == () and knowledge.gap == ""


def test_the_windows_thread_reads_nothing(knowledge: Knowledge, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def looking(settings: Any, base: Path | None) -> Facts | Unreadable:
        threads.append(threading.current_thread())
        return known_data(settings, base)

    monkeypatch.setattr(studio.data.known, "known_data", looking)
    with qtbot.waitSignal(knowledge.changed):
        knowledge.follow(IRIS, None)
    assert len(threads) == 1 and threads[0] is not threading.main_thread()


def test_what_a_workspace_has_read_is_taken_if_it_is_still_meant(knowledge: Knowledge, qtbot: QtBot) -> None:
    facts = Facts.simple("Mine", (7,), None, (), 9)
    knowledge.follow(IRIS, None)
    with qtbot.waitSignal(knowledge.changed):
        knowledge.learn(IRIS, None, facts)
    assert data_of(knowledge) is facts
    qtbot.wait(100)
    assert data_of(knowledge) is facts
    knowledge.learn({"source": "wine"}, None, Facts.simple("Other", (7,), None, (), 9))
    assert data_of(knowledge) is facts


def test_devices_are_known_with_the_worker(knowledge: Knowledge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(knowledge.changed):
        knowledge.learn_devices({"cuda:0": 8, "cpu": 9})
    with qtbot.assertNotEmitted(knowledge.changed):
        knowledge.learn_devices({"cuda:0": 8, "cpu": 9})
    assert knowledge.known == (Devices(("cuda:0", "cpu"), {"cuda:0": 8, "cpu": 9}),)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_opened_unasked(knowledge: Knowledge, qtbot: QtBot, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with qtbot.waitSignal(knowledge.changed):
        knowledge.follow({"source": "csv", "path": "pipe.csv"}, tmp_path)
    assert knowledge.known == () and knowledge.gap == "The data has not been read yet."


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, True),
        (IRIS, True),
        ({"source": 7}, True),
        ({"source": "csv", "path": "small.csv"}, True),
        ({"source": "csv", "path": "nowhere.csv"}, True),
        ({"source": "csv", "path": "nul\0.csv"}, True),
        ({"source": "csv", "path": "large.csv"}, False),
        ({"source": "csv", "path": "/dev/zero"}, False),
        ({"source": "csv", "path": "//server/share/table.csv"}, False),
        ({"source": "csv", "path": "\\\\server\\share\\table.csv"}, False),
        ({"source": "image_folder", "path": "."}, True),
    ],
)
def test_what_may_be_looked_at_unasked(settings: dict[str, Any], expected: bool, tmp_path: Path) -> None:
    (tmp_path / "small.csv").write_text("a,b\n1,2\n")
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(studio.data.known.MOST_BYTES + 1)
    assert is_at_hand(settings, tmp_path) is expected


@pytest.mark.parametrize("name", ["elsewhere.csv", "documents/link.csv"])
def test_what_the_user_must_allow_is_not_even_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    inside, outside = tmp_path / "documents", tmp_path / name
    inside.mkdir()
    (inside / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    settings = {"source": "csv", "path": str(outside)}
    assert is_at_hand(settings, inside)
    looked = []

    def look(path: Path, **_: Any) -> os.stat_result:
        looked.append(path)
        raise OSError

    monkeypatch.setattr(Path, "stat", look)
    CONSENT.ask("Allow it in Data.")
    try:
        assert not is_at_hand(settings, inside) and looked == []
        CONSENT.give(outside)
        is_at_hand(settings, inside)
        assert looked == [outside]
    finally:
        CONSENT.forget()


def test_findings_of_the_data_join_the_others(controller: DocumentController, qtbot: QtBot) -> None:
    controller.show_run(templates.load("iris-mlp"), "iris")
    qtbot.waitUntil(lambda: controller.knowledge.gap == "" and not controller.issues)
    controller.apply(SetSection("data", {"source": "wine"}))
    qtbot.waitUntil(lambda: "data-input" in {finding.code for finding in controller.issues})
    assert controller.errors >= 1
    controller.undo()
    qtbot.waitUntil(lambda: controller.knowledge.gap == "" and not controller.issues)


def test_an_empty_document_asks_for_no_data(controller: DocumentController, qtbot: QtBot) -> None:
    assert controller.knowledge.gap == "" and controller.knowledge.known == ()
    qtbot.waitUntil(lambda: bool(controller.issues))
    assert [finding.code for finding in controller.issues] == ["empty"]


def test_the_list_is_that_of_the_command_line(controller: DocumentController, qtbot: QtBot) -> None:
    from studio.running.preflight import examined

    document = templates.load("iris-mlp")
    document.apply(SetParam(next(iter(document.network.nodes)), "shape", [5]))
    document.apply(SetSection("training", {"batch_size": 5_000, "device": "cuda:9"}))
    controller.show_run(document, "iris")
    controller.knowledge.learn_devices({"cpu": 0})
    expected = [(finding.code, finding.node) for finding in examined(document, None, ["cpu"])]
    assert {code for code, _ in expected} >= {"data-input", "batch-beyond-data", "no-such-device"}
    qtbot.waitUntil(lambda: [(finding.code, finding.node) for finding in controller.issues] == expected)


LINES = "x,y\n" + "1,a\n2,b\n" * 9


def noting(controller: DocumentController, tmp_path: Path, name: str = "a.csv") -> dict[str, Any]:
    """What the document tells of its files once it names that one."""
    (tmp_path / name).write_text(LINES)
    controller.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / name)}))
    until(lambda: controller.knowledge.files is not None and not controller.knowledge.gap)
    return controller.document.content.section(SECTION)


def codes(controller: DocumentController) -> set[str]:
    idle(controller)
    return {issue.code for issue in controller.issues}


def test_a_document_tells_what_its_files_hold_beside_its_history(
    controller: DocumentController, tmp_path: Path
) -> None:
    section = noting(controller, tmp_path)
    assert section["path"]["name"] == "a.csv" and section["path"]["bytes"] == len(LINES)
    assert controller.document.undo_label == "Set data"
    controller.save_as(tmp_path / "net.netloom")
    idle(controller)
    assert not controller.document.is_modified
    written = files.read(tmp_path / "net.netloom")[0]
    assert written.content.section(SECTION) == section and written.data["path"] == "a.csv"


@pytest.mark.parametrize(("worked", "rests"), [(0.0, True), (1e9, False)])
def test_a_look_at_many_files_rests_as_often_as_it_has_worked_for_long(
    controller: DocumentController,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    worked: float,
    rests: bool,
) -> None:
    slept: list[float] = []
    plain = studio.controllers.knowledge.time.sleep
    monkeypatch.setattr(studio.controllers.knowledge.time, "sleep", lambda now: (slept.append(now), plain(now)))
    monkeypatch.setattr(studio.controllers.knowledge, "WORKED", worked)
    monkeypatch.setattr(studio.controllers.knowledge, "REST", 0.00123)
    for name in ("a", "b", "c"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(2):
            Image.new("RGB", (4, 4), (number, 0, 9)).save(tmp_path / "images" / name / f"{number}.png")
    controller.apply(SetSection("data", {"source": "image_folder", "path": str(tmp_path / "images")}))
    until(lambda: controller.knowledge.files is not None and not controller.knowledge.gap)
    assert controller.document.content.section(SECTION)["path"]["files"] == 6
    assert slept.count(0.00123) > 3 if rests else slept.count(0.00123) <= 1


def test_data_that_has_changed_is_said_until_it_is_taken_as_it_is(
    controller: DocumentController, tmp_path: Path
) -> None:
    before = noting(controller, tmp_path)
    assert "changed-data" not in codes(controller)
    (tmp_path / "a.csv").write_text(LINES + "3,a\n")
    controller.knowledge.refresh()
    until(lambda: "changed-data" in codes(controller))
    assert controller.document.content.section(SECTION) == before
    finding = next(issue for issue in controller.issues if issue.code == "changed-data")
    assert finding.detail.startswith("It has 80 bytes instead of 76.")
    controller.apply(finding.mends[0].edit)
    until(lambda: "changed-data" not in codes(controller))
    assert controller.document.content.section(SECTION)["path"]["bytes"] == 80
    controller.undo()
    until(lambda: "changed-data" in codes(controller))


def test_another_file_of_that_name_has_not_changed(controller: DocumentController, tmp_path: Path) -> None:
    noting(controller, tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.csv").write_text(LINES + "3,a\n")
    controller.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / "other" / "a.csv")}))
    until(lambda: controller.document.content.section(SECTION)["path"]["bytes"] == 80)
    assert "changed-data" not in codes(controller)


def test_data_that_was_moved_is_found_when_the_document_is_opened(
    controller: DocumentController, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "_file", lambda name: tmp_path / "user" / f"{name}.json")
    noting(controller, tmp_path)
    controller.save_as(tmp_path / "net.netloom")
    idle(controller)
    (tmp_path / "tables").mkdir()
    (tmp_path / "a.csv").rename(tmp_path / "tables" / "b.csv")
    controller.new()
    controller.open(tmp_path / "net.netloom")
    until(lambda: "moved-data" in codes(controller))
    assert isinstance(data_of(controller.knowledge), Facts)
    finding = next(issue for issue in controller.issues if issue.code == "moved-data")
    controller.apply(finding.mends[0].edit)
    assert controller.document.data["path"] == "tables/b.csv"
    until(lambda: controller.document.content.section(SECTION)["path"]["name"] == "b.csv")
    until(lambda: codes(controller).isdisjoint({"moved-data", "changed-data"}))
