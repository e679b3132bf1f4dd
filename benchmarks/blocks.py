"""ResNet-152 drawn with blocks: opened beside a flat ResNet-18, edited within a block that is used 36 times, analyzed.

Prints the time to open it as a ratio to the flat ResNet-18, both whole (document, analysis, painted cards); the time
from an edit of a field within the block to painted cards; and its analysis beside that of the flat network.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from benchmarks.networks import BLOCKS, PARAMETERS, resnet
from models.analysis import Analysis, reports
from models.blocks import library
from models.document import Document
from models.document.edits import SetParam
from models.storage import files
from models.storage.writing import block_to_json
from widgets.canvas import CanvasView

OPEN_GOAL, EDIT_GOAL = 3.0, 16.7


def with_blocks(depth: int, *, single: bool = False) -> dict[str, Any]:
    """A ResNet of bottlenecks as JSON data: stages repeat their block, or are ``single`` cards of it."""
    flat = resnet(depth).value()["network"]
    head, tail = flat["nodes"][:5], flat["nodes"][-4:]
    nodes = []
    for stage, count in enumerate(BLOCKS[depth], 1):
        settings = {"width": 32 * 2**stage, "stride": 1 if stage == 1 else 2}
        nodes.append({"id": f"down{stage}", "kind": "BottleneckProjection", "params": settings})
        many = [{"id": f"s{stage}b{number}", "kind": "Bottleneck"} for number in range(1, count)]
        nodes += many if single else [{**many[0], "repeat": count - 1}]
    nodes = [*head, *nodes, *tail]
    edges = [[before["id"], after["id"]] for before, after in pairwise(nodes)]
    kinds = library()
    blocks = {name: block_to_json(kinds[name].definition) for name in ("Bottleneck", "BottleneckProjection")}  # type: ignore[attr-defined]
    return {"netloom": 3, "network": {"nodes": nodes, "edges": edges}, "blocks": blocks}


def opened(value: dict[str, Any]) -> Document:
    """The document of which nothing is lost."""
    document, problems = files.from_json(value)
    assert not problems, problems
    return document


def best_of(work: Callable[[], object], repeats: int = 15) -> float:
    """The shortest of some times, in milliseconds, by the processor's clock: others on the computer change little."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1e3


def shown(value: dict[str, Any]) -> CanvasView:
    """A document opened on a canvas that is painted."""
    reports.forget()
    view = CanvasView()
    view.resize(1200, 800)
    view.set_document(opened(value))
    view.grab()
    return view


def edit_time(value: dict[str, Any]) -> float:
    """Milliseconds from an edit within the repeated block to painted cards, in the main network and in the block."""
    document = opened(value)
    views = []
    for sheet in (document, document.sheet("Bottleneck")):
        view = CanvasView()
        view.resize(1200, 800)
        view.set_document(sheet)
        view.grab()
        views.append(view)
    sizes = iter(range(2, 1000))

    def edit() -> None:
        document.apply(SetParam("conv2", "dilation", 1 + next(sizes) % 2).within("Bottleneck"))
        for view in views:
            view.grab()

    return best_of(edit)


def main() -> int:
    """Measure and print; exit code 1 if a goal is missed."""
    app = QApplication.instance() or QApplication(sys.argv)
    flat, blocks = resnet(18).value(), with_blocks(152)
    assert opened(blocks).analysis.totals().parameters == PARAMETERS[152]
    times = {"flat ResNet-18": best_of(lambda: shown(flat)), "ResNet-152 with blocks": best_of(lambda: shown(blocks))}
    for name, took in times.items():
        print(f"open and paint {name}: {took:.1f} ms")
    ratio = times["ResNet-152 with blocks"] / times["flat ResNet-18"]
    print(f"ResNet-152 with blocks to flat ResNet-18: {ratio:.2f}× (goal {OPEN_GOAL:.0f}×)")
    single = edit_time(with_blocks(152, single=True))
    print(f"a field within a block used 46 times, to painted cards: {single:.1f} ms (goal {EDIT_GOAL})")
    print(f"the same where repetitions are drawn once: {edit_time(blocks):.1f} ms")
    whole = {name: best_of(lambda value=value: _analyzed(value)) for name, value in  # type: ignore[misc]
             (("flat", resnet(152).value()), ("with blocks", blocks))}  # fmt: skip
    print(f"analysis of ResNet-152, cold: {whole['flat']:.1f} ms flat, {whole['with blocks']:.1f} ms with blocks")
    del app
    return int(ratio > OPEN_GOAL or single > EDIT_GOAL)


def _analyzed(value: dict[str, Any]) -> Analysis:
    reports.forget()
    return opened(value).analysis


if __name__ == "__main__":
    sys.exit(main())
