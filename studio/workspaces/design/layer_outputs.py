"""What every layer gives for one sample, on its card: of the document's last run, as long as it has that network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from models.document import Document
from models.storage import files
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.controllers.training import TrainingController
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.services.background import Background
from studio.workspaces.design.layer_health import last_run
from studio.workspaces.workspace import Example
from widgets.canvas import CanvasView
from widgets.canvas.painting.heat import OUTPUTS
from widgets.inspection.inside.strip import MOST_MAPS, strip_of

SLOT = "outputs on cards"
SIDE, MOST_SAMPLES = 44, 1_000
UNTRAINED = "Nothing to show: train it first."
CHANGED = "The network is another than that of its last run."


class LayerOutputs(QObject):
    """Asks for a sample while cards are to show outputs. ``example`` tells which one Inspect looks at, if any."""

    def __init__(
        self,
        canvas: CanvasView,
        controller: DocumentController,
        training: TrainingController,
        probing: Probing,
        example: Callable[[], Example | None],
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._controller, self._training, self._probing = canvas, controller, training, probing
        self._looked_at = example
        self._reading = Background(self)
        self._run: RunFolder | None = None
        self._network: object = None
        """The network of the run, as `drawn` tells it."""
        self._example: Example | None = None
        self._count = 0
        self._answer: Answer | None = None
        canvas.colors.field.changed.connect(lambda _: self._follow())
        canvas.colors.time.valueChanged.connect(self._choose)
        controller.edited.connect(lambda _: self._show())
        controller.opened.connect(self._follow)
        training.run_ended.connect(lambda _: self._follow())
        training.runs.changed.connect(lambda _: self._hear())

    @property
    def _is_wanted(self) -> bool:
        return self._canvas.colors.field.value() == OUTPUTS

    # Which run, which sample

    def _hear(self) -> None:
        """The runs are known now, or others than before."""
        if self._run is None:
            self._follow()

    def _follow(self) -> None:
        """Look at the last run of what is open."""
        self._probing.drop(SLOT)
        self._run = self._answer = None
        self._canvas.show_outputs({})
        if not self._is_wanted:
            self._reading.drop()
            return
        if self._training.runs.summaries is None:
            self._training.runs.refresh()
        path = last_run(self._controller, self._training)
        if path is None:
            self._canvas.colors.show_time(UNTRAINED, 0, 0)
            return
        self._reading.run(lambda: _read(path), self._take_run, self._fail, (RunError, files.FileError))

    def _take_run(self, found: tuple[RunFolder, object]) -> None:
        self._run, self._network = found
        chosen = self._looked_at()
        here = chosen is not None and chosen.run == self._run.path
        self._example = chosen if here else Example(self._run.path, "best", "validation", 0)
        self._ask("about", self._take_about)

    def _take_about(self, answer: Answer) -> None:
        counts = answer.facts.get("counts") or [0, 0]
        example = self._example
        assert example is not None
        self._count = min(int(counts[0 if example.part == "training" else 1]), MOST_SAMPLES)
        if example.sample >= self._count:
            self._count = example.sample + 1
        self._ask_outputs()

    def _choose(self, sample: int) -> None:
        if self._is_wanted and self._example is not None and self._answer is not None:
            self._example = self._example._replace(sample=sample)
            self._ask_outputs()

    def _ask_outputs(self) -> None:
        assert self._example is not None
        self._ask("maps", self._take_outputs, sample=self._example.sample, channels=MOST_MAPS, side=SIDE)

    def _ask(self, kind: str, show: Callable[[Answer], None], **arguments: Any) -> None:
        example = self._example
        assert example is not None
        question = Question(
            kind, str(example.run), example.checkpoint, {}, example.part, slot=SLOT, arguments=arguments
        )
        self._probing.ask(question, show, lambda sentence: self._canvas.colors.show_time(sentence, 0, 0))

    def _fail(self, error: Exception) -> None:
        self._canvas.colors.show_time(str(error), 0, 0)

    # Showing

    def _take_outputs(self, answer: Answer) -> None:
        self._answer = answer
        self._show()

    def _show(self) -> None:
        """Show what was answered, where the network is still that of the run."""
        answer, example, run = self._answer, self._example, self._run
        if not self._is_wanted or answer is None or example is None or run is None:
            return
        colors = self._canvas.colors
        if drawn(self._controller.document) != self._network:
            self._canvas.show_outputs({})
            colors.show_time(CHANGED, 0, 0)
            return
        layers = enumerate(answer.facts["layers"])
        self._canvas.show_outputs(
            {str(facts["id"]): strip_of(str(facts["form"]), answer.arrays[str(number)]) for number, facts in layers}
        )
        words = f"Sample {example.sample + 1:,} of {example.part}, {run.name}"
        colors.show_time(words, self._count, example.sample)


def _read(path: Path) -> tuple[RunFolder, object]:
    folder = RunFolder.open(path)
    document, _ = files.read(folder.document_path)
    return folder, drawn(document)


def drawn(document: Document) -> object:
    """What of a document decides what its layers give: layers, settings and wires, not where they lie or notes."""
    content = files.to_json(document)
    networks = [content["network"], *(content.get("blocks") or {}).values()]
    return [
        ([{**node, "note": "", "position": None} for node in network["nodes"]], network["edges"],
         network.get("parameters"))
        for network in networks
    ]  # fmt: skip
