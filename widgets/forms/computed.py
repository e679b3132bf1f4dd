"""Expressions in fields: what an expression comes to, and names that complete themselves while it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from models.specs.expression import MARK
from widgets.theme import px, round_completions

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$", re.ASCII)
_WIDTH = 160


class Computed(NamedTuple):
    """What an editor holds in place of a plain value: a setting with expressions, as JSON data, and what it comes to
    in the field's own type."""

    setting: Any
    value: Any


def plain(value: Any) -> Any:
    """A value in its field's own type, whether an expression gave it or not."""
    return value.value if isinstance(value, Computed) else value


def together(parts: Iterable[Any]) -> Any:
    """The setting of several values as JSON data, one for all where they are equal; None without an expression."""
    found = list(parts)
    if not any(isinstance(part, Computed) for part in found):
        return None
    settings = [part.setting if isinstance(part, Computed) else part for part in found]
    return settings[0] if all(setting == settings[0] for setting in settings) else settings


class NameCompleter(QObject):
    """Offers names beneath a line while an expression is typed in it: those that begin as the word at the cursor."""

    def __init__(self, line: QLineEdit) -> None:
        super().__init__(line)
        self._line = line
        self._names = QStringListModel(self)
        self.completer = QCompleter(self._names, self)
        self.completer.setWidget(line)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.activated.connect(self._take)
        round_completions(self.completer)
        line.textEdited.connect(self._offer)

    def set_names(self, names: Iterable[str]) -> None:
        """Offer these from now on."""
        self._names.setStringList(list(names))

    def is_offering(self) -> bool:
        """Whether names are shown: the keyboard is with them then, and the line is edited nevertheless."""
        popup = self.completer.popup()
        return popup is not None and popup.isVisible()

    def _offer(self, text: str) -> None:
        word = self._word()
        self.completer.setCompletionPrefix(word)
        fits = self.completer.completionCount() and self.completer.currentCompletion() != word
        if MARK in text and fits and (word or text.strip() == MARK):
            area = self._line.rect()
            area.setWidth(max(area.width(), px(_WIDTH)))
            self.completer.complete(area)
        else:
            popup = self.completer.popup()
            if popup is not None:
                popup.hide()

    def _word(self) -> str:
        """The word that ends at the cursor."""
        found = _WORD.search(self._line.text()[: self._line.cursorPosition()])
        return found[0] if found else ""

    def _take(self, name: str) -> None:
        """Put a name in place of the word at the cursor, as if it had been typed."""
        self._line.setSelection(self._line.cursorPosition() - len(self._word()), len(self._word()))
        self._line.insert(name)
