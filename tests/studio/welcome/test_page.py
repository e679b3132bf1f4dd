"""The welcome screen: templates, recent files, the example, by mouse and by keyboard."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from documents import mlp
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot
from waiting import idle

from models.storage import files, templates
from studio.services.settings import Settings
from studio.welcome.page import Welcome
from studio.welcome.template_card import EmptyCard, TemplateCard
from studio.window.command_search import CommandSearch
from studio.window.main_window import MainWindow
from widgets.theme import color, theme


@pytest.fixture
def settings(qtbot: QtBot) -> Settings:
    return Settings()


@pytest.fixture
def welcome(settings: Settings, qtbot: QtBot) -> Welcome:
    welcome = Welcome(settings)
    qtbot.addWidget(welcome)
    welcome.resize(1400, 900)
    welcome.refresh()
    welcome.show()
    qtbot.waitUntil(lambda: len(cards(welcome)) == len(templates.available()))
    return welcome


def cards(welcome: Welcome) -> list[TemplateCard]:
    return [card for card in welcome.findChildren(TemplateCard) if card.isVisible()]


def button(welcome: Welcome, words: str) -> QAbstractButton:
    return next(item for item in welcome.findChildren(QAbstractButton) if words in (item.text(), item.accessibleName()))


def test_every_template_has_a_card_with_its_size(welcome: Welcome) -> None:
    named = {card.template.name: card.accessibleName() for card in cards(welcome)}
    assert set(named) == {template.name for template in templates.available()}
    assert {"mlp", "exam-cnn", "lenet5", "vgg-style", "small-resnet", "lstm-tagger", "transformer"} <= set(named)
    for template in templates.available():
        assert template.title in named[template.name] and template.description in named[template.name]


def test_cards_are_made_while_the_page_is_seen_and_found_before(settings: Settings, qtbot: QtBot) -> None:
    welcome = Welcome(settings)
    qtbot.addWidget(welcome)
    welcome.resize(1400, 900)
    welcome.refresh()
    qtbot.waitUntil(lambda: len(list(welcome.finds())) == len(templates.available()))
    qtbot.wait(1)
    assert not welcome.findChildren(TemplateCard)
    welcome.show()
    qtbot.waitUntil(lambda: bool(cards(welcome)))
    few = len(cards(welcome))
    assert few < len(templates.available()), "a row in each turn of the event loop"
    welcome.hide()
    qtbot.wait(1)
    assert len(welcome.findChildren(TemplateCard)) <= 2 * few
    welcome.show()
    qtbot.waitUntil(lambda: len(cards(welcome)) == len(templates.available()))
    widths = sorted(card.width() for card in cards(welcome))
    assert widths[-1] - widths[0] <= 1


class Shown(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(type(watched).__name__)
        return False


def test_cards_and_rows_come_without_a_flash_of_windows(
    settings: Settings, tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    files.write(mlp(), tmp_path / "net.netloom")
    settings.add_recent(tmp_path / "net.netloom")
    settings.add_recent(tmp_path / "gone.netloom")
    shown = Shown()
    qapp.installEventFilter(shown)
    welcome = Welcome(settings)
    qtbot.addWidget(welcome)
    welcome.refresh()
    welcome.show()
    qtbot.waitUntil(lambda: len(welcome._seen) == 2)
    qapp.removeEventFilter(shown)
    assert shown.windows == ["Welcome"]
    assert [row.is_gone for row in welcome._rows.values()] == [True, False]
    welcome.forget()


def test_cards_are_chosen_by_click_and_by_key(welcome: Welcome, qtbot: QtBot) -> None:
    chosen: list[Any] = []
    welcome.new_requested.connect(chosen.append)
    first, second = cards(welcome)[:2]
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    qtbot.keyClick(second, Qt.Key.Key_Return)
    qtbot.keyClick(second, Qt.Key.Key_Space)
    (empty,) = welcome.findChildren(EmptyCard)
    qtbot.mouseClick(empty, Qt.MouseButton.LeftButton)
    assert chosen == [first.template.name, second.template.name, second.template.name, None]


def test_a_press_that_is_dragged_away_chooses_nothing(welcome: Welcome, qtbot: QtBot) -> None:
    chosen: list[Any] = []
    welcome.new_requested.connect(chosen.append)
    card = cards(welcome)[0]
    qtbot.mousePress(card, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton, pos=card.rect().bottomRight() * 3)
    assert chosen == []


def test_templates_can_be_narrowed_to_a_kind(welcome: Welcome) -> None:
    assert welcome._categories is not None
    for category in {template.category for template in templates.available()}:
        welcome._categories.set_value(category)
        welcome._categories.changed.emit(category)
        assert {card.template.category for card in cards(welcome)} == {category}
    welcome._categories.set_value("all")
    welcome._categories.changed.emit("all")
    assert len(cards(welcome)) == len(templates.available())


@pytest.mark.parametrize("width", [1024, 1280, 1600, 2560])
def test_cards_fit_every_width(welcome: Welcome, width: int, qtbot: QtBot) -> None:
    welcome.resize(width, 800)
    qtbot.wait(10)
    for card in cards(welcome):
        left = card.mapTo(welcome, card.rect().topLeft()).x()
        assert left >= 0 and left + card.width() <= width
        assert card.width() >= 200


def test_a_card_shows_its_network_in_the_colors_of_families(welcome: Welcome) -> None:
    card = next(card for card in cards(welcome) if card.template.name == "exam-cnn")
    picture = card.grab().toImage()
    seen = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 2) for y in range(0, 176, 2)}
    assert color("Convolution").name() in seen and color("Pooling").name() in seen


def test_cards_follow_the_theme(welcome: Welcome) -> None:
    card = cards(welcome)[0]
    try:
        pictures = []
        for mode in ("dark", "light"):
            theme().set_mode(mode)  # type: ignore[arg-type]
            pictures.append(card.grab().toImage())
        assert pictures[0] != pictures[1]
        theme().set_scale(1.5)
        assert card.height() > 252
    finally:
        theme().set_scale(1.0)
        theme().set_mode("system")


def test_without_recent_files_it_says_so(welcome: Welcome) -> None:
    assert "Networks you save appear here." in [getattr(item, "text", str)() for item in welcome.findChildren(object)
                                                if hasattr(item, "text")]  # fmt: skip


def test_recent_files_open_by_a_click(welcome: Welcome, settings: Settings, tmp_path: Path, qtbot: QtBot) -> None:
    paths = [tmp_path / f"{name}.netloom" for name in ("first", "<b>second</b>".replace("/", "_"))]
    for path in paths:
        files.write(mlp(), path)
        os.utime(path, (time.time() - 7200, time.time() - 7200))
        settings.add_recent(path)
    welcome.refresh()
    with qtbot.waitSignal(welcome.document_requested) as opened:
        button(welcome, "Open first").click()
    assert opened.args == [paths[0]]


def test_recent_files_from_the_future_are_fine(welcome: Welcome, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "later.netloom"
    files.write(mlp(), path)
    os.utime(path, (time.time() + 99_999, time.time() + 99_999))
    settings.add_recent(path)
    welcome.refresh()
    assert button(welcome, "Open later")


def test_recent_files_show_what_they_are_made_of_and_how_well_they_did(
    welcome: Welcome, settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "digits.netloom"
    files.write(templates.load("lstm-tagger"), path)
    settings.add_recent(path)
    welcome.refresh()
    qtbot.waitUntil(lambda: path in welcome._seen)
    (row,) = welcome._rows.values()
    before = row.grab().toImage()
    assert welcome._best_heading.isHidden()
    found = welcome._seen[path]
    assert found.kind is not None and found.kind.family == "Recurrent"
    welcome._show_glances({path: found._replace(kind=None, best="98.1 %")})
    assert welcome._best_heading.isVisible()
    assert row.grab().toImage() != before
    assert "98.1 %" in row.accessibleDescription()
    # What was seen once is shown at once the next time, until it is read anew.
    welcome.refresh()
    (row,) = welcome._rows.values()
    assert "98.1 %" in row.accessibleDescription()
    qtbot.waitUntil(lambda: welcome._seen[path].best == "")


def test_the_device_is_named_once_it_is_known(welcome: Welcome) -> None:
    assert welcome._device_icon.isHidden()
    welcome.show_device("RTX 4070")
    assert welcome._device_icon.isVisible() and welcome._device.text() == "RTX 4070"


def test_commands_can_be_searched_from_here(window: MainWindow, qtbot: QtBot) -> None:
    button(window.welcome, "Find a command: Ctrl+K").click()
    (search,) = window.findChildren(CommandSearch)
    assert search.isVisible()
    qtbot.keyClick(search.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(CommandSearch))


def test_buttons_ask(welcome: Welcome, qtbot: QtBot) -> None:
    with qtbot.waitSignals([welcome.new_requested, welcome.open_requested, welcome.example_requested]):
        button(welcome, "New network").click()
        button(welcome, "Open…").click()
        button(welcome, "Open example and train").click()


def test_the_theme_switch_is_remembered(welcome: Welcome, settings: Settings) -> None:
    was_dark = theme().is_dark
    try:
        button(welcome, "Switch between dark and light").click()
        assert theme().is_dark is not was_dark
        assert settings.text("theme") == ("light" if was_dark else "dark")
    finally:
        theme().set_mode("system")


def test_the_example_trains_at_once(window: MainWindow, qtbot: QtBot) -> None:
    button(window.welcome, "Open example and train").click()
    idle(window)
    assert window.controller.title == "digits-cnn"
    assert window.pages.currentWidget() is window.workspace("train")
    assert window.training.is_training
    qtbot.waitUntil(lambda: window.training.current_id != "")
    window.training.stop()


def test_recent_files_do_not_cover_each_other_on_a_small_screen(
    welcome: Welcome, settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    for number in range(8):
        path = tmp_path / f"net{number}.netloom"
        files.write(mlp(), path)
        settings.add_recent(path)
    try:
        theme().set_scale(1.5)
        welcome.resize(1366, 700)
        welcome.refresh()
        rows = list(welcome._rows.values())
        qtbot.waitUntil(lambda: all(row.height() >= row.sizeHint().height() for row in rows))
        qtbot.waitUntil(lambda: all(low.y() > high.geometry().bottom() for high, low in pairwise(rows)))
    finally:
        theme().set_scale(1.0)
