"""NodeGraphQt at the work that `benchmarks/canvas.py` measures, in an interpreter of its own that has it installed.

    python -m venv peer && peer/bin/pip install NodeGraphQt PySide6-Essentials setuptools
    python benchmarks/canvas.py --peer-python peer/bin/python

Prints medians in milliseconds as JSON: a session of nodes opened until painted, all repainted zoomed out, a pan frame
at 100 %.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from NodeGraphQt import BaseNode, NodeGraph
from PySide6.QtWidgets import QApplication

SIZE = (1600, 1000)
COLUMN, ROW, ROWS = 260.0, 110.0, 40


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


def session(count: int) -> dict[str, object]:
    """A saved chain of nodes with a skip over every third, in columns, as the canvas lays it out."""
    graph = new_graph()
    nodes = []
    for place in range(count):
        position = [place // ROWS * COLUMN, place % ROWS * ROW]
        node = LayerNode()
        node.set_name(f"layer{place}")
        graph.add_node(node, pos=position, selected=False, push_undo=False)
        nodes.append(node)
    for place in range(1, count):
        nodes[place].input(0).connect_to(nodes[place - 1].output(0), push_undo=False, emit_signal=False)
        if place % 4 == 0:
            nodes[place].input(0).connect_to(nodes[place - 2].output(0), push_undo=False, emit_signal=False)
    saved: dict[str, object] = graph.serialize_session()
    graph.widget.close()
    return saved


def timed(work: Callable[[], object], repeat: int = 15) -> float:
    """The median time of ``work`` in milliseconds."""
    times = []
    for _ in range(repeat):
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
    graph.select_all()
    graph.fit_to_selection()
    graph.clear_selection()
    QApplication.processEvents()
    found["repaint"] = timed(viewer.viewport().repaint)
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
