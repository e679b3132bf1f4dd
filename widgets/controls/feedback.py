"""What tells the user something: marks, chips, badges, banners, progress and empty states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from widgets.basics.painted import painted
from widgets.controls.base import Label, Themed
from widgets.controls.buttons import Button, IconButton
from widgets.controls.frames import SHADOW, draw_floating
from widgets.controls.paragraph import Paragraph
from widgets.theme import color, font, pixmap, px, tint

Kind = Literal["info", "warning", "error", "good"]
MOST_WIDE, BANNER_RADIUS = 760, 10
ChipKind = Literal["plain", "info", "warning", "error", "good"]

_KIND_ICONS = {"info": "info", "warning": "warn", "error": "err", "good": "check"}
_KIND_TOKENS = {"info": "hint", "warning": "warning", "error": "error_text", "good": "good"}


def _kind_fill(kind: str) -> QColor:
    soft = {"plain": color("chip"), "error": color("error_soft"), "info": color("accent_soft")}
    return soft.get(kind) or tint(_KIND_TOKENS[kind], 0.14)


class Mark(Themed, QWidget):
    """A small shape in a color; words beside it say the same.

    Args:
        tint: the color, asked at each painting.
        size: how wide and high the shape is, at a scale of 1.
        room: how wide and high the widget is, ``size`` each way if not given.
        shape: in a square of 1 around the origin, a disc if not given.
    """

    def __init__(
        self,
        tint: Callable[[], QColor],
        size: int,
        room: tuple[int, int] | None = None,
        shape: QPainterPath | None = None,
    ) -> None:
        super().__init__()
        self._tint, self._size, self._room = tint, size, room or (size, size)
        self._shape = shape or disc()
        self.follow_theme()

    def restyle(self) -> None:
        self.setFixedSize(px(self._room[0]), px(self._room[1]))
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._tint())
        painter.translate(QRectF(self.rect()).center())
        painter.scale(px(self._size), px(self._size))
        painter.drawPath(self._shape)


def disc() -> QPainterPath:
    """A disc for a `Mark`."""
    path = QPainterPath()
    path.addEllipse(QRectF(-0.5, -0.5, 1, 1))
    return path


def rounded_square() -> QPainterPath:
    """A square with round corners for a `Mark`."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(-0.5, -0.5, 1, 1), 0.2, 0.2)
    return path


class Chip(Themed, QLabel):
    """A few words on a small rounded fill, such as a shape or a state."""

    def __init__(self, text: str = "", kind: ChipKind = "plain", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._kind = kind
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set_kind(self, kind: ChipKind) -> None:
        """Change what the fill says."""
        self._kind = kind
        self.restyle()

    def restyle(self) -> None:
        self.setFont(font(12 if self._kind == "plain" else 11, 600))
        palette = self.palette()
        token = {"plain": "text1", "info": "accent"}.get(self._kind) or _KIND_TOKENS[self._kind]
        palette.setColor(QPalette.ColorRole.WindowText, color(token))
        self.setPalette(palette)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + px(14), px(20))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_kind_fill(self._kind))
        painter.drawRoundedRect(self.rect(), 5, 5)
        painter.end()
        super().paintEvent(event)


