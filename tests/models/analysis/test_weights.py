"""Counts of weights that decay, against the groups that an optimizer gets."""

from __future__ import annotations

import pytest
from documents import cnn, mlp, regression

from models.analysis.weights import numbers_that_decay
from models.document import Document
from models.training import TrainingSettings
from studio.running.launch import new_run
from studio.worker.training.loop import parameter_groups
from studio.worker.training.plan import load_model


@pytest.mark.parametrize("document", [mlp(), cnn(), regression()], ids=["mlp", "cnn", "regression"])
def test_what_decays_is_what_the_optimizer_is_told(document: Document, tmp_path: object) -> None:
    run = new_run(document, None, tmp_path)  # type: ignore[arg-type]
    groups = parameter_groups(load_model(run.source_path.read_text(), run.source_path))
    counts = [sum(weight.numel() for weight in group["params"]) for group in groups]
    assert list(numbers_that_decay(document.network, document.analysis)) == counts


def test_the_line_says_what_decays() -> None:
    def line(**settings: object) -> str:
        return TrainingSettings.read(settings)[0].decay_in_words(1234, 56)

    assert line(optimizer="AdamW") == "1,234 weights decay, 56 biases and norm weights do not."
    assert line(l1=0.1, weight_decay_on="all") == "All 1,290 weights decay."
    assert line() == line(optimizer="SGD") == ""
