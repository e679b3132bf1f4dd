"""What hovering tells: a card's whole name and problem, a port's name, the shape on a wire."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtCore import QPointF

from models.kinds.layer import times
from widgets.canvas.scene.scene import Scene
from widgets.notes.image import as_image
from widgets.notes.markdown import looks_as_written

_LONGEST = 400
"""Letters of a plain note that are shown."""
_WIDEST, _TALLEST = 300.0, 260.0
"""Pixels of the design that a note with Markdown takes at most."""


def hint_at(scene: Scene, point: QPointF, reach: float, *, ports: bool) -> str:
    """The hint for a place of the scene, as a tool tip that renders no markup of the user's; "" for none."""
    port = scene.port_at(point, reach) if ports else None
    card = scene.card_at(point)
    if port:
        side = "output" if port.end.output else "input"
        lines = [f"{port.end.node}: {side} ‘{port.end.port}’" if port.end.port != side else f"{port.end.node}: {side}"]
        if port.end.output:
            lines.append(shape_at(scene, port.end.node, port.end.port))
        elif port.edge:
            lines.append(shape_at(scene, port.edge.source, port.edge.source_port))
    elif card:
        face = card.face
        lines = [f"{face.kind} {face.name}", *([face.problem.message, face.problem.detail] if face.problem else [])]
        return _lines(lines) + _note(scene.network[card.id].note)
    elif wire := scene.wire_at(point, reach / 2):
        edge = wire.edge
        lines = [f"{edge.source} to {edge.target}", shape_at(scene, edge.source, edge.source_port)]
    else:
        return ""
    return _lines(lines)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"<p style='margin:0'>{escape(line)}</p>" for line in lines if line)


def _note(text: str) -> str:
    """A note as it is read: its letters where it is plain, else a picture of its Markdown and formulas."""
    if not text.strip():
        return ""
    if looks_as_written(text):
        return _lines(text[:_LONGEST].splitlines())
    return f"<p style='margin:4px 0 0 0'>{as_image(text, _WIDEST, _TALLEST)}</p>"


def shape_at(scene: Scene, id: str, port: str) -> str:
    """What flows out of a node's port, in words."""
    names, outputs = scene.network[id].outputs, scene.document.analysis[id].outputs
    found = dict(zip(names, outputs, strict=False)).get(port)
    return times(found.shape) if found else "shape unknown"
