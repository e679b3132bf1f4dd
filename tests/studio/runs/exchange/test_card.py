"""Model cards: every number is of what its heading says, whatever the targets look like."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import Layers, chain, regression
from trained_runs import TAGGER, trained

from studio.runs.exchange.card import model_card
from studio.runs.folder import RunFolder

MASKS: Layers = [
    ("input1", "Input", {"shape": [1, 6, 6]}),
    ("conv1", "Conv2d", {"out_channels": 2, "kernel_size": 1}),
    ("output1", "Output", {}),
]


def rows_of(card: str) -> dict[str, list[str]]:
    """The rows of the tables of a card by their first cell."""
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in card.splitlines() if line[:2] == "| ")
    return {name: rest for name, *rest in cells}


def events_of(run: RunFolder, kind: str) -> list[dict[str, Any]]:
    return [event for line in run.events_path.read_text().splitlines() if (event := json.loads(line))["event"] == kind]


def masks_in(folder: Path) -> dict[str, Any]:
    chance = np.random.default_rng(3)
    images = chance.integers(0, 255, (20, 1, 6, 6), dtype=np.uint8)
    masks = np.zeros((20, 6, 6), np.int64)
    masks[:, 0, 0] = 1
    np.savez(folder / "masks.npz", x=images, y=masks)
    return {"source": "numpy", "path": str(folder / "masks.npz"), "validation": 5}


def test_examples_are_counted_where_each_has_a_label_a_place(tmp_path: Path) -> None:
    card = model_card(trained(chain(MASKS, data=masks_in(tmp_path), epochs=1), tmp_path))
    rows = rows_of(card)
    assert rows["Training examples"] == ["15"] and rows["Validation examples"] == ["5"]
    assert "from 15 to 525 labels of the training part." in card
    words = model_card(trained(chain(TAGGER, "word_tags", epochs=1, batch_size=256), tmp_path))
    counts = [int(rows_of(words)[f"{part} examples"][0].replace(",", "")) for part in ("Training", "Validation")]
    assert counts[1] == round(0.2 * sum(counts))


def test_examples_are_counted_where_targets_are_numbers(tmp_path: Path) -> None:
    rows = rows_of(model_card(trained(regression(epochs=1), tmp_path)))
    assert rows["Training examples"] == ["354"] and rows["Validation examples"] == ["88"]
    assert "Test examples, kept apart" not in rows


def test_results_are_those_of_the_epochs_that_they_name(tmp_path: Path) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [4]}),
        ("fc1", "Linear", {"out_features": 3}),
        ("output1", "Output", {}),
    ]
    # A rate at which the loss rises soon while the accuracy moves, so that their best epochs differ.
    run = trained(
        chain(
            layers, data={"source": "iris", "test": 0.2}, epochs=12, optimizer={"kind": "SGD", "params": {"lr": 30.0}}
        ),
        tmp_path,
    )
    card, epochs, tested = model_card(run), events_of(run, "epoch"), events_of(run, "test")
    head, *_ = (line for line in card.splitlines() if "Validation, last epoch" in line)
    best = int(re.search(r"epoch (\d+)", head)[1])  # type: ignore[index]
    losses = [event["values"]["validation/loss"] for event in epochs]
    assert losses[best - 1] == min(losses) and best < len(epochs)
    for name in ("loss", "accuracy"):
        wanted = [
            epochs[best - 1]["values"][f"validation/{name}"],
            epochs[-1]["values"][f"validation/{name}"],
            tested[0]["values"][f"test/{name}"],
        ]
        assert [float(cell) for cell in rows_of(card)[name]] == pytest.approx(wanted, rel=1e-3)
    assert rows_of(card)["Test examples, kept apart"] == ["30"]
    assert rows_of(card)["Best weights by"] == ["loss of validation"]
