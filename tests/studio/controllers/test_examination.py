"""Findings come without keeping the window: in slices, and of a burst of edits only those after the last."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from random_edits import chain

from models.checks import Finding, findings
from models.document import Document
from models.document.edits import Move, SetParam
from studio.controllers import examination
from studio.controllers.documents import DocumentController
from studio.controllers.examination import Examination


class Heard:
    """An examination of one document and what it told of it."""

    def __init__(self, document: Document) -> None:
        self.document, self.begun, self.told = document, 0, list[list[Finding]]()
        self.examination = Examination(self._subject)
        self.examination.found.connect(self.told.append)

    def _subject(self) -> tuple[Document, tuple[object, ...]]:
        self.begun += 1
        return self.document, ()


@pytest.fixture
def heard(qtbot: QtBot) -> Iterator[Heard]:
    made = Heard(chain(("Input", {"shape": [1, 8, 8]}), ("Linear", {"color": 1}), ("Softmax", {}), ("Output", {})))
    yield made
    made.examination.stop()


def codes(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.node) for finding in found]


@pytest.mark.parametrize("slice_", [0.0, 10.0])
def test_all_is_found_whatever_a_slice_holds(
    heard: Heard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, slice_: float
) -> None:
    monkeypatch.setattr(examination, "SLICE", slice_)
    heard.examination.begin()
    assert heard.told == [] and heard.examination.is_going_on
    qtbot.waitUntil(lambda: bool(heard.told))
    assert codes(heard.told[0]) == codes(findings(heard.document)) and len(heard.told[0]) >= 3
    assert not heard.examination.is_going_on


def test_a_burst_of_edits_is_told_of_once(heard: Heard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "SLICE", 0.0)
    heard.examination.begin()
    heard.examination._turn.timeout.emit()
    assert heard.begun == 1 and heard.examination.is_going_on
    heard.document.apply(SetParam("n1", "color", SetParam.UNSET))
    heard.examination.begin()
    qtbot.waitUntil(lambda: bool(heard.told))
    assert heard.begun == 2 and len(heard.told) == 1
    assert codes(heard.told[0]) == codes(findings(heard.document))


def test_what_is_stopped_tells_nothing(heard: Heard, qtbot: QtBot) -> None:
    heard.examination.begin()
    heard.examination.stop()
    qtbot.wait(50)
    assert heard.told == [] and heard.begun == 0


def test_a_card_that_is_moved_is_no_reason_to_look(qtbot: QtBot, state_home: None) -> None:
    controller = DocumentController()
    controller.show_run(chain(("Input", {"shape": [4]}), ("Linear", {}), ("Output", {})), "moved")
    qtbot.waitUntil(lambda: controller.knowledge.gap == "" and bool(controller.knowledge.known))
    qtbot.waitUntil(lambda: not controller._examination.is_going_on)
    controller.apply(Move({"n1": (300.0, 300.0)}))
    assert not controller._examination.is_going_on
    controller.apply(SetParam("n1", "out_features", 3))
    assert controller._examination.is_going_on
    controller.close()
