"""Small runs that are trained once and asked many things, and a desk that answers in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from documents import Layers, chain, cnn, mlp, regression, texts_beside_numbers, words_and_numbers
from torch import Tensor

from models.document import Document
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.runs.probes.answer import Answer, read_answer
from studio.runs.probes.question import Question
from studio.worker.probing.bench import Bench
from studio.worker.probing.desk import Desk
from studio.worker.process.control import Control
from studio.worker.session import train

_FILES = TemporaryDirectory(prefix="netloom-runs")
"""Where data lies that runs learn from, until the tests end."""
PLANE: Layers = [
    ("input1", "Input", {"shape": [2]}),
    ("fc1", "Linear", {"out_features": 8}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 2}),
    ("output1", "Output", {}),
]
TAGGER: Layers = [
    ("input1", "Input", {"shape": [32], "dtype": "int"}),
    ("embedding1", "Embedding", {"num_embeddings": 120, "embedding_dim": 8}),
    ("attention1", "MultiheadAttention", {"num_heads": 2}),
    ("lstm1", "LSTM", {"hidden_size": 8, "bidirectional": True}),
    ("fc1", "Linear", {"out_features": 12}),
    ("permute1", "Permute", {"dims": [2, 1]}),
    ("output1", "Output", {}),
]
SWITCH: Layers = [
    ("input1", "Input", {"shape": [2]}),
    ("fc1", "Linear", {"out_features": 1}),
    ("output1", "Output", {"loss": {"kind": "BCEWithLogitsLoss"}}),
]
PICTURES: Layers = [
    ("input1", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
    ("relu1", "ReLU", {}),
    ("conv2", "Conv2d", {"out_channels": 1, "kernel_size": 3, "padding": 1}),
    ("output1", "Output", {"loss": {"kind": "MSELoss"}}),
]
ITSELF = {"source": "digits", "targets": {"output1": "x"}}
DOCUMENTS: Mapping[str, Callable[[], Document]] = {
    "images": lambda: cnn(epochs=1),
    "tables": lambda: regression(epochs=1),
    "classes": lambda: mlp(epochs=1),
    "points": lambda: chain(PLANE, "moons", epochs=1),
    "switch": lambda: chain(SWITCH, "moons", epochs=1),
    "tokens": lambda: chain(TAGGER, "word_tags", epochs=1, batch_size=256),
    "pictures": lambda: chain(PICTURES, epochs=1, data=ITSELF),
    "mixed": lambda: words_and_numbers(Path(_FILES.name), epochs=1),
    "written": lambda: texts_beside_numbers(Path(_FILES.name), epochs=1),
}
"""By what they take or give."""


def trained(document: Document, folder: Path, name: str = "") -> RunFolder:
    """A run of a document, trained to its end in this process."""
    run = new_run(document, None, folder, name=name)
    outcome = train(run)
    assert outcome.state == "finished", outcome
    return run


class Asking:
    """A desk whose answers are read at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.desk = Desk(self._hear)
        self._numbers = count(1)

    def _hear(self, state: str, *, may_drop: bool = False, **facts: Any) -> None:
        self.said.append((state, facts))

    def question(self, kind: str, run: RunFolder, *, slot: str = "", **more: Any) -> Question:
        """A question with a number and a place for its answer; what is no field of questions is an argument."""
        number = next(self._numbers)
        known = {
            name: more.pop(name) for name in ("checkpoint", "data", "part", "output", "device", "trust") if name in more
        }
        place = str(self.folder / f"{number}.safetensors")
        return Question(kind, str(run.path), **known, arguments=more, slot=slot, id=number, answer=place)

    def outcome(self, question: Question) -> tuple[str, str]:
        """How a question ended and what was said, once the desk is empty."""
        while self.desk.is_busy:
            self.desk.step()
        (found,) = (facts for state, facts in self.said if state == "answered" and facts["id"] == question.id)
        return found["outcome"], found["message"]

    def ask(self, kind: str, run: RunFolder, **more: Any) -> Answer:
        """The answer to a question."""
        question = self.question(kind, run, **more)
        self.desk.put(question)
        assert self.outcome(question) == ("done", "")
        return read_answer(Path(question.answer))

    @property
    def bench(self) -> Bench:
        """The network that was asked about last."""
        assert self.desk._seat is not None and self.desk._seat._bench is not None
        return self.desk._seat._bench

    def sample(self, run: RunFolder, row: int) -> Tensor:
        """A sample of a run as its network takes it."""
        self.ask("about", run)
        rows = self.bench.rows(self.question("about", run), Control(), lambda done, total: None)
        return rows.pick([row])[0][0]

    def failure(self, kind: str, run: RunFolder, **more: Any) -> str:
        """The sentence for a question that has no answer."""
        question = self.question(kind, run, **more)
        self.desk.put(question)
        outcome, sentence = self.outcome(question)
        assert outcome == "failed"
        assert len(sentence) <= 200 and sentence[-1] in ".”", sentence
        return sentence


Run = Callable[[str], RunFolder]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A trained run by its name in `DOCUMENTS`; nobody may change it."""
    folder = tmp_path_factory.mktemp("runs")
    return cache(lambda name: trained(DOCUMENTS[name](), folder, name))


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    """A desk of this test's own."""
    threads = torch.get_num_threads()
    yield Asking(tmp_path)
    torch.set_num_threads(threads)
