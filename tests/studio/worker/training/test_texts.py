"""Training on texts: resumed to the bit, with the losses of the exported script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from data_examples import GOOD
from documents import chain, history

from models.document import Document
from studio.running.launch import training_script
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.session import resume, train

New = Callable[[Document], RunFolder]


def classifier(folder: Path) -> Document:
    layers = [
        ("input1", "Input", {"shape": [8], "dtype": "int"}),
        ("embedding1", "Embedding", {"num_embeddings": 12, "embedding_dim": 3}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]
    data = {"source": "text", **GOOD["text"](folder), "path": str(folder)}
    return chain(layers, epochs=3, batch_size=8, data=data)


def told_by(run: Callable[..., Any], *given: Any, **more: Any) -> list[tuple[str, dict[str, Any]]]:
    events: list[tuple[str, dict[str, Any]]] = []
    run(*given, listener=lambda *told: events.append(told), **more)
    return events


@pytest.fixture
def document(tmp_path: Path) -> Document:
    (tmp_path / "texts").mkdir()
    return classifier(tmp_path / "texts")


def test_a_run_is_resumed_to_the_bit(new: New, document: Document) -> None:
    whole = history(told_by(train, new(document)))
    run, control = new(document), Control()
    first: list[tuple[str, dict[str, Any]]] = []

    def listen(event: str, facts: dict[str, Any]) -> None:
        first.append((event, facts))
        if event == "epoch" and facts["epoch"] == 2:
            control.stop()

    train(run, control=control, listener=listen)
    second = told_by(resume, run)
    assert len(whole) == 3 and history(first) + history(second) == whole
    assert next(facts for event, facts in second if event == "resumed")["exact"]


def test_the_script_trains_with_the_losses_of_the_run(new: New, document: Document) -> None:
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(training_script(document, None), "script.py", "exec"), names)
    found, expected = names["main"](), history(told_by(train, new(document)))
    assert [row["validation/loss"] for row in found] == [row["validation/loss"] for row in expected]
    assert [row["train/loss"] for row in found] == [row["train/loss"] for row in expected]
