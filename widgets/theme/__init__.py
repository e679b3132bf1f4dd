"""Colors, fonts, icons and measures of the whole window, in the dark and the light theme."""

from __future__ import annotations

from widgets.theme.logo import logo
from widgets.theme.look import (
    FAMILY_ICONS,
    RESOURCES,
    Mode,
    Palette,
    color,
    font,
    icon,
    pixmap,
    px,
    theme,
    tile_tint,
    tint,
)
from widgets.theme.popups import Application, Menu, round_completions, round_dialog, round_list, round_menu

__all__ = [
    "FAMILY_ICONS",
    "RESOURCES",
    "Application",
    "Menu",
    "Mode",
    "Palette",
    "color",
    "font",
    "icon",
    "logo",
    "pixmap",
    "px",
    "round_completions",
    "round_dialog",
    "round_list",
    "round_menu",
    "theme",
    "tile_tint",
    "tint",
]
