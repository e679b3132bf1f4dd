"""Room for frames between cards: what stands in the same column moves down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QRectF

from models.network import Network, Position

_BETWEEN = 8.0
"""Pixels between a frame and what stands above or beneath it."""
_NOTHING = (0.0, 0.0, 0.0, 0.0)
Margins = tuple[float, float, float, float]


def room_for(network: Network, boxes: Mapping[str, QRectF], frames: Iterable[str]) -> dict[str, Position]:
    """Where cards lie once the frames of these names cover no others; those alone that have to move."""
    after = {id: QRectF(box) for id, box in boxes.items()}
    framed = network.framed()
    margins = {id: network.frames[frame].margins for frame, ids in framed.items() for id in ids}
    tops = {name: min((after[id].top() for id in framed[name] if id in after), default=0.0) for name in frames}
    for name in sorted(tops, key=tops.__getitem__):
        _open(after, framed[name], margins)
    return {id: (box.x(), box.y()) for id, box in after.items() if box != boxes[id]}


def _open(boxes: dict[str, QRectF], ids: list[str], margins: Mapping[str, Margins]) -> None:
    """Move what a frame around layers would cover, and the layers themselves, as far down as need be."""
    inside = {id for id in ids if id in boxes}
    if not inside:
        return
    left, top, right, bottom = margins[next(iter(inside))]
    around = _around(boxes, inside)
    column = [
        id
        for id, box in boxes.items()
        if id not in inside and box.right() > around.left() - left and box.left() < around.right() + right
    ]
    above = [id for id in column if boxes[id].center().y() < around.top()]
    floor = max((boxes[id].bottom() + margins.get(id, _NOTHING)[3] for id in above), default=None)
    if floor is not None:
        lack = floor + _BETWEEN - (around.top() - top)
        _shift(boxes, [*inside, *(id for id in column if boxes[id].center().y() >= around.top())], lack)
    around = _around(boxes, inside)
    beneath = [id for id in column if boxes[id].center().y() > around.bottom()]
    ceiling = min((boxes[id].top() - margins.get(id, _NOTHING)[1] for id in beneath), default=None)
    if ceiling is not None:
        _shift(boxes, beneath, around.bottom() + bottom + _BETWEEN - ceiling)


def _around(boxes: Mapping[str, QRectF], ids: Iterable[str]) -> QRectF:
    area = QRectF()
    for id in ids:
        area |= boxes[id]
    return area


def _shift(boxes: Mapping[str, QRectF], ids: Iterable[str], by: float) -> None:
    for id in ids if by > 0 else ():
        boxes[id].translate(0.0, by)
