"""The list of problems: what is wrong, where, what it costs, and buttons that mend it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDesktopServices,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from models.basics.text import counted
from models.findings.base import CHECKS
from models.findings.finding import Finding
from widgets.basics.deeds import Deed, open_menu
from widgets.basics.painted import painted
from widgets.controls import Button, ElidedLabel, EmptyState, IconButton, Label, Paragraph, Themed, shows_ring
from widgets.controls.frames import soft_fill
from widgets.controls.marks import Icon
from widgets.inspector.parts import SEVERITY, MendButton
from widgets.theme import color, px

WIDE = 560
"""From this width on a row has its buttons beside its words."""
MOST_ROWS = 100
"""Rows that are made; more problems than anyone reads are counted instead."""


def face(issue: Finding) -> tuple[object, ...]:
    """What a row shows of an issue; equal faces need no new row."""
    labels = tuple(mend.label for mend in issue.mends)
    return issue.severity, issue.code, issue.place, issue.message, issue.detail, labels


class ProblemRow(Themed, QWidget):
    """One problem. A click, or Enter, asks for its place; Up and Down walk through the rows.

    `silence_requested` carries it, and whether it is to be silenced on its layer alone.
    """

    clicked = Signal(str)
    mend_requested = Signal(object)
    silence_requested = Signal(object, bool)
    walked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._issue: Finding | None = None
        self._last = False
        self._lit = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._icon = Icon("info")
        self._message = Paragraph("", 13, 600)
        self._node = ElidedLabel("", 11, 400, "accent", mono=True)
        self._detail = Paragraph("", 12, 400, "text2")
        self._mends = QHBoxLayout()
        self._mends.setSpacing(8)
        self.more = IconButton("more", "More about this problem", 24)
        self.more.clicked.connect(self._open_menu)
        self._build()
        self.follow_theme()

    def _build(self) -> None:
        self._row = row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        row.setContentsMargins(20, 10, 16, 11)
        words = QGridLayout()
        words.setHorizontalSpacing(14)
        words.setVerticalSpacing(1)
        words.setRowStretch(0, 1)
        words.setRowStretch(3, 1)
        words.setColumnStretch(1, 1)
        words.addWidget(self._icon, 1, 0, Qt.AlignmentFlag.AlignTop)
        # Expanding: beneath it may be nothing, and an empty layout would hold the column at its least width.
        self._message.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        words.addWidget(self._message, 1, 1)
        below = QHBoxLayout()
        below.setSpacing(10)
        self._node.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        below.addWidget(self._node, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._detail, 1)
        words.addLayout(below, 2, 1)
        row.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addLayout(self._mends)
        buttons.addWidget(self.more)
        row.addLayout(buttons)
        self._buttons = buttons

    def show_issue(self, issue: Finding, last: bool) -> None:
        """Show another issue; buttons are made anew only where their labels differ."""
        self._last = last
        known = self._issue is not None and face(self._issue) == face(issue)
        labels_before = [mend.label for mend in self._issue.mends] if self._issue else []
        self._issue = issue
        if not known:
            self._icon.show_icon(*SEVERITY.get(issue.severity, SEVERITY["hint"]))
            self._message.setText(issue.message)
            self._node.setText(issue.place)
            self._node.setVisible(bool(issue.node))
            self._detail.setText(issue.detail)
            self._detail.setVisible(bool(issue.node or issue.detail))
            self.setAccessibleName(" ".join(part for part in (issue.severity, issue.place, issue.message) if part))
            self.setAccessibleDescription(issue.detail)
            self.more.setVisible(bool(self.deeds()))
        if labels_before != [mend.label for mend in issue.mends]:
            self._make_buttons(issue)
        self.update()

    def issue(self) -> Finding | None:
        """What the row shows."""
        return self._issue

    def set_lit(self, lit: bool) -> None:
        """Stand out, because the problem's node is selected."""
        self._lit = lit
        self.update()

    def restyle(self) -> None:
        self.setMinimumHeight(px(62))
        self._node.setMaximumWidth(px(220))
        self._node.setMinimumHeight(self._detail.line_height())
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Buttons stand beside the words, or beneath them where the words need the width."""
        wide = self.width() >= px(WIDE)
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self._row.setSpacing(14 if wide else 6)
        self._row.setAlignment(self._buttons, Qt.AlignmentFlag.AlignRight if wide else Qt.AlignmentFlag.AlignLeft)
        self._buttons.setContentsMargins(0 if wide else px(16) + 14, 0, 0, 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._ask()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.walked.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._lit or self.underMouse():
            painter.fillRect(self.rect(), soft_fill())
        if not self._last:
            painter.fillRect(px(50), self.height() - 1, self.width() - px(50), 1, color("separator"))
        if shows_ring(self):
            painter.fillRect(0, 0, px(3), self.height(), color("accent"))

    def _ask(self) -> None:
        if self._issue and self._issue.node:
            self.clicked.emit(self._issue.place)

    def deeds(self) -> list[Deed]:
        """What can be done about the problem beside mending it: reading on, and not hearing of it any more."""
        issue = self._issue
        if issue is None:
            return []
        found = [Deed("Learn more", partial(QDesktopServices.openUrl, QUrl(issue.learn)))] if issue.learn else []
        if issue.code in CHECKS and not issue.stops_training:
            silence = self.silence_requested.emit
            if issue.layer:
                found.append(Deed(f"Silence on {issue.layer:.40}", partial(silence, issue, True), part="silence"))
            found.append(Deed("Silence in this document", partial(silence, issue, False), part="silence"))
        return found

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if deeds := self.deeds():
            open_menu(self, deeds, event.globalPos())

    def _open_menu(self) -> None:
        open_menu(self, self.deeds(), self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _make_buttons(self, issue: Finding) -> None:
        while (item := self._mends.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, mend in enumerate(issue.mends):
            button = MendButton(mend)
            button.clicked.connect(partial(self._mend, place))
            self._mends.addWidget(button)

    def _mend(self, place: int) -> None:
        # Looked up when it is pressed: the edit may be a newer one than when the button was made.
        if self._issue and place < len(self._issue.mends):
            self.mend_requested.emit(self._issue.mends[place])


class ProblemList(QStackedWidget):
    """All problems, the worst first, or the good news that there are none."""

    mend_requested = Signal(object)
    silence_requested = Signal(object, bool)
    hear_requested = Signal()
    node_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ProblemRow] = []
        self._chosen: frozenset[str] = frozenset()
        self._empty = EmptyState("No problems.", "check")
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("Problems")
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._more = Label("", 12, 400, "text3")
        self._more.set_padding(50, 10, 16, 12)
        self._column.addWidget(self._more)
        self.hear = Button("", role="quiet", height=28)
        self.hear.clicked.connect(self.hear_requested)
        self.hear.hide()
        self._column.addWidget(self.hear, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch()
        self._scroll.setWidget(content)
        self.addWidget(self._empty)
        self.addWidget(self._scroll)

    def show_issues(self, issues: Sequence[Finding], good_news: str, gap: str = "", silenced: int = 0) -> None:
        """Show these issues, or ``good_news`` if there are none; below them the ``gap`` in what is known, and how many
        checks are ``silenced``."""
        self._empty.set_text(good_news)
        self.setCurrentWidget(self._scroll if issues or silenced else self._empty)
        self.hear.setText(f"Hear {counted(silenced, 'silenced check')} again")
        self.hear.setVisible(bool(silenced))
        rank = {"error": 0, "warning": 1}
        ordered = sorted(issues, key=lambda issue: rank.get(issue.severity, 2))
        shown = ordered[:MOST_ROWS]
        self._fit_rows(len(shown))
        for place, (row, issue) in enumerate(zip(self._rows, shown, strict=True)):
            row.show_issue(issue, last=place == len(shown) - 1)
            row.set_lit(issue.node in self._chosen)
        left = len(issues) - len(shown)
        more = f"And {left:,} more, once these are solved." if left else "" if issues else good_news
        self._more.setText(f"{more} {gap}".strip())
        self._more.setVisible(bool(more or gap))

    def set_selection(self, ids: Sequence[str]) -> None:
        """Let the problems of these nodes stand out."""
        self._chosen = frozenset(ids)
        for row in self._rows:
            issue = row.issue()
            row.set_lit(issue is not None and issue.node in self._chosen)

    def rows(self) -> list[ProblemRow]:
        """The rows, from top to bottom."""
        return self._rows

    def _fit_rows(self, count: int) -> None:
        while len(self._rows) > count:
            row = self._rows.pop()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self._rows) < count:
            row = ProblemRow()
            row.clicked.connect(self.node_clicked)
            row.mend_requested.connect(self.mend_requested)
            row.silence_requested.connect(self.silence_requested)
            row.walked.connect(partial(self._walk, row))
            self._column.insertWidget(len(self._rows), row)
            self._rows.append(row)

    def _walk(self, row: ProblemRow, step: int) -> None:
        place = self._rows.index(row) + step
        if 0 <= place < len(self._rows):
            self._rows[place].setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._scroll.ensureWidgetVisible(self._rows[place], 0, 0)
