"""Buttons, switches, check boxes and the segmented choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from widgets.basics.painted import painted
from widgets.controls.base import Themed, set_tip, shows_ring
from widgets.theme import color, font, icon, pixmap, px, theme

Role = Literal["plain", "main", "soft", "danger", "quiet", "text"]
Options = Sequence[str] | Sequence[tuple[str, str]]

ICON_GAP = 4
_ICON_TOKENS = {
    "plain": "text1",
    "main": "#FFFFFF",
    "soft": "accent",
    "danger": "error_text",
    "quiet": "accent",
    "text": "text2",
}


def option_pairs(options: Options) -> list[tuple[str, str]]:
    """Each option as (value, shown text); a bare string is both."""
    return [(option, option) if isinstance(option, str) else option for option in options]


def _with_gap(name: str, token: str, size: int, gap: int) -> QIcon:
    """An icon with room at its right: styles leave 4 pixels before the words, and they may not be asked for more."""
    result = QIcon()
    for ratio in (1.0, 2.0):
        drawn = QPixmap(round((size + gap) * ratio), round(size * ratio))
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        painter.drawPixmap(0, 0, pixmap(name, token, size, ratio))
        painter.end()
        result.addPixmap(drawn)
    return result


class Button(Themed, QPushButton):
    """A push button; one `main` button a screen, `soft` while what it starts is going on."""

    def __init__(
        self, text: str, icon: str | None = None, role: Role = "plain", height: int = 30, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words, self._compact = "", False
        self.setText(text)
        self._icon, self._role, self._height = icon, role, height
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def setText(self, text: str) -> None:
        """Set the words on the button; an ampersand in them is just an ampersand."""
        self._words = text
        self.setAccessibleName(text)
        self._show_words()

    def _show_words(self) -> None:
        super().setText("" if self._compact else self._words.replace("&", "&&"))
        if self._compact:
            set_tip(self, self._words)

    def set_compact(self, compact: bool) -> None:
        """Show the icon alone, where there is no room for words; they become the tip."""
        if compact != self._compact:
            self._compact = compact
            set_tip(self, "")
            self._show_words()
            self.restyle()
            self.updateGeometry()

    def full_width(self) -> int:
        """How wide the button is with its words."""
        mark = px(18 + ICON_GAP) if self._icon else 0
        padding = px(16 if self._role in ("quiet", "text") else 28)
        return self.fontMetrics().horizontalAdvance(self._words) + mark + padding

    def set_icon(self, name: str | None) -> None:
        """Change the icon before the text."""
        self._icon = name
        self.restyle()

    def set_role(self, role: Role) -> None:
        """Change what the button is on its screen."""
        if role != self._role:
            self._role = role
            self.setProperty("role", role)
            self.style().polish(self)
            self.restyle()

    def restyle(self) -> None:
        self.setFont(font(12, 600 if self._role in ("main", "soft") else 500))
        self.setFixedHeight(px(self._height))
        gap = 0 if self._compact else ICON_GAP
        self.setIconSize(QSize(px(14 + gap), px(14)))
        if self._icon:
            self.setIcon(_with_gap(self._icon, _ICON_TOKENS[self._role], px(14), px(gap)))

    def sizeHint(self) -> QSize:
        return QSize(px(34) if self._compact else self.full_width(), px(self._height))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class IconButton(Themed, QToolButton):
    """A square button with an icon; its tip is also its accessible name."""

    def __init__(
        self,
        icon: str,
        tip: str,
        size: int = 28,
        checkable: bool = False,
        token: str = "text2",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._size, self._token = icon, size, token
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_tip(tip)
        self.follow_theme()

    def set_tip(self, tip: str) -> None:
        """Say what the button does."""
        set_tip(self, tip)
        self.setAccessibleName(tip)

    def set_icon(self, name: str, token: str | None = None) -> None:
        """Change the icon and, if given, its color."""
        self._icon, self._token = name, token or self._token
        self.restyle()

    def restyle(self) -> None:
        self.setFixedSize(px(self._size), px(self._size))
        self.setIconSize(QSize(px(16), px(16)))
        self.setIcon(icon(self._icon, self._token, px(16)))


class Switch(Themed, QAbstractButton):
    """An on-off switch; `toggled` tells. `name` is its accessible name: the words stand beside it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mixed = False
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.follow_theme()

    def set_mixed(self, mixed: bool) -> None:
        """Stand for several switches, on and off; the next press turns all of them on."""
        self._mixed = mixed
        self.setAccessibleDescription("some on, some off" if mixed else "")
        self.update()

    def is_mixed(self) -> bool:
        """Whether it stands for several switches, on and off."""
        return self._mixed

    def restyle(self) -> None:
        self.setFixedSize(px(36), px(24))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        track = QRectF(px(2), px(3), px(32), px(18))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("main_button" if self.isChecked() else "text3"))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        knob = track.height() - px(4)
        left = track.right() - knob - px(2) if self.isChecked() else track.left() + px(2)
        left = track.center().x() - knob / 2 if self._mixed else left
        painter.setBrush(color("#FFFFFF"))
        painter.drawEllipse(QRectF(left, track.top() + px(2), knob, knob))
        if shows_ring(self):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(11), px(11))


class CheckBox(Themed, QCheckBox):
    """A check box filled with `color`, such as the color of a run's curve."""

    def __init__(self, text: str = "", color: str = "main_button", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._color = color
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(font(12))
        self.setMinimumSize(px(24), px(24))

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().horizontalAdvance(self.text()) + px(8) if self.text() else 0
        return QSize(px(24) + text, px(24))

    def hitButton(self, position: object) -> bool:
        return True

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        box = QRectF(px(4), (self.height() - px(16)) / 2, px(16), px(16))
        painter.setPen(Qt.PenStyle.NoPen if self.isChecked() else QPen(color("text3"), 1.5))
        painter.setBrush(color(self._color) if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
        if self.isChecked():
            light_fill = color(self._color).lightnessF() > 0.6
            mark = pixmap("check", "#15171B" if light_fill else "#FFFFFF", px(12), self.devicePixelRatioF())
            painter.drawPixmap(box.topLeft() + (box.center() - box.topLeft()) / 4, mark)
        if shows_ring(self):
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 6, 6)
        if self.text():
            painter.setPen(color("text1"))
            area = self.rect().adjusted(px(28), 0, 0, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self.text())


class _Segment(Themed, QAbstractButton):
    walked = Signal(int)

    def __init__(self, text: str, icon: str | None, height: int) -> None:
        super().__init__()
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)
        self._text, self._icon, self._height = text, icon, height
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
