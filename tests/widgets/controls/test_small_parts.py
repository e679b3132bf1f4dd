"""Tiles, icons, surfaces and key caps: small things that everything else is made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainterPath
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from models.layers import LAYERS
from widgets.controls import (
    Button,
    CheckBox,
    IconButton,
    KeyCap,
    Mark,
    Paragraph,
    Section,
    Segmented,
    Switch,
    disc,
    rounded_square,
)
from widgets.controls.frames import PopupFrame, Surface, soft_fill
from widgets.controls.marks import Icon
from widgets.controls.note import Note
from widgets.kinds.tile import Tile
from widgets.theme import color, theme
from widgets.theme.roles import has_color, role_color, role_name


@pytest.fixture(params=["dark", "light"])
def mode(request: pytest.FixtureRequest) -> object:
    before = theme().mode
    theme().set_mode(request.param)
    yield request.param
    theme().set_mode(before)


def test_the_soft_fill_is_that_of_the_pictures(mode: str) -> None:
    wanted = QColor("#1F2227" if mode == "dark" else "#F3F4F7")
    fill = soft_fill()
    channels = zip(wanted.getRgb(), fill.getRgb(), strict=True)
    assert all(abs(one - other) <= 1 for one, other in channels)


def test_a_surface_is_rounded(qtbot: QtBot, mode: str) -> None:
    surface = Surface()
    qtbot.addWidget(surface)
    surface.resize(60, 40)
    assert surface.grab().toImage().pixelColor(30, 20) == soft_fill()


def test_a_tile_stands_for_a_kind_or_for_none(qtbot: QtBot, mode: str) -> None:
    tile = Tile()
    qtbot.addWidget(tile)
    unknown = tile.grab().toImage()
    pictures = []
    for name in ("Conv2d", "Linear", "Input", "Output"):
        tile.set_kind(LAYERS[name])
        pictures.append(tile.grab().toImage())
    assert all(one != other for place, one in enumerate(pictures) for other in (*pictures[:place], unknown))


@pytest.mark.parametrize(("shape", "fills_its_side"), [(disc(), False), (rounded_square(), True)])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_mark_is_a_shape_of_its_size_amid_its_room(
    qtbot: QtBot, mode: str, scale: float, shape: QPainterPath, fills_its_side: bool
) -> None:
    mark = Mark(partial(color, "warning"), 10, (14, 20), shape)
    qtbot.addWidget(mark)
    theme().set_scale(scale)
    try:
        left, top, side = round(2 * scale), round(5 * scale), round(10 * scale)
        assert (mark.width(), mark.height()) == (round(14 * scale), round(20 * scale))
        picture = mark.grab().toImage()
        assert picture.pixelColor(left + side // 2, top + side // 2) == color("warning")
        assert picture.pixelColor(left + side // 2, top + 1) == color("warning")
        assert picture.pixelColor(left + side // 2, top - 2) != color("warning")
        assert (picture.pixelColor(left, top + side // 4) == color("warning")) is fills_its_side
    finally:
        theme().set_scale(1.0)


def test_icons_follow_the_theme_and_the_text(qtbot: QtBot) -> None:
    icon = Icon("warn", "warning", 16)
    qtbot.addWidget(icon)
    before = icon.pixmap().toImage()
    icon.show_icon("err", "error_text")
    assert icon.pixmap().toImage() != before
    theme().set_scale(1.5)
    try:
        assert icon.width() == 24
    finally:
        theme().set_scale(1.0)


def test_a_key_cap_is_as_wide_as_its_key(qtbot: QtBot) -> None:
    short, long = KeyCap("↵"), KeyCap("Ctrl+Enter")
    for cap in (short, long):
        qtbot.addWidget(cap)
    assert long.sizeHint().width() > short.sizeHint().width()
    assert not long.grab().isNull()


def test_a_popup_casts_a_shadow(qtbot: QtBot, mode: str) -> None:
    frame = PopupFrame()
    qtbot.addWidget(frame)
    frame.resize(120, 90)
    image = frame.grab().toImage()
    assert image.pixelColor(60, 45) == color("panel")
    assert image.pixelColor(60, 10) != image.pixelColor(0, 0)


def test_roles_have_colors_and_names() -> None:
    from models.kinds.layer import ROLES

    assert all(has_color(role) for role in ROLES)
    assert role_color("kernel") == color("Convolution")
    assert role_color("nonsense") == color("text1")
    assert role_name("channels", LAYERS["Conv2d"]()) == "filters"
    assert role_name("channels", LAYERS["ReLU"]()) == "channels"
    assert role_name("kernel") == "kernel"


def test_every_role_of_a_field_has_a_color() -> None:
    for kind in LAYERS.values():
        assert all(not field.role or has_color(field.role) for field in kind.fields.values())


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
@pytest.mark.parametrize(
    "make",
    [
        lambda: Button("Train"),
        lambda: IconButton("plus", "Add"),
        lambda: CheckBox("Show"),
        lambda: Switch("Normalize"),
        lambda: Segmented(["a", "b"]),
        lambda: Section("Help", collapsible=True),
    ],
)
def test_enter_presses_what_space_presses(qtbot: QtBot, make: Callable[[], QWidget], key: Qt.Key) -> None:
    widget = make()
    qtbot.addWidget(widget)
    button = widget if isinstance(widget, QAbstractButton) else widget.findChildren(QAbstractButton)[-1]
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, key)


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_note_keeps_all_its_lines_in_a_page_that_shrinks_its_rows(qtbot: QtBot, scale: float) -> None:
    """As the charts' page does, which is as high as the least heights of its rows."""
    theme().set_scale(scale)
    try:
        note = Note("info", "Validation is better than training, as it should be. " * 5, [("Show on chart", print)] * 3)
        page = QWidget()
        qtbot.addWidget(page)
        QVBoxLayout(page).addWidget(note)
        page.show()
        for width in (1000, 500, 700, 1400):
            page.resize(width, page.minimumSizeHint().height())
            QApplication.processEvents()
            page.resize(width, page.minimumSizeHint().height())
            QApplication.processEvents()
            assert isinstance(note.label, Paragraph)
            assert note.label.height() >= note.label.line_count() * note.label.line_height(), width
        note.set_text("Short.")
        QApplication.processEvents()
        assert page.minimumSizeHint().height() < 3 * note.label.line_height() + 60
    finally:
        theme().set_scale(1.0)
