"""One choice among a few, all in sight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.controls.base import Pressed, Themed, set_tip, shows_ring
from widgets.controls.choice import Options, option_pairs
from widgets.theme import color, font, pixmap, px, theme


class _Segment(Pressed, QAbstractButton):
    walked = Signal(int)

    def __init__(self, text: str, icon: str | None, height: int) -> None:
        super().__init__()
        self._text, self._icon, self._height = text, icon, height
        self.setText(text)
        self.is_compact = False
        self.setCheckable(True)
        self.toggled.connect(self.updateGeometry)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(font(13 if self._icon else 12, 500))
        self.setFixedHeight(px(self._height))

    @property
    def _shown(self) -> str:
        """The words on it: where room is short, the chosen one alone has some."""
        return "" if self.is_compact and not self.isChecked() else self._text

    def setText(self, text: str) -> None:
        super().setText(text.replace("&", "&&"))
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def set_compact(self, compact: bool) -> None:
        """Show the icon alone unless it is chosen; the words become the tip."""
        self.is_compact = compact
        set_tip(self, self._text if compact else "")
        self.updateGeometry()
        self.update()

    def full_width(self, compact: bool) -> int:
        """How wide it would like to be."""
        words = 0 if compact and not self.isChecked() else self.fontMetrics().horizontalAdvance(self._text) + px(8)
        return words + (px(36) if self._icon else px(16))

    def sizeHint(self) -> QSize:
        return QSize(self.full_width(self.is_compact), px(self._height))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._content_width() + px(8), px(self._height))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if direction:
            self.walked.emit(direction)
        else:
            super().keyPressEvent(event)

    def _content_width(self) -> int:
        mark = px(24 if self._shown else 16) if self._icon else 0
        return self.fontMetrics().horizontalAdvance(self._shown) + mark

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        self._paint_back(painter)
        strong = self.isChecked() or self.underMouse()
        painter.setPen(color("text1" if strong else "text2"))
        mark = px(24) if self._icon else 0
        left = (self.width() - self._content_width()) // 2
        if self._icon:
            token = "accent" if self.isChecked() else "text2"
            picture = pixmap(self._icon, token, px(16), self.devicePixelRatioF())
            painter.drawPixmap(left, (self.height() - px(16)) // 2, picture)
        painter.drawText(
            self.rect().adjusted(left + mark, 0, 0, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine,
            self._shown,
        )

    def _paint_back(self, painter: QPainter) -> None:
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("active" if theme().is_dark else "raised"))
            painter.drawRoundedRect(area, 6, 6)
        if shows_ring(self):
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area, 6, 6)


class Segmented(Themed, QWidget):
    """One choice among a few, all in sight. Left and Right move the choice."""

    changed = Signal(str)

    def __init__(
        self,
        options: Options,
        value: str | None = None,
        icons: Mapping[str, str] | None = None,
        height: int = 28,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._segments: dict[str, _Segment] = {}
        for option, text in option_pairs(options):
            segment = _Segment(text, (icons or {}).get(option), height - 2)
            self._segments[option] = segment
            segment.walked.connect(self._walk)
            self._group.addButton(segment)
            row.addWidget(segment)
        self._group.buttonClicked.connect(lambda _: self.changed.emit(self.value()))
        self.set_value(value if value is not None else next(iter(self._segments)))
        self.follow_theme()

    def value(self) -> str:
        """The chosen option; empty after `clear`."""
        return next((option for option, segment in self._segments.items() if segment.isChecked()), "")

    def set_value(self, value: str) -> None:
        """Choose an option without emitting `changed`; raises KeyError for one that is not there."""
        self._segments[value].setChecked(True)

    def show_options(self, options: Iterable[str]) -> None:
        """Show these options alone; the others stay, out of sight."""
        shown = set(options)
        for option, segment in self._segments.items():
            segment.setVisible(option in shown)

    def clear(self) -> None:
        """Choose none of them."""
        self._group.setExclusive(False)
        for segment in self._segments.values():
            segment.setChecked(False)
        self._group.setExclusive(True)

    def full_width(self, compact: bool) -> int:
        """How wide it would like to be, with all words or with those of the choice alone."""
        segments = self._segments.values()
        return sum(segment.full_width(compact) for segment in segments) + 2 * len(segments)

    def set_compact(self, compact: bool) -> None:
        """Show icons alone beside the choice where room is short; each needs one."""
        for segment in self._segments.values():
            if segment.is_compact != compact:
                segment.set_compact(compact)

    def segment(self, value: str) -> QAbstractButton:
        """The button of one option, to enable it or give it a tip."""
        return self._segments[value]

    def _walk(self, direction: int) -> None:
        enabled = [option for option, segment in self._segments.items() if segment.isEnabled()]
        place = enabled.index(self.value()) + direction if self.value() in enabled else 0
        if 0 <= place < len(enabled):
            self._segments[enabled[place]].setFocus(Qt.FocusReason.TabFocusReason)
            self._segments[enabled[place]].click()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark = theme().is_dark
        painter.setPen(QPen(color("separator"), 1) if dark else Qt.PenStyle.NoPen)
        painter.setBrush(color("field" if dark else "active"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
