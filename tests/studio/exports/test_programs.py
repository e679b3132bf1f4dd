"""Trained networks as programs of torch, opened again: they answer as the network does in the units of the data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from trained_runs import Asking, asking, run

from models.importers import Report, fold
from models.importers.exported import read
from studio.runs.folder import RunFolder
from studio.runs.samples.scale import read_scale
from studio.worker.process.control import Control

__all__ = ["asking", "run"]

Run = Callable[[str], RunFolder]
OPEN: dict[str, Callable[[Path], Any]] = {
    "exported_program": lambda path: torch.export.load(path).module(),
    "torchscript": torch.jit.load,
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("exported_program", "images"),
        ("exported_program", "tables"),
        ("torchscript", "tables"),
        ("torchscript", "tokens"),
    ],
)
def test_it_takes_values_as_the_data_holds_them(run: Run, asking: Asking, tmp_path: Path, kind: str, name: str) -> None:
    folder, path = run(name), tmp_path / "network"
    facts = asking.ask(kind, folder, path=str(path)).facts
    assert facts["wrote"] == [str(path)]
    program, bench = OPEN[kind](path), asking.bench
    rows = bench.rows(asking.question(kind, folder), Control(), lambda done, total: None)
    for some in ([0], [3, 1, 4, 2, 5]):
        inputs, _ = rows.pick(some)
        stored = torch.from_numpy(rows.values(some))
        scale = read_scale(folder.scale_path)
        assert scale is not None
        with torch.no_grad():
            expected = bench.model(*inputs)
            found = program(stored if name == "tokens" else stored.float())
        for mean, std in scale.units.values():
            expected = expected * torch.from_numpy(std) + torch.from_numpy(mean)
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-5)


def test_without_a_scale_it_takes_what_the_network_takes(run: Run, asking: Asking, tmp_path: Path) -> None:
    asking.ask("exported_program", run("classes"), path=str(tmp_path / "a.pt2"), scaled=False)
    program, inputs = torch.export.load(tmp_path / "a.pt2").module(), torch.randn(7, 4)
    with torch.no_grad():
        torch.testing.assert_close(program(inputs), asking.bench.model(inputs))
    report = Report("a.pt2")
    back = fold(read(tmp_path / "a.pt2", report).recorded, report).document
    assert [node.kind for node in back.network] == [node.kind for node in asking.bench.document.network]
    assert report.total == report.parameters == asking.bench.document.analysis.totals().parameters


def test_a_place_that_cannot_be_written_is_said(run: Run, asking: Asking, tmp_path: Path) -> None:
    assert "was not saved" in asking.failure("torchscript", run("classes"), path=str(tmp_path / "no" / "a.pt"))
