"""Copying the settings of a layer to others, as the menus of the inspector's pages offer it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from models.document.shared_settings import copied, pasted
from models.network import Node
from widgets.controls import IconButton
from widgets.inspector.parameters import Apply
from widgets.theme import Menu


class SettingsMenu(Menu):
    """Copies the settings of one layer and pastes them into any number; asks for the edit by ``apply``."""

    def __init__(self, apply: Apply, parent: QWidget) -> None:
        super().__init__(parent)
        self._apply = apply
        self._nodes: list[Node] = []
        self.copy = self.addAction("Copy settings", self.copy_settings)
        self.paste = self.addAction("Paste settings", self.paste_settings)
        self.aboutToShow.connect(self._offer)

    def button(self, tip: str) -> IconButton:
        """A button that opens the menu."""
        button = IconButton("more", tip, 28)
        button.clicked.connect(lambda: self.popup(button.mapToGlobal(button.rect().bottomLeft())))
        return button

    def set_nodes(self, nodes: Sequence[Node]) -> None:
        """Work on these layers."""
        self._nodes = list(nodes)

    def copy_settings(self) -> None:
        """Put the settings of the layer on the clipboard; nothing where there are several."""
        if len(self._nodes) == 1:
            QGuiApplication.clipboard().setText(copied(self._nodes[0]))

    def paste_settings(self) -> None:
        """Give every layer what was copied, as far as it has such settings."""
        edit = pasted(QGuiApplication.clipboard().text(), self._nodes)
        if edit:
            self._apply(edit, False)

    def _offer(self) -> None:
        layers = [node.own_layer for node in self._nodes]
        self.copy.setEnabled(len(layers) == 1 and layers[0] is not None and bool(layers[0].fields))
        self.paste.setEnabled(pasted(QGuiApplication.clipboard().text(), self._nodes) is not None)
