"""The canvases that `benchmarks/canvas.py` measures beside ours, and how one is timed."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsPathItem,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsSimpleTextItem,
    QGraphicsView,
    QWidget,
)

from widgets.canvas import CanvasView
from widgets.canvas.scene.face import Face

SIZE = (1600, 1000)
PATIENCE = 300.0
"""Seconds that a peer may take."""


class NaiveCanvas(QGraphicsView):
    """What a canvas costs when every card, text and wire is an item of its own."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__()
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        scene = QGraphicsScene(self)
        for wire in view.scene.wires.values():
            path = QPainterPath(QPointF(*wire.points[0]))
            for point in wire.points[1:]:
                path.lineTo(QPointF(*point))
            scene.addItem(QGraphicsPathItem(path))
        for card in view.scene.cards.values():
            self._add_card(scene, card.rect, card.face)
        self.setScene(scene)

    @staticmethod
    def _add_card(scene: QGraphicsScene, rect: QRectF, face: Face) -> None:
        card = QGraphicsRectItem(0, 0, rect.width(), rect.height())
        card.setBrush(QColor("#23272C"))
        card.setPen(QPen(QColor("#393D45")))
        card.setPos(rect.topLeft())
        for place, text in enumerate((face.kind, face.name, face.shape, face.detail, face.amount)):
            item = QGraphicsSimpleTextItem(text, card)
            item.setPos(10 + 60 * place, 8)
        scene.addItem(card)


def timed(work: Callable[[], object], repeat: int = 15) -> float:
    """The median time of ``work`` in milliseconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def frame(widget: QWidget) -> None:
    """Paint everything that waits to be painted."""
    QApplication.processEvents()
    widget.repaint()


def shown(widget: QWidget) -> QWidget:
    """Show a widget at the measuring size."""
    widget.resize(*SIZE)
    widget.show()
    QApplication.processEvents()
    return widget


def naive_peer(view: CanvasView) -> dict[str, tuple[str, float]]:
    """The naive canvas opened with the same cards and wires, and painted zoomed out."""
    start = time.perf_counter()
    naive = NaiveCanvas(view)
    shown(naive)
    frame(naive)
    opening = (time.perf_counter() - start) * 1000
    naive.fitInView(naive.scene().itemsBoundingRect(), Qt.AspectRatioMode.KeepAspectRatio)
    found = {"open": opening, "repaint": timed(lambda: frame(naive.viewport()))}
    naive.close()
    return {work: ("naive items", value) for work, value in found.items()}


def nodegraph_peer(interpreter: str, count: int) -> dict[str, tuple[str, float]]:
    """NodeGraphQt at the same work, in an interpreter that has it, as far as it comes with it in time."""
    script = Path(__file__).with_name("_nodegraph_peer.py")
    try:
        told = subprocess.run(
            [interpreter, script, str(count)], capture_output=True, check=True, timeout=PATIENCE
        ).stdout
    except subprocess.TimeoutExpired as late:
        told = late.stdout or b""
        print(f"NodeGraphQt has not {'done all of it' if told else 'opened as many'} within {PATIENCE:.0f} s")
    lines = [line for line in told.splitlines() if line.startswith(b"{")]
    found = json.loads(lines[-1]) if lines else {}
    return {work: ("NodeGraphQt", value) for work, value in found.items()}
