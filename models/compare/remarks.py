"""Frames and notes compared: what they say and what they lie around; where they lie is told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models.compare.difference import ADDED, CHANGED, FRAME, MOVED, NOTE, REMOVED, Difference
from models.compare.values import ABSENT, FieldChange, same
from models.network import Network

LONGEST_NAME = 40


class Remark(NamedTuple):
    """What a frame or a note says, and where it lies, as JSON data."""

    says: dict[str, Any]
    lies: Any

    @property
    def title(self) -> str:
        """How people call it."""
        text = self.says.get("title") or self.says.get("text") or ""
        return " ".join(text[: 2 * LONGEST_NAME].split())[:LONGEST_NAME]


Remarks = dict[str, Remark]


def frames_of(network: Network, names: Mapping[str, str]) -> Remarks:
    """The frames, around the layers in ``names`` alone, under the names there."""
    found = {}
    for name, ids in network.framed().items():
        frame, layers = network.frames[name], [names[id] for id in ids if id in names]
        if layers:
            found[name] = Remark({"title": frame.title, "color": frame.color, "layers": sorted(layers)}, frame.margins)
    return found


def notes_of(network: Network) -> Remarks:
    """The notes on the canvas."""
    return {
        name: Remark({"text": note.text, "color": note.color}, (note.position, note.size))
        for name, note in network.notes.items()
    }


def remarked(part: str, old: Remarks, new: Remarks, scope: str) -> Iterator[Difference]:
    """In what remarks differ, by name; those that only lie elsewhere among them."""
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        shown = (after or before or Remark({}, None)).title
        if before is None or after is None:
            what = ADDED if before is None else REMOVED
            yield Difference(
                part, what, "" if before is None else name, "" if after is None else name, (), shown, scope
            )
            continue
        changed = tuple(
            FieldChange(entry, before.says.get(entry, ABSENT), after.says.get(entry, ABSENT))
            for entry in after.says
            if not same(before.says.get(entry, ABSENT), after.says[entry])
        )
        if changed:
            yield Difference(part, CHANGED, name, name, changed, shown, scope)
        if not same(before.lies, after.lies):
            yield Difference(part, MOVED, name, name, (FieldChange("place", before.lies, after.lies),), shown, scope)


def all_remarked(before: Network, after: Network, names: Mapping[str, str], scope: str) -> Iterator[Difference]:
    """In what the frames and notes of two networks differ; ``names`` are those of the layers that both have."""
    # A layer that one side lacks is a difference of its own, and none of the frame that it lay in there.
    yield from remarked(FRAME, frames_of(before, names), frames_of(after, {id: id for id in after.nodes}), scope)
    yield from remarked(NOTE, notes_of(before), notes_of(after), scope)
