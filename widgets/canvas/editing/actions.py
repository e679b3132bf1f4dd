"""What can be done on the canvas by name: the words, the keys and where a menu offers it, each in one place.

Keys, menus and the search for commands grow out of the list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from PySide6.QtCore import QPointF

from models.network.remarks import COLORS
from widgets.canvas.editing.aligning import Side, Way


class Able(Protocol):
    """What is done on the canvas; each is told there. ``at`` is the place of the scene where it was asked for."""

    def quick_add(self, at: QPointF | None = None) -> object: ...
    def ask_for_other(self) -> object: ...
    def bypass(self) -> object: ...
    def group(self) -> object: ...
    def ungroup(self) -> object: ...
    def activate(self) -> object: ...
    def rename(self) -> object: ...
    def connect_mode(self) -> object: ...
    def cut(self) -> object: ...
    def copy(self) -> object: ...
    def paste(self, at: QPointF | None = None) -> object: ...
    def duplicate(self) -> object: ...
    def align(self, side: Side) -> object: ...
    def distribute(self, way: Way) -> object: ...
    def stack(self, way: Way) -> object: ...
    def delete(self, heal: bool = True) -> object: ...
    def select_all(self) -> object: ...
    def arrange(self) -> object: ...
    def fit(self) -> object: ...
    def frame_selection(self) -> object: ...
    def zoom_reset(self) -> object: ...
    def pick_next_wire(self) -> object: ...
    def find_layers(self) -> object: ...
    def frame_layers(self) -> object: ...
    def add_note(self, at: QPointF | None = None) -> object: ...
    def edit_remark(self) -> object: ...
    def color_remark(self, shade: str) -> object: ...
    def select_framed(self) -> object: ...
    def pick_next_remark(self) -> object: ...


CANVAS, CARD, CARDS, WIRE, FRAME, NOTE = "canvas", "card", "cards", "wire", "frame", "note"
"""What an action is about: nothing that is selected, one card, several, a wire, a frame, a note."""
_ANY = CARD, CARDS
_REMARK = FRAME, NOTE


class Action(NamedTuple):
    """``keys`` as Qt writes them, the one to show first; ``on`` what it is about, by which menus are filled."""

    name: str
    text: str
    run: Callable[[Able, QPointF | None], object]
    keys: tuple[str, ...] = ()
    on: tuple[str, ...] = _ANY
    part: str = ""
    submenu: str = ""


def _align(side: Side, text: str, key: str) -> Action:
    run: Callable[[Able, QPointF | None], object] = lambda view, at: view.align(side)  # noqa: E731
    return Action(f"align-{side}", text, run, (key,), (CARDS,), "line up", "Align")


def _color(shade: str) -> Action:
    run: Callable[[Able, QPointF | None], object] = lambda view, at: view.color_remark(shade)  # noqa: E731
    key = str(COLORS.index(shade) + 1)
    return Action(f"color-{shade}", shade.capitalize(), run, (key,), _REMARK, "look", "Color")


ACTIONS = (
    Action("add", "Add a layer…", lambda view, at: view.quick_add(at), ("Tab",), (CANVAS,)),
    Action("add-after", "Add a layer after it…", lambda view, at: view.quick_add(), ("Tab",), (CARD,)),
    Action("insert", "Insert a layer…", lambda view, at: view.quick_add(), ("Tab",), (WIRE,)),
    Action("replace", "Replace with…", lambda view, at: view.ask_for_other(), ("R",)),
    Action("bypass", "Bypass, or use again", lambda view, at: view.bypass(), ("B",)),
    Action("connect", "Connect to…", lambda view, at: view.connect_mode(), ("C",), (CARD,)),
    Action("move-wire", "Move its end to…", lambda view, at: view.connect_mode(), ("C",), (WIRE,)),
    Action("settings", "Open it, or its settings", lambda view, at: view.activate(), ("Return", "Enter"), (CARD,)),
    Action("group", "Make a block of it", lambda view, at: view.group(), ("Ctrl+G",), _ANY),
    Action("ungroup", "Take a block apart", lambda view, at: view.ungroup(), ("Ctrl+Shift+G",), _ANY),
    Action("rename", "Rename", lambda view, at: view.rename(), ("F2",), (CARD,)),
    Action("pick-wire", "Select its wires in turn", lambda view, at: view.pick_next_wire(), ("W",), (CARD, WIRE)),
    Action("frame-layers", "Put a frame around", lambda view, at: view.frame_layers(), ("Ctrl+J",), _ANY, "remarks"),
    Action("add-note", "Add a note", lambda view, at: view.add_note(at), ("N",), (CANVAS,), "remarks"),
    Action("edit-frame", "Edit its title", lambda view, at: view.edit_remark(), ("F2",), (FRAME,)),
    Action("edit-note", "Edit its text", lambda view, at: view.edit_remark(), ("F2",), (NOTE,)),
    Action("select-framed", "Select its layers", lambda view, at: view.select_framed(), ("S",), (FRAME,)),
    Action("next-remark", "Select frames and notes in turn", lambda view, at: view.pick_next_remark(), ("Alt+N",),
           (CANVAS, FRAME, NOTE), "remarks"),
    *map(_color, COLORS),
    _align("left", "Left edges", "Alt+A"),
    _align("center", "Centers", "Alt+H"),
    _align("right", "Right edges", "Alt+D"),
    _align("top", "Top edges", "Alt+W"),
    _align("middle", "Middles", "Alt+V"),
    _align("bottom", "Bottom edges", "Alt+S"),
    Action("distribute-down", "Down", lambda view, at: view.distribute("down"), ("Alt+Shift+V",), (CARDS,), "line up",
           "Distribute"),
    Action("distribute-across", "Across", lambda view, at: view.distribute("across"), ("Alt+Shift+H",), (CARDS,),
           "line up", "Distribute"),
    Action("stack-down", "Down", lambda view, at: view.stack("down"), ("Alt+Shift+Down",), (CARDS,), "line up",
           "Equal gaps"),
    Action("stack-across", "Across", lambda view, at: view.stack("across"), ("Alt+Shift+Right",), (CARDS,), "line up",
           "Equal gaps"),
    Action("cut", "Cut", lambda view, at: view.cut(), ("Ctrl+X",), (*_ANY, NOTE), "copy"),
    Action("copy", "Copy", lambda view, at: view.copy(), ("Ctrl+C",), (*_ANY, NOTE), "copy"),
    Action("paste", "Paste", lambda view, at: view.paste(at), ("Ctrl+V",), (CANVAS,), "copy"),
    Action("duplicate", "Duplicate", lambda view, at: view.duplicate(), ("Ctrl+D",), (*_ANY, FRAME, NOTE), "copy"),
    Action("select-all", "Select all", lambda view, at: view.select_all(), ("Ctrl+A",), (CANVAS,), "copy"),
    Action("frame", "Show it in full", lambda view, at: view.frame_selection(), ("F",), part="look"),
    Action("arrange", "Arrange the network", lambda view, at: view.arrange(), ("L",), (CANVAS,), "look"),
    Action("find", "Find layers…", lambda view, at: view.find_layers(), ("Ctrl+F",), (CANVAS,), "look"),
    Action("fit", "Show the whole network", lambda view, at: view.fit(), ("Home",), (CANVAS,), "look"),
    Action("zoom-reset", "Zoom to 100%", lambda view, at: view.zoom_reset(), ("0",), (CANVAS,), "look"),
    Action("delete", "Delete", lambda view, at: view.delete(), ("Del", "Backspace"), part="delete"),
    Action("delete-gap", "Delete and leave a gap", lambda view, at: view.delete(heal=False),
           ("Shift+Del", "Shift+Backspace"), part="delete"),
    Action("remove-frame", "Remove the frame", lambda view, at: view.delete(), ("Del", "Backspace"), (FRAME,),
           "delete"),
    Action("delete-note", "Delete the note", lambda view, at: view.delete(), ("Del", "Backspace"), (NOTE,), "delete"),
    Action("delete-wire", "Remove the wire", lambda view, at: view.delete(), ("Del", "Backspace"), (WIRE,), "delete"),
)  # fmt: skip


def by_keys() -> dict[str, Action]:
    """The actions by their keys; where several share them, they do the same to what is selected."""
    return {keys: action for action in reversed(ACTIONS) for keys in action.keys}
