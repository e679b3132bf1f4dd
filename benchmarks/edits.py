"""Edits of many layers at once: deleted, undone, pasted; the time of each and how it grows with the network.

Prints milliseconds, and microseconds a layer, at 1,000 and 10,000 layers with every third skipped over, analysis
included, then how many times as much a layer costs in the larger one (1 is linear, 10 quadratic), and what one layer
put in or taken out costs there, the receptive fields of all layers behind it included.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.networks import document, skipping
from models.document import Document
from models.document.edits import AddNodes, RemoveNodes, insert_on_edge
from models.network import Network, Node

SMALL, LARGE = 1_000, 10_000
GOALS = {SMALL: 50.0, LARGE: 600.0}
"""Milliseconds."""
GROWTH_GOAL = 3.0
Timed = dict[str, float]


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that something takes, by the processor's clock: others on the computer change little."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e3


def copies(network: Network) -> Network:
    """All of a network under other names, as a paste brings it."""
    nodes = [node.copy(f"copy_{node.id}") for node in network]
    edges = [edge._replace(source=f"copy_{edge.source}", target=f"copy_{edge.target}") for edge in network.edges]
    return Network(nodes, edges)


def many(opened: Document) -> Timed:
    """Milliseconds of edits that touch every layer, or every second."""
    ids = list(opened.network.nodes)
    piece = copies(opened.network)
    found = {}
    for name, edit in (
        ("delete all", RemoveNodes(ids, heal=True)),
        ("delete half, healed", RemoveNodes(ids[::2], heal=True)),
        ("paste all again", AddNodes(piece)),
    ):
        found[name] = timed(lambda edit=edit: opened.apply(edit))  # type: ignore[misc]
        found[f"undo: {name}"] = timed(opened.undo)
    return found


def single(opened: Document) -> Timed:
    """Milliseconds of edits of one layer in the middle."""
    edge = opened.network.edges[len(opened.network.edges) // 2]
    found = {}
    for name, edit in (
        ("put one into a wire", insert_on_edge(opened.network, Node("new1", "ReLU"), edge)),
        ("delete one, healed", RemoveNodes([edge.source], heal=True)),
    ):
        found[name] = timed(lambda edit=edit: opened.apply(edit))  # type: ignore[misc]
        found[f"undo: {name}"] = timed(opened.undo)
    return found


def measured(count: int, work: Callable[[Document], Timed]) -> Timed:
    """The median of five runs of some work on a network of so many layers."""
    opened = document(skipping(count))
    runs = [work(opened) for _ in range(5)]
    return {name: median(run[name] for run in runs) for name in runs[0]}


def main() -> int:
    """Measure and print; exit code 1 if a goal is missed."""
    found = {count: measured(count, many) for count in (SMALL, LARGE)}
    missed = False
    print(f"{'':28}{SMALL:>12,} layers{LARGE:>21,} layers     growth (goal {GROWTH_GOAL})")
    for name in found[SMALL]:
        growth = found[LARGE][name] / LARGE / (found[SMALL][name] / SMALL)
        missed |= growth > GROWTH_GOAL or any(found[count][name] > GOALS[count] for count in GOALS)
        cells = [f"{found[count][name]:8.1f} ms {found[count][name] / count * 1e3:7.1f} µs" for count in GOALS]
        print(f"{name:28}{cells[0]}   {cells[1]}   {growth:8.2f}×")
    print(f"goals: {GOALS[SMALL]:.0f} ms and {GOALS[LARGE]:.0f} ms")
    for name, value in measured(LARGE, single).items():
        print(f"{name:28}{'':31}{value:8.1f} ms")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
