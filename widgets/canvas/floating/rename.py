"""Editing a layer's name on its card."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QLineEdit, QWidget

from models.network import Network, NetworkError
from widgets.canvas.floating.bubble import Bubble
from widgets.theme import color, font, px, round_menu


class NameEditor(QLineEdit):
    """A field over a card. Enter chooses, Escape leaves; a name that cannot be is red, with a sentence why."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget, over: QRectF, id: str, network: Network) -> None:
        super().__init__(id, parent)
        self._id = id
        self._network = network
        self._done = False
        self._bubble = Bubble(parent)
        self.setAccessibleName("Name of the layer")
        self.setFont(font(12, 400, mono=True))
        self.setMaxLength(80)
        round_menu(self)
        width = min(max(over.width() - 2 * px(8), px(160)), px(240))
        self.setGeometry(round(over.x()) + px(8), round(over.center().y()) - px(15), round(width), px(30))
        self.textChanged.connect(self._check)
        self.selectAll()
        self.show()
        self.setFocus()

    @property
    def problem(self) -> str:
        """Why the layer cannot have the name typed, or ""."""
        if self.text() == self._id:
            return ""
        try:
            self._network.check_name(self.text())
        except NetworkError as error:
            return str(error)
        return ""

    def finish(self) -> None:
        """Take the name if it can be, and close."""
        if not self._done:
            self._done = True
            if not self.problem:
                self.chosen.emit(self.text())
            self._close()

    def _check(self) -> None:
        problem = self.problem
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Text, color("error_text" if problem else "text1"))
        self.setPalette(palette)
        if problem:
            self._bubble.say(problem, self.geometry().bottomLeft())
        else:
            self._bubble.hide()

    def event(self, event: QEvent) -> bool:
        # Single letters and Delete are shortcuts of the window; here they are typed.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self.problem:
                self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self._done = True
            self._close()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.finish()

    def _close(self) -> None:
        self.hide()
        self._bubble.hide()
        self._bubble.deleteLater()
        self.closed.emit()
        self.deleteLater()
