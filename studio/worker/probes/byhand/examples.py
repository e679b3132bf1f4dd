"""Rows of the data that a document names, as they are stored: nothing is split off, and nothing scaled."""

from __future__ import annotations

import numpy as np

from models.codegen.objectives import input_ids
from models.layers.terminals import Output
from models.storage import files
from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.working import EXAMPLE
from studio.worker.training.loading import load_data

MOST = 64
"""Rows that are taken at once."""


@probe(of_run=False, document={**EXAMPLE, "data": {"source": "moons"}}, path="", first=0, count=1)
def examples(asked: Asked) -> Steps:
    """``count`` rows from ``first`` on, counted round and round: ``input/ID`` and ``target/ID``. ``path`` is where the
    document lies, from which its own paths start. Facts: ``rows`` is how many there are."""
    document, _ = files.from_json(asked.mapping("document"), name="The argument “document”")
    first, count = asked.whole("first"), asked.whole("count", 1)
    if not 1 <= count <= MOST:
        raise ProbeError(f"Up to {MOST} rows are taken at once, not {count:,}. Ask for fewer.")
    yield 0, 1
    data = load_data(document.data, asked.text("path") or None, asked.control, asked.told, whole=True)
    columns = {f"input/{id}": data.input(id) for id in input_ids(document)}
    outputs = [node.id for node in document.network if isinstance(node.layer, Output)]
    columns |= {f"target/{id}": data.target(id) for id in outputs}
    size = min(len(column.train) for column in columns.values())
    chosen = [(first + place) % size for place in range(count)]
    arrays = {name: np.asarray(column.train[chosen], dtype=np.float64) for name, column in columns.items()}
    return Answer(arrays, {"rows": size, "first": first % size})
