"""Runs that answer together: how each does, how their average does, and why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.scoring.verdicts import of_ensemble
from studio.controllers.asking.probing import Probing
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.services import dialogs
from studio.trained import averages
from studio.trained.base import TrainedWindow
from studio.workspaces.inspect.card import scrolled
from widgets.controls import Button, Card, ChoiceField, Label, Paragraph, Segmented
from widgets.inspection.figures import Figures
from widgets.inspection.plot import Plot
from widgets.theme import px

VIEWS = [
    ("growth", "Number of members"),
    ("reliability", "Reliability"),
    ("entropy", "Entropy"),
    ("pairs", "Disagreement"),
]
HELP = {
    "growth": "What choices of so many members come to on average; dashed the best and the worst choice.",
    "reliability": "How often the average is right by how sure it is; dashed where both agree; gray the member.",
    "entropy": "How unsure the average is where it is right (solid) and where it is wrong (dashed).",
    "pairs": "How often two members answer differently: the stronger the color, the more often.",
}


class AveragingWindow(TrainedWindow):
    """Shows the average of some runs; the first tells the data and the classes."""

    slot = "average"

    def __init__(self, probing: Probing, runs: Sequence[Path], parent: QWidget) -> None:
        super().__init__(probing, f"Average of {len(runs):,} runs", parent)
        self.runs = runs
        self.facts: dict[str, Any] = {}
        self.names: dict[str, str] = {}
        self.table = Figures("Members")
        self.views = Segmented(VIEWS, "growth", name="What is shown of the average")
        self.member = ChoiceField("Beside the average")
        self.help, self.plot = Paragraph("", 12, token="text2"), Plot()
        self.export = Button("Export as one module…", "export", height=28)
        self.export.setEnabled(False)
        self.lay_out(scrolled(self.table), self._charts(), self.export)
        self.views.changed.connect(lambda _: self._show_view())
        self.member.changed.connect(lambda _: self._show_view())
        self.export.clicked.connect(self.ask_where)
        self._show_view()

    def look(self) -> None:
        """Ask how the runs do together."""
        first, *others = map(str, self.runs)
        self.say("Asking every member…")
        self.export.setEnabled(False)
        read = partial(averages.names_of, self.runs)
        self.writing.run(read, self._name)
        self.ask(Question("ensemble", first, arguments={"runs": others}), self._show)

    def ask_where(self) -> None:
        """Ask for a folder to write the module and its weights into."""
        dialogs.ask_folder(self, "A folder for ensemble.py and its weights", Path.home(), self.write)

    def write(self, folder: Path) -> None:
        """Write the module and its weights, on a thread."""
        by_name = {path.name: path for path in self.runs}
        members = [by_name[name] for name in self.facts["members"]]

        def work() -> None:
            from studio.runs.exchange.ensembles import export_ensemble

            export_ensemble(members, folder)

        told = f"Wrote ensemble.py and ensemble.safetensors into {folder.name}."
        self.writing.run(work, lambda _: self.say(f"{self._verdict()} {told}"), self._not_written, (RunError,))

    def _not_written(self, error: Exception) -> None:
        self.say_problem(str(error))

    def _name(self, names: dict[str, str]) -> None:
        self.names = names
        self._show_table()

    def _show(self, answer: Answer) -> None:
        self.facts = answer.facts
        left = [f"{self.names.get(name, name)} is left out: {why}" for name, why in self.facts["left_out"].items()]
        self.say_problem("\n".join(left))
        enough = len(self.facts["members"]) > 1
        self.say(self._verdict() if enough else "Fewer than two of these runs fit together.")
        self.export.setEnabled(enough)
        self._show_table()
        self.member.set_options([(str(place), label) for place, label in enumerate(self._labels()[:-1])])
        for name in ("reliability", "entropy"):
            self.views.segment(name).setVisible(self.facts["kind"] == "classes")
        self._show_view()

    def _verdict(self) -> str:
        return "\n".join(of_ensemble(self.facts))

    def _labels(self) -> list[str]:
        return [*(self.names.get(name, name) for name in self.facts["members"]), "Average"]

    def _show_table(self) -> None:
        if self.facts:
            self.table.show_rows(*averages.table_of(self.facts, self._labels()), strong=-1)

    def _show_view(self) -> None:
        view = self.views.value()
        self.help.setText(HELP[view])
        self._choice.setVisible(view == "reliability" and bool(self.facts))
        if self.facts:
            averages.DRAWN[view](self.plot, self.facts, int(self.member.value() or 0))

    def _charts(self) -> QWidget:
        card = Card()
        column = QVBoxLayout(card)
        column.setContentsMargins(px(14), px(12), px(14), px(10))
        column.setSpacing(px(8))
        self._choice = QWidget()
        row = QVBoxLayout(self._choice)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Label("Beside the average", 12, token="text2"))
        row.addWidget(self.member)
        column.addWidget(self.views)
        column.addWidget(self.help)
        column.addWidget(self._choice)
        column.addWidget(self.plot, 1)
        return card
