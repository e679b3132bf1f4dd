"""All that is known of the runs, worked out once for the list and the table, and which of them are looked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from models.find import Condition, QueryError
from studio.runs.summary import RunSummary
from studio.runs.table.columns import Column, columns_of, names_of
from studio.runs.table.facts import RunFacts, facts_of
from studio.runs.table.seeds import groups_of
from studio.services.background import Background
from studio.workspaces.train.run_rows import GROUP


class Known(NamedTuple):
    """The runs, the latest first, as rows by their ids, with columns and groups of seeds."""

    summaries: Sequence[RunSummary] = ()
    facts: Mapping[str, RunFacts] = {}
    columns: Sequence[Column] = ()
    groups: Mapping[str, tuple[str, ...]] = {}


class Network(NamedTuple):
    """Whose runs are shown first: those of this document."""

    path: str
    title: str

    def trained(self, run: RunSummary) -> bool:
        """Whether a run was made of this document: by its path, or its title where it has none."""
        return run.document_path == self.path if self.path else not run.document_path and run.title == self.title


class RunBook(QObject):
    """`changed` follows other runs, or others that are looked for."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.known = Known()
        self.search = self.complaint = ""
        """What is looked for, and a sentence where that cannot be understood."""
        self.found: list[RunSummary] = []
        """The runs that are looked for; those with a star first."""
        self._condition: Condition | None = None
        self._work = Background(self)

    @property
    def is_busy(self) -> bool:
        """Whether rows are still worked out."""
        return self._work.is_busy

    @property
    def group_of(self) -> dict[str, str]:
        """The group of each run that is in one."""
        return {id: group for group, members in self.known.groups.items() for id in members}

    def groups_among(self, shown: Collection[str]) -> dict[str, list[str]]:
        """The runs among some that only the seed tells apart, by an id for each group."""
        groups = {id: [run for run in members if run in shown] for id, members in self.known.groups.items()}
        return {f"{GROUP}{id}": those for id, those in groups.items() if len(those) > 1}

    def color_for(self, id: str, colors: Mapping[str, int], as_one: bool) -> int | None:
        """The color that a run was given, or ``as_one`` that of those among ``colors`` that it repeats; None for the
        next that is free."""
        run = next((run for run in self.known.summaries if run.id == id), None)
        if run and run.color is not None:
            return run.color
        repeated = self.known.groups.get(self.group_of.get(id, ""), ()) if as_one else ()
        return next((colors[other] for other in repeated if other in colors and other != id), None)

    def take(self, summaries: list[RunSummary]) -> None:
        """Another list of runs; its rows are worked out on a thread."""
        self._work.run(lambda: _known(summaries), self._show, _nothing, ())

    def update(self, summary: RunSummary) -> None:
        """One run that goes on has come further."""
        known = self.known
        summaries = [summary if run.id == summary.id else run for run in known.summaries]
        self.known = known._replace(summaries=summaries, facts={**known.facts, summary.id: facts_of(summary)})
        self.found = [summary if run.id == summary.id else run for run in self.found]

    def look_for(self, text: str) -> None:
        """Look for words, or for runs that meet a condition; nothing finds all."""
        self.search = text
        self._choose()
        self.changed.emit()

    def _show(self, known: Known) -> None:
        self.known = known
        self._choose()
        self.changed.emit()

    def _choose(self) -> None:
        """What cannot be understood leaves what was found before."""
        try:
            condition = Condition(self.search, names_of(self.known.columns))
            self.complaint = ""
        except QueryError as error:
            self.complaint = str(error)
            ids = {run.id for run in self.found}
            self.found = [run for run in self.known.summaries if run.id in ids]
            return
        facts = self.known.facts
        found = [run for run in self.known.summaries if condition(facts[run.id])]
        self.found = sorted(found, key=lambda run: not run.starred)


def _known(summaries: list[RunSummary]) -> Known:
    facts = {run.id: facts_of(run) for run in summaries}
    return Known(summaries, facts, columns_of(list(facts.values())), groups_of(summaries))


def _nothing(error: Exception) -> None:
    """Rows are made without reading anything: what goes wrong goes through the door for errors."""
