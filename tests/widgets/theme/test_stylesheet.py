from __future__ import annotations

import re

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from widgets.controls import Button
from widgets.theme import color, theme
from widgets.theme.stylesheet import build
from widgets.theme.tokens import DARK, LIGHT, Palette


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_every_token_is_replaced_by_a_color(palette: Palette) -> None:
    sheet = build(palette, lambda measure: 2 * measure, "#112233")
    assert "$" not in sheet
    assert "min-height: 52px" in sheet
    for value in re.findall(r"#\w+", sheet):
        assert re.fullmatch(r"#[0-9A-Fa-f]{6}", value)
    assert sheet.count("{") == sheet.count("}")


def test_a_token_that_begins_another_does_not_eat_it() -> None:
    sheet = build(DARK, lambda measure: measure, "#112233")
    assert f"selection-background-color: {DARK.accent_soft}" in sheet
    assert "_soft" not in sheet


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_the_main_button_is_painted_in_its_color(qtbot: QtBot, qapp: QApplication, mode: str) -> None:
    theme().apply(qapp)
    theme().set_mode("light" if mode == "light" else "dark")
    button = QPushButton()
    button.setProperty("role", "main")
    qtbot.addWidget(button)
    button.resize(80, 30)
    assert button.grab().toImage().pixelColor(40, 15) == color("main_button")


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_a_button_can_step_back_while_its_work_goes_on(qtbot: QtBot, qapp: QApplication, mode: str) -> None:
    theme().apply(qapp)
    theme().set_mode("light" if mode == "light" else "dark")
    button = Button("", role="main")
    qtbot.addWidget(button)
    button.resize(80, 30)
    button.set_role("soft")
    assert button.grab().toImage().pixelColor(4, 15) == color("accent_soft")
    button.set_role("main")
    assert button.grab().toImage().pixelColor(4, 15) == color("main_button")
    theme().set_mode("system")


def test_no_rule_is_malformed(qtbot: QtBot, qapp: QApplication) -> None:
    """Qt only warns of a stylesheet it cannot read, and a warning fails a test."""
    theme().apply(qapp)
    button = QPushButton("Save")
    qtbot.addWidget(button)
    button.setStyleSheet(qapp.styleSheet())
    assert not button.grab().isNull()
