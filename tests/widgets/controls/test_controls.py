from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets import controls
from widgets.controls import (
    Badge,
    Banner,
    Button,
    Card,
    CheckBox,
    Chip,
    ChoiceField,
    ElidedLabel,
    EmptyState,
    FloatField,
    IconButton,
    IntField,
    Label,
    ProgressBar,
    SearchField,
    Section,
    Segmented,
    Separator,
    Switch,
    TextField,
)
from widgets.theme import theme

MARKUP = "<b>bold</b> & <img src=x> مرحبا 🎉"


@pytest.fixture(autouse=True)
def plain_theme(qapp: QApplication) -> Iterator[None]:
    theme().apply(qapp)
    yield
    theme().set_mode("system")
    theme().set_scale(1.0)


Show = Callable[..., QWidget]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Show]:
    """Show widgets in a panel that lives as long as the test."""
    kept = []

    def show(*widgets: QWidget) -> QWidget:
        panel = QWidget()
        column = QVBoxLayout(panel)
        for widget in widgets:
            column.addWidget(widget)
        qtbot.addWidget(panel)
        panel.show()
        kept.append(panel)
        return panel

    yield show


def one_of_each() -> list[QWidget]:
    return [
        Label("text"),
        ElidedLabel("text"),
        Separator(),
        Separator(vertical=True),
        Card(),
        Button("Save", "save"),
        Button("Train", "play", "main"),
        Button("Stop", "stop", "danger"),
        Button("Reset", role="quiet"),
        IconButton("more", "More"),
        Switch("Bias"),
        CheckBox("run 1"),
        Segmented(["a", "b"]),
        IntField("n"),
        FloatField("x"),
        TextField("Name"),
        ChoiceField("Kind", ["a"]),
        SearchField("Search", "Tab"),
        Chip("chip"),
        Badge(3),
        ProgressBar("Progress"),
        EmptyState("Nothing here.", "pulse"),
        Banner(),
        Section("Title", "note"),
    ]


