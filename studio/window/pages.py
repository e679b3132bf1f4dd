"""The welcome screen and the workspaces, one of them in front."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.workspaces.workspace import WORKSPACES, Page, Studio


class Pages(QStackedWidget):
    """Each workspace is made when it is first asked for."""

    def __init__(self, studio: Studio, welcome: QWidget) -> None:
        super().__init__()
        self._studio = studio
        self._welcome = welcome
        self._made: dict[str, Page] = {}
        self.addWidget(welcome)

    def workspace(self, name: str) -> Page:
        """A workspace by its name."""
        if name not in self._made:
            self._made[name] = WORKSPACES[name].page(self._studio)
            self.addWidget(self._made[name])
        return self._made[name]

    def made(self, name: str) -> Page | None:
        """A workspace by its name, if it was asked for yet."""
        return self._made.get(name)

    @property
    def name(self) -> str:
        """The workspace in front; "" for the welcome screen."""
        current = self.currentWidget()
        return next((name for name, page in self._made.items() if page is current), "")

    def show_workspace(self, name: str) -> Page:
        """Bring a workspace to the front, and give the keyboard to it."""
        page = self.workspace(name)
        # Out of a page that is about to be hidden Qt would move the keyboard to some control of the next one.
        self.setFocus()
        self.setCurrentWidget(page)
        page.begin()
        return page

    def show_welcome(self) -> None:
        """Bring the welcome screen to the front."""
        self.setCurrentWidget(self._welcome)

    def panels(self) -> tuple[QWidget, ...]:
        """The parts of what is in front, in the order in which the keyboard walks them."""
        page = self._made.get(self.name)
        shown = tuple(part for part in page.panels() if part.isVisible()) if page else ()
        return shown or (page or self._welcome,)

    def save_state(self) -> None:
        """Keep what the workspaces remember between starts."""
        for page in self._made.values():
            page.save_state()
