"""Commands for how the window looks, remembered between starts."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QApplication

from studio.services.commands import Command
from studio.services.settings import Settings
from widgets.theme import Mode, theme


def commands(settings: Settings) -> list[Command]:
    """Theme, contrast and text size."""
    return [
        Command("theme-system", "View", "Theme of the system", (), partial(_set_mode, settings, "system")),
        Command("theme-dark", "View", "Dark theme", (), partial(_set_mode, settings, "dark")),
        Command("theme-light", "View", "Light theme", (), partial(_set_mode, settings, "light")),
        Command("contrast", "View", "High contrast", (), partial(_switch_contrast, settings)),
        Command("larger", "View", "Larger text", ("Ctrl++", "Ctrl+="), partial(_scale, settings, 0.1)),
        Command("smaller", "View", "Smaller text", ("Ctrl+-",), partial(_scale, settings, -0.1)),
    ]


def restore(settings: Settings, application: QApplication) -> None:
    """Give the program the look that it had."""
    mode = settings.text("theme", "system")
    theme().set_mode(mode if mode in ("dark", "light") else "system")  # type: ignore[arg-type]
    theme().set_scale(settings.scale)
    theme().apply(application)
    if contrast := settings.text("contrast"):
        theme().set_contrast(contrast == "high")


def _set_mode(settings: Settings, mode: Mode) -> None:
    theme().set_mode(mode)
    settings.set_text("theme", mode)


def _scale(settings: Settings, step: float) -> None:
    theme().set_scale(round(theme().scale + step, 2))
    settings.scale = theme().scale


def _switch_contrast(settings: Settings) -> None:
    theme().set_contrast(not theme().contrast)
    settings.set_text("contrast", "high" if theme().contrast else "normal")
