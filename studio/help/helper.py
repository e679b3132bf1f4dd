"""Help as the window has it: its commands, and what they open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from studio.controllers.documents import DocumentController
from studio.help.tour import Step, Tour
from studio.services.commands import Command
from studio.services.message import Message

EXAMPLE = "digits-cnn"
"""What the tour walks through where nothing is open."""


class Help:
    """Opens the guide, the sheet of keys and the tour.

    ``new`` opens a template and calls back; ``steps`` shows what the tour walks through and describes it.
    """

    def __init__(
        self,
        window: QWidget,
        controller: DocumentController,
        new: Callable[[str, Callable[[], None]], object],
        steps: Callable[[], list[Step]],
    ) -> None:
        self._window, self._controller, self._new, self._steps = window, controller, new, steps
        self._guide: QWidget | None = None
        self.tour: Tour | None = None

    def commands(self) -> list[Command]:
        """What helps."""
        return [
            Command("guide", "Help", "Guide", ("F1",), self.open_guide),
            Command("keys", "Help", "Keys", ("?",), self.open_keys),
            Command("tour", "Help", "Tour of the studio", (), self.start_tour),
        ]

    def start_tour(self) -> None:
        """Begin the tour, with an example where no network is open; unless it goes on."""
        if self.tour is not None:
            return
        if self._controller.document.network.nodes:
            self._begin()
        else:
            self._new(EXAMPLE, self._begin)

    def open_guide(self) -> None:
        """Show the guide, in front if it is open."""
        from studio.help.guide import GuideWindow

        if self._guide is not None:
            self._guide.raise_()
            self._guide.activateWindow()
            return
        self._open(GuideWindow)

    def open_keys(self) -> None:
        """Show the sheet of keys."""
        from studio.help.key_sheet import KeySheet

        try:
            KeySheet(self._window).open()
        except OSError as error:
            self._controller.said.emit(Message(str(error), "error"))

    def _open(self, kind: Callable[[QWidget], QWidget]) -> None:
        try:
            self._guide = kind(self._window)
        except OSError as error:
            self._controller.said.emit(Message(str(error), "error"))
            return
        self._guide.destroyed.connect(self._forget_guide)
        self._guide.show()

    def _forget_guide(self) -> None:
        self._guide = None

    def _begin(self) -> None:
        self.tour = Tour(self._window, self._steps())
        self.tour.ended.connect(self._end)

    def _end(self) -> None:
        self.tour = None
