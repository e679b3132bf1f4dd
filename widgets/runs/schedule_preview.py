"""A small picture of the learning rate over the next run."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.training import Optimizer, Schedule, TrainingSettings
from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.theme import color, font, px

HEIGHT, POINTS = 54, 120


class SchedulePreview(Themed, QWidget):
    """Draws the factor of the schedule times the learning rate, from the first epoch to the last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rates: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_schedule(self, settings: TrainingSettings) -> None:
        """Draw the schedule of these settings."""
        schedule, optimizer = settings.schedule, settings.optimizer
        assert isinstance(schedule, Schedule) and isinstance(optimizer, Optimizer)
        # A rate holds for a whole epoch, so each point asks for the epoch it lies in.
        epochs = [int(settings.epochs * place / POINTS) for place in range(POINTS)]
        self._rates = [optimizer.lr * schedule.factor(epoch, settings.epochs) for epoch in epochs]
        self.setAccessibleName(f"Learning rate from {self._rates[0]:g} to {self._rates[-1]:g}")
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(px(HEIGHT))
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(color("separator"), 1))
        painter.setBrush(color("field"))
        painter.drawRoundedRect(area, 6, 6)
        if not self._rates:
            return
        inner = area.adjusted(10, 20, -10, -8)
        top = max(self._rates) or 1.0
        line = QPolygonF(
            [
                QPointF(
                    inner.left() + inner.width() * place / (POINTS - 1), inner.bottom() - inner.height() * rate / top
                )
                for place, rate in enumerate(self._rates)
            ]
        )
        painter.setPen(QPen(color("accent"), 1.6))
        painter.drawPolyline(line)
        painter.setPen(color("text3"))
        painter.setFont(font(11))
        text = f"{self._rates[0]:.3g} to {self._rates[-1]:.3g}"
        painter.drawText(area.adjusted(10, 3, -10, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, text)
