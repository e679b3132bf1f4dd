"""What hovering tells: a card's whole name and problem, a port's name, the shape on a wire."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPointF

from models.kinds.layer import times
from widgets.canvas.scene.scene import Scene

_LONGEST = 400


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
        lines += scene.network[card.id].note[:_LONGEST].splitlines()
    elif wire := scene.wire_at(point, reach / 2):
        edge = wire.edge
        lines = [f"{edge.source} to {edge.target}", shape_at(scene, edge.source, edge.source_port)]
    else:
        return ""
    return "".join(f"<p style='margin:0'>{escape(line)}</p>" for line in lines if line)


def shape_at(scene: Scene, id: str, port: str) -> str:
    """What flows out of a node's port, in words."""
    names, outputs = scene.network[id].outputs, scene.document.analysis[id].outputs
    found = dict(zip(names, outputs, strict=False)).get(port)
    return times(found.shape) if found else "shape unknown"
