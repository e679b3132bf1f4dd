"""Smaller networks: they open by themselves, are smaller, answer nearly as the whole one, and the figures say so."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from documents import Layers, chain
from trained_runs import Asking, asking, run, trained

from studio import cli
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control

__all__ = ["asking", "run"]

Run = Callable[[str], RunFolder]
WIDE: Layers = [
    ("input1", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"out_channels": 16, "kernel_size": 3}),
    ("relu1", "ReLU", {}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 64}),
    ("relu2", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 10}),
    ("output1", "Output", {}),
]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run whose weights are most of its file."""
    return trained(chain(WIDE, "digits", epochs=2), tmp_path_factory.mktemp("runs"), "wide")


@pytest.mark.parametrize(("method", "share"), [("int8 dynamic", 0.45), ("int8 static", 0.45), ("fp16", 0.65)])
def test_it_is_smaller_and_answers_nearly_the_same(
    wide: RunFolder, asking: Asking, tmp_path: Path, method: str, share: float
) -> None:
    path = tmp_path / "small.pt"
    facts = asking.ask("quantized", wide, method=method, path=str(path)).facts
    assert facts["wrote"] == [str(path)]
    figures = {name: values for name, *values in facts["figures"]}
    accuracies = [float(text.rstrip("%")) for text in figures["Accuracy"]]
    assert abs(accuracies[0] - accuracies[1]) < 4 and len(figures["Milliseconds a batch of 32"]) == 2
    whole = sum(weight.numel() * weight.element_size() for weight in asking.bench.model.parameters())
    assert path.stat().st_size < share * whole + 30_000
    rows = asking.bench.rows(asking.question("quantized", wide), Control(), lambda done, total: None)
    inputs, _ = rows.pick(list(range(50)))
    stored = torch.from_numpy(rows.values(list(range(50)))).float()
    with torch.no_grad():
        found, expected = torch.jit.load(path)(stored), asking.bench.model(*inputs)  # type: ignore[no-untyped-call]
    agreed = (found.argmax(1) == expected.argmax(1)).float().mean().item()
    assert agreed > 0.9


def test_what_cannot_be_is_a_sentence(asking: Asking, tmp_path: Path) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [1, 8, 8]}),
        ("conv1", "Conv2d", {"out_channels": 10, "kernel_size": 8}),
        ("flatten1", "Flatten", {}),
        ("output1", "Output", {}),
    ]
    folder = trained(chain(layers, "digits", epochs=1), tmp_path / "runs")
    assert "no Linear, LSTM or GRU" in asking.failure("quantized", folder, method="int8 dynamic")
    assert "“method”" in asking.failure("quantized", folder, method="int3")


def test_the_command_line_prints_before_and_after(
    wide: RunFolder, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["export", str(wide.path), "--as", "quantized", "--set", "method=fp16", "-o", "a.pt"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"Size +\d", said) and "Accuracy" in said and Path("a.pt").is_file()
    assert cli.main(["export", str(wide.path), "--as", "pruned", "--set", "sparsity=0.5", "-o", "small"]) == 0
    said = capsys.readouterr().out
    assert "Parameters" in said and "Milliseconds a batch" in said and Path("small/model.py").is_file()
    numbers = re.search(r"Parameters +([\d,]+) +([\d,]+)", said)
    assert numbers and np.diff([int(text.replace(",", "")) for text in numbers.groups()])[0] < 0
