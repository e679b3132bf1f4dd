"""How well wires can be followed: crossings, cards cut, stretches shared, bends, length, beside a layered layout.

    QT_QPA_PLATFORM=offscreen python benchmarks/wires.py [--peer-python PATH]

Counts over all templates, arranged anew, and over networks that are hard to draw. With the path of an interpreter that
has fast-sugiyama installed, the same wires are laid between cards at the places that it gives, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import networks
from models.document import Document
from models.document.edits import Move
from models.layout import CARD_WIDTH, COLUMN_GAP, GAP, arrange, card_height
from models.layout.junctions import Point
from models.network import Edge
from models.storage import templates
from widgets.canvas.scene.scene import Scene

VIEW = 1040, 700
"""The canvas of a window of 1600×1000."""
HAIR = 0.1
NEAR = 1.5
"""Stretches nearer to each other than this look like one."""
Places = dict[str, tuple[float, float]]
MAKERS: dict[str, Callable[[], networks.Builder]] = {
    "U-Net of 3 levels": lambda: networks.unet(3),
    "U-Net of 5 levels": lambda: networks.unet(5, 2),
    "DenseNet block of 4": lambda: networks.densenet(1, 4),
    "DenseNet, 3 of 6": lambda: networks.densenet(3, 6),
    "Inception, 1 module": lambda: networks.inception(1),
    "Inception, 4 modules": lambda: networks.inception(4),
    "two inputs": networks.two_inputs,
    "ResNet-18": lambda: networks.resnet(18),
    "ResNet-152": lambda: networks.resnet(152),
}
PEER = """
import json, sys
from fast_sugiyama import from_edges
layouts = from_edges([tuple(edge) for edge in json.load(sys.stdin)], vertex_spacing=1)
print(json.dumps([[node, place] for node, place in layouts.dot_layout().to_dict().items()]))
"""


class Stretch(NamedTuple):
    """A straight part of a wire: where it lies across its direction, and from where to where it runs."""

    at: float
    start: float
    end: float
    edge: Edge


class Count(NamedTuple):
    """What makes wires hard to follow: numbers of places, and pixels that are ``shared`` or long.

    ``least`` is the smallest zoom at which all of a network is in view.
    """

    crossings: int
    cards: int
    shared: float
    bends: int
    length: float
    least: float

    def __add__(self, other: object) -> Count:
        assert isinstance(other, Count)
        sums = [one + more for one, more in zip(self[:-1], other[:-1], strict=True)]
        return Count(*sums, min(self.least, other.least))  # type: ignore[arg-type]


def stretches(scene: Scene) -> tuple[list[Stretch], list[Stretch]]:
    """The level and the steep stretches of all wires, sorted."""
    level, steep = [], []
    for edge, wire in scene.wires.items():
        for (x, y), (u, v) in pairwise(wire.points):
            if abs(x - u) > HAIR:
                level.append(Stretch(y, min(x, u), max(x, u), edge))
            elif abs(y - v) > HAIR:
                steep.append(Stretch(x, min(y, v), max(y, v), edge))
    return sorted(level), sorted(steep)


def crossings(scene: Scene) -> set[tuple[float, float]]:
    """The points at which wires of different sources cross."""
    level, steep = stretches(scene)
    xs = [stretch.at for stretch in steep]
    return {
        (other.at, one.at)
        for one in level
        for other in steep[bisect_right(xs, one.start + HAIR) : bisect_left(xs, one.end - HAIR)]
        if other.start + HAIR < one.at < other.end - HAIR and other.edge.source != one.edge.source
    }


def shared(scene: Scene) -> dict[frozenset[Edge], float]:
    """How far wires of different sources run above each other, by pairs."""
    found: dict[frozenset[Edge], float] = {}
    for lines in stretches(scene):
        for place, one in enumerate(lines):
            for other in lines[place + 1 :]:
                if other.at - one.at > NEAR:
                    break
                both = min(one.end, other.end) - max(one.start, other.start)
                if both > HAIR and one.edge.source != other.edge.source:
                    pair = frozenset({one.edge, other.edge})
                    found[pair] = found.get(pair, 0.0) + both
    return found


def cards_cut(scene: Scene) -> set[tuple[Edge, str]]:
    """Wires that run within a card, with its id."""
    boxes = sorted((card.box, card.id) for card in scene.cards.values())
    lefts = [box[0] for box, _ in boxes]
    widest = max((box[2] - box[0] for box, _ in boxes), default=0.0)
    return {
        (edge, id)
        for edge, wire in scene.wires.items()
        for (x, y), (u, v) in pairwise(wire.points)
        for (left, top, right, bottom), id in boxes[
            bisect_left(lefts, min(x, u) - widest) : bisect_right(lefts, max(x, u))
        ]
        if left + HAIR < max(x, u) and min(x, u) < right - HAIR and top + HAIR < max(y, v) and min(y, v) < bottom - HAIR
    }


def length(points: Iterable[Point]) -> float:
    """How long a wire is."""
    return sum(abs(x - u) + abs(y - v) for (x, y), (u, v) in pairwise(points))


def count(scene: Scene) -> Count:
    """All that is counted, of all wires."""
    wires, all_of_it = scene.wires.values(), scene.bounds | scene.wire_bounds
    return Count(
        len(crossings(scene)),
        len(cards_cut(scene)),
        sum(shared(scene).values()),
        sum(len(wire.points) - 2 for wire in wires),
        sum(length(wire.points) for wire in wires),
        min(1.0, VIEW[0] / all_of_it.width(), VIEW[1] / all_of_it.height()),
    )


def layered(opened: Document, interpreter: str) -> Places:
    """Places for cards by fast-sugiyama, in an interpreter that has it: its layers as rows, its order as columns."""
    numbers = {id: number for number, id in enumerate(opened.analysis.order)}
    edges = sorted({(numbers[edge.source], numbers[edge.target]) for edge in opened.network.edges})
    assert all(source < target for source, target in edges), "not a network without loops"
    told = json.dumps(edges)
    done = subprocess.run([interpreter, "-c", PEER], input=told, capture_output=True, text=True, check=True)
    found = dict(json.loads(done.stdout.splitlines()[-1]))
    rows = sorted({-y for _, y in found.values()})
    tops, top = {}, 0
    for row in rows:
        tops[row] = top
        within = [id for id, number in numbers.items() if -found[number][1] == row]
        top += max(card_height(opened.network[id]) for id in within) + GAP
    left = min(x for x, _ in found.values())
    step = CARD_WIDTH + COLUMN_GAP
    return {id: ((found[number][0] - left) * step, tops[-found[number][1]]) for id, number in numbers.items()}


def placed(opened: Document, places: Places) -> Scene:
    """The scene of a document with its cards at some places."""
    opened.apply(Move(places))
    return Scene(opened)


def documents() -> dict[str, Callable[[], Document]]:
    """What is measured: templates, then networks that are hard to draw."""
    found = {template.title: template.name for template in templates.available()}
    return {
        **{title: lambda name=name: templates.load(name) for title, name in found.items()},  # type: ignore[misc]
        **{title: lambda make=make: networks.document(make()) for title, make in MAKERS.items()},  # type: ignore[misc]
    }


def line(name: str, found: Count) -> None:
    """One result."""
    places = f"{found.crossings:6} {found.cards:6} {found.shared:8.0f} {found.bends:6}"
    print(f"{name:36} {places} {found.length:9.0f} {found.least:7.0%}")


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description="How well wires can be followed.")
    parser.add_argument("--peer-python", help="an interpreter that has fast-sugiyama")
    asked = parser.parse_args()
    print(f"{'':36} {'cross':>6} {'cards':>6} {'shared':>8} {'bends':>6} {'length':>9} {'zoom':>7}")
    total = peer = Count(0, 0, 0.0, 0, 0.0, 1.0)
    for title, make in documents().items():
        opened = make()
        found = count(placed(opened, arrange(opened.network, opened.analysis)))
        total += found
        line(title, found)
        if asked.peer_python:
            beside = count(placed(opened, layered(opened, asked.peer_python)))
            peer += beside
            line("  layered by fast-sugiyama", beside)
    line("all", total)
    if asked.peer_python:
        line("all, layered by fast-sugiyama", peer)


if __name__ == "__main__":
    main()
