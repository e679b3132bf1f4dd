"""An icon by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from widgets.controls import Themed
from widgets.theme import pixmap, px


class Icon(Themed, QLabel):
    """A bundled icon in the color of a token; follows the theme."""

    def __init__(self, name: str, token: str = "text2", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._token, self._size = name, token, size
        self.follow_theme()

    def show_icon(self, name: str, token: str) -> None:
        """Become another icon."""
        if (name, token) != (self._name, self._token):
            self._name, self._token = name, token
            self.restyle()

    def restyle(self) -> None:
        self.setFixedSize(px(self._size), px(self._size))
        self.setPixmap(pixmap(self._name, self._token, px(self._size), self.devicePixelRatioF()))
