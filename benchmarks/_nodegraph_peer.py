"""NodeGraphQt at the work that `benchmarks/canvas.py` measures, in an interpreter of its own that has it installed.

    python -m venv peer && peer/bin/pip install NodeGraphQt PySide6-Essentials setuptools
    python benchmarks/canvas.py --peer-python peer/bin/python

Prints medians in milliseconds as JSON, a line whenever it knows more: a session of nodes opened until painted, all
repainted zoomed out, a pan frame at 100 %. What takes long is measured less often.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from copy import deepcopy
from statistics import median
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from NodeGraphQt import BaseNode, NodeGraph
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

SIZE = (1600, 1000)
COLUMN, ROW, ROWS = 260.0, 110.0, 40
PATIENCE_MS = 3_000.0


class LayerNode(BaseNode):
    """A layer with one input that takes several wires, and one output."""

    __identifier__ = "netloom.benchmarks"
    NODE_NAME = "Layer"

    def __init__(self) -> None:
        super().__init__()
        self.add_input("input", multi_input=True)
        self.add_output("output")


def new_graph() -> NodeGraph:
    """An empty graph, shown at the measuring size."""
    graph = NodeGraph()
    graph.register_node(LayerNode)
    graph.set_acyclic(False)  # its search for loops takes twice as long with every skip
    graph.widget.resize(*SIZE)
    graph.widget.show()
    QApplication.processEvents()
    return graph


def session(count: int) -> dict[str, Any]:
    """A saved chain of nodes with a skip over every fourth, in columns, as the canvas lays it out.

    Only two nodes are made, and the others written as these are: to make thousands takes it minutes.
    """
    graph = new_graph()
    pair = [LayerNode(), LayerNode()]
    for node in pair:
        graph.add_node(node, pos=[0, 0], selected=False, push_undo=False)
    pair[1].input(0).connect_to(pair[0].output(0), push_undo=False, emit_signal=False)
    saved: dict[str, Any] = graph.serialize_session()
    graph.widget.close()
    model, wire = saved["nodes"][pair[0].id], saved["connections"][0]
    ids = [f"0x{place:012x}" for place in range(count)]
    saved["nodes"] = {
        id: {**deepcopy(model), "name": f"layer{place}", "pos": [place // ROWS * COLUMN, place % ROWS * ROW]}
        for place, id in enumerate(ids)
    }
    pairs = [(place - 1, place) for place in range(1, count)] + [(place - 2, place) for place in range(4, count, 4)]
    saved["connections"] = [
        {"out": [ids[source], wire["out"][1]], "in": [ids[target], wire["in"][1]]} for source, target in pairs
    ]
    return saved


def timed(work: Callable[[], object], repeat: int = 15) -> float:
    """The median time of ``work`` in milliseconds, of three times at least."""
    times: list[float] = []
    while len(times) < 3 or (len(times) < repeat and sum(times) < PATIENCE_MS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    application = QApplication([])
    saved = session(count)
    graph = new_graph()
    viewer = graph.viewer()
    start = time.perf_counter()
    graph.deserialize_session(saved)
    QApplication.processEvents()
    viewer.viewport().repaint()
    found = {"open": (time.perf_counter() - start) * 1000}
    assert len(graph.all_nodes()) == count
    print(json.dumps(found), flush=True)
    viewer.fitInView(viewer.scene().itemsBoundingRect(), Qt.AspectRatioMode.KeepAspectRatio)
    QApplication.processEvents()
    found["repaint"] = timed(viewer.viewport().repaint)
    print(json.dumps(found), flush=True)
    graph.reset_zoom()
    QApplication.processEvents()

    def pan() -> None:
        viewer._set_viewer_pan(7, 5)
        QApplication.processEvents()

    found["pan"] = timed(pan, 40)
    graph.widget.close()
    application.processEvents()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
