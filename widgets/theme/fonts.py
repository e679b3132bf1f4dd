"""The bundled fonts: Inter for everything, JetBrains Mono for code; the system's own where the files are missing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"
TEXT_FAMILY = "Inter"
MONO_FAMILY = "JetBrains Mono"


@cache
def bundled_families() -> frozenset[str]:
    """Register the bundled font files, once, and give the families they hold."""
    families: set[str] = set()
    for path in sorted((*FONTS.glob("*.ttf"), *FONTS.glob("*.otf"))):
        families.update(QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path))))
    return frozenset(families)


def _family(wanted: str, fallback: QFontDatabase.SystemFont) -> str:
    found = sorted((name for name in bundled_families() if name.startswith(wanted)), key=len)
    return found[0] if found else QFontDatabase.systemFont(fallback).family()


@cache
def make_font(pixels: int, weight: int, mono: bool) -> QFont:
    """A font of `pixels` height with tabular figures, so that columns of changing numbers do not dance."""
    system = QFontDatabase.SystemFont.FixedFont if mono else QFontDatabase.SystemFont.GeneralFont
    font = QFont(_family(MONO_FAMILY if mono else TEXT_FAMILY, system))
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight(weight))
    font.setFeature(QFont.Tag("calt"), 0)  # it hides what was typed: arrows in code, 1x2 as 1×2 in names
    if mono:
        font.setStyleHint(QFont.StyleHint.Monospace)
    else:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font
