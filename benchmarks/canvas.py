"""The canvas beside the usual way to build one (a QGraphicsItem for every card, text and wire), and edits on it.

    QT_QPA_PLATFORM=offscreen python benchmarks/canvas.py [nodes] [--peer-python PATH] [--load PROGRAMS]

Prints medians in milliseconds beside the limits, and ratios to the peer's time for the same work in the same run. With
the path of an interpreter that has NodeGraphQt installed, that is the peer (see `benchmarks/_nodegraph_peer.py`).
Of gestures every frame is timed, since the longest is what a hand feels, where asked for while other programs compute.
Structural edits are timed from edit to painted at 100 %; the last leaves half of all cards with something else to say.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
)

from benchmarks._canvas_peers import SIZE, frame, naive_peer, nodegraph_peer, shown, timed
from benchmarks.networks import document, resnet, skipping
from models.document import Document
from models.document.edits import AddNode, Connect, Disconnect, Edit, Move, RemoveNodes, SetParam
from models.network import Edge, Node
from studio.services.garbage import GarbageCollector
from widgets.canvas import CanvasView
from widgets.canvas.editing import requests
from widgets.canvas.gestures.connect import ConnectGesture
from widgets.canvas.scene.card import Card
from widgets.inspection.inside.strip import strip_of
from widgets.theme import theme

NONE = Qt.KeyboardModifier.NoModifier
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
LONGEST_FRAME = 33.0


class Frame(NamedTuple):
    """Milliseconds that a frame took, and of these the ones in which it was computed and nobody else was."""

    taken: float
    computed: float


def canvas_for(opened: Document) -> CanvasView:
    """A canvas whose edits go to a document."""

    def apply(edit: object) -> bool:
        opened.apply(edit)  # type: ignore[arg-type]
        return True

    view = CanvasView(apply)
    shown(view)
    view.set_document(opened)
    return view


def send(view: CanvasView, kind: object, at: QPoint, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
    """A mouse event for the view, at a point of it."""
    place = QPointF(at)
    event = QMouseEvent(kind, place, QPointF(view.mapToGlobal(at)), button, held, NONE)  # type: ignore[arg-type]
    QApplication.sendEvent(view, event)


def drag_frames(view: CanvasView, selected: bool = False) -> list[Frame]:
    """A card dragged by the mouse, or all that is ``selected`` with it: event and paint of every frame."""
    start = view.camera.to_widget(middle_card(view).rect.topLeft() + QPointF(20, 10)).toPoint()
    if not selected:
        view.select(())
    frame(view)
    pressed = frames(lambda: send(view, QMouseEvent.Type.MouseButtonPress, start, LEFT, LEFT), 1)
    return [*pressed, *drawn_out(view, start), *frames(view.cancel_gesture, 1)]


def wire_frames(view: CanvasView) -> list[Frame]:
    """A wire drawn from the port of a card across others."""
    card = middle_card(view)
    start = view.camera.to_widget(card.place(card.outputs[0])).toPoint()
    begun = frames(lambda: send(view, QMouseEvent.Type.MouseButtonPress, start, LEFT, LEFT), 1)
    assert isinstance(view.gesture, ConnectGesture)
    return [*begun, *drawn_out(view, start), *frames(view.cancel_gesture, 1)]


def zoom_frames(view: CanvasView) -> list[Frame]:
    """The wheel turned from all to the closest and back, each time until all is sharp."""
    view.fit()
    frame(view)
    at = QPoint(SIZE[0] // 2, SIZE[1] // 2)
    closer, back = (frames(lambda way=way: turn(view, at, way), 32) + sharp_frames(view) for way in (120, -120))
    return closer + back


def sharp_frames(view: CanvasView) -> list[Frame]:
    """The frames in which the canvas is drawn as it is after the wheel."""
    found = []
    while not view.is_sharp:
        found += frames(view.sharpen, 1)
    return found


def middle_card(view: CanvasView) -> Card:
    """A card in the middle of the network, at 100 % in the middle of the view."""
    card = list(view.scene.cards.values())[len(view.scene.cards) // 2]
    chosen = view.selection()
    view.zoom_reset()
    view.reveal(card.id)
    view.frame_selection()
    view.set_zoom(1.0)
    view.select(chosen)
    frame(view)
    return card


def drawn_out(view: CanvasView, start: QPoint) -> list[Frame]:
    """The pressed mouse moved away from a point: every frame."""
    steps = iter(range(10, 10_000, 8))
    return frames(lambda: send(view, QMouseEvent.Type.MouseMove, start + QPoint(next(steps), 9), NO_BUTTON, LEFT), 40)


def frames(work: Callable[[], object], count: int) -> list[Frame]:
    """So many frames, each from an event until all is painted."""
    found = []
    for _ in range(count):
        begun, busy = time.perf_counter(), time.process_time()
        work()
        QApplication.processEvents()
        found.append(Frame((time.perf_counter() - begun) * 1000, (time.process_time() - busy) * 1000))
    return found


def turn(view: CanvasView, at: QPoint, angle: int) -> None:
    """The wheel turned at a point of the view."""
    place, way, held = QPointF(at), QPoint(0, angle), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(place, QPointF(view.mapToGlobal(at)), QPoint(), way, NO_BUTTON, NONE, held, False)
    QApplication.sendEvent(view, event)


def pan_frames(view: CanvasView, zoom: float) -> float:
    """The picture moved as by a middle drag."""
    view.fit()
    view.set_zoom(zoom)
    frame(view)

    def step() -> None:
        view.pan(-7, -5)
        QApplication.processEvents()

    return timed(step, 40)


def outputs_frame(view: CanvasView) -> tuple[float, float]:
    """A whole frame at 100 % without outputs of a sample on the cards, and with them."""
    view.fit()
    view.set_zoom(1.0)
    plain = timed(lambda: frame(view))
    strip = strip_of("maps", np.random.default_rng(0).integers(0, 255, (4, 28, 28)).astype(np.uint8))
    view.show_outputs(dict.fromkeys(view.scene.cards, strip))
    found = timed(lambda: frame(view))
    view.show_outputs({})
    return plain, found


def field_edit() -> float:
    """ResNet-50: a field edited until its cards are painted."""
    opened = document(resnet(50))
    view = canvas_for(opened)
    view.reveal("conv1")
    frame(view)
    values = iter(range(65, 10_000))

    def edit() -> None:
        opened.apply(SetParam("conv1", "out_channels", next(values)))
        QApplication.processEvents()

    found = timed(edit)
    view.close()
    return found


def undo_paste() -> float:
    """500 nodes pasted beside 500, then undone: event to painted."""
    opened = document(skipping(500))
    view = canvas_for(opened)
    times = []
    for _ in range(5):
        view.select_all()
        view.duplicate()
        QApplication.processEvents()
        start = time.perf_counter()
        opened.undo()
        QApplication.processEvents()
        times.append((time.perf_counter() - start) * 1000)
    view.close()
    return median(times)


def first_edit(view: CanvasView, opened: Document) -> Frame:
    """A wire cut near the end of a network in which nobody has placed a card yet."""
    wire = opened.network.edges[-1]
    view.zoom_reset()
    view.reveal(wire.target)
    found = []
    for _ in range(5):
        frame(view)
        found += frames(lambda: view.request(Disconnect(wire)), 1)
        opened.undo()
    return middle(found)


def middle(found: Iterable[Frame]) -> Frame:
    """The medians of frames."""
    taken, computed = zip(*found, strict=True)
    return Frame(median(taken), median(computed))


def structural_edits(view: CanvasView, opened: Document) -> dict[str, Frame]:
    """Edits in the middle of a network whose cards all have places, from edit to painted, and their undo."""
    found = {"a wire less, none placed": first_edit(view, opened)}
    opened.apply(Move({card.id: (card.rect.x(), card.rect.y()) for card in view.scene.cards.values()}))
    ids = list(opened.network.nodes)
    norm = next(id for id in ids[len(ids) // 2 :] if id.startswith("bn"))
    first, second = (ids[ids.index(norm) + step] for step in (-4, 2))
    view.zoom_reset()
    view.reveal(norm)
    frame(view)

    def inserted() -> Edit:
        wire = view.scene.wires[opened.network.edges_into(norm)[0]]
        return requests.insert(view.scene, Node("new1", "ReLU"), wire, wire.middle())

    kinds: dict[str, Callable[[], Edit]] = {
        "a wire more": lambda: Connect(Edge(first, "output", second, "input")),
        "a layer more, beside": lambda: AddNode(Node("new1", "ReLU", {}, (-500.0, 0.0))),
        "a layer more, in a wire": inserted,
        "a layer less": lambda: RemoveNodes([norm], heal=True),
        "a wire less, half unknown": lambda: Disconnect(opened.network.edges_into(norm)[0]),
    }
    for name, make in kinds.items():
        done, undone = [], []
        for _ in range(9):
            edit = make()
            done += frames(lambda edit=edit: opened.apply(edit), 1)
            undone += frames(opened.undo, 1)
        found[name], found[f"{name}: undo"] = middle(done), middle(undone)
    return found


def line(
    name: str, value: float, limit: float, peer: tuple[str, float] | None = None, computed: float | None = None
) -> None:
    """One result: milliseconds, the limit, and the peer in the same run or how many of them were computed."""
    verdict = "ok" if value <= limit else "OVER"
    beside = f"   {peer[0]} {peer[1]:8.2f} ms, {peer[1] / value:5.1f}×" if peer is not None else ""
    beside += f"   computing {computed:7.2f} ms" if computed is not None else ""
    print(f"{name:34} {value:8.2f} ms   limit {limit:6.1f} {verdict:5}{beside}")


@contextmanager
def loaded(count: int) -> Iterator[None]:
    """So many other programs that compute all the time."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def gestures(view: CanvasView, load: int) -> None:
    """The longest frame of each gesture, while others compute, is what a hand feels."""
    with loaded(load):
        found = {"drag": drag_frames(view), "zoom": zoom_frames(view), "wire": wire_frames(view)}
        view.select_all()
        found["drag all"] = drag_frames(view, selected=True)
        view.select(())
    for name, each in found.items():
        taken, computed = spread(frame.taken for frame in each), spread(frame.computed for frame in each)
        verdict = "ok" if taken[-1] <= LONGEST_FRAME else "OVER"
        print(
            f"{name + ': median, 95 %, longest':34} {written(taken)} ms   limit {LONGEST_FRAME:.0f} {verdict:5}", end=""
        )
        print(f"   computing {written(computed)} ms")


