"""A run with its smallest weights taken away: what that costs, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.codegen.module import generate
from models.document import Document
from models.document.edits import Batch, SetParam, SetSection
from models.scoring.verdicts import of_pruning
from models.storage import files
from models.training.settings import BY_ALL, BY_FILTER, BY_LAYER, RUN
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.controllers.training import TrainingController
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.services import dialogs
from studio.trained import curves
from studio.trained.base import TrainedWindow
from studio.workspaces.inspect.card import scrolled
from widgets.controls import Button, Card, Label, Paragraph, Segmented
from widgets.inspection.figures import Figures
from widgets.inspection.plot import Plot
from widgets.inspection.slider import NamedSlider
from widgets.theme import px

WAYS = [(BY_ALL, "All weights"), (BY_LAYER, "Each layer"), (BY_FILTER, "Filters")]
FIRST, MOST = 50, 99
CALM = 250
"""Milliseconds without a move of the slider until its place is measured."""
OTHER = "The open network is not that of this run. Open it as trained first, by the menu of the run."


class PruningWindow(TrainedWindow):
    """Shows the curve of one run, and what the share at the slider comes to."""

    slot = "prune"

    def __init__(
        self,
        probing: Probing,
        controller: DocumentController,
        training: TrainingController,
        run: Path,
        parent: QWidget,
    ) -> None:
        super().__init__(probing, "Pruning", parent)
        self.controller, self.training, self.run = controller, training, run
        self.curve: Answer | None = None
        self.facts: dict[str, Any] = {}
        """What the share at the slider comes to; empty until that is known."""
        self.ways = Segmented(WAYS, BY_ALL, name="What is compared")
        self.slider = NamedSlider("Pruned", 0, MOST, lambda level: f"{level} %", FIRST)
        self.at, self.layers = Paragraph("", 13), Figures("Layers")
        self.plot = Plot()
        self.tune = Button("Fine-tune", "play", height=28)
        self.smaller = Button("Use the smaller network", "check", height=28)
        self.export = Button("Export…", "export", height=28)
        self._calm = QTimer(self, singleShot=True, interval=CALM)
        self._calm.timeout.connect(self.measure)
        self.lay_out(self._controls(), self._chart(), self.tune, self.smaller, self.export)
        self.ways.changed.connect(lambda _: self.look())
        self.slider.changed.connect(lambda _: self._moved())
        self.tune.clicked.connect(self.fine_tune)
        self.smaller.clicked.connect(self.use_smaller)
        self.export.clicked.connect(self.ask_where)
        self._show_buttons()

    def look(self) -> None:
        """Ask for the curve."""
        self.curve, self.facts = None, {}
        self.say("Measuring with more and more of the weights at 0…")
        self.at.setText("")
        self._show_buttons()
        self.writing.run(lambda: str(RunFolder.open(self.run).header["name"]), self._name, expected=(RunError,))
        self.ask(self._question("pruning"), self._show_curve)

    def measure(self, folder: str = "") -> None:
        """Ask what the share at the slider comes to, and for its files in a folder."""
        arguments = {"sparsity": self.slider.value() / 100, "folder": folder}
        self.ask(self._question("pruned", **arguments), self._show_share)

    def fine_tune(self) -> None:
        """Train the open network from these weights, with the pruned ones at 0 throughout."""
        way, share = self.ways.value(), self.slider.value() / 100
        start = {"start_from": RUN, "start_run": self.run.name, "sparsity": share, "prune_by": way}

        def begin() -> None:
            self.controller.apply(SetSection("training", self.controller.document.training | start))
            self.training.train()
            self.say("The run has started: see the Train workspace. Its settings are undone by Ctrl+Z.")

        self._if_same(begin)

    def use_smaller(self) -> None:
        """Give the layers of the open network as many filters as are left: one edit."""
        edits = [SetParam(id, name, width) for id, (name, width) in self.facts["widths"].items()]

        def take() -> None:
            self.controller.apply(Batch("Remove pruned filters", edits))
            self.say("The open network has fewer filters now. Undo takes it back.")

        self._if_same(take)

    def ask_where(self) -> None:
        """Ask for a folder to write the network, its weights and its document into."""
        title = "A folder for the pruned network and its weights"
        dialogs.ask_folder(self, title, Path.home(), lambda folder: self.measure(str(folder)))

    def _if_same(self, then: Callable[[], object]) -> None:
        """Do something with the open network, if it is the one that the run has trained."""

        def known(trained: Document) -> None:
            own, open_now = (_source(document) for document in (trained, self.controller.document))
            then() if own == open_now else self.say_problem(OTHER)

        read = partial(files.read_whole, self.run / "document.netloom")
        self.writing.run(read, known, lambda error: self.say_problem(str(error)), (files.FileError,))

    def _question(self, kind: str, **arguments: Any) -> Question:
        return Question(kind, str(self.run), arguments={"by": self.ways.value(), **arguments})

    def _name(self, name: str) -> None:
        self.title.setText(f"Pruning · {name}")

    def _show_curve(self, answer: Answer) -> None:
        self.curve = answer
        arrays = answer.arrays
        accuracy = arrays["accuracy"].tolist() if "accuracy" in arrays else None
        self.say(of_pruning(arrays["levels"].tolist(), accuracy, arrays["loss"].tolist()))
        self._moved()

    def _moved(self) -> None:
        self.facts = {}
        if self.curve is not None:
            curves.draw_pruning(self.plot, self.curve, self.slider.value())
            self.layers.show_rows(*curves.layers_at(self.curve, self.slider.value()), strong=-1)
            self._calm.start()
        self._show_buttons()

    def _show_share(self, answer: Answer) -> None:
        self.facts = answer.facts
        self.at.setText("\n".join(curves.sentences_at(self.facts)))
        self._show_buttons()

    def _show_buttons(self) -> None:
        known = bool(self.facts)
        for button in (self.tune, self.export):
            button.setEnabled(known)
        self.smaller.setVisible(self.ways.value() == BY_FILTER)
        self.smaller.setEnabled(known and bool(self.facts["widths"]))

    def give_up(self) -> None:
        self._calm.stop()
        super().give_up()

    # Set up

    def _controls(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(Label("What is compared", 12, token="text2"))
        column.addWidget(self.ways)
        column.addWidget(self.slider)
        column.addWidget(self.at)
        column.addWidget(scrolled(self.layers), 1)
        return side

    def _chart(self) -> QWidget:
        card = Card()
        column = QVBoxLayout(card)
        column.setContentsMargins(px(14), px(12), px(14), px(10))
        words = "Each share by itself, from the weights as they are. Dashed: unpruned, and a point below."
        column.addWidget(Paragraph(words, 12, token="text2"))
        column.addWidget(self.plot, 1)
        return card


def _source(document: Document) -> str:
    return generate(document.network, document.analysis, "Network").text
