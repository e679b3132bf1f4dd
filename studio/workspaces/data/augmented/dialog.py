"""The window that shows training examples before and after augmentation, beside the list of what is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from models.codegen.augmenting import FIELD, entries_of
from models.document.edits import SetSection
from models.network import input_nodes, output_nodes
from models.storage import files
from models.training import Augmentation, TrainingSettings
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.workspaces.data.augmented.rows import COUNT, cautions, pairs_of, rows_of, told_shares
from studio.workspaces.data.preview import Preview
from widgets.controls import Button, Label, Paragraph, keep_bar_room
from widgets.data.row_table import RowTable
from widgets.data.sample_grid import SampleGrid
from widgets.data.samples import Example
from widgets.forms.spec_form import SpecForm
from widgets.theme import px

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLOT = "augmented"
FILE = "augmented-rows"
OTHERS = tuple(name for name in TrainingSettings.fields if name != FIELD)


class AugmentedDialog(QDialog):
    """Shows what the worker makes of some examples, each time the list changes or another draw is wanted."""

    def __init__(
        self, controller: DocumentController, probing: Probing, preview: Preview, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Augmentation")
        self._controller, self._probing, self._preview = controller, probing, preview
        self._place = ""
        self.seed = TrainingSettings.read(controller.document.training)[0].seed
        self.form = SpecForm()
        self.before: list[SampleGrid | RowTable] = [SampleGrid(), RowTable()]
        self.after: list[SampleGrid | RowTable] = [SampleGrid(), RowTable()]
        self.draw = Button("Another draw", "shuffle", height=30)
        self.told_seed = Label("", 12, token="text3")
        self.shares = Paragraph("", 12, token="text2")
        self.notes = Paragraph("", 12, token="warning")
        samples = preview.view().samples
        self._chosen = [example.row for example in samples.choose("training", None, self.seed, COUNT)]
        self._lay_out()
        self.resize(px(1080), px(640))
        self._connect()
        self._show_document()
        self._show_pairs(None)
        self.shares.setText("Augmenting…")
        self._hand_over()

    def done(self, result: int) -> None:
        self._probing.drop(SLOT)
        super().done(result)

    # Asking

    def _hand_over(self) -> None:
        """Give the examples to the worker, and ask."""
        network = self._controller.document.network
        ids = [node.id for node in input_nodes(network)], [node.id for node in output_nodes(network)]
        rows = rows_of(self._preview, *ids, self._chosen)
        self._probing.keep(FILE, rows.arrays, self._kept, self._fail, {"classes": rows.classes})

    def _kept(self, place: Path) -> None:
        self._place = str(place)
        self.ask()

    def ask(self) -> None:
        """Have the examples augmented anew."""
        self.told_seed.setText(f"Seed {self.seed}")
        if self._place:
            document = files.to_json(self._controller.document)
            given = {"document": document, "rows": self._place, "seed": self.seed}
            self._probing.ask(Question("augmented", "", slot=SLOT, arguments=given), self._show, self._fail)

    def _next(self) -> None:
        self.seed += 1
        self.ask()

    def _fail(self, sentence: str) -> None:
        self.notes.setText(sentence)
        self.shares.setText("")

    def _show_pairs(self, after: NDArray[Any] | None, targets: NDArray[Any] | None = None) -> None:
        pairs = pairs_of(self._preview.view().samples, self._chosen, after, targets)
        form = int(pairs.form != "images")
        for part, views in enumerate((self.before, self.after)):
            for place, item in enumerate(views):
                item.setVisible(place == form)
            views[form].show_samples(pairs, [Example(part, row) for row in range(len(self._chosen))])

    def _show(self, answer: Answer) -> None:
        network = self._controller.document.network
        first = next((node.id for node in input_nodes(network)), "")
        last = next((node.id for node in output_nodes(network)), "")
        self._show_pairs(answer.arrays.get(f"after/{first}"), answer.arrays.get(f"targets/{last}"))
        classes = self._preview.view().samples.classes or ()
        shares = next((array for name, array in answer.arrays.items() if name.startswith("shares/")), None)
        self.shares.setText(told_shares(classes, shares) if shares is not None and classes else "")
        wanted = [cast(Augmentation, spec) for spec, on in entries_of(self._controller.document) if on]
        self.notes.setText("\n".join([*answer.facts["misfits"], *cautions(wanted, classes)]))
        self.shares.setVisible(bool(self.shares.text()))

    # The list

    def _show_document(self) -> None:
        settings, problems = TrainingSettings.read(self._controller.document.training)
        self.form.set_spec(settings, self._controller.document.training, problems, OTHERS)

    def _on_edited(self, change: Any) -> None:
        if "training" in change.sections:
            self._show_document()
            self.ask()

    def _set(self, name: str, value: Any) -> None:
        changed = {**self._controller.document.training, name: value}
        self._controller.apply(SetSection("training", changed, field=name), merge=True)

    # Set up

    def _connect(self) -> None:
        self.form.changed.connect(self._set)
        self.draw.clicked.connect(self._next)
        self._controller.edited.connect(self._on_edited)
        self._controller.opened.connect(self.close)

    def _lay_out(self) -> None:
        side = QScrollArea()
        side.setWidgetResizable(True)
        side.setFrameShape(QFrame.Shape.NoFrame)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, px(8), 0)
        column.addWidget(self.form)
        column.addStretch(1)
        side.setWidget(inner)
        side.setFixedWidth(px(320))
        keep_bar_room(side)
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(20))
        grid.setVerticalSpacing(px(8))
        for place, (words, views) in enumerate((("Before", self.before), ("After", self.after))):
            grid.addWidget(Label(words, 13, 600), 0, place)
            for view in views:
                view.setAccessibleName(f"Examples {words.lower()} augmentation")
                grid.addWidget(view, 1, place)
            grid.setColumnStretch(place, 1)
        grid.setRowStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(12))
        buttons.addWidget(self.draw)
        buttons.addWidget(self.told_seed)
        buttons.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(px(10))
        right.addLayout(grid, 1)
        for item in (self.shares, self.notes):
            right.addWidget(item)
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(20), px(18), px(20), px(18))
        row.setSpacing(px(20))
        row.addWidget(side)
        row.addLayout(right, 1)
