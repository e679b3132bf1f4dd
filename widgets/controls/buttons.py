"""Buttons, switches and check boxes. Enter presses them, as Space does."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from widgets.basics.painted import painted
from widgets.controls.base import Pressed, set_tip, shows_ring
from widgets.theme import color, font, icon, pixmap, px

Role = Literal["plain", "main", "soft", "danger", "quiet", "text"]

ICON_GAP = 4
_ICON_TOKENS = {
    "plain": "text1",
    "main": "#FFFFFF",
    "soft": "accent",
    "danger": "error_text",
    "quiet": "accent",
    "text": "text2",
}


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


class Button(Pressed, QPushButton):
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


class IconButton(Pressed, QToolButton):
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


class Switch(Pressed, QAbstractButton):
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


class CheckBox(Pressed, QCheckBox):
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
