"""Asking for the user's own data: a file, a folder, or, where a kind reads both, which of them first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from studio.data import Dataset
from studio.services import dialogs
from widgets.basics.deeds import Deed, open_menu

Then = Callable[[Path], object]


def ask_place(parent: QWidget, kind: type[Dataset], start: Path, then: Then) -> None:
    """Ask for what a kind of data set reads, and hand it to ``then``."""
    field = kind.path_field()
    folder, file = partial(_ask_folder, parent, kind, start, then), partial(_ask_file, parent, kind, start, then)
    if field is None or not field.folder:
        file()
    elif not kind.suffixes:
        folder()
    else:
        names = ", ".join(kind.suffixes)
        open_menu(parent, [Deed("A folder…", folder), Deed(f"A file ({names})…", file)], QCursor.pos())


def _ask_folder(parent: QWidget, kind: type[Dataset], start: Path, then: Then) -> None:
    dialogs.ask_folder(parent, f"Choose a folder: {kind.title}", start, then)


def _ask_file(parent: QWidget, kind: type[Dataset], start: Path, then: Then) -> None:
    own = f"{kind.title} ({' '.join(f'*{suffix}' for suffix in kind.suffixes)});;" if kind.suffixes else ""
    filters = f"{own}All files (*)"
    dialogs.ask_open(parent, f"Choose a file: {kind.title}", start, filters, then)
