"""Work of sessions that are gone is offered until it is answered, work of those that may live with where and when."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from models.storage import journal
from studio.controllers.documents import DocumentController
from studio.controllers.recovery import RecoveryOffer
from studio.services.message import Message

Looked = Callable[[], None]
WHEN = time.mktime((2026, 3, 5, 17, 20, 0, 0, 0, -1))


def left(title: str, saved_at: float = WHEN, host: str = "") -> Path:
    """Unsaved work of a process that is gone; with a ``host``, of one that may not be."""
    folder = journal.state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    owner = {"pid": 1, "host": host, "started": "1", "boot": "another"} if host else None
    file = folder / f"{title}.journal"
    facts = {"journal": 1, "unsaved": True, "saved_at": saved_at, "title": title, "owner": owner}
    file.write_text(json.dumps(facts) + '\n{"network": {}}')
    return file


@pytest.fixture
def controller(qtbot: QtBot, state_home: None) -> Iterator[DocumentController]:
    controller = DocumentController()
    yield controller
    controller.close()


@pytest.fixture
def said(controller: DocumentController) -> list[Message]:
    messages: list[Message] = []
    controller.said.connect(messages.append)
    return messages


@pytest.fixture
def offer(controller: DocumentController) -> Iterator[RecoveryOffer]:
    offer = RecoveryOffer(controller, controller.recover)
    yield offer
    offer.close()


@pytest.fixture
def looked(qtbot: QtBot, offer: RecoveryOffer) -> Looked:
    """Wait until it is known what there is."""
    return lambda: qtbot.waitUntil(lambda: not offer.is_looking, timeout=60_000)


def press(message: Message, label: str) -> None:
    dict(message.actions)[label]()


def test_nothing_is_said_where_there_is_nothing(offer: RecoveryOffer, looked: Looked, said: list[Message]) -> None:
    offer.make()
    looked()
    assert not said


def test_one_after_another_is_offered_until_each_is_answered(
    qtbot: QtBot, offer: RecoveryOffer, looked: Looked, controller: DocumentController, said: list[Message]
) -> None:
    for title, at in (("first", 1.0), ("second", 2.0), ("third", 3.0)):
        left(title, at)
    offer.make()
    looked()
    assert said[-1].text == "third was not closed properly. Its last edits are kept. (2 more wait.)"
    press(said[-1], "Recover")
    qtbot.waitUntil(lambda: len(said) == 2, timeout=60_000)
    assert controller.title == "third" and controller.document.is_modified
    assert said[-1].text == "second was not closed properly. Its last edits are kept. (1 more wait.)"
    press(said[-1], "Discard")
    looked()
    assert said[-1].text == "first was not closed properly. Its last edits are kept."
    press(said[-1], "Discard")
    looked()
    assert len(said) == 3 and [found.title for found in journal.recoverable()] == []


def test_what_may_be_open_on_another_computer_is_offered_with_its_date(
    offer: RecoveryOffer, looked: Looked, said: list[Message]
) -> None:
    left("exam", WHEN, host="attic")
    offer.make()
    looked()
    assert said[-1].text == "exam may still be open on attic. Its edits of 5 Mar 2026, 17:20 are kept."
    left("odd", 4_000_000_000, host="attic")
    offer.make()
    looked()
    assert f"{datetime.fromtimestamp(4_000_000_000):%Y}" in said[-1].text


def test_a_disk_that_keeps_what_was_answered_is_asked_once(
    offer: RecoveryOffer, looked: Looked, said: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = left("stays")
    monkeypatch.setattr(journal, "discard", lambda recovery: None)  # as on a disk that can only be read
    offer.make()
    looked()
    press(said[-1], "Discard")
    offer.make()
    looked()
    assert len(said) == 1 and file.exists()
