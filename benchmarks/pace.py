"""The time that a step is said to take against the time that it takes, for the templates on this computer's processor.

Measures the pace as the worker does, then trains each template some steps with a batch that suits it, and prints both
times and their ratio. Exit code 1 if one is off by more than a factor of three.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from models.analysis.pace import Pace, step_seconds
from models.codegen.module import generate
from models.document import Document
from models.kinds.layer import TensorType
from models.network import input_nodes
from models.storage import templates
from studio.worker.pacing import measured

GOAL = 3.0
MOST_WORK = 2e9
"""Multiply-adds of a batch, so that a step takes less than a second or so."""


def measured_seconds(document: Document, batch: int) -> float:
    """The shortest time of three steps."""
    names: dict[str, Any] = {}
    source = generate(document.network, document.analysis, "Net")
    exec(source.text, names)
    model = names[source.class_name]()
    optimizer = torch.optim.Adam(model.parameters())
    given = [_batch(document.analysis[node.id].outputs[0], batch) for node in input_nodes(document.network)]
    times = []
    for _ in range(4):
        start = time.perf_counter()
        results = model(*given)
        outputs = results if isinstance(results, tuple) else (results,)
        optimizer.zero_grad()
        sum(output.square().mean() for output in outputs).backward()
        optimizer.step()
        times.append(time.perf_counter() - start)
    return min(times[1:])


def _batch(given: TensorType | None, batch: int) -> torch.Tensor:
    assert given is not None, "templates are known"
    if given.dtype == "int":
        return torch.zeros(batch, *given.shape, dtype=torch.long)
    return torch.randn(batch, *given.shape)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="templates; all where none is named")
    named = parser.parse_args().names or [template.name for template in templates.available()]
    pace: Pace = measured(torch.device("cpu"))
    print(", ".join(f"{name} {value:.3g}" for name, value in pace._asdict().items()))
    worst = 1.0
    for name in named:
        document = templates.load(name)
        work = max(document.analysis.totals().multiply_adds, 1)
        batch = max(2, min(64, int(MOST_WORK / work)))
        told = step_seconds(document.analysis, batch, pace, remembered=2)
        took = measured_seconds(document, batch)
        ratio = told / took
        worst = max(worst, ratio, 1 / ratio)
        print(f"{name:<18} batch {batch:>3}: told {told * 1e3:8.2f} ms, took {took * 1e3:8.2f} ms = {ratio:.2f}")
    print(f"worst factor: {worst:.2f} (goal {GOAL})")
    return int(worst > GOAL)


if __name__ == "__main__":
    sys.exit(main())
