"""One sentence at a time; offers come back."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from studio.services.message import Message
from studio.window.messages import Messages
from widgets.controls import Banner


@pytest.fixture
def banner(qtbot: QtBot) -> Banner:
    banner = Banner()
    qtbot.addWidget(banner)
    return banner


@pytest.fixture
def messages(banner: Banner) -> Messages:
    return Messages(banner)


def press(banner: Banner, label: str) -> None:
    QApplication.processEvents()
    next(button for button in banner.findChildren(QPushButton) if button.text() == label and button.isVisible()).click()


def test_a_later_message_replaces_an_earlier_one(messages: Messages, banner: Banner) -> None:
    messages.say(Message("One."))
    messages.say(Message("Two."))
    assert banner.text() == "Two."
    banner.dismiss()
    assert banner.isHidden()


def test_an_offer_comes_back_until_it_is_closed(messages: Messages, banner: Banner) -> None:
    messages.say(Message("Recover?", waits=True))
    messages.say(Message("One."))
    messages.say(Message("Two."))
    banner.dismiss()
    assert banner.text() == "Recover?" and banner.isVisible()
    banner.dismiss()
    assert banner.isHidden()


def test_the_latest_offer_comes_first(messages: Messages, banner: Banner) -> None:
    messages.say(Message("Recover?", waits=True))
    messages.say(Message("Resume?", waits=True))
    banner.dismiss()
    assert banner.text() == "Recover?"
    banner.dismiss()
    assert banner.isHidden()


def test_an_answered_offer_stays_away(messages: Messages, banner: Banner) -> None:
    done: list[str] = []

    def act() -> None:
        done.append("act")
        messages.say(Message("Done."))

    messages.say(Message("Recover?", actions=(("Yes", act),), waits=True))
    messages.say(Message("One."))
    banner.dismiss()
    press(banner, "Yes")
    assert done == ["act"]
    assert banner.text() == "Done."
    banner.dismiss()
    assert banner.isHidden()


def test_what_is_out_of_date_goes_and_an_offer_stays(messages: Messages, banner: Banner) -> None:
    messages.say(Message("Recover?", waits=True))
    messages.say(Message("Two does not fit."))
    messages.clear()
    assert banner.text() == "Recover?"
    messages.clear()
    assert banner.text() == "Recover?" and not banner.isHidden()


def test_another_document_ends_what_was_said_and_puts_offers_off(messages: Messages, banner: Banner) -> None:
    messages.say(Message("Recover?", waits=True))
    messages.say(Message("Resume?", waits=True))
    messages.say(Message("Two does not fit."))
    messages.put_off()
    assert banner.isHidden()
    messages.say(Message("Of this document."))
    assert banner.text() == "Of this document."
    messages.put_off()
    messages.bring_back()
    assert banner.text() == "Resume?"
    banner.dismiss()
    assert banner.text() == "Recover?"
    banner.dismiss()
    messages.bring_back()
    assert banner.isHidden()


def test_a_message_has_no_actions_unless_given() -> None:
    assert Message("Words.") == ("Words.", "info", (), False, "")
