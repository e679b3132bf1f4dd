"""Formulas with their numbers put in, one beneath the other, and the picture of the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from models.layers.base import Formula, Layer, TensorType
from widgets.controls import Label, Separator, Themed
from widgets.explain.boxes import Row, break_lines, formula_boxes, spoken
from widgets.explain.picture import Geometry, WindowPicture, geometry_of
from widgets.roles import has_color, role_color, role_name
from widgets.surface import Surface
from widgets.theme import color, font, px


class FormulaLine(Themed, QWidget):
    """One formula, broken into lines where it does not fit."""

    def __init__(self, formula: Formula) -> None:
        super().__init__()
        self._formula = formula
        self._lines: list[Row] = []
        self.setAccessibleName(spoken(formula))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def restyle(self) -> None:
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def minimumSizeHint(self) -> QSize:
        return QSize(px(60), px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = 0.0
        for line in self._lines:
            line.paint(painter, 0, y + line.ascent)
            y += line.ascent + line.descent + px(4)

    def _lay_out(self) -> None:
        self._lines = break_lines(formula_boxes(self._formula), max(self.width(), px(60)))
        self.setFixedHeight(round(sum(line.ascent + line.descent + px(4) for line in self._lines)))
        self.update()


class Legend(Themed, QWidget):
    """Dots with the names of the roles that a formula colors."""

    def __init__(self, roles: Mapping[str, str]) -> None:
        """``roles`` maps each role to the name that it goes by."""
        super().__init__()
        self._roles = roles
        self.setAccessibleName(", ".join(roles.values()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(font(11))
        self._lay_out(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._lay_out(painter)

    def _lay_out(self, painter: QPainter | None) -> None:
        """Place the names in lines; draw them if there is a painter, else take the height they need."""
        x, y, height = 0, 0, px(16)
        for role, name in self._roles.items():
            width = px(11) + self.fontMetrics().horizontalAdvance(name)
            if x and x + width > self.width():
                x, y = 0, y + height
            if painter:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(role_color(role))
                painter.drawEllipse(QRectF(x, y + height / 2 - px(3) + 0.5, px(6), px(6)))
                painter.setPen(color("text2"))
                flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
                painter.drawText(QRectF(x + px(11), y, width, height), flags, name)
            x += width + px(14)
        if not painter:
            self.setFixedHeight(y + height)


class ExplainView(Surface):
    """All formulas of a layer; rebuilt only where they changed."""

    radius = 12

    def __init__(self) -> None:
        super().__init__()
        self._layer: Layer | None = None
        self._formulas: tuple[Formula, ...] = ()
        self._geometry: Geometry | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 16)
        self._column.setSpacing(7)

    def explain(self, layer: Layer, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> None:
        """Show a layer's formulas for these types and, beneath them, how its window lies on the input."""
        self._layer = layer
        self._show(layer.formulas(inputs, outputs), geometry_of(layer, inputs))

    def _show(self, formulas: Sequence[Formula], geometry: Geometry | None) -> None:
        if (tuple(formulas), geometry) == (self._formulas, self._geometry):
            return
        self._formulas, self._geometry = tuple(formulas), geometry
        self._clear()
        known: set[str] = set()
        for formula in self._formulas:
            if self._column.count():
                self._add_line()
            known |= self._add_formula(formula, known)
        if geometry:
            if self._column.count():
                self._column.addSpacing(6)
            self._column.addWidget(WindowPicture(geometry))

    def is_empty(self) -> bool:
        """Whether there is nothing to explain."""
        return not self._formulas and self._geometry is None

    def _clear(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _add_line(self) -> None:
        self._column.addSpacing(4)
        self._column.addWidget(Separator())
        self._column.addSpacing(4)

    def _add_formula(self, formula: Formula, known: set[str]) -> set[str]:
        title = Label(formula.title, 12, 500, "text2")
        title.setWordWrap(True)
        self._column.addWidget(title)
        self._column.addWidget(FormulaLine(formula))
        steps = (*formula.numerator, *formula.denominator, *formula.tail)
        roles = [role for role in dict.fromkeys(step.role for step in steps) if has_color(role)]
        if len([role for role in roles if role not in known]) > 1:
            self._column.addWidget(Legend({role: role_name(role, self._layer) for role in roles}))
            known = known | set(roles)
        if formula.note:
            note = Label(formula.note, 12, 400, "text2")
            note.setWordWrap(True)
            self._column.addWidget(note)
        return known