def written(times: Iterable[float]) -> str:
    """Times beside each other."""
    return "".join(f"{each:7.2f}" for each in times)


def spread(times: Iterable[float]) -> tuple[float, float, float]:
    """The median, what 95 % stay below, and the largest."""
    found = sorted(times)
    return median(found), found[int(0.95 * len(found))], found[-1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The canvas beside another.")
    parser.add_argument("nodes", nargs="?", type=int, default=1000)
    parser.add_argument("--peer-python", help="an interpreter that has NodeGraphQt")
    parser.add_argument("--load", type=int, default=0, help="how many programs compute during the gestures")
    asked = parser.parse_args()
    application = QApplication([])
    theme().apply(application)
    collector = GarbageCollector(application)  # as in the window: between two turns of the event loop
    canvas_for(document(skipping(10))).close()  # fonts and icons, once
    opened = document(skipping(asked.nodes))
    start = time.perf_counter()
    view = canvas_for(opened)
    frame(view)
    opening = (time.perf_counter() - start) * 1000
    peer = nodegraph_peer(asked.peer_python, asked.nodes) if asked.peer_python else naive_peer(view)
    print(f"{asked.nodes:,} nodes, {SIZE[0]}×{SIZE[1]}")
    line("open to painted", opening, max(150.0, asked.nodes / 10), peer.get("open"))
    view.fit()
    line(f"repaint all ({view.zoom:.0%})", timed(lambda: frame(view)), 8, peer.get("repaint"))
    for zoom in (0.25, 0.5, 1.0):
        line(f"pan frame at {zoom:.0%}", pan_frames(view, zoom), 8, peer.get("pan") if zoom == 1 else None)
    line("drag frame at 100%", median(frame.taken for frame in drag_frames(view)), 8)
    plain, with_outputs = outputs_frame(view)
    line("repaint at 100% with outputs", with_outputs, 8, ("without", plain))
    gestures(view, asked.load)
    for name, found in structural_edits(view, opened).items():
        line(name, found.taken, 50 if "unknown" in name or "none placed" in name else 8, computed=found.computed)
    line("field edit to painted (ResNet-50)", field_edit(), 16.7)
    line("undo a paste of 500", undo_paste(), 50)
    collector.stop()


if __name__ == "__main__":
    main()
