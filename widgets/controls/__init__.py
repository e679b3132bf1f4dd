"""The small styled controls every panel is made of. They restyle themselves, are reached by keyboard and have names.

base      Label(text, size=12, weight=400, token="text1", mono=False)    plain text, restyles; set_token, setText
          ElidedLabel(same)            one line, elides, full text as tooltip and accessible name
          Paragraph(same)              wraps, with room between the lines
          escape_tip(text) -> str      the same as text, for items of lists
          KeyCap(key)                  the name of a key on a small cap
          plain(label) -> label        shows text as it is written, never as markup
          set_tip(widget, text)        a tooltip that never renders markup
          shows_ring(widget)           whether to draw a focus ring: the mouse did not bring the keyboard here
          keep_bar_room(area)          contents keep their width whether the scroll bar is needed or not
          announce(widget, text)       said politely by screen readers
          show_complaint(widget, sentence, tip)   red with a sentence, or back to normal with none
          Separator(vertical=False)    Card(fill="panel", radius=12): a QFrame to lay things out in
          Bar                          a bar across the window, painted as one
          paint_row(painter, area, state)   what lies behind a selected row of a list
          Themed                       mixin: call self.follow_theme() last in __init__, implement restyle()
          Pressed                      the same for a button, which Enter presses as Space does
buttons   Button(text, icon=None, role="plain"|"main"|"soft"|"danger"|"quiet"|"text"): set_compact(bool)
          IconButton(icon, tip, size=28, checkable=False)
          Switch(name) (toggled), CheckBox(text, color="main_button") (toggled)
fields    IntField(name, minimum, maximum, optional=False), FloatField(same), TextField(name, check=None, mono=False):
          changed(object), value(), set_value(), set_error(sentence | None); changed only ever carries a valid value
          SearchField(placeholder, key="Tab"): textChanged(str)
choice    ChoiceField(name, options): changed(str), value(), set_value(), set_options()
segmented Segmented(options, value=None, icons=None, height=28): changed(str), value(), set_value()
          options are ["a", "b"] or [("value", "Shown text"), ...]
feedback  Mark(tint, size, room=None, shape=None), disc(), rounded_square()
          Chip(text, kind="plain"), Badge(count), ProgressBar(name): set_fraction(f), set_segments(n)
          Working(name, width): show_work(words, share), stop; EmptyState(text, icon=None): set_text()
          Banner(): say(text, kind="info"|"warning"|"error"|"good", actions=[(label, callback)]), dismiss(), closed
section   Section(title, note="", collapsible=True): add(widget), body (QVBoxLayout), set_note(),
          set_expanded(), is_expanded(), toggled(bool)

None of the setters emits `changed`: that signal means the user did it.
"""

from __future__ import annotations

from widgets.controls.base import (
    Bar,
    Card,
    ElidedLabel,
    Label,
    Pressed,
    Separator,
    Themed,
    announce,
    escape_tip,
    keep_bar_room,
    paint_row,
    plain,
    read_only,
    set_tip,
    show_complaint,
    shows_ring,
)
from widgets.controls.buttons import Button, CheckBox, IconButton, Switch
from widgets.controls.choice import ChoiceField
from widgets.controls.feedback import (
    Badge,
    Banner,
    Chip,
    EmptyState,
    Mark,
    ProgressBar,
    Working,
    disc,
    rounded_square,
)
from widgets.controls.fields import Field, FloatField, IntField, TextField
from widgets.controls.marks import KeyCap
from widgets.controls.paragraph import Paragraph
from widgets.controls.search import SearchField
from widgets.controls.section import Section
from widgets.controls.segmented import Segmented

__all__ = [
    "Badge",
    "Banner",
    "Bar",
    "Button",
    "Card",
    "CheckBox",
    "Chip",
    "ChoiceField",
    "ElidedLabel",
    "EmptyState",
    "Field",
    "FloatField",
    "IconButton",
    "IntField",
    "KeyCap",
    "Label",
    "Mark",
    "Paragraph",
    "Pressed",
    "ProgressBar",
    "SearchField",
    "Section",
    "Segmented",
    "Separator",
    "Switch",
    "TextField",
    "Themed",
    "Working",
    "announce",
    "disc",
    "escape_tip",
    "keep_bar_room",
    "paint_row",
    "plain",
    "read_only",
    "rounded_square",
    "set_tip",
    "show_complaint",
    "shows_ring",
]