class Badge(Themed, QWidget):
    """A count of problems in a red round; hidden while it is 0."""

    def __init__(self, count: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = count
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.follow_theme()
        self.set_count(count)

    def set_count(self, count: int) -> None:
        """Show another count."""
        self._count = count
        if count == 0 or self.parent() is not None:  # shown without a parent, it would be a window
            self.setVisible(count > 0)
        self.setAccessibleName(str(count))
        self.restyle()

    def restyle(self) -> None:
        self.setFont(font(11, 600))
        self.setFixedSize(max(px(18), self.fontMetrics().horizontalAdvance(self._text()) + px(10)), px(18))
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("error_fill"))
        painter.drawRoundedRect(self.rect(), self.height() / 2, self.height() / 2)
        painter.setPen(color("#FFFFFF"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text())

    def _text(self) -> str:
        return str(self._count) if self._count < 100 else "99+"


class ProgressBar(Themed, QProgressBar):
    """A flat bar; `set_segments` draws the borders between its parts, such as epochs."""

    STEPS = 10_000

    def __init__(self, name: str, token: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segments, self._token = 1, token
        self.setRange(0, self.STEPS)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set_fraction(self, fraction: float) -> None:
        """Fill the bar to `fraction`, 0 to 1."""
        self.setValue(round(min(max(fraction, 0.0), 1.0) * self.STEPS))

    def set_segments(self, count: int) -> None:
        """Divide the bar into `count` equal parts."""
        self._segments = max(count, 1)
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(px(8))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(self.rect())
        painter.setBrush(color("active"))
        painter.drawRoundedRect(bar, 2, 2)
        filled = QRectF(bar)
        filled.setWidth(bar.width() * max(self.value(), 0) / self.STEPS)
        painter.setBrush(color(self._token))
        painter.drawRoundedRect(filled, 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self.width() / self._segments >= 5:
            painter.setPen(QPen(color("panel"), 1))
            for part in range(1, self._segments):
                x = round(self.width() * part / self._segments)
                painter.drawLine(x, 0, x, self.height())


class Working(QWidget):
    """What is being worked on, how far it is, and a button that stops it; hidden while there is nothing."""

    def __init__(self, name: str, width: int) -> None:
        super().__init__()
        self._width = width
        self.state, self.bar = Label("", 12, token="text2"), ProgressBar(name)
        self.stop = Button("Stop", "stop", height=28)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        for part in (self.state, self.bar, self.stop):
            row.addWidget(part)
        self.hide()

    def show_work(self, words: str, share: float) -> None:
        """Say what is done and how far it is, from 0 to 1."""
        self.bar.setFixedWidth(px(self._width))
        self.state.setText(words)
        self.bar.set_fraction(share)
        self.show()


class EmptyState(QWidget):
    """What an empty place says: what will stand here and how to get it."""

    def __init__(self, text: str, icon: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch()
        self._icon = _Icon(icon, "text3", 24) if icon else None
        if self._icon:
            column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        self._label = Paragraph(text, 13, 400, "text3")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._label)
        column.addStretch()
        self.setAccessibleName(text)

    def add(self, button: QWidget) -> None:
        """Offer a way out below the text."""
        self._column.insertWidget(self._column.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_text(self, text: str) -> None:
        """Say something else."""
        self._label.setText(text)
        self.setAccessibleName(text)


class _Icon(Themed, QLabel):
    def __init__(self, name: str, token: str, size: int = 16) -> None:
        super().__init__()
        self._name, self._token, self._size = name, token, size
        self.follow_theme()

    def show_icon(self, name: str, token: str) -> None:
        self._name, self._token = name, token
        self.restyle()

    def restyle(self) -> None:
        self.setFixedSize(px(self._size), px(self._size))
        self.setPixmap(pixmap(self._name, self._token, px(self._size), self.devicePixelRatioF()))


class Banner(QWidget):
    """A sentence on a card that floats over a panel, with what can be done about it. Hidden until it says something."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: Kind = "info"
        self._host: QWidget | None = None
        self._before: QWidget | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(px(SHADOW) + 14, px(SHADOW) + 7, px(SHADOW) + 8, px(SHADOW) + 7)
        row.setSpacing(10)
        self._icon = _Icon("info", "hint")
        self._label = Paragraph("", 12, 500)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(8)
        close = IconButton("x", "Close this message", 26)
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        close.clicked.connect(self.dismiss)
        row.addWidget(self._icon)
        row.addWidget(self._label, 1)
        row.addLayout(self._actions)
        row.addWidget(close)
        self.hide()

    def float_over(self, host: QWidget) -> None:
        """Lie above a widget, at its lower edge; it and what is in it stay where they are."""
        self._host = host
        self.setParent(host.parentWidget())
        host.installEventFilter(self)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:  # words and buttons have their sizes only now
            self._place()
        return done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        if self._host is None or self.isHidden():
            return
        room = self._host.geometry()
        width = min(self.sizeHint().width() + px(4), px(MOST_WIDE), room.width() - 16)
        height = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        left = room.left() + (room.width() - width) // 2
        self.setGeometry(left, room.bottom() - height - px(4), width, height)
        self.raise_()

    def focus_main(self) -> None:
        """Give the keyboard to the main action, until the banner is closed."""
        item = self._actions.itemAt(0)
        button = item.widget() if item else None
        if button is not None:
            self._before = self.window().focusWidget()
            button.setFocus(Qt.FocusReason.TabFocusReason)

    def text(self) -> str:
        """The sentence in sight."""
        return self._label.text()

    def say(self, text: str, kind: Kind = "info", actions: Iterable[tuple[str, Callable[[], object]]] = ()) -> None:
        """Show a sentence, replacing the one before; each action is a button that also closes the banner."""
        self._kind = kind
        self._label.setText(text)
        self._icon.show_icon(_KIND_ICONS[kind], _KIND_TOKENS[kind])
        self._clear_actions()
        for label, callback in actions:
            button = Button(label, height=28)
            # A click leaves the keyboard where it was: the button goes away with the message.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, act=callback: self._act(act))
            self._actions.addWidget(button)
            button.show()  # at once: nothing gives the keyboard to what is not there yet
        self.setAccessibleName(text)
        self.show()
        self._place()
        self.update()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def dismiss(self) -> None:
        """Hide the banner; the keyboard goes back to where it was."""
        before, self._before = self._before, None
        if before is not None and isValid(before) and before.isVisible() and self._has_keyboard():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self._clear_actions()
        self.closed.emit()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        inside = draw_floating(painter, QRectF(self.rect()), BANNER_RADIUS, "raised")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_kind_fill(self._kind))
        painter.drawRoundedRect(inside, BANNER_RADIUS, BANNER_RADIUS)

    def _has_keyboard(self) -> bool:
        focus = self.window().focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _act(self, callback: Callable[[], object]) -> None:
        self.dismiss()
        callback()

    def _clear_actions(self) -> None:
        while (item := self._actions.takeAt(0)) is not None:
            if (button := item.widget()) is not None:
                button.hide()
                button.deleteLater()
