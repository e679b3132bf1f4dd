"""Cards of the welcome screen: a template with a small picture of its network, and the empty canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from models.basics.quantities import count_text
from models.storage.templates import Template
from studio.welcome.sketch import Sketch
from widgets.basics.painted import painted
from widgets.controls import ElidedLabel, Label, Paragraph, Themed, shows_ring
from widgets.theme import color, pixmap, px

HEIGHT, PICTURE_HEIGHT = 252, 150


class _ChoiceCard(Themed, QWidget):
    """A card that is chosen by click, Enter or Space."""

    chosen = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(name)

    def restyle(self) -> None:
        self.setMinimumHeight(px(HEIGHT))
        self.setMinimumWidth(px(200))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def _frame(self, painter: QPainter, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marked = shows_ring(self) or self.underMouse()
        pen = QPen(color("accent" if marked else "card_line"), 1.5 if marked else 1, style)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)


class TemplateCard(_ChoiceCard):
    """A template: picture, title, parameters, description and the data it is made for."""

    def __init__(self, template: Template, sketch: Sketch, parent: QWidget) -> None:
        super().__init__(f"Template {template.title}: {template.description}", parent)
        self.template = template
        self._sketch = sketch
        self._column = column = QVBoxLayout(self)
        column.setSpacing(4)
        heading = QHBoxLayout()
        heading.addWidget(ElidedLabel(template.title, 13, 600), 1)
        heading.addWidget(Label(f"{count_text(template.parameters)} params", 12, 500, "text2"))
        column.addLayout(heading)
        about = Paragraph(template.description, 12, token="text3")
        about.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(about, 1)
        self.follow_theme()

    def restyle(self) -> None:
        super().restyle()
        self._column.setContentsMargins(16, px(PICTURE_HEIGHT) + 12, 16, 12)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        painter.setClipPath(path)
        top = px(PICTURE_HEIGHT)
        painter.fillRect(0, top, self.width(), self.height() - top, color("panel"))
        painter.fillRect(0, top, self.width(), 1, color("separator"))
        self._paint_picture(painter, top)
        painter.setClipping(False)
        self._frame(painter)

    def _paint_picture(self, painter: QPainter, height: int) -> None:
        bars = self._sketch.bars
        step = min(16.0, (height - 36) / max(len(bars), 1))
        thick = step * 0.66
        start = (height - step * len(bars)) / 2
        widest = min(self.width() * 0.44, 120.0)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, (family, width) in enumerate(bars):
            painter.setBrush(color(family))
            size = widest * width
            painter.drawRoundedRect(QRectF(self.width() / 2 - size / 2, start + place * step, size, thick), 2.5, 2.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color("wire"), 1.2))
        for first, last in self._sketch.skips:
            side = self.width() / 2 + widest / 2 + 4
            upper, lower = start + first * step + thick / 2, start + last * step + thick / 2
            painter.drawPolyline(
                [QPointF(side, upper), QPointF(side + 9, upper), QPointF(side + 9, lower), QPointF(side, lower)]
            )


class EmptyCard(_ChoiceCard):
    """Begin with nothing."""

    def __init__(self) -> None:
        super().__init__("Empty canvas: start from nothing")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(4)
        column.addStretch(1)
        column.addWidget(Label("Empty canvas", 13, 600))
        column.addWidget(Label("Start from nothing", 12, token="text3"))
        self.follow_theme()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._frame(painter, Qt.PenStyle.DashLine)
        center = QPointF(self.width() / 2, px(PICTURE_HEIGHT) / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("chip"))
        painter.drawEllipse(center, 24, 24)
        painter.drawPixmap(center - QPointF(8, 8), pixmap("plus", "text1", 16, self.devicePixelRatioF()))
