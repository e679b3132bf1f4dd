"""A document made ready to train, with its data, for a moment: no run folder, no record, nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import torch
from torch import Tensor

from models.codegen.module import generate
from models.document.edits import SetSection
from models.layers.linear import Linear
from models.layers.terminals import Input, Output
from models.storage import files
from models.training import TrainingSettings
from models.training.run_settings import THREADS
from models.training.settings import FILE, RUN
from studio.data.paths import located
from studio.runs.checkpoints import WEIGHTS
from studio.runs.errors import RunError
from studio.runs.folder import checkpoint_to_start_from
from studio.runs.location import default_runs_dir
from studio.runs.probes.answer import Answer
from studio.worker import devices
from studio.worker.errors import TrainingError
from studio.worker.probing.asked import Asked
from studio.worker.probing.errors import ProbeError
from studio.worker.training.loading import load_data
from studio.worker.training.loop import Tensors, refuse_bad_loss, set_learning_rate
from studio.worker.training.plan import make_plan
from studio.worker.training.starting import weights_in
from studio.worker.training.updating.optimizer import step_of

if TYPE_CHECKING:
    from models.document import Document
    from studio.runs.probes.answer import Arrays

SOURCE: Final = Path("network.py")
GOOD, DOUBTFUL, BAD = "good", "doubtful", "bad"

EXAMPLE: Final[dict[str, Any]] = {
    "netloom": 1,
    "network": {
        "nodes": [
            {"id": "input1", "kind": Input.kind, "params": {"shape": [4]}},
            {"id": "fc1", "kind": Linear.kind, "params": {"out_features": 3}},
            {"id": "output1", "kind": Output.kind},
        ],
        "edges": [["input1", "fc1"], ["fc1", "output1"]],
    },
    "data": {"source": "iris"},
    "training": {"device": "cpu", "batch_size": 32, "optimizer": {"kind": "Adam", "params": {"lr": 0.05}}},
}
"""A document that tests of this sort show themselves on."""


class Verdict(NamedTuple):
    """What came out: `GOOD`, `DOUBTFUL` or `BAD`, a sentence, and where it helps a training setting with its value."""

    outcome: str
    sentence: str
    setting: str = ""
    value: float = 0.0


class Attempt:
    """A plan of the document that a question brings among its arguments, as ``document``, with the place of its file,
    ``path`` ("" for none).

    ``settings`` go before those of its training. Raises `ProbeError`, `TrainingError` and `DataError` where that
    cannot be trained.
    """

    def __init__(self, asked: Asked, **settings: Any) -> None:
        document, problems = files.from_json(asked.mapping("document"), name="The argument “document”")
        if any(problem.lost for problem in problems):
            raise ProbeError(f"The argument “document” is damaged. {problems[0]}")
        # No processes are started for a moment.
        wanted = document.training | {"multiprocessing_context": THREADS} | settings
        document.apply(SetSection("training", wanted))
        source = generate(document.network, document.analysis)
        if source.left_out:
            raise ProbeError(
                f"{_error_in(document, source.left_out[0])} There is nothing to try before that is mended."
            )
        found, _ = TrainingSettings.read(document.training)
        self.document = document
        self.device = devices.resolve(asked.question.device or found.device)
        data = load_data(document.data, asked.text("path") or None, asked.control, asked.told)
        go_on = asked.control.end_if_asked
        given = starting_weights(found, asked.text("path"))
        self.plan = make_plan(document, source.text, SOURCE, data, self.device, go_on, source.class_name, given)
        self._order = torch.Generator().manual_seed(self.plan.seed)
        self.plan.model.train()

    def answer(self, verdict: Verdict, arrays: Arrays, **facts: Any) -> Answer:
        """The answer of a probe; its fact ``begun`` tells which weights it began with, where some were given."""
        return Answer(arrays, verdict._asdict() | facts | {"begun": (self.plan.begun.notes or [""])[0]})

    def batches(self) -> Iterator[Tensors]:
        """What batches are made of, epoch after epoch without an end."""
        while True:
            yield from self.plan.train.picks(self.plan.shuffled(self._order))

    def rows(self, count: int) -> Tensors:
        """What a batch of so many training examples is made of, always the same ones."""
        generator = torch.Generator().manual_seed(self.plan.seed)
        chosen = torch.randperm(len(self.plan.train), generator=generator)[:count]
        return next(iter(self.plan.train.picks([chosen.to(self.plan.train.home)])))

    def set_rate(self, rate: float) -> None:
        """Have the steps that follow go at a learning rate."""
        set_learning_rate(self.plan.optimizer, rate)

    def step(self, picked: Tensors) -> tuple[float, Tensors, Tensors]:
        """Take a step; gives its loss, the outputs and the targets. Raises `FloatingPointError` for a bad loss."""
        plan = self.plan
        inputs, targets = plan.train.ready(tuple(values.clone() for values in picked))
        inputs, targets, goals = plan.augmenter.change(inputs, targets)
        step = step_of(plan.settings)
        losses, outputs = step(plan.model, plan.losses, plan.optimizer, inputs, goals, refuse_bad_loss)
        return losses[0].item(), outputs, targets


def _error_in(document: Document, left_out: str) -> str:
    """The error for which a layer was left out: its own, or where it has none the first before it."""
    errors = [issue for issue in document.analysis.issues() if issue.severity == "error"]
    found = next((issue for issue in errors if issue.node == left_out), errors[0] if errors else None)
    return f"{found.place or left_out}: {found.message}" if found else f"{left_out} has an error."


def starting_weights(settings: TrainingSettings, path: str) -> dict[str, Tensor]:
    """The weights that a training would start from, of a run or of a file; none where it starts from others.

    ``path`` is that of the document. Raises `TrainingError` and `DataError` where they cannot be had.
    """
    if settings.start_from == FILE:
        base = Path(path).absolute().parent if path else None
        return weights_in(located(settings.start_file, base, "file of weights"))
    if settings.start_from != RUN:
        return {}
    try:
        _, checkpoint = checkpoint_to_start_from(default_runs_dir(), settings.start_run)
    except RunError as error:
        raise TrainingError(str(error)) from error
    return weights_in(checkpoint.path / WEIGHTS)
