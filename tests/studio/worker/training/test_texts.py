"""Training on texts: resumed to the bit, with the losses of the exported script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from data_examples import GOOD
from documents import chain, history
from histories import history_of_run, history_of_script, told_by, told_in_two

from models.document import Document
from studio.runs.folder import RunFolder
from studio.worker.session import train

New = Callable[[Document], RunFolder]


def classifier(folder: Path, **training: Any) -> Document:
    layers = [
        ("input1", "Input", {"shape": [8], "dtype": "int"}),
        ("embedding1", "Embedding", {"num_embeddings": 12, "embedding_dim": 3}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]
    data = {"source": "text", **GOOD["text"](folder), "path": str(folder)}
    return chain(layers, epochs=3, batch_size=8, data=data, **training)


@pytest.fixture(params=["Adam", "SparseAdam"])
def document(tmp_path: Path, request: pytest.FixtureRequest) -> Document:
    (tmp_path / "texts").mkdir()
    return classifier(tmp_path / "texts", optimizer=request.param)


def test_a_run_is_resumed_to_the_bit(new: New, document: Document) -> None:
    whole = history(told_by(train, new(document)))
    first, second = told_in_two(new(document), 2)
    assert len(whole) == 3 and history(first) + history(second) == whole
    assert next(facts for event, facts in second if event == "resumed")["exact"]


def test_the_script_trains_with_the_losses_of_the_run(document: Document, tmp_path: Path) -> None:
    assert history_of_script(document) == history_of_run(document, tmp_path / "runs")
