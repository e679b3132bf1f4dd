"""The table of the window's commands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.services.commands import Command
from widgets.theme import Mode, theme

if TYPE_CHECKING:
    from studio.window.main_window import MainWindow


def commands_of(window: MainWindow) -> list[Command]:
    """Every command, in the order of the menu."""
    return [*_file(window), *_edit(window), *_view(window), *_training(window)]


def _file(window: MainWindow) -> list[Command]:
    return [
        Command("new", "File", "New network", ("Ctrl+N",), window.new),
        Command("open", "File", "Open…", ("Ctrl+O",), window.ask_open),
        Command("save", "File", "Save", ("Ctrl+S",), window.save),
        Command("save-as", "File", "Save as…", ("Ctrl+Shift+S",), window.ask_save_as),
        Command("export", "File", "Export PyTorch module…", ("Ctrl+E",), window.exporter.ask_module),
        Command("export-script", "File", "Export training script…", ("Ctrl+Shift+E",), window.exporter.ask_script),
        Command("welcome", "File", "Welcome and templates", ("Ctrl+Shift+H",), window.show_welcome),
        Command("quit", "File", "Quit", ("Ctrl+Q",), window.close),
    ]


def _edit(window: MainWindow) -> list[Command]:
    def canvas(method: str) -> None:
        window.show_workspace("design")
        getattr(window.design.canvas, method)()

    return [
        Command("undo", "Edit", "Undo", ("Ctrl+Z",), window.controller.undo),
        Command("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), window.controller.redo),
        Command("cut", "Edit", "Cut layers", ("Ctrl+X",), partial(canvas, "cut"), in_canvas=True),
        Command("copy", "Edit", "Copy layers", ("Ctrl+C",), partial(canvas, "copy"), in_canvas=True),
        Command("paste", "Edit", "Paste layers", ("Ctrl+V",), partial(canvas, "paste"), in_canvas=True),
        Command("duplicate", "Edit", "Duplicate layers", ("Ctrl+D",), partial(canvas, "duplicate"), in_canvas=True),
        Command("delete", "Edit", "Delete layers", ("Delete",), partial(canvas, "delete"), in_canvas=True),
        Command("arrange", "Edit", "Arrange the network", ("L",), partial(canvas, "arrange"), in_canvas=True),
        Command("search", "Edit", "Search commands", ("Ctrl+K",), window.search_commands),
    ]


def _view(window: MainWindow) -> list[Command]:
    def mode(name: Mode) -> None:
        theme().set_mode(name)
        window.settings.set_text("theme", name)

    def scale(step: float) -> None:
        theme().set_scale(round(theme().scale + step, 2))
        window.settings.scale = theme().scale

    def fit() -> None:
        window.show_workspace("design")
        window.design.canvas.fit()

    def contrast() -> None:
        theme().set_contrast(not theme().contrast)
        window.settings.set_text("contrast", "high" if theme().contrast else "normal")

    show = window.show_workspace
    return [
        Command("data", "View", "Data", ("Ctrl+1",), partial(show, "data")),
        Command("design", "View", "Design", ("Ctrl+2",), partial(show, "design")),
        Command("train-view", "View", "Training", ("Ctrl+3",), partial(show, "train")),
        Command("fit", "View", "Show the whole network", ("Home",), fit, in_canvas=True),
        Command("theme-system", "View", "Theme of the system", (), partial(mode, "system")),
        Command("theme-dark", "View", "Dark theme", (), partial(mode, "dark")),
        Command("theme-light", "View", "Light theme", (), partial(mode, "light")),
        Command("contrast", "View", "High contrast", (), contrast),
        Command("larger", "View", "Larger text", ("Ctrl++", "Ctrl+="), partial(scale, 0.1)),
        Command("smaller", "View", "Smaller text", ("Ctrl+-",), partial(scale, -0.1)),
        Command("next-panel", "View", "Next panel", ("F6",), window.walk_panels),
        Command("previous-panel", "View", "Previous panel", ("Shift+F6",), partial(window.walk_panels, -1)),
    ]


def _training(window: MainWindow) -> list[Command]:
    training = window.training
    return [
        Command("train", "Train", "Train", ("Ctrl+Return", "Ctrl+Enter"), window.train),
        Command("pause", "Train", "Pause or continue", ("Ctrl+Shift+P",), training.toggle_pause),
        Command("stop", "Train", "Stop", ("Ctrl+.",), training.stop),
    ]
