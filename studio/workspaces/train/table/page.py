"""All runs as a table over the whole page: looked for, grouped, sorted, compared, sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.runs.table.columns import Column, cell_text, columns_of, in_order
from studio.runs.table.facts import NAME, RunFacts, is_measured
from studio.runs.table.groups import Group, group_of, grouped_by
from studio.runs.table.seeds import group_text
from studio.workspaces.train.table.book import RunBook
from widgets.controls import Button, ChoiceField, EmptyState, Label
from widgets.runs.run_table import Head, Line, RunTable

SEEDS, NONE = "seeds", ""
MOST_GROUPINGS = 12
"""Columns that rows can be grouped by."""


class RunTablePage(QWidget):
    """`menu_requested` carries ids of runs and a place, `toggled` ids, `csv_requested` the text of the file."""

    menu_requested = Signal(object, QPoint)
    toggled = Signal(object)
    csv_requested = Signal(object)

    def __init__(self, book: RunBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self._groups: dict[str, Group] = {}
        self._folded: set[str] = set()
        self._colors: dict[str, int] = {}
        self._sort, self._descending = NONE, False
        self.table = RunTable()
        self.count = Label("", 12, token="text2")
        self.grouping = ChoiceField("Group by")
        self.export_button = Button("Export CSV…", "export", height=28)
        self.empty = EmptyState("No run is like that.", "search")
        self._lay_out()
        self.table.sort_requested.connect(self.sort_by)
        self.table.folded.connect(self.fold)
        self.table.toggled.connect(lambda id: self.toggled.emit(self.members(id)))
        self.table.menu_requested.connect(lambda ids, at: self.menu_requested.emit(self._apart(ids), at))
        self.grouping.changed.connect(lambda _: self.show_rows())
        self.export_button.clicked.connect(lambda: self.csv_requested.emit(self.as_csv()))
        book.changed.connect(self._follow)
        self.show_rows()

    def set_shown(self, colors: Mapping[str, int]) -> None:
        """Tell which runs are on the charts; a group is there with any of its runs."""
        self._colors = dict(colors)
        groups = {
            id: next((colors[row.id] for row in group.members if row.id in colors), None)
            for id, group in self._groups.items()
        }
        self.table.set_shown(self._colors | {id: color for id, color in groups.items() if color is not None})

    def sort_by(self, key: str) -> None:
        """Sort by a column; the same once more the other way round, and a third time not at all."""
        if key != self._sort:
            self._sort, self._descending = key, is_measured(key)
        elif self._descending == is_measured(key):
            self._descending = not self._descending
        else:
            self._sort = NONE
        self.show_rows()

    def fold(self, id: str) -> None:
        """Fold a group, or unfold it."""
        self._folded ^= {id}
        self.show_rows()

    def members(self, id: str) -> list[str]:
        """The runs of a row: those of a group, or itself."""
        group = self._groups.get(id)
        return [row.id for row in group.members] if group else [id]

    def chosen(self) -> list[str]:
        """The runs that are chosen."""
        return self._apart(self.table.chosen())

    def as_csv(self) -> str:
        """Every row in the present order, with every column."""
        from studio.runs.table.written import as_csv

        rows = [self._book.known.facts[line.id] for line in self.table.rows.lines if not line.members]
        return as_csv([head.key for head in self.table.rows.heads], rows)

    def show_rows(self) -> None:
        """Show what is looked for, grouped and sorted."""
        facts = self._book.known.facts
        rows = [facts[run.id] for run in self._book.found if run.id in facts]
        columns = columns_of(rows)
        self._offer_groupings(columns)
        self._groups = {group.facts.id: group for group in self._grouped(rows)}
        lines = self._lines(rows)
        self.table.show_table([_head(column) for column in columns], lines, self._text)
        self.table.set_sorted(self._sort, self._descending)
        self.set_shown(self._colors)
        total = len(self._book.known.summaries)
        of = f"{len(rows):,} of " if len(rows) < total else ""
        self.count.setText(f"{of}{total:,} run{'s' * (total != 1)}")
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not rows)

    # Set up

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 10, 16, 8)
        bar.setSpacing(10)
        bar.addWidget(self.count)
        bar.addStretch(1)
        bar.addWidget(Label("Group by", 12, token="text3"))
        bar.addWidget(self.grouping)
        bar.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.empty, 1)
        column.addWidget(self.table, 1)
        self.grouping.set_options([(NONE, "nothing"), (SEEDS, "repeated seeds")])
        self.grouping.set_value(SEEDS)
        self.grouping.setSizeAdjustPolicy(ChoiceField.SizeAdjustPolicy.AdjustToContents)
        self.grouping.setMinimumContentsLength(16)

    def _follow(self) -> None:
        if self.isVisible():
            self.show_rows()

    def _offer_groupings(self, columns: Sequence[Column]) -> None:
        offered = [column.key for column in columns if column.differs and not is_measured(column.key)]
        offered = [key for key in offered if key not in (NAME, "duration", "began", "epoch", "seed")][:MOST_GROUPINGS]
        value = self.grouping.value()
        self.grouping.set_options([(NONE, "nothing"), (SEEDS, "repeated seeds"), *((key, key) for key in offered)])
        self.grouping.set_value(value if value in (NONE, SEEDS, *offered) else SEEDS)

    # Rows

    def _grouped(self, rows: Sequence[RunFacts]) -> list[Group]:
        key = self.grouping.value()
        if key == SEEDS:
            group_of_run = self._book.group_of
            found: dict[str, list[RunFacts]] = {}
            for row in rows:
                if row.id in group_of_run:
                    found.setdefault(group_of_run[row.id], []).append(row)
            return [_group_of_seeds(id, those) for id, those in found.items() if len(those) > 1]
        return [group for group in grouped_by(rows, key) if len(group.members) > 1] if key else []

    def _lines(self, rows: Sequence[RunFacts]) -> list[Line]:
        """A line for each row; of a group its own first, then those of its members."""
        group_of_row = {row.id: group for group in self._groups.values() for row in group.members}
        tops = list({(group.facts if (group := group_of_row.get(row.id)) else row).id: None for row in rows})
        facts = self._book.known.facts
        ordered = [self._groups[id].facts if id in self._groups else facts[id] for id in tops]
        starred = {run.id for run in self._book.found if run.starred}
        lines: list[Line] = []
        for top in self._in_order(ordered):
            group = self._groups.get(top.id)
            if group is None:
                lines.append(Line(top.id, top.id in starred))
                continue
            folded = top.id in self._folded
            lines.append(Line(top.id, members=len(group.members), folded=folded))
            inside = () if folded else self._in_order(group.members)
            lines += [Line(row.id, row.id in starred, inside=True) for row in inside]
        return lines

    def _in_order(self, rows: Sequence[RunFacts]) -> Sequence[RunFacts]:
        return in_order(rows, self._sort, descending=self._descending) if self._sort else rows

    def _text(self, id: str, key: str) -> str:
        if group := self._groups.get(id):
            return group.text(key)
        row = self._book.known.facts.get(id)
        return cell_text(key, row.values.get(key)) if row else ""

    def _apart(self, ids: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(member for id in ids for member in self.members(id)))


def _group_of_seeds(id: str, rows: Sequence[RunFacts]) -> Group:
    name = group_text([row.values.get(NAME) for row in rows], [row.values.get("seed") for row in rows])
    return group_of(f"seeds:{id}", name, rows)


def _head(column: Column) -> Head:
    differs = "differs among these runs" if column.differs else "the same in all of these runs"
    return Head(column.key, column.key, column.numeric, f"{column.key}: {differs}")
