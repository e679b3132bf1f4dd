"""Networks as people write them become documents that answer as they do, and train as they do."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from people import PEOPLE, Made
from torch import nn

from models.codegen.module import generate
from models.importers import Report
from studio.running.importing import input_from
from studio.worker.importing.network import Asked, Imported, import_network
from studio.worker.training.plan import load_model

HERE = Path(__file__)
MOVED = ("steps given", "flat logits")
"""Networks that give their answers with the batch elsewhere."""
IN_CARDS = {
    "variational": 1, "old variational": 4, "noisy": 2, "steps given": 1, "windows read": 1, "masked": 5, "carried": 1,
    "times": 2, "moved": 3, "apart": 1, "weight norm": 1, "spectral norm": 1, "hidden states": 1,
    "rotated": 1, "spectral": 1, "scattered": 3, "branched heads": 2, "blurred": 1,
}  # fmt: skip
"""How many cards of code they take; all others are layers alone."""


def imported(name: str) -> Imported:
    torch.manual_seed(0)
    make, inputs = PEOPLE[name]
    made = import_network(make(), [Asked(*input_from(text)) for text in inputs], {}, "Net", HERE)
    made.compare()
    return made


def cards(report: Report) -> int:
    return sum(entry.what == "code" for entry in report.entries)


@pytest.mark.parametrize("name", PEOPLE)
def test_it_answers_as_the_original(name: str) -> None:
    report = imported(name).report
    assert report.is_exact, report.as_text()
    beyond = [entry.what for entry in report.entries if entry.fate == "approximated"]
    assert beyond == {"spectral norm": ["spectral norm"]}.get(name, ["output"] if name in MOVED else []), (
        report.as_text()
    )
    assert cards(report) == IN_CARDS.get(name, 0), report.as_text()


def test_what_happens_in_training_happens_in_cards() -> None:
    """Numbers are dropped, and means of batch normalization move."""
    pieces = Made(lambda net, x: net.drop(net.norm(x.repeat(2, 1))).unflatten(0, (2, -1)).movedim(0, 1),
                  norm=nn.BatchNorm1d(3), drop=nn.Dropout(0.5))  # fmt: skip
    made = import_network(pieces, [Asked("", (3,))], {}, "Net", HERE)
    made.compare()
    assert made.report.is_exact and cards(made.report) == 1
    source = generate(made.folded.document.network, made.folded.document.analysis)
    model = load_model(source.text, Path("net.py"), source.class_name)
    model.load_state_dict(made.weights, strict=False)
    x = torch.randn(64, 3) + 5
    for network in (model, pieces.train()):
        torch.manual_seed(1)
        network(x)
    (mean,) = [buffer for name, buffer in model.named_buffers() if name.endswith("running_mean")]
    torch.testing.assert_close(mean, pieces.norm.running_mean)
    dropped = (model(x) == 0).float().mean()
    assert 0.4 < dropped < 0.6 and not (model.eval()(x) == 0).any()


def test_numbers_drawn_in_another_order_are_told() -> None:
    def call(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
        late, early = torch.randn_like(x), torch.randn_like(x)
        return torch.stack([torch.relu(x + early), torch.relu(x * late)], 1)

    made = import_network(Made(call), [Asked("", (3,))], {}, "Net", HERE)
    made.compare()
    assert made.report.difference is None and "another order" in made.report.verdict()
