"""Rules as lines of text: forward, then the gradients, each with its sizes beneath."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.explaining.rule import Line, Rule
from widgets.controls import Paragraph, Section


class RuleView(QWidget):
    """The formulas of a function and of its gradients."""

    def __init__(self) -> None:
        super().__init__()
        self._rule: tuple[Rule | None, str, str] = (None, "", "")
        self._parts: list[Paragraph] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    def show_rule(self, rule: Rule | None, forward: str = "Forward", backward: str = "Gradients") -> None:
        """Show another rule under these headings; None for nothing."""
        if (rule, forward, backward) == self._rule:
            return
        self._rule = (rule, forward, backward)
        for part in self._parts:
            self._column.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts = []
        if rule is not None:
            self._add_lines(forward, rule.forward)
            self._add_lines(backward, rule.backward)
            self._add(rule.note, 12, "text2")
        self.setAccessibleName(" ".join(part.text() for part in self._parts))

    def texts(self) -> list[str]:
        """What stands there, from top to bottom."""
        return [part.text() for part in self._parts]

    def _add_lines(self, title: str, lines: Iterable[Line]) -> None:
        for place, line in enumerate(lines):
            if place == 0:
                self._add(title, 12, "text2", 500)
            self._add(line.text, 13, "text1")
            self._add(line.sizes, 11, "text3")

    def _add(self, text: str, size: int, token: str, weight: int = 400) -> None:
        if text:
            part = Paragraph(text, size, weight, token)
            self._parts.append(part)
            self._column.addWidget(part)


class RuleSection(Section):
    """A rule behind its title, folded away until it is asked for."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.rule = RuleView()
        self.add(self.rule)
        self.set_expanded(False)

    def show_rule(self, rule: Rule | None, forward: str, backward: str = "") -> None:
        """Show another rule; without one there is nothing to see."""
        self.rule.show_rule(rule, forward, backward)
        self.setVisible(rule is not None)
