"""A small picture of the learning rate over the next run."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.training import TrainingSettings
from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.theme import color, font, px

HEIGHT, POINTS = 54, 120
UNKNOWN = "Drawn once the data has been read."


class SchedulePreview(Themed, QWidget):
    """Draws the factor of the schedule times the learning rate, from the first epoch to the last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rates: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_schedule(self, settings: TrainingSettings, batches: int = 0) -> None:
        """Draw the learning rate of these settings; ``batches`` are the updates of an epoch, 0 where not known."""
        if settings.plans_by_updates and not batches:
            self._rates = []
            self.setAccessibleName(UNKNOWN)
        else:
            # A rate that stays within epochs is asked for as if each had one update.
            count = batches if settings.plans_by_updates else 1
            last = settings.total_updates(count) - 1
            steps = [last * place // (POINTS - 1) for place in range(POINTS)]
            self._rates = [settings.learning_rate(step, count) for step in steps]
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
            painter.setPen(color("text3"))
            painter.setFont(font(11))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.accessibleName())
            return
        inner = area.adjusted(10, px(20), -10, -8)
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
