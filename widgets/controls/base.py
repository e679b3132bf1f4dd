"""Labels, lines and frames, and the mixin that lets a widget follow the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMargins, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QFrame,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QStyle,
    QTableView,
    QWidget,
)

from widgets.basics.painted import painted
from widgets.theme import color, font, px, theme

if TYPE_CHECKING:
    _Mixin = QWidget
    _ButtonMixin = QAbstractButton
else:
    _Mixin = _ButtonMixin = object


MOUSE = "mouse"
"""The property of a widget to which the mouse brought the keyboard; the style sheet asks for it."""
_REASONS = Qt.FocusReason
BY_KEYBOARD = (_REASONS.TabFocusReason, _REASONS.BacktabFocusReason, _REASONS.ShortcutFocusReason)


class Themed(_Mixin):
    """A widget that sets fonts, icons and fixed measures in `restyle`, now and whenever the theme changes."""

    def follow_theme(self) -> None:
        """Restyle now and from now on; the connection ends with the widget."""
        theme().changed.connect(self.restyle)
        self.restyle()

    def restyle(self) -> None:
        """Set everything that depends on the theme."""
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether the mouse brought the keyboard here: then no ring is drawn (`shows_ring`)."""
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            by_mouse = event.reason() not in BY_KEYBOARD
            if bool(self.property(MOUSE)) != by_mouse:
                self.setProperty(MOUSE, by_mouse)
                self.style().unpolish(self)
                self.style().polish(self)
        super().focusInEvent(event)


class Pressed(Themed, _ButtonMixin):
    """A button that Enter presses, too, wherever it stands; Qt knows Space alone outside of dialogs."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press at Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def shows_ring(widget: QWidget) -> bool:
    """Whether a widget has the keyboard, and should show it: it was not brought here by the mouse."""
    return widget.hasFocus() and not widget.property(MOUSE)


def plain(label: QLabel) -> QLabel:
    """Show a label's text as it is written: names come from users and files and must not become markup."""
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def escape_tip(text: str) -> str:
    """A tooltip's source that shows `text` as written, wrapped where it is long."""
    # As html.escape does, which comes with a table of two thousand names that the first window would wait for.
    written = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p>{written}</p>" if text else ""


def set_tip(widget: QWidget, text: str) -> None:
    """Give `widget` a tooltip that shows `text` as written, wrapped where it is long."""
    widget.setToolTip(escape_tip(text))


def show_complaint(widget: QWidget, sentence: str, tip: str) -> None:
    """Turn an editor red and say why, or bring it back to normal, with its tip, for an empty sentence."""
    set_tip(widget, sentence or tip)
    widget.setAccessibleDescription(sentence)
    widget.setProperty("invalid", bool(sentence))
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def keep_bar_room(area: QAbstractScrollArea) -> None:
    """Leave room for the vertical bar whether it is needed or not, so that contents never change their width."""
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    bar = area.verticalScrollBar()
    bar.rangeChanged.connect(lambda lowest, highest: bar.setEnabled(highest > lowest))
    bar.setEnabled(bar.maximum() > bar.minimum())


def read_only(table: QTableView) -> None:
    """Have a table be looked at, chosen in rows, and neither framed, ruled nor edited."""
    table.setShowGrid(False)
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setWordWrap(False)
    table.setStyleSheet("QTableView::item { padding: 0 8px; }")
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setTextElideMode(Qt.TextElideMode.ElideRight)
    table.setCornerWidget(QWidget())  # else Qt draws a frame there


def announce(widget: QWidget, text: str) -> None:
    """Let screen readers say a sentence when they have a moment."""
    event = QAccessibleAnnouncementEvent(widget, text)
    event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
    QAccessible.updateAccessibility(event)


class Bar(Themed, QWidget):
    """A bar across the window: the panel's color, with a line below."""

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("panel"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, color("separator"))


def paint_row(painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
    """What lies behind the row of a list that is selected, or under the pointer."""
    selected = bool(state & QStyle.StateFlag.State_Selected)
    if selected or state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent_soft" if selected else "hover"))
        painter.drawRoundedRect(area, 8, 8)


class Label(Themed, QLabel):
    """Plain text in a size, weight and color of the design."""

    _padding: QMargins | None = None

    def __init__(
        self,
        text: str = "",
        size: int = 12,
        weight: int = 400,
        token: str = "text1",
        mono: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        plain(self)
        self._size, self._weight, self._token, self._mono = size, weight, token, mono
        self.follow_theme()

    def set_padding(self, left: int, top: int, right: int, bottom: int) -> None:
        """Keep room around the words. (Margins alone are forgotten by Qt whenever the style changes.)"""
        self._padding = QMargins(left, top, right, bottom)
        self.setContentsMargins(self._padding)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self._padding:
            self.setContentsMargins(self._padding)

    def set_token(self, token: str) -> None:
        """Change the color."""
        self._token = token
        self.restyle()

    def restyle(self) -> None:
        self.setFont(font(self._size, self._weight, self._mono))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, color(self._token))
        self.setPalette(palette)


class ElidedLabel(Label):
    """One line that ends in … where it does not fit, or has it in the middle; the whole text is its tooltip and
    accessible name."""

    _more = ""
    _mode = Qt.TextElideMode.ElideRight

    def __init__(
        self,
        text: str = "",
        size: int = 12,
        weight: int = 400,
        token: str = "text1",
        mono: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, size, weight, token, mono, parent)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text)
        self._refresh_tip()

    def elide_middle(self) -> None:
        """Keep both ends of what does not fit: names often differ in the last letters."""
        self._mode = Qt.TextElideMode.ElideMiddle
        self.update()

    def set_more(self, more: str) -> None:
        """Say more in the tip than the words on the label, such as where a file lies."""
        self._more = more
        self._refresh_tip()

    def minimumSizeHint(self) -> QSize:
        return QSize(px(24), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._line()) + 2, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refresh_tip()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        area = self.contentsRect()
        shown = self.fontMetrics().elidedText(self._line(), self._mode, area.width())
        flags = int(self.alignment() | Qt.AlignmentFlag.AlignVCenter) | Qt.TextFlag.TextSingleLine
        painter.drawText(area, flags, shown)

    def _line(self) -> str:
        return " ".join(self.text().split())

    def _refresh_tip(self) -> None:
        elided = self.fontMetrics().horizontalAdvance(self._line()) > self.contentsRect().width()
        set_tip(self, " · ".join(part for part in (self.text() if elided else "", self._more) if part))


class Separator(QWidget):
    """A line one pixel thick between two areas."""

    def __init__(self, vertical: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color("separator"))


class Card(QFrame):
    """A rounded frame to lay things out in; `fill` is a color token."""

    def __init__(
        self, fill: str = "panel", radius: int = 12, line: str = "card_line", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._fill, self._radius, self._line = fill, radius, line

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(self._line), 1))
        painter.setBrush(color(self._fill))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self._radius, self._radius)
