"""Edits of what is said about a network: frames around layers, notes on the canvas and on layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.document.content import Content
from models.document.edits import Edit, InNetwork, Whole
from models.network import Frame, Network, Note


def free_name(taken: Iterable[str], stem: str) -> str:
    """The first of “stem1”, “stem2”, … that is not taken."""
    names = set(taken)
    return next(name for number in range(1, len(names) + 2) if (name := f"{stem}{number}") not in names)


class SetFrame(InNetwork, Whole):
    """Put a frame around layers, in place of the frames that they lie in; None takes the frame of that name away.

    ``layers`` None leaves the layers of a frame as they are. Raises `NoSuchNode`.
    """

    def __init__(self, name: str, frame: Frame | None, layers: Iterable[str] | None = None) -> None:
        self.name, self.frame = name, frame
        self.layers = None if layers is None else tuple(layers)
        self._before: tuple[dict[str, Frame], dict[str, str]] = ({}, {})

    @property
    def label(self) -> str:
        title = f" {self.frame.title:.30}" if self.frame and self.frame.title else ""
        return f"Frame{title}" if self.frame else "Remove frame"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        members = self._members(network)
        self._before = network.frames, {id: network[id].frame for id in members}
        frames = {name: frame for name, frame in network.frames.items() if self.frame or name != self.name}
        network.set_frames(frames | ({self.name: self.frame} if self.frame else {}), members)

    def _members(self, network: Network) -> dict[str, str]:
        """The layers that from now on lie in another frame or in none, or whose frame is another."""
        inside = {node.id: "" for node in network if node.frame == self.name}
        if self.frame is None:
            return inside
        if self.layers is None:
            return dict.fromkeys(inside, self.name)
        return inside | {network[id].id: self.name for id in self.layers}

    def revert(self, content: Content) -> None:
        content[self.scope].set_frames(*self._before)


class SetNote(InNetwork):
    """Put a note on the canvas, change it, or with None take it away. Typing on in one note is one undo."""

    def __init__(self, name: str, note: Note | None) -> None:
        self.name, self.note = name, note
        self._before: Mapping[str, Note] = {}

    @property
    def label(self) -> str:
        return "Edit note" if self.note else "Delete note"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        self._before = network.notes
        notes = {name: note for name, note in network.notes.items() if self.note or name != self.name}
        network.set_notes(notes | ({self.name: self.note} if self.note else {}))

    def revert(self, content: Content) -> None:
        content[self.scope].set_notes(self._before)

    def merged(self, later: Edit) -> Edit | None:
        if not isinstance(later, SetNote) or (later.scope, later.name) != (self.scope, self.name):
            return None
        both = SetNote(self.name, later.note).within(self.scope)
        both._before = self._before
        return both


class SetLayerNote(InNetwork):
    """Say something about a layer, in Markdown; "" says nothing. Typing on is one undo."""

    def __init__(self, id: str, text: str) -> None:
        self.id, self.text = id, text
        self._before = ""

    @property
    def label(self) -> str:
        return f"Note on {self.id}"

    def apply(self, content: Content) -> None:
        self._before = content[self.scope][self.id].note
        content[self.scope].set_note(self.id, self.text)

    def revert(self, content: Content) -> None:
        content[self.scope].set_note(self.id, self._before)

    def merged(self, later: Edit) -> Edit | None:
        if not isinstance(later, SetLayerNote) or (later.scope, later.id) != (self.scope, self.id):
            return None
        both = SetLayerNote(self.id, later.text).within(self.scope)
        both._before = self._before
        return both


class AddRemarks(InNetwork, Whole):
    """Add frames and notes under names of their own, such as those of what was copied; layers come by other edits."""

    label = "Add frames and notes"

    def __init__(self, frames: Mapping[str, tuple[Frame, Iterable[str]]], notes: Mapping[str, Note]) -> None:
        self.frames = {name: (frame, tuple(ids)) for name, (frame, ids) in frames.items()}
        self.notes = dict(notes)
        self._before: tuple[dict[str, Frame], dict[str, str], dict[str, Note]] = ({}, {}, {})

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        members = {network[id].id: name for name, (_, ids) in self.frames.items() for id in ids}
        self._before = network.frames, {id: network[id].frame for id in members}, network.notes
        network.set_frames(network.frames | {name: frame for name, (frame, _) in self.frames.items()}, members)
        network.set_notes(network.notes | self.notes)

    def revert(self, content: Content) -> None:
        frames, members, notes = self._before
        content[self.scope].set_frames(frames, members)
        content[self.scope].set_notes(notes)
