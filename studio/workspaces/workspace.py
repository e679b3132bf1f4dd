"""What a workspace is to the window: a declaration in one place, from which everything else grows.

The choice in the top bar, Ctrl and a digit, the search for commands, the walk of the keyboard, what is remembered
between starts and the pictures of the documentation all come from the registry. A package of `studio.workspaces` joins
by lying there and calling `register`; its widgets are loaded with the first look at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from PySide6.QtWidgets import QSplitter, QWidget

from studio.services.commands import Command
from studio.services.settings import Settings
from widgets.basics.deeds import Deed

if TYPE_CHECKING:
    from studio.controllers.asking.probing import Probing
    from studio.controllers.documents import DocumentController
    from studio.controllers.experiments.controller import ExperimentsController
    from studio.controllers.exporting import Exporter
    from studio.controllers.training import TrainingController


class Studio(Protocol):
    """What workspaces and their commands may use of the window."""

    settings: Settings
    controller: DocumentController
    training: TrainingController
    probing: Probing
    exporter: Exporter
    experiments: ExperimentsController

    def show_workspace(self, name: str) -> Page:
        """Bring a workspace to the front, and give the keyboard to it."""

    def made(self, name: str) -> Page | None:
        """The page of a workspace, if it was looked at yet."""

    def new(self, template: str | None = None, then: Callable[[], object] | None = None) -> None:
        """Begin another network, empty or from a template, once the present one is safe; ``then`` follows."""

    def vary(self, setting: str) -> None:
        """Plan an experiment in which a setting varies, by its dotted name such as “conv1.out_channels”."""

    def compare_runs(self, runs: Sequence[Path]) -> None:
        """Compare what two runs trained, or what one trained with the open network."""

    def average_runs(self, runs: Sequence[Path]) -> None:
        """Show how well runs do that answer together."""

    def prune_run(self, run: Path) -> None:
        """Show what a run comes to with its smallest weights taken away."""


class Example(NamedTuple):
    """A sample of a part of a run's own data, and the weights of the run that it is looked at with."""

    run: Path
    checkpoint: str
    part: str
    sample: int


class Page(QWidget):
    """What is seen of a workspace."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self._splitters: dict[str, QSplitter] = {}

    def panels(self) -> tuple[QWidget, ...]:
        """The parts that F6 walks through, in order."""
        return (self,)

    def looked_at(self) -> Example | None:
        """The sample that is looked at, where the page looks at one."""
        return None

    def begin(self) -> None:
        """Take the keyboard: the page has come to the front."""
        self.setFocus()

    def remember(self, key: str, splitter: QSplitter) -> None:
        """Give a splitter the sizes that it had when the page was last closed, and keep those of this time."""
        self._splitters[key] = splitter
        if state := self.settings.state(key):
            splitter.restoreState(state)

    def save_state(self) -> None:
        """Keep what is remembered between starts."""
        for key, splitter in self._splitters.items():
            self.settings.set_state(key, splitter.saveState())


@dataclass(frozen=True)
class Workspace:
    """A workspace: ``name`` for the program, ``title`` for people, ``place`` among the others.

    ``page`` makes what is seen of it, ``commands`` what it adds to menu, keys and search; ``finds`` what a search finds
    besides, as it is now: commands that go to one of many things.
    """

    name: str
    title: str
    icon: str
    place: int
    page: Callable[[Studio], Page]
    commands: Callable[[Studio], Iterable[Command]] = lambda studio: ()
    finds: Callable[[Studio], Iterable[Command]] = lambda studio: ()


def commands_of(menu: str, deeds: Iterable[Deed], front: Callable[[], object]) -> Iterator[Command]:
    """What a menu of a workspace offers, as commands under a heading; ``front`` brings the workspace to the front."""

    def act(deed: Deed) -> None:
        front()
        deed.run()

    for deed in deeds:
        if deed.possible:
            keys = (deed.keys,) if deed.keys else ()
            yield Command(f"{menu} {deed.words}", menu, deed.words, keys, partial(act, deed))


WORKSPACES: dict[str, Workspace] = {}


def register(workspace: Workspace) -> None:
    """Add a workspace; its name must be new."""
    assert workspace.name not in WORKSPACES, workspace.name
    WORKSPACES[workspace.name] = workspace


def in_order() -> list[Workspace]:
    """All workspaces as the top bar shows them."""
    return sorted(WORKSPACES.values(), key=lambda workspace: workspace.place)
