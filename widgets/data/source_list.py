"""The list of data sources: groups of rows, the one in use marked, a plus where something of one's own is added."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from widgets.basics.deeds import Deed, open_menu
from widgets.basics.painted import painted
from widgets.controls import Label, Pressed, set_tip, shows_ring
from widgets.theme import color, font, pixmap, px

WIDE = 210
"""From this width on the row in use says so in words."""
_LINE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) | Qt.TextFlag.TextSingleLine


class Source(NamedTuple):
    """One row: ``key`` for the program, then what it shows. ``adds`` marks rows that ask for a file or folder, ``own``
    those that stand for one."""

    key: str
    title: str
    detail: str
    icon: str
    tip: str = ""
    adds: bool = False
    own: bool = False


class SourceList(QScrollArea):
    """Emits `chosen(key)`. Up and Down walk through all rows. The menu of a row that is the user's own, or Delete, lets
    it name another file (`replace_requested`) or takes it away (`remove_requested`)."""

    chosen = Signal(str)
    replace_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, SourceRow] = {}
        self._groups: Sequence[tuple[str, Sequence[Source]]] = ()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_groups(self, groups: Sequence[tuple[str, Sequence[Source]]]) -> None:
        """Show these groups of sources, each under its heading."""
        if groups == self._groups:
            return
        focused = next((key for key, row in self.rows.items() if row.hasFocus()), "")
        self._groups, self.rows = groups, {}
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 0, 8, 12)
        column.setSpacing(2)
        for heading, sources in groups:
            label = Label(heading, 12, 500, token="text3")
            label.set_padding(8, 12, 8, 4)
            column.addWidget(label)
            for source in sources:
                row = self.rows[source.key] = SourceRow(source)
                row.clicked.connect(lambda _=False, key=source.key: self.chosen.emit(key))
                row.walked.connect(self._walk)
                row.removed.connect(partial(self.remove_requested.emit, source.key))
                row.menu_requested.connect(partial(self._open_menu, source.key))
                column.addWidget(row)
        column.addStretch(1)
        self.setWidget(page)
        if focused in self.rows:
            self.rows[focused].setFocus()

    def set_in_use(self, key: str) -> None:
        """Mark the row in use; a key that is not there marks none."""
        for name, row in self.rows.items():
            row.set_in_use(name == key)

    def deeds_of(self, key: str) -> list[Deed]:
        """What can be done with a row."""
        source = self.rows[key].source
        words = "Choose a file…" if source.adds else "Use"
        deeds = [Deed(words, partial(self.chosen.emit, key), possible=not self.rows[key].in_use)]
        if source.own:
            copy = partial(QGuiApplication.clipboard().setText, source.tip)
            deeds += [
                Deed("Name another file…", partial(self.replace_requested.emit, key)),
                Deed("Copy path", copy),
                Deed("Remove from the list", partial(self.remove_requested.emit, key), "Del", part="remove"),
            ]
        return deeds

    def _open_menu(self, key: str, place: QPoint) -> None:
        open_menu(self, self.deeds_of(key), place)

    def _walk(self, step: int) -> None:
        keys = list(self.rows)
        here = next((place for place, key in enumerate(keys) if self.rows[key].hasFocus()), 0)
        row = self.rows[keys[min(max(here + step, 0), len(keys) - 1)]]
        row.setFocus(Qt.FocusReason.TabFocusReason)
        self.ensureWidgetVisible(row)


class SourceRow(Pressed, QAbstractButton):
    """A source with its icon, title and facts."""

    walked = Signal(int)
    removed = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.in_use = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        set_tip(self, source.tip)
        self._name()
        self.follow_theme()

    def set_in_use(self, in_use: bool) -> None:
        """Mark the row as the source of the document, or not."""
        self.in_use = in_use
        self._name()
        self.update()

    def _name(self) -> None:
        parts = [self.source.title, self.source.detail, "in use" if self.in_use else ""]
        self.setAccessibleName(", ".join(part for part in parts if part))
        self.setAccessibleDescription(self.source.tip)

    def restyle(self) -> None:
        self.setFixedHeight(px(46 if self.source.detail else 32))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(190), px(46 if self.source.detail else 32))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self.walked.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Delete and self.source.own:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        self.menu_requested.emit(event.globalPos() if by_mouse else self.mapToGlobal(self.rect().center()))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_back(painter)
        mark = pixmap(self.source.icon, "accent" if self.in_use else "text2", px(16), self.devicePixelRatioF())
        painter.drawPixmap(px(10), (self.height() - px(16)) // 2, mark)
        right = self.width() - px(10) - self._paint_end(painter)
        area = QRect(px(38), 0, right - px(38), self.height())
        if self.source.detail:
            upper = QRect(area.left(), px(5), area.width(), px(19))
            self._paint_line(painter, upper, self.source.title, 13, 500, "text1")
            self._paint_line(painter, upper.translated(0, px(18)), self.source.detail, 12, 400, "text2")
        else:
            self._paint_line(painter, area, self.source.title, 13, 400, "text1")

    def _paint_back(self, painter: QPainter) -> None:
        if self.in_use or self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent_soft" if self.in_use else "active" if self.isDown() else "hover"))
            painter.drawRoundedRect(self.rect(), 8, 8)
        if shows_ring(self):
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)

    def _paint_end(self, painter: QPainter) -> int:
        """The chip or plus at the right; gives the room it takes."""
        if self.source.adds:
            plus = pixmap("plus", "text2", px(16), self.devicePixelRatioF())
            painter.drawPixmap(self.width() - px(26), (self.height() - px(16)) // 2, plus)
            return px(24)
        if not self.in_use:
            return 0
        if self.width() < px(WIDE):
            mark = pixmap("check", "accent", px(16), self.devicePixelRatioF())
            painter.drawPixmap(self.width() - px(26), (self.height() - px(16)) // 2, mark)
            return px(24)
        painter.setFont(font(11, 600))
        width = painter.fontMetrics().horizontalAdvance("in use") + px(14)
        chip = QRectF(self.width() - px(10) - width, (self.height() - px(20)) / 2, width, px(20))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("panel"))
        painter.drawRoundedRect(chip, 5, 5)
        painter.setPen(color("accent"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, "in use")
        return width + px(8)

    def _paint_line(self, painter: QPainter, area: QRect, text: str, size: int, weight: int, token: str) -> None:
        painter.setFont(font(size, weight))
        painter.setPen(color(token))
        words = " ".join(text.split())
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, _LINE, shown)
