"""A sequence that is read off more steps than it is long: pages see it place by place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from documents import suited
from trained_runs import Asking, asking, trained

from models.scoring.predictions import Answering, cells, header, whole
from models.training import LOSSES
from studio.runs.folder import RunFolder
from studio.runs.samples.reader import read_samples
from studio.worker.process.control import Control
from studio.worker.training.loop import outputs_of

__all__ = ["asking"]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return trained(suited("CTCLoss"), tmp_path_factory.mktemp("reader"))


def read(asking: Asking, run: RunFolder) -> tuple[torch.Tensor, torch.Tensor]:
    """What is read of the validation part, and the targets."""
    asking.ask("about", run)
    rows = asking.bench.rows(asking.question("scores", run), Control(), lambda *_: None)
    ((inputs, targets),) = rows.batches(10**6)
    with torch.no_grad():
        return LOSSES["CTCLoss"]().predicted(outputs_of(asking.bench.model, inputs)[0]).argmax(1), targets[0]


def test_scores_have_the_places_of_the_targets(reader: RunFolder, asking: Asking) -> None:
    found, wanted = read(asking, reader)
    scores = asking.ask("scores", reader)
    assert scores.facts["positions"] == 3
    assert scores.arrays["answer"].tolist() == found[:, :3].flatten().tolist()
    assert scores.arrays["truth"].tolist() == wanted.flatten().tolist()
    assert (scores.arrays["loss"] > 0).all() and len(scores.arrays["loss"]) == len(wanted)
    thought = asking.ask("thought", reader, sample=2)
    assert thought.arrays["chances"].shape == (4, 3) and thought.arrays["true"].tolist() == wanted[2].tolist()
    assert np.abs(asking.ask("gradient", reader, sample=2).arrays["heat"]).sum() > 0
    assert "differ in length" in asking.failure("ensemble", reader, runs=[])
    log = read_samples(reader.samples_path)
    assert log is not None and log.layout.samples and "differ in length" in log.layout.unanswered


def test_predictions_end_where_the_sequence_does(reader: RunFolder, asking: Asking, tmp_path: Path) -> None:
    found, _ = read(asking, reader)
    np.save(tmp_path / "x.npy", next(iter(asking.bench._data.values())).first_input.validation)
    answer = asking.ask("predictions", reader, files=[str(tmp_path / "x.npy")])
    (how,) = [Answering(**{**item, "places": tuple(item["places"])}) for item in answer.facts["outputs"]]
    records = [whole([values], [how]) for values in answer.arrays["answers.0"]]
    assert [item["class"] for item in records] == [[str(token) for token in row if token] for row in found.tolist()]
    assert all(len(item["class"]) == len(item["probability"]) for item in records)
    assert header([how]) == ["example", "class", "probability"] and len(cells("a", records[0], [how])) == 3