@pytest.mark.parametrize("mode", ["dark", "light"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_every_control_follows_the_theme_and_stays_large_enough(mode: str, scale: float, shown: Show) -> None:
    widgets = one_of_each()
    panel = shown(*widgets)
    theme().set_mode("light" if mode == "light" else "dark")
    theme().set_scale(scale)
    QApplication.processEvents()
    assert not panel.grab().isNull()
    for widget in widgets:
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert widget.minimumSizeHint().height() >= 24 * scale or widget.height() >= 24 * scale
            assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_everything_that_is_exported_exists() -> None:
    for name in controls.__all__:
        assert getattr(controls, name)


def test_user_text_is_never_markup(qtbot: QtBot) -> None:
    for label in (Label(MARKUP), ElidedLabel(MARKUP), Chip(MARKUP)):
        qtbot.addWidget(label)
        assert label.textFormat() == Qt.TextFormat.PlainText
        assert label.text() == MARKUP
    button = IconButton("more", MARKUP)
    qtbot.addWidget(button)
    assert "&lt;b&gt;" in button.toolTip()


def test_an_elided_label_keeps_its_whole_text_as_name_and_tip(qtbot: QtBot) -> None:
    label = ElidedLabel("a long name " * 20)
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    assert label.accessibleName() == label.text()
    assert "a long name" in label.toolTip()
    label.setText("short")
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() < 60


def test_an_ampersand_is_no_shortcut(qtbot: QtBot) -> None:
    button = Button("Save & train")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Save & train"
    assert button.shortcut().isEmpty()


def test_a_switch_is_toggled_by_mouse_and_keyboard(qtbot: QtBot, shown: Show) -> None:
    switch = Switch("Bias")
    shown(switch)
    switch.setFocus()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert switch.isChecked()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()


def test_a_check_box_is_hit_anywhere(qtbot: QtBot, shown: Show) -> None:
    box = CheckBox("run 14", "#5B9BF8")
    shown(box)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert box.isChecked()
    assert not box.grab().isNull()


def test_segments_tell_the_users_choice_and_follow_arrows(qtbot: QtBot, shown: Show) -> None:
    choice = Segmented([("data", "Data"), ("design", "Design"), ("train", "Train")], "design", {"data": "db"})
    shown(choice)
    told: list[str] = []
    choice.changed.connect(told.append)
    choice.set_value("data")
    assert told == []
    qtbot.mouseClick(choice.segment("train"), Qt.MouseButton.LeftButton)
    assert (choice.value(), told) == ("train", ["train"])
    choice.segment("train").setFocus()
    qtbot.keyClick(choice.segment("train"), Qt.Key.Key_Left)
    assert (choice.value(), told) == ("design", ["train", "design"])
    with pytest.raises(KeyError):
        choice.set_value("no such")


def test_a_banner_offers_actions_and_closes(qtbot: QtBot, shown: Show) -> None:
    banner = Banner()
    shown(banner)
    assert not banner.isVisible()
    done: list[str] = []
    banner.say("Saving failed: the disk is full.", "error", [("Save elsewhere", lambda: done.append("elsewhere"))])
    assert banner.isVisible()
    assert banner.text() == banner.accessibleName() == "Saving failed: the disk is full."
    action = next(button for button in banner.findChildren(QPushButton) if button.text() == "Save elsewhere")
    with qtbot.waitSignal(banner.closed):
        qtbot.mouseClick(action, Qt.MouseButton.LeftButton)
    assert done == ["elsewhere"]
    assert not banner.isVisible()


def test_a_new_sentence_replaces_the_actions_before(qtbot: QtBot, shown: Show) -> None:
    banner = Banner()
    shown(banner)
    banner.say("One.", actions=[("A", lambda: None)])
    banner.say("Two.", "good")
    assert [button.text() for button in banner.findChildren(QPushButton) if button.isVisible()] == []


def test_progress_stays_between_its_ends(qtbot: QtBot) -> None:
    bar = ProgressBar("Epoch")
    qtbot.addWidget(bar)
    bar.set_segments(20)
    for fraction, value in ((0.5, 5_000), (7, 10_000), (-1, 0)):
        bar.set_fraction(fraction)
        assert bar.value() == value


def test_a_badge_hides_at_zero_and_never_is_a_window(qtbot: QtBot, shown: Show) -> None:
    lonely = Badge(3)
    qtbot.addWidget(lonely)
    assert not lonely.isVisible()
    badge = Badge(0)
    shown(badge)
    assert not badge.isVisible()
    badge.set_count(120)
    assert badge.isVisible()
    assert badge.accessibleName() == "120"


def test_a_chip_grows_with_its_text(qtbot: QtBot) -> None:
    chip = Chip("10")
    qtbot.addWidget(chip)
    before = chip.sizeHint().width()
    chip.setText("16×32×32")
    chip.set_kind("warning")
    assert chip.sizeHint().width() > before


def test_a_section_folds_its_body(qtbot: QtBot, shown: Show) -> None:
    section = Section("Explain", "4 findings")
    body = Label("body")
    section.add(body)
    shown(section)
    told: list[bool] = []
    section.toggled.connect(told.append)
    section.set_expanded(False)
    assert not body.isVisible()
    assert not section.is_expanded()
    section.set_expanded(True)
    assert body.isVisible()
    assert told == [False, True]
    section.set_note("5 findings")


def test_a_fixed_section_stays_open(qtbot: QtBot) -> None:
    section = Section("Properties", collapsible=False)
    qtbot.addWidget(section)
    section.set_expanded(False)
    assert section.is_expanded()


def test_an_empty_state_says_something_else(qtbot: QtBot) -> None:
    empty = EmptyState("No runs yet.")
    qtbot.addWidget(empty)
    empty.set_text("Train once to see what the network learned.")
    assert empty.findChild(Label).text() == "Train once to see what the network learned."


def test_room_around_words_outlives_a_change_of_style(qtbot: QtBot, shown: Show) -> None:
    label = Label("No layer called so.")
    shown(label)
    label.set_padding(17, 4, 12, 8)
    for mode in ("light", "dark"):
        theme().set_mode(mode)
        margins = label.contentsMargins()
        assert (margins.left(), margins.top(), margins.right(), margins.bottom()) == (17, 4, 12, 8)
