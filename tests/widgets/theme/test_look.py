from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from widgets.controls import Label
from widgets.theme import Palette, color, font, icon, pixmap, px, theme, tile_tint, tint
from widgets.theme.fonts import bundled_families
from widgets.theme.icons import FAMILY_ICONS, ICONS, render
from widgets.theme.tokens import DARK, LIGHT, high_contrast


@pytest.fixture(autouse=True)
def plain_theme(qapp: QApplication) -> Iterator[None]:
    theme().apply(qapp)
    theme().set_mode("dark")
    yield
    theme().set_mode("system")
    theme().set_scale(1.0)
    theme().set_contrast(False)


def luminance(value: str) -> float:
    """Relative luminance as the Web Content Accessibility Guidelines 2.2 define it."""
    parts = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_text_reaches_4_5_and_wires_3_on_every_surface(palette: Palette) -> None:
    for surface in (palette.canvas, palette.panel, palette.raised):
        for text in (palette.text1, palette.text2, palette.text3, palette.accent, palette.warning, palette.good):
            assert ratio(text, surface) >= 4.5
        assert ratio(palette.wire, surface) >= 3
    for hue in palette.families.values():
        assert ratio(hue, palette.raised) >= 4.5
    for hue in palette.curves:
        assert ratio(hue, palette.panel) >= 4.5
    for fill in (palette.main_button, palette.error_fill):
        assert ratio(fill, "#FFFFFF") >= 4.5


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_high_contrast_raises_the_lines_to_3(palette: Palette) -> None:
    raised = high_contrast(palette)
    for line in (raised.card_line, raised.control_line, raised.separator):
        assert ratio(line, palette.panel) >= 3


def test_both_palettes_name_the_same_things() -> None:
    assert set(DARK.families) == set(LIGHT.families) == set(FAMILY_ICONS)
    assert len(DARK.curves) == len(LIGHT.curves) == 6
    for palette in (DARK, LIGHT):
        for field in fields(palette):
            value = getattr(palette, field.name)
            if isinstance(value, str) and field.name != "name":
                assert QColor(value).isValid()


def test_every_family_has_an_icon_file() -> None:
    for name in FAMILY_ICONS.values():
        assert (ICONS / f"{name}.svg").is_file()


def test_colors_are_found_by_token_family_and_hex() -> None:
    assert color("text1").name().upper() == DARK.text1
    assert color("Convolution").name().upper() == DARK.families["Convolution"]
    assert color("#123456").name() == "#123456"
    with pytest.raises(KeyError, match="salmon"):
        color("salmon")


def test_a_tint_leaves_the_shared_color_alone() -> None:
    assert tint("accent", 0.5).alphaF() == pytest.approx(0.5, abs=0.01)
    assert color("accent").alpha() == 255
    assert tile_tint("Linear").alphaF() == pytest.approx(0.17, abs=0.01)


def test_a_new_mode_changes_colors_and_tells() -> None:
    told: list[str] = []

    def tell() -> None:
        told.append(theme().palette.name)

    theme().changed.connect(tell)
    theme().set_mode("light")
    theme().set_mode("light")
    theme().changed.disconnect(tell)
    assert told == ["light"]
    assert color("text1").name().upper() == LIGHT.text1
    assert not theme().is_dark


def test_text_size_stays_between_100_and_150_percent() -> None:
    theme().set_scale(1.25)
    assert px(28) == 35
    assert font(12).pixelSize() == 15
    theme().set_scale(9)
    assert theme().scale == 1.5
    theme().set_scale(0.1)
    assert theme().scale == 1.0


def test_the_bundled_fonts_are_used_with_tabular_figures() -> None:
    assert any(name.startswith("Inter") for name in bundled_families())
    assert QFontInfo(font(13)).family().startswith("Inter")
    assert QFontInfo(font(12, mono=True)).family().startswith("JetBrains Mono")
    assert font(13).isFeatureSet(QFont.Tag("tnum"))
    assert font(13, 600).weight() == QFont.Weight.DemiBold


def test_an_icon_takes_its_color_and_is_drawn_once() -> None:
    picture = pixmap("play", "accent", 32).toImage()
    assert picture.pixelColor(14, 16).name().upper() == DARK.accent
    assert pixmap("play", "accent", 32).cacheKey() == pixmap("play", "accent", 32).cacheKey()
    assert not icon("play").isNull()
    with pytest.raises(FileNotFoundError):
        render("no such icon", "#000000", 16, 1.0)


def test_a_dense_screen_gets_more_pixels() -> None:
    picture = pixmap("play", "text1", 16, 2.0)
    assert picture.width() == 32
    assert picture.deviceIndependentSize().width() == 16


def test_following_the_theme_keeps_no_widget_alive(qapp: QApplication) -> None:
    class Probe(Label):
        alive = 0

        def __init__(self) -> None:
            super().__init__("text")
            type(self).alive += 1

        def __del__(self) -> None:
            type(self).alive -= 1

    probes = [Probe() for _ in range(20)]
    del probes
    gc.collect()
    theme().set_mode("light")
    assert Probe.alive == 0


def test_the_theme_alone_brings_neither_svg_nor_numpy() -> None:
    root = Path(__file__).resolve().parents[3]
    heavy = "('numpy', 'PySide6.QtSvg', 'pyqtgraph')"
    check = f"import sys; import widgets.theme, widgets.controls; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_contrast_raises_lines_in_the_theme_in_use() -> None:
    before = color("card_line").name()
    theme().set_contrast(True)
    assert color("card_line").name().upper() == DARK.wire != before.upper()
    theme().set_contrast(False)
    assert color("card_line").name() == before


def test_a_button_that_cannot_be_pressed_has_a_faded_icon(qapp: QApplication) -> None:
    def strongest(mode: QIcon.Mode) -> int:
        image = icon("undo").pixmap(QSize(16, 16), 1.0, mode).toImage()
        return max(image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height()))

    assert strongest(QIcon.Mode.Normal) > 200
    assert 60 < strongest(QIcon.Mode.Disabled) < 140


def test_only_the_system_mode_follows_the_system(qapp: QApplication) -> None:
    """The system tells of a change of its scheme and of its contrast whether or not anyone asked."""
    changes: list[str] = []
    theme().changed.connect(lambda: changes.append(theme().palette.name))
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert changes == [] and theme().is_dark
    theme().set_mode("system")
    changes.clear()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert len(changes) == 1
    hints.accessibility().contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    assert theme().contrast
    hints.accessibility().contrastPreferenceChanged.emit(Qt.ContrastPreference.NoPreference)
    assert not theme().contrast
