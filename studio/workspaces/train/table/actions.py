"""What can be done with several runs at once: stars, tags, notes, colors, a file to send, the trash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from models.document.edits import SetSection
from models.training.settings import RUN
from studio.controllers.training import TrainingController
from studio.runs.errors import RunError
from studio.runs.summary import RunSummary
from studio.runs.table.marks import Marks, tags_from
from studio.services import dialogs
from studio.services.background import Queue
from studio.services.message import Message
from studio.workspaces.train.table.book import RunBook
from widgets.basics.deeds import Deed
from widgets.runs.run_list import LIVE

COLORS = ("Blue", "Orange", "Mint", "Mauve", "Yellow", "Lilac")
"""The colors of curves in order; runs with one of their own may share it."""
SUFFIX = "netloomrun"


class RunActions(QObject):
    """Asks and does. `said` carries a `Message`, `deleted` the ids of runs that are in the trash now,
    `average_requested` the folders of runs that are to answer together, `prune_requested` that of one to be pruned."""

    said = Signal(object)
    deleted = Signal(object)
    average_requested = Signal(object)
    prune_requested = Signal(object)

    def __init__(self, training: TrainingController, book: RunBook, owner: QWidget) -> None:
        super().__init__(owner)
        self._training, self._book, self._owner = training, book, owner
        self._sending = Queue(self)

    @property
    def is_busy(self) -> bool:
        """Whether a file is still written."""
        return self._sending.is_busy

    def deeds(self, ids: Sequence[str]) -> list[Deed]:
        """What can be done with these runs."""
        runs = self._of(ids)
        if not runs:
            return []
        starred, one = all(run.starred for run in runs), len(runs) == 1
        own = runs[0].color if len({run.color for run in runs}) == 1 else -1
        colors = [
            Deed(name, partial(self.color, ids, number), part="marks", submenu="Color", checked=own == number)
            for number, name in enumerate(COLORS)
        ]
        return [
            Deed("Take the star away" if starred else "Star", partial(self.star, ids, not starred), part="marks"),
            Deed("Tags…", partial(self.ask_tags, ids), part="marks"),
            Deed("Note…", partial(self.ask_note, ids), part="marks"),
            Deed("Any", partial(self.color, ids, None), part="marks", submenu="Color", checked=own is None),
            *colors,
            *self._starts(runs[0], possible=one),
            Deed("Average…", partial(self.average, ids), part="use", possible=not one),
            Deed("Prune…", partial(self.prune, ids), part="use", possible=one and runs[0].has_weights),
            Deed("Export run…", partial(self.ask_file, ids), part="send", possible=one),
        ]

    def _starts(self, run: RunSummary, *, possible: bool) -> list[Deed]:
        """Have the next run go on from what this one learned, with whatever other settings."""
        kept = partial(Deed, part="use", submenu="Start from", possible=possible and run.has_weights)
        return [
            kept("Best weights", partial(self.start_from, f"{run.id}/best")),
            kept("Last weights", partial(self.start_from, f"{run.id}/last")),
        ]

    def start_from(self, checkpoint: str) -> None:
        """Have the next run start from a checkpoint ("RUN/best"); what else is set stays and may be changed."""
        documents = self._training.documents
        wanted = documents.document.training | {"start_from": RUN, "start_run": checkpoint}
        documents.apply(SetSection("training", wanted, field="start_run"))
        sentence = "The next run starts from these weights, its optimizer anew. Set what is to differ, then train."
        self.said.emit(Message(sentence, "good"))

    def star(self, ids: Sequence[str], starred: bool) -> None:
        """Give runs a star, or take it away."""
        self._mark(ids, lambda marks: marks._replace(starred=starred))

    def ask_tags(self, ids: Sequence[str]) -> None:
        """Ask for the tags of runs; what they have in common stands there."""
        shared = [tag for tag in self._of(ids)[0].tags if all(tag in run.tags for run in self._of(ids))]

        def take(text: str) -> None:
            given = tags_from(text.split(","))
            self._mark(ids, lambda marks: marks._replace(tags=tags_from([*_without(marks.tags, shared), *given])))

        dialogs.ask_text(self._owner, "Tags", "Tags, with commas between them", ", ".join(shared), take)

    def ask_note(self, ids: Sequence[str]) -> None:
        """Ask for a note on runs."""
        note = self._of(ids)[0].note

        def take(text: str) -> None:
            self._mark(ids, lambda marks: marks._replace(note=text.strip()))

        dialogs.ask_text(self._owner, "Note", "Note", note, take)

    def color(self, ids: Sequence[str], number: int | None) -> None:
        """Give runs a color of their own, or None for the next that is free."""
        self._mark(ids, lambda marks: marks._replace(color=number))

    def ask_file(self, ids: Sequence[str]) -> None:
        """Ask for a file to send a run with, and write it."""
        run = self._of(ids)[0]
        start = Path.home() / f"{run.title or 'network'} {run.name}.{SUFFIX}"
        dialogs.ask_save(
            self._owner, "Export the run", start, f"Runs (*.{SUFFIX})", SUFFIX, partial(self.write, run.id)
        )

    def write(self, id: str, target: Path) -> None:
        """Write a run into one file."""

        def work() -> None:
            from studio.runs.exchange.pack import pack
            from studio.runs.folder import RunFolder

            pack(RunFolder.open(self._training.runs_dir / id), target)

        def failed(error: Exception) -> None:
            self.said.emit(Message(str(error), "error"))

        told = Message(f"Saved {target.name}, without paths of this computer.", "good")
        self._sending.run(work, lambda _: self.said.emit(told), failed, (RunError,))

    def average(self, ids: Sequence[str]) -> None:
        """Ask for runs to answer together, the oldest first."""
        if len(ids) > 1:
            self.average_requested.emit([self._training.runs_dir / id for id in sorted(ids)])  # ids begin with the time
        else:
            self.said.emit(Message("Tick two runs at least to average their answers.", "info"))

    def prune(self, ids: Sequence[str]) -> None:
        """Ask for the weights of a run to be pruned."""
        if ids:
            self.prune_requested.emit(self._training.runs_dir / ids[0])
        else:
            self.said.emit(Message("Choose a run to prune in the list of runs.", "info"))

    def delete(self, ids: Sequence[str]) -> None:
        """Move runs to the trash, from where Undo takes them back; those that go on stay."""
        runs = [run for run in self._of(ids) if run.state not in LIVE]
        if not runs:
            self.said.emit(Message("A run that goes on cannot be deleted. Stop it first.", "info"))
            return
        called = {run.id: run.name for run in runs}

        def told(gone: list[str], problem: str) -> None:
            self.deleted.emit(gone)
            what = called[gone[0]] if len(gone) == 1 else f"{len(gone):,} runs"
            undo = ("Undo", partial(self._restore, gone))
            self.said.emit(Message(f"Deleted {what}. {problem}".rstrip(), "warning" if problem else "info", (undo,)))

        self._training.runs.delete(list(called), told)

    def _restore(self, ids: Sequence[str]) -> None:
        for id in ids:
            self._training.runs.restore(id)

    def _mark(self, ids: Sequence[str], change: Callable[[Marks], Marks]) -> None:
        for run in self._of(ids):
            self._training.runs.mark(run.id, change)

    def _of(self, ids: Sequence[str]) -> list[RunSummary]:
        wanted = set(ids)
        return [run for run in self._book.known.summaries if run.id in wanted]


def _without(tags: Sequence[str], taken: Sequence[str]) -> list[str]:
    return [tag for tag in tags if tag not in taken]
