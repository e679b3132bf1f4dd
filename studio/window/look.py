"""Commands for how the window looks, remembered between starts."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QApplication

from studio.services.commands import Command
from studio.services.settings import Settings
from widgets.theme import Mode, theme

_THEMES: dict[Mode, str] = {"system": "Theme of the system", "dark": "Dark theme", "light": "Light theme"}


def _theme_command(settings: Settings, mode: Mode, text: str) -> Command:
    set_mode = partial(_set_mode, settings, mode)
    return Command(f"theme-{mode}", "View", text, (), set_mode, checked=lambda: theme().mode == mode)


def commands(settings: Settings) -> list[Command]:
    """Theme, contrast and text size."""
    return [
        *(_theme_command(settings, mode, text) for mode, text in _THEMES.items()),
        Command(
            "contrast",
            "View",
            "High contrast",
            (),
            partial(_switch_contrast, settings),
            checked=lambda: theme().contrast,
        ),
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
