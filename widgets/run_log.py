"""The log of a run: what happened and when, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from widgets.controls import Card, ElidedLabel
from widgets.icons import ICONS
from widgets.theme import icon, theme

LONGEST = 2_000
"""Rows that are kept; a run of many epochs pushes its oldest ones out."""
_ICONS = {"failed": ("err", "error_text"), "nan": ("err", "error_text"), "warning": ("warn", "warning"),
          "finished": ("check", "good")}  # fmt: skip


class RunLog(Card):
    """Rows are added at the end; the view follows while its end is in sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._title = ElidedLabel("", 13, 600)
        self.list = QListWidget()
        # Rows of one height: with thousands of them a layout that measures each text takes a tenth of a second.
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 8, 10)
        column.addWidget(self._title)
        column.addWidget(self.list, 1)
        self.set_run("")
        theme().changed.connect(self._restyle_rows)

    def show_run(self, name: str) -> None:
        """Begin the log of a run."""
        self.list.clear()
        self.set_run(name)

    def set_run(self, name: str) -> None:
        """Name the run whose log this is."""
        self._title.setText(f"Log · {name}" if name else "Log")
        self.list.setAccessibleName(f"Log of {name}" if name else "Log")

    def add(self, events: Sequence[dict[str, Any]]) -> None:
        """Add events; each has its kind as "event" and Unix seconds as "time"."""
        bar = self.list.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        for event in events[-LONGEST:]:
            text = sentence_of(event)
            if text:
                self._add_row(event, text)
        while self.list.count() > LONGEST:
            self.list.takeItem(0)
        if at_end:
            self.list.scrollToBottom()

    def texts(self) -> list[str]:
        """What the rows say."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    def _add_row(self, event: dict[str, Any], text: str) -> None:
        moment = datetime.fromtimestamp(float(event.get("time", 0))).strftime("%H:%M:%S")
        item = QListWidgetItem(f"{moment}  {text}")
        item.setData(Qt.ItemDataRole.UserRole, str(event["event"]))
        item.setToolTip(escape(text))
        self._dress(item)
        self.list.addItem(item)

    def _dress(self, item: QListWidgetItem) -> None:
        found = _ICONS.get(item.data(Qt.ItemDataRole.UserRole))
        if found and (ICONS / f"{found[0]}.svg").exists():
            item.setIcon(icon(*found))

    def _restyle_rows(self) -> None:
        for row in range(self.list.count()):
            self._dress(self.list.item(row))


def sentence_of(event: dict[str, Any]) -> str:
    """An event in words; "" for events that say nothing to a reader of the log."""
    what = event.get("event")
    if what == "epoch":
        return f"Epoch {event.get('epoch', 0):,}: {_measures(event.get('values', {}))}"
    if what in ("warning", "failed", "stopped", "finished", "interrupted"):
        words = {"failed": "Failed", "stopped": "Stopped", "finished": "Finished", "interrupted": "Interrupted"}
        said = str(event.get("message") or event.get("reason") or "")
        return f"{words.get(str(what), '')}{': ' if said and what != 'warning' else ''}{said}" or "Finished"
    if what == "started":
        return f"Started on {event.get('device', 'this computer')}"
    if what == "resumed":
        return "Continued" if event.get("after") == "pause" else f"Resumed at step {event.get('step', 0):,}"
    if what == "paused":
        return f"Paused{': ' + str(event['reason']) if event.get('reason') else ''}"
    if what == "nan":
        return f"The loss became {event.get('loss')} in epoch {event.get('epoch')}, step {event.get('step')}"
    return ""


def _number(name: str, value: object) -> str:
    if not isinstance(value, int | float):
        return "?"
    return f"{value:.1%}".replace("%", " %") if name.endswith("accuracy") else f"{value:.4f}"


def _measures(values: dict[str, Any]) -> str:
    """“loss 0.0010, validation 0.0778; accuracy …”: each measure once, in training and validation."""
    groups: dict[str, list[str]] = {}
    for name, value in values.items():
        part, _, measure = name.partition("/")
        words = f"{measure or part} {_number(name, value)}" if part == "train" else f"validation {_number(name, value)}"
        groups.setdefault(measure, []).append(words)
    return "; ".join(
        f"{measure} {', '.join(words)}" if words[0].startswith("validation") else ", ".join(words)
        for measure, words in groups.items()
    )
