"""Formulas with their numbers put in, one beneath the other, and the picture of the window."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from models.kinds.layer import Formula, Layer, TensorType
from widgets.basics.painted import painted
from widgets.controls import Paragraph, Separator, Themed
from widgets.controls.frames import Surface
from widgets.explain.boxes import Row, break_lines, formula_boxes, spoken
from widgets.explain.curves import CurvePicture, properties_text
from widgets.explain.picture import Geometry, WindowPicture, geometry_of
from widgets.explain.rules import RuleView
from widgets.theme import color, font, px
from widgets.theme.roles import has_color, role_color, role_name


class FormulaLine(Themed, QWidget):
    """One formula, broken into lines where it does not fit."""

    def __init__(self) -> None:
        super().__init__()
        self._formula: Formula | None = None
        self._lines: list[Row] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_formula(self, formula: Formula) -> None:
        """Show another formula."""
        self._formula = formula
        self.setAccessibleName(spoken(formula))
        self._lay_out()

    def restyle(self) -> None:
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def minimumSizeHint(self) -> QSize:
        return QSize(px(60), px(24))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = 0.0
        for line in self._lines:
            line.paint(painter, 0, y + line.ascent)
            y += line.ascent + line.descent + px(4)

    def _lay_out(self) -> None:
        boxes = formula_boxes(self._formula) if self._formula else []
        self._lines = break_lines(boxes, max(self.width(), px(60)))
        self.setFixedHeight(round(sum(line.ascent + line.descent + px(4) for line in self._lines)))
        self.update()


class Legend(Themed, QWidget):
    """Dots with the names of the roles that a formula colors."""

    def __init__(self) -> None:
        super().__init__()
        self._roles: Mapping[str, str] = {}
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_roles(self, roles: Mapping[str, str]) -> None:
        """Name these roles; ``roles`` maps each to the name that it goes by."""
        self._roles = roles
        self.setAccessibleName(", ".join(roles.values()))
        self._lay_out(None)
        self.update()

    def restyle(self) -> None:
        self.setFont(font(11))
        self._lay_out(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(None)

    @painted
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


class FormulaBlock(QWidget):
    """A formula with its title, the names of its colors and a sentence in words."""

    def __init__(self, first: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        if not first:
            column.addSpacing(4)
            column.addWidget(Separator())
            column.addSpacing(4)
        self.title, self.note = Paragraph("", 12, 500, "text2"), Paragraph("", 12, 400, "text2")
        self.line, self.legend = FormulaLine(), Legend()
        for widget in (self.title, self.line, self.legend, self.note):
            column.addWidget(widget)

    def show_formula(self, formula: Formula, legend: Mapping[str, str]) -> None:
        """Show another formula; an empty legend is left out."""
        self.title.setText(formula.title)
        self.line.show_formula(formula)
        self.legend.show_roles(legend)
        self.legend.setVisible(bool(legend))
        self.note.setText(formula.note)
        self.note.setVisible(bool(formula.note))


class ExplainView(Surface):
    """All formulas of a layer, and how its window lies on the input."""

    radius = 12

    def __init__(self) -> None:
        super().__init__()
        self._layer: Layer | None = None
        self._formulas: tuple[Formula, ...] = ()
        self._geometry: Geometry | None = None
        self._blocks: list[FormulaBlock] = []
        self.picture = WindowPicture()
        self.picture.hide()
        self.curve, self.rule, self.facts = CurvePicture(), RuleView(), Paragraph("", 12, 400, "text2")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 16)
        self._column.setSpacing(7)
        self._line = Separator()
        for part in (self.picture, self._line, self.rule, self.curve, self.facts):
            self._column.addWidget(part)

    def explain(
        self,
        layer: Layer,
        inputs: tuple[TensorType, ...],
        outputs: tuple[TensorType, ...],
        more: tuple[Formula, ...] = (),
    ) -> None:
        """Show a layer's formulas for these types and ``more`` of them; beneath, how its window lies on the input, what
        it computes forward and backward, and where it is a function of one number, its curve."""
        from models.explaining.rules import rule_of  # what By hand computes with: the first window needs none

        formulas, geometry = (*layer.formulas(inputs, outputs), *more), geometry_of(layer, inputs)
        self.rule.show_rule(rule_of(layer, inputs, outputs))
        if (formulas, geometry, layer) == (self._formulas, self._geometry, self._layer):
            return
        self._show_curve(layer)
        self._line.setVisible(bool(formulas or geometry) and bool(self.rule.texts()))
        self._layer, self._formulas, self._geometry = layer, formulas, geometry
        self._fit_blocks(len(formulas))
        known: set[str] = set()
        for block, formula in zip(self._blocks, formulas, strict=False):
            legend = self._legend(formula, known)
            known |= legend.keys()
            block.show_formula(formula, legend)
        self.picture.setVisible(geometry is not None)
        if geometry:
            self.picture.show_geometry(geometry)

    def is_empty(self) -> bool:
        """Whether there is nothing to explain."""
        return not self._formulas and self._geometry is None and not self.rule.texts()

    def blocks(self) -> list[FormulaBlock]:
        """The formulas in sight, from top to bottom."""
        return self._blocks[: len(self._formulas)]

    def _show_curve(self, layer: Layer) -> None:
        self.curve.setVisible(self.curve.show_layer(layer))
        facts = properties_text(layer)
        self.facts.setText("\n".join(facts))
        self.facts.setVisible(bool(facts))

    def _fit_blocks(self, count: int) -> None:
        while len(self._blocks) < count:
            block = FormulaBlock(first=not self._blocks)
            self._column.insertWidget(len(self._blocks), block)
            self._blocks.append(block)
        for place, block in enumerate(self._blocks):
            block.setVisible(place < count)

    def _legend(self, formula: Formula, known: set[str]) -> dict[str, str]:
        """The names of a formula's roles, if more than one of them is new to the reader."""
        steps = (*formula.numerator, *formula.denominator, *formula.tail)
        roles = [role for role in dict.fromkeys(step.role for step in steps) if has_color(role)]
        fresh = [role for role in roles if role not in known]
        return {role: role_name(role, self._layer) for role in roles} if len(fresh) > 1 else {}
