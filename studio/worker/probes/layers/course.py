"""How the numbers of one layer are spread in the course of a training: with the weights of every kept checkpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from studio.runs.checkpoints import Checkpoint
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import AS_DRAWN
from studio.worker.probes.layers.histograms import Kept, counted, gathering
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.bench import Bench
from studio.worker.probing.errors import ProbeError

NAMES = ("previous", "best", "last")


@probe(layer="conv1", examples=32)
def course(asked: Asked) -> Steps:
    """As the probe "histograms", of one ``layer`` alone: ``NUMBER/KIND`` with the weights before training and with
    those of each checkpoint, the oldest first, all counted in the same ranges, ``KIND/edges``.

    ``facts["checkpoints"]`` has name, epoch (0 before training) and step, and for each kind `Kept.facts`.
    """
    layer = asked.text("layer")
    rows = asked.rows.some(max(1, min(asked.whole("examples", 256), 4_096)))
    kept = _kept(asked.bench)
    found: list[dict[str, Kept]] = []
    for number, checkpoint in enumerate((None, *kept)):
        bench = _bench_with(asked.bench, checkpoint)
        gathered: dict[str, dict[str, Kept]] = {}
        for done in gathering(replace(asked, of_run=bench), rows, gathered, layer):
            yield number * len(rows) + done, (len(kept) + 1) * len(rows)
        if layer not in gathered:
            raise ProbeError(f"{layer[:40]} gives nothing that can be shown. Choose another layer.")
        found.append(gathered[layer])
    arrays: dict[str, NDArray[Any]] = {}
    for kind in found[0]:
        counts, edges = counted([kinds[kind].seen(kind) for kinds in found])
        arrays |= {f"{number}/{kind}": count for number, count in enumerate(counts)} | {f"{kind}/edges": edges}
    facts = [
        {**_facts(checkpoint), **{kind: part.facts() for kind, part in kinds.items()}}
        for checkpoint, kinds in zip((None, *kept), found, strict=True)
    ]
    return Answer(arrays, {"layer": layer, "checkpoints": facts, "examples": len(rows)})


def _kept(bench: Bench) -> list[Checkpoint]:
    """The checkpoints of its run, the oldest first, each once."""
    found = {item.path: item for name in NAMES if (item := bench.folder.checkpoints.get(name)) is not None}
    return sorted(found.values(), key=lambda item: item.step)


def _bench_with(bench: Bench, checkpoint: Checkpoint | None) -> Bench:
    """The same network with other weights, on the same data."""
    path = str(checkpoint.path) if checkpoint else AS_DRAWN
    if path == bench.subject.checkpoint:
        return bench
    other = Bench(bench.subject._replace(checkpoint=path), bench.folder, checkpoint)
    other.take_data(bench)
    return other


def _facts(checkpoint: Checkpoint | None) -> dict[str, Any]:
    if checkpoint is None:
        return {"name": AS_DRAWN, "epoch": 0, "step": 0}
    return {"name": checkpoint.path.name, "epoch": checkpoint.facts.get("epoch", 0), "step": checkpoint.step}
