"""The log of a run: what happened and when, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from models.training.metrics import Measure, measure_of
from widgets.controls import Card, ElidedLabel, Paragraph
from widgets.controls.paragraph import lay_out, leading
from widgets.theme import color, font, icon, pixmap, px, theme
from widgets.theme.icons import ICONS

LONGEST = 2_000
"""Rows that are kept; a run of many epochs pushes its oldest ones out."""
NOTHING = "Start a run, or choose one in the list, to read what happened in it."
PARTS = Qt.ItemDataRole.UserRole + 1
"""A row's time and its words."""
SIZE, MARK = 12, 20
_ICONS = {"failed": ("err", "error_text"), "nan": ("err", "error_text"), "warning": ("warn", "warning"),
          "finished": ("check", "good")}  # fmt: skip


class _Delegate(QStyledItemDelegate):
    """The time in a column of its own, so that long sentences hang beside it."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        moment, text = index.data(PARTS)
        area = option.rect.adjusted(0, px(2), 0, -px(2))
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, color("accent_soft"))
        painter.setFont(font(SIZE))
        painter.setPen(color("text3"))
        lay_out(moment, font(SIZE), area.width()).draw(painter, QPointF(area.left() + px(MARK), area.top()))
        painter.setPen(color("text1"))
        left = words_left()
        lay_out(text, font(SIZE), area.width() - left).draw(painter, QPointF(area.left() + left, area.top()))
        found = _ICONS.get(index.data(Qt.ItemDataRole.UserRole))
        if found:
            place = area.topLeft() + QPoint(0, px(2))
            painter.drawPixmap(place, pixmap(*found, px(13), painter.device().devicePixelRatioF()))
        painter.restore()


def words_left() -> int:
    """Where the words of a row begin, behind its mark and its time."""
    return px(MARK) + QFontMetrics(font(SIZE)).horizontalAdvance("00:00:00") + px(12)


class RunLog(Card):
    """Rows are added at the end; the view follows while its end is in sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._title = ElidedLabel("", 13, 600)
        self._title.elide_middle()
        self._empty = Paragraph(
            "Start a run, or choose one in the list, to read what happened in it.", 12, 400, "text3"
        )
        self.list = QListWidget()
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.viewport().installEventFilter(self)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 6, 10)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        self._width = 0
        self.set_run("")
        theme().changed.connect(self._restyle_rows)

    def show_run(self, name: str) -> None:
        """Begin the log of a run."""
        self.list.clear()
        self.set_run(name)

    def set_run(self, name: str) -> None:
        """Name the run whose log this is."""
        self._empty.setHidden(bool(name))
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
        item.setData(PARTS, (moment, text.replace(" %", "\u00a0%")))
        item.setData(Qt.ItemDataRole.UserRole, str(event["event"]))
        item.setToolTip(escape(text))
        self._dress(item)
        self._measure(item)
        self.list.addItem(item)

    def _dress(self, item: QListWidgetItem) -> None:
        found = _ICONS.get(item.data(Qt.ItemDataRole.UserRole))
        if found and (ICONS / f"{found[0]}.svg").exists():
            item.setIcon(icon(*found))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.list.viewport().width() != self._width:
            self._width = self.list.viewport().width()
            self._measure_rows()
        return super().eventFilter(watched, event)

    def _restyle_rows(self) -> None:
        for row in range(self.list.count()):
            self._dress(self.list.item(row))
        self._measure_rows()

    def _measure_rows(self) -> None:
        for row in range(self.list.count()):
            self._measure(self.list.item(row))

    def _measure(self, item: QListWidgetItem) -> None:
        """Set the height of a row. Kept with it: a view of thousands would measure each text at every new one."""
        metrics = QFontMetrics(font(SIZE))
        room = max(self.list.viewport().width() - words_left(), 1)
        text = item.data(PARTS)[1]
        lines = 1 if metrics.horizontalAdvance(text) < room else lay_out(text, font(SIZE), room).lineCount()
        item.setSizeHint(QSize(0, lines * leading(font(SIZE)) + px(4)))


def sentence_of(event: dict[str, Any]) -> str:
    """An event in words; "" for events that say nothing to a reader of the log."""
    what = event.get("event")
    if what == "epoch":
        dropped = " · training measured with dropout on" if event.get("dropout") is True else ""
        return f"Epoch {event.get('epoch', 0):,}: {_measures(event.get('values', {}))}{dropped}"
    if what in ("warning", "failed", "stopped", "finished", "interrupted"):
        words = {"failed": "Failed", "stopped": "Stopped", "finished": "Finished", "interrupted": "Interrupted"}
        said = str(event.get("message") or event.get("reason") or "")
        return f"{words.get(str(what), '')}{': ' if said and what != 'warning' else ''}{said}" or "Finished"
    if what in ("note", "stepping"):
        return str(event.get("message", ""))
    if what == "started":
        several = f", {event['processes']:,} processes" if event.get("processes") else ""
        return f"Started on {event.get('device', 'this computer')}{several}"
    if what == "resumed":
        return "Continued" if event.get("after") == "pause" else f"Resumed at step {event.get('step', 0):,}"
    if what == "paused":
        return f"Paused{': ' + str(event['reason']) if event.get('reason') else ''}"
    if what == "nan":
        return f"The loss became {event.get('loss')} in epoch {event.get('epoch')}, step {event.get('step')}"
    return ""


def _figures(measure: Measure, value: float) -> str:
    """As many decimals in each line, so that they can be compared down the log; large numbers have none."""
    return measure.text(value) if measure.unit or not abs(value) < 1000 else f"{value:.4f}"


def _measures(values: dict[str, Any]) -> str:
    """“loss 0.0010, validation 0.0778; accuracy …”: each measure once, in training and validation."""
    groups: dict[str, list[str]] = {}
    for name, value in values.items():
        measure = measure_of(name)
        number = _figures(measure, value) if isinstance(value, int | float) else "?"
        what = measure.words if measure.part == "train" else "validation"
        groups.setdefault(measure.words, []).append(f"{what} {number}")
    return "; ".join(
        f"{name} {', '.join(words)}" if words[0].startswith("validation ") else ", ".join(words)
        for name, words in groups.items()
    )
