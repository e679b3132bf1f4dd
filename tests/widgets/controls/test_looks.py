"""What a user sees of the controls: that text fits at every size, and that states look different."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from widgets.controls import (
    Badge,
    Banner,
    Button,
    Card,
    CheckBox,
    Chip,
    IntField,
    Label,
    ProgressBar,
    SearchField,
    Section,
    Segmented,
    Separator,
    Switch,
    set_tip,
    shows_ring,
)
from widgets.theme import color, px, theme


@pytest.fixture(autouse=True, params=[("dark", 1.0), ("light", 1.0), ("dark", 1.5), ("light", 1.5)], ids=str)
def look(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    mode, scale = request.param
    theme().apply(qapp)
    theme().set_mode(mode)
    theme().set_scale(scale)
    yield
    theme().set_mode("system")
    theme().set_scale(1.0)


def image(qtbot: QtBot, widget: QWidget) -> QImage:
    qtbot.addWidget(widget)
    widget.resize(widget.sizeHint())
    return widget.grab().toImage()


@pytest.mark.parametrize("role", ["plain", "main", "danger", "quiet"])
def test_a_buttons_text_fits(qtbot: QtBot, role: str) -> None:
    button = Button("Open example and train", "play", "main" if role == "main" else "plain")
    qtbot.addWidget(button)
    text = QFontMetrics(button.font()).horizontalAdvance("Open example and train")
    assert button.minimumSizeHint().width() >= text + px(14)
    assert button.sizeHint().height() == px(30)


def test_segments_fit_their_text_even_when_narrow(qtbot: QtBot) -> None:
    choice = Segmented(["Train", "Validation", "Test"])
    qtbot.addWidget(choice)
    for value in ("Train", "Validation", "Test"):
        segment = choice.segment(value)
        assert segment.minimumSizeHint().width() >= QFontMetrics(segment.font()).horizontalAdvance(value)


def test_a_switch_shows_its_state(qtbot: QtBot) -> None:
    off, on = Switch("Bias"), Switch("Bias")
    on.setChecked(True)
    assert image(qtbot, off) != image(qtbot, on)
    assert image(qtbot, on).pixelColor(px(8), px(12)) == color("main_button")


@pytest.mark.parametrize("index", range(6))
def test_a_checked_box_has_its_color_and_a_tick_that_stands_out(qtbot: QtBot, index: int) -> None:
    hue = theme().palette.curves[index]
    box = CheckBox("run", hue)
    box.setChecked(True)
    picture = image(qtbot, box)
    inside = [picture.pixelColor(x, y) for x in range(px(6), px(18)) for y in range(px(6), px(18))]
    assert color(hue) in inside
    assert any(abs(pixel.lightnessF() - color(hue).lightnessF()) > 0.3 for pixel in inside)


def test_a_disabled_control_looks_disabled(qtbot: QtBot) -> None:
    for make in (lambda: Button("Save"), lambda: Switch("x"), lambda: CheckBox("x"), lambda: IntField("n")):
        enabled, disabled = make(), make()
        disabled.setEnabled(False)
        assert image(qtbot, enabled) != image(qtbot, disabled)


def test_an_invalid_field_is_outlined_in_red(qtbot: QtBot) -> None:
    field = IntField("Kernel")
    field.set_value(3)
    field.set_error("Kernel 7 is larger than the 5×5 input. Add padding 1.")
    picture = image(qtbot, field)
    middle = picture.height() // 2
    assert color("error_line") in (picture.pixelColor(x, middle) for x in range(3))


def test_progress_fills_its_share(qtbot: QtBot) -> None:
    bar = ProgressBar("Epoch")
    qtbot.addWidget(bar)
    bar.resize(200, bar.height())
    bar.set_fraction(0.5)
    picture = bar.grab().toImage()
    middle = picture.height() // 2
    assert picture.pixelColor(50, middle) == color("accent")
    assert picture.pixelColor(150, middle) == color("active")
    bar.set_segments(4)
    assert bar.grab().toImage().pixelColor(50, middle) == color("panel")


def test_a_badge_is_round_enough_for_its_count(qtbot: QtBot) -> None:
    small, large = Badge(3), Badge(1000)
    qtbot.addWidget(small)
    qtbot.addWidget(large)
    assert small.width() == small.height() == px(18)
    assert large.width() > small.width()


@pytest.mark.parametrize("kind", ["plain", "info", "warning", "error", "good"])
def test_a_chips_text_stands_out_from_its_fill(qtbot: QtBot, kind: str) -> None:
    chip = Chip("diverged")
    chip.set_kind("warning" if kind == "warning" else "plain")
    picture = image(qtbot, chip)
    fill = picture.pixelColor(px(3), picture.height() // 2).lightnessF()
    others = [picture.pixelColor(x, picture.height() // 2).lightnessF() for x in range(picture.width())]
    assert max(abs(other - fill) for other in others) > 0.3


def test_a_banners_sentence_wraps_instead_of_being_cut(qtbot: QtBot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    banner = Banner(panel)
    banner.say("Linear needs a flat vector, but it receives 32×16×16. " * 3, "warning", [("Insert Flatten", print)])
    assert banner.heightForWidth(500) > banner.heightForWidth(2000)


@pytest.mark.parametrize("role", ["plain", "main", "soft", "danger", "quiet", "text"])
def test_a_click_draws_no_ring_and_tab_does(qtbot: QtBot, role: str) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    button = Button("Train", role=role, parent=panel)  # type: ignore[arg-type]
    check, other = CheckBox("Shuffle", parent=panel), QLineEdit(panel)
    for widget, x in ((button, 10), (check, 140), (other, 280)):
        widget.move(x, 10)
    panel.resize(500, 60)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)

    def look() -> QImage:
        return panel.grab(QRect(0, 0, 270, 60)).toImage()

    other.setFocus()
    plain = look()
    for widget in (button, check):
        widget.setFocus(Qt.FocusReason.MouseFocusReason)
        assert look() == plain and not shows_ring(widget), "the mouse brought the keyboard here"
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        other.setFocus()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert look() != plain and shows_ring(widget)
        other.setFocus()
        assert look() == plain


def test_a_banner_floats_over_its_panel(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    panel, banner = QWidget(window), Banner()
    banner.float_over(panel)
    panel.setGeometry(100, 50, 600, 300)
    window.resize(800, 400)
    window.show()
    banner.say("Linear needs a flat vector, but it receives 32×16×16. " * 2, "warning", [("Insert Flatten", print)])
    assert panel.geometry().contains(banner.geometry()) and banner.height() >= banner.heightForWidth(banner.width())
    assert abs(banner.geometry().center().x() - panel.geometry().center().x()) <= 1
    panel.setGeometry(0, 0, 560, 400)
    QApplication.processEvents()
    assert panel.geometry().contains(banner.geometry())
    corner = banner.grab().toImage().pixelColor(px(14) + 1, px(14) + 1)
    inside = banner.grab().toImage().pixelColor(px(14) + 20, px(14) + 3)
    assert corner != inside, "its corners are round"


def test_a_search_field_leaves_room_for_its_key(qtbot: QtBot) -> None:
    field = SearchField("Search layers", "Tab")
    qtbot.addWidget(field)
    assert field.textMargins().right() > px(20)
    assert field.textMargins().left() >= px(20)


def test_a_folded_section_is_as_high_as_its_heading(qtbot: QtBot) -> None:
    section = Section("Explain", "4 findings")
    section.add(Label("body\n" * 5))
    qtbot.addWidget(section)
    section.show()
    section.set_expanded(False)
    assert section.sizeHint().height() <= px(40)


def test_lines_and_frames_have_their_colors(qtbot: QtBot) -> None:
    line = Separator()
    qtbot.addWidget(line)
    line.resize(50, 1)
    assert line.grab().toImage().pixelColor(20, 0) == color("separator")
    card = Card("raised")
    qtbot.addWidget(card)
    card.resize(60, 60)
    assert card.grab().toImage().pixelColor(30, 30) == color("raised")


def test_a_label_changes_its_color(qtbot: QtBot) -> None:
    label = Label("■■■■", 20)
    qtbot.addWidget(label)
    label.set_token("error_text")
    assert label.palette().windowText().color() == color("error_text")
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_tip_is_taken_away_again(qtbot: QtBot) -> None:
    label = Label("x")
    qtbot.addWidget(label)
    set_tip(label, "a < b")
    assert label.toolTip() == "<p>a &lt; b</p>"
    set_tip(label, "")
    assert label.toolTip() == ""
