"""What can be done with something, as the menus offer it that open with a right click, the menu key or Shift+F10.

Whoever shows a thing lists its deeds; `open_menu` makes a menu of them, and the search for commands finds them, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from widgets.theme import Menu


class Deed(NamedTuple):
    """``text`` for people, ``keys`` as Qt reads them, beside it; ``possible`` says whether it would do anything now.

    Deeds of one ``part`` stand together, those of a ``submenu`` in a menu of that name; ``checked`` tells of a choice
    whether it is the present one.
    """

    text: str
    run: Callable[[], object]
    keys: str = ""
    possible: bool = True
    part: str = ""
    submenu: str = ""
    checked: bool | None = None

    @property
    def words(self) -> str:
        """What it is called where it stands alone: “Align: left edges”."""
        return f"{self.submenu}: {self.text[:1].lower()}{self.text[1:]}" if self.submenu else self.text


def open_menu(parent: QWidget, deeds: Iterable[Deed], point: QPoint) -> QMenu:
    """Open a menu of these at a point of the screen; it is gone when it closes. The first deed is chosen by Enter."""
    menu = Menu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    submenus: dict[str, Menu] = {}
    part: str | None = None
    for deed in deeds:
        if part not in (None, deed.part):
            menu.addSeparator()
        part = deed.part
        if deed.submenu and deed.submenu not in submenus:
            submenus[deed.submenu] = menu.submenu(deed.submenu)
        action = submenus.get(deed.submenu, menu).addAction(_words(deed))
        action.setEnabled(deed.possible)
        if deed.checked is not None:
            action.setCheckable(True)
            action.setChecked(deed.checked)
        action.triggered.connect(partial(_later, parent, deed.run))
    menu.popup(point)
    if first := next((action for action in menu.actions() if action.isEnabled() and not action.isSeparator()), None):
        menu.setActiveAction(first)
    return menu


def close_menus(parent: QWidget) -> None:
    """Close the menus that `open_menu` opened here: what they are about is another now."""
    for menu in parent.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
        menu.close()


def _later(parent: QWidget, run: Callable[[], object], _checked: bool = False) -> None:
    """Do it when the menu is gone: what is done may open another, or take the keyboard."""
    QTimer.singleShot(0, parent, lambda: run())


def _words(deed: Deed) -> str:
    """The text, with no letter taken for a mnemonic, and the keys as people read them."""
    keys = QKeySequence(deed.keys).toString(QKeySequence.SequenceFormat.NativeText)
    text = deed.text.replace("&", "&&")
    return f"{text}\t{keys}" if keys else text
