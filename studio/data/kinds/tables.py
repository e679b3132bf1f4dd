"""Tables in files of any format: numbers, categories, dates and texts in every column but the targets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

from models.data import ColumnFacts
from models.specs.bindings import Bindings
from models.specs.fields import Choice, Text
from studio.data.base import DATASETS
from studio.data.data import Data, Progress, Raw, RawColumn
from studio.data.errors import DataError
from studio.data.formats.csv import AUTO, DELIMITERS, ENCODINGS, Way, recognized
from studio.data.formats.notation import NOTATION, Notation
from studio.data.formats.shards import TABLE, has_shards, holds
from studio.data.formats.tables.door import SUFFIXES, is_text, opened, place_of
from studio.data.formats.tables.file import TableFile
from studio.data.paths import is_folder, located
from studio.data.splitting.by_column import ByColumn
from studio.data.splitting.listing import plain_name
from studio.data.tables.columns import CATEGORY, EVERY_OTHER, GAPS, LEFT_OUT, TYPES, gaps_of
from studio.data.texts.settings import tokens_field

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.data.splitting.listed import Lists
    from studio.data.tables.reading import Read
    from studio.data.tables.source import TableSource
    from studio.data.tables.targets import Target
    from studio.data.texts.columns import Written

T = TypeVar("T")
FILL, DROP, REFUSE = "fill", "drop rows", "refuse"
_MOST_SHOWN = 8
GLANCED, GLANCED_FROM = 200, 4_000_000
"""Rows that are shown first, and bytes of a file from which these come before the rest."""


class Table(NamedTuple):
    """A file and which of its columns are what; ``nameless`` are left out."""

    file: TableFile
    inputs: dict[str, list[int]]
    targets: dict[str, int]
    nameless: list[int]
    types: dict[int, str]
    split_by: int | None = None
    named: int | None = None

    @property
    def columns(self) -> list[int]:
        """All that hold features, in order."""
        return sorted({index for indices in self.inputs.values() for index in indices})


class Content(NamedTuple):
    """What was read, which columns each input takes (of ``texts`` one each), and which rows stay: all, but for those
    with gaps where these are dropped."""

    read: Read
    inputs: dict[str, list[int]]
    texts: dict[str, Written]
    targets: dict[str, Target]
    kept: NDArray[np.bool_]

    @property
    def notations(self) -> dict[str, Notation]:
        """The columns whose numbers are written otherwise than Python does."""
        taken = {column.name: column.how for column in self.read.columns}
        taken |= {name: target.how for name, target in self.targets.items()}
        return {name: how for name, how in taken.items() if how is not None}


@DATASETS.register
class Csv(ByColumn, kind="csv"):
    """A table from the user's own file: text, Parquet, an Excel workbook or an SQLite database."""

    has_columns = True
    title = "Table"
    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES
    synonyms: ClassVar[tuple[str, ...]] = (
        "csv", "spreadsheet", "excel", "tsv", "parquet", "sqlite", "arff", "weka", "database", "text", "file",
    )  # fmt: skip
    help = (
        "A table with a column to predict: CSV, JSON lines, ARFF, Parquet, Excel, SQLite. Few different texts are "
        "categories, a number each; sentences feed an Input of their own. Text or few integers to predict are classes."
    )

    path = Text(label="File", path=True, help="A file with a table; relative paths start at the document.")
    table = Text(
        label="Sheet or table", help="The sheet of a workbook, or the table of a database; the first where empty."
    )
    target = Text(label="Target column", help="Name or number (from 1) of the column to predict; the last where empty.")
    ignore = Text(label="Ignored columns", help="Names or numbers of columns to leave out, separated by commas.")
    task = Choice("auto", ("auto", "classification", "regression"), help="What to predict: a class or a number.")
    types = Bindings(
        label="Column types",
        help="What columns are taken as, such as zip=category: number, category, date, text, left out. Others as they "
        "look.",
    )
    texts = tokens_field()
    gaps = Choice(
        FILL,
        (FILL, DROP, REFUSE),
        help="Empty cells: filled with the median of the training part (a category of its own), or rows dropped.",
    )
    delimiter = Choice("auto", ("auto", *DELIMITERS), help="What parts the columns.", advanced=True)
    decimal = Choice("auto", ("auto", "point", "comma"), help="What parts a number’s fraction.", advanced=True)
    header = Choice("auto", ("auto", "yes", "no"), help="Whether the first row holds names.", advanced=True)
    encoding = Choice(
        AUTO,
        (AUTO, *ENCODINGS),
        help="How a CSV file is written. Auto is UTF-8, UTF-16 with its mark, or cp1252, which is said.",
        advanced=True,
    )

    @classmethod
    def accepts(cls, path: Path) -> bool:
        """A file that is called as tables are, or a table of Hugging Face."""
        return holds(path) == TABLE if path.is_dir() and cls is Csv else super().accepts(path)

    def columns(self, base: Path | None = None) -> tuple[ColumnFacts, ...]:
        """All other columns as one, then each by its name, as if all held numbers."""
        return self._offered(self._table(base, None), None)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        table = self._table(base, progress)
        return self._raw(table, self._read(table, progress), progress)

    def glance(self, base: Path | None) -> Data | None:
        path = located(self.path, base, "table", folder=is_folder(self.path, base))
        if path.is_dir() or path.stat().st_size < GLANCED_FROM or not is_text(path):
            return None
        table = self._table_of(recognized(path, self._way, None, GLANCED))
        return self.as_one(self._raw(table, self._read(table, None)))

    def _raw(self, table: Table, content: Content, progress: Progress | None = None) -> Raw:
        """What was read, as columns."""
        import numpy as np

        read, file, kept = content.read, table.file, content.kept
        all_kept = bool(kept.all())
        inputs, targets = {}, {}
        remarks: list[str] = []
        for name, indices in content.inputs.items():
            if name in content.texts:
                inputs[name], said = content.texts[name].column(kept, file.has_header, progress)
                remarks += said
                continue
            taken = read.of(indices)
            names = tuple(feature for column in taken for feature in column.features) if file.has_header else ()
            places = read.places(indices)
            x = read.x if places == list(range(read.x.shape[1])) else read.x[:, places]
            x = x if all_kept else x[kept]
            x = x if any(column.exact for column in taken) else x.astype(np.float32, copy=False)
            gaps = self.gaps == FILL and any(column.can_lack for column in taken)
            inputs[name] = RawColumn(x, features=names, gaps=gaps, own=len(content.inputs) == 1)
        for name, target in content.targets.items():
            y = target.values(file)
            targets[name] = RawColumn(y if all_kept else y[kept], classes=target.classes, own=True)
        found = Raw(inputs, targets, (*self._warnings(table, content), *remarks), self._offered(table, content))
        notations = {f"{NOTATION}{name}": f"{how.mark}{how.unit}" for name, how in content.notations.items()}
        return found._replace(
            split_by=self._split_by(table, content), names=self._names(table, content), found=notations
        )

    def _names(self, table: Table, content: Content) -> list[str] | None:
        """What lists call the rows that stay, where these have names."""
        if table.named is None:
            return None
        cells = content.read.cells(table.named)
        return [cell.strip() for cell, kept in zip(cells, content.kept, strict=True) if kept]

    def read_source(self, base: Path | None) -> str:
        table = self._table(base, None)
        return self._source(table, self._read(table, None)).text()

    def _source(self, table: Table, content: Content) -> TableSource:
        """How a script reads it."""
        from studio.data.tables.source import TableSource

        numbers = {name: own for name, own in content.inputs.items() if name not in content.texts}
        inputs = {name: content.read.of(indices) for name, indices in numbers.items()}
        texts = {id: (one.at, one.how.told) for id, one in self._fed(content.texts).items()}
        several = len(self.inputs) > 1, len(self.targets) > 1
        gaps = {} if content.kept.all() else self._gaps(table, content)
        sides = self._fed(inputs), self.in_use("target", content.targets)
        names = "" if table.named is None else f"[row[{table.named}].strip() for row in rows]"
        beside = ", ".join(filter(None, (self._split_source(table, content), names)))
        return TableSource(table.file, *sides, several, gaps, beside, texts)

    def _split_by(self, table: Table, content: Content) -> NDArray[np.generic] | None:
        """The groups or times of the rows that stay."""
        from studio.data.tables.split_by import values_of

        if (column := table.split_by) is None:
            return None
        cells = content.read.cells(column)
        return values_of(table.file, column, cells, self.usual_splitting.by, content.kept)

    def _split_source(self, table: Table, content: Content) -> str:
        """What makes them in a script."""
        from studio.data.tables.split_by import source_of

        if (column := table.split_by) is None:
            return ""
        cells = content.read.cells(column)
        return source_of(table.file, column, cells, self.usual_splitting.by, content.kept)

    def _fed(self, inputs: dict[str, T]) -> dict[str, T]:
        """Columns, or groups of them, by the ids that they are bound to."""
        bound = self.inputs or (("", EVERY_OTHER),)
        return {id: inputs[name] for id, name in bound if name in inputs}

    def _cells(self, table: Table) -> list[int]:
        """The columns whose cells are kept."""
        aside = (table.split_by, table.named)
        return list(dict.fromkeys([*table.targets.values(), *(column for column in aside if column is not None)]))

    def _measured(self, table: Table) -> list[int]:
        """Those of which numbers are enough, where they hold nothing else."""
        if self.task == "classification":
            return []
        return [column for column in table.targets.values() if column not in (table.split_by, table.named)]

    def _gaps(self, table: Table, content: Content) -> dict[int, tuple[str, ...]]:
        """For each column with gaps the cells that are gaps."""
        found = {column.at: tuple(gaps_of(column)) for column in content.read.columns if column.gaps}
        for target in content.targets.values():
            if target.gaps().any():
                found[target.column] = target.nothing
        found |= {one.at: ("",) for one in content.texts.values() if one.lacking.any()}
        return found if table.split_by is None else found | {table.split_by: GAPS}

    def _warnings(self, table: Table, content: Content) -> tuple[str, ...]:
        from studio.data.tables.telling import gap_remarks, nameless_remarks, noted_remarks, table_remarks
        from studio.data.texts.columns import text_remarks

        told = {index for index, kind in table.types.items() if kind == LEFT_OUT}
        file, read = table.file, content.read
        found = [*table_remarks(file, read.left_out, told), *nameless_remarks(file, table.nameless)]
        found += noted_remarks(file, content.notations)
        return (*found, *gap_remarks(file, read.columns, content.kept), *text_remarks(file, read, content.texts))

    def _offered(self, table: Table, content: Content | None) -> tuple[ColumnFacts, ...]:
        from studio.data.tables.telling import column_facts
        from studio.data.texts.columns import offered_texts

        read, inputs = (content.read, content.inputs) if content else (None, table.inputs)
        every, names = inputs.get(EVERY_OTHER), table.file.names

        def width(indices: list[int]) -> int:
            return len(indices) if read is None else max(1, len(read.places(indices)))

        taken = {column.at: column for column in (*read.columns, *read.left_out)} if read else {}
        targets = table.targets.values()
        named = [
            column_facts(name, width([index]), taken.get(index), is_target=index in targets)
            for index, name in enumerate(names)
            if name
        ]
        if content:
            named = offered_texts(table.file, content.read, content.texts, self.texts, named)
        count = width(every) if every else len(names) - 1
        return (ColumnFacts(EVERY_OTHER, (count,)), *named)

    @property
    def _way(self) -> Way:
        return Way(self.delimiter, self.decimal, self.header, self.encoding)

    def _table(self, base: Path | None, progress: Progress | None) -> Table:
        """What the settings and the first rows say of the file."""
        path = located(self.path, base, "table", folder=is_folder(self.path, base))
        if path.is_dir() and not has_shards(path):
            raise DataError(f"{path.name}: expected a file with a table, found a folder. Choose a file in it.")
        file = opened(path, self.table, self._way, progress)
        return self._table_of(file, self._named(file, self.lists(base)))

    def _named(self, file: TableFile, lists: Lists) -> int | None:
        """The column with the names by which lists call the rows, None where these are numbered; raises `DataError`."""
        if not lists.by_name or self.named_by:
            return place_of(file, self.named_by) if lists.by_name else None
        wanted = {plain_name(name) for one in lists.each for name in one.wanted}
        rows = next(file.pieces(None), [])
        counts = [sum(plain_name(row[column]) in wanted for row in rows) for column in range(len(file.names))]
        return counts.index(max(counts)) if any(counts) else None

    def _table_of(self, file: TableFile, column: int | None = None) -> Table:
        """Which columns of a file are what; ``column`` has the names of rows."""
        path, names = file.path, file.names
        nameless = [index for index, name in enumerate(names) if not name]
        named = [index for index in range(len(names)) if index not in nameless]
        if not named:
            raise DataError(f"{path.name}: expected names in the first row, found none. Set its header to no.")
        targets = self._target_columns(file, named[-1])
        name = self.split_column()
        split_by = place_of(file, name) if name else None
        told = place_of(file, self.named_by) if self.named_by else None
        aside = [place for place in (split_by, column, told) if place is not None]
        inputs = self._input_columns(file, named, [*targets.values(), *aside])
        if not all(inputs.values()):
            target = next(iter(targets))
            raise DataError(
                f"{path.name}: expected columns of numbers and a target, found only the target “{target[:40]}”. "
                "Check the delimiter and the ignored columns."
            )
        self._refuse_twins(file, inputs, targets)
        unnamed = [index for index in nameless if index not in targets.values()]
        return Table(file, inputs, targets, unnamed, self._types(file), split_by, column)

    def _refuse_twins(self, file: TableFile, inputs: dict[str, list[int]], targets: dict[str, int]) -> None:
        """Raise `DataError` where an input is called as a target is: it may be the same, and tells what to predict."""
        by_name = {file.names[index]: index for index in targets.values() if file.has_header}
        for index in {index for group in inputs.values() for index in group}:
            target = by_name.get(file.names[index], index)
            if target != index:
                raise DataError(
                    f"{file.path.name}: two columns are called “{file.names[index][:40]}”, of which {target + 1} is to "
                    f"be predicted. Ignore column {index + 1}.",
                    **self._without(file, index),
                )

    def _types(self, file: TableFile) -> dict[int, str]:
        """What the user has said of columns; raises `DataError` for a type that there is not."""
        for name, type in self.types:
            if type not in TYPES:
                raise DataError(f"{file.path.name}: column “{name[:40]}” is to be “{type[:20]}”: {', '.join(TYPES)}.")
        own = {place_of(file, name): type for name, type in self.types}
        return dict.fromkeys(file.categories, CATEGORY) | own

    def _target_columns(self, file: TableFile, last: int) -> dict[str, int]:
        if self.targets:
            return {name: place_of(file, name) for _, name in self.targets}
        target = place_of(file, self.target) if self.target.strip() else last
        return {file.names[target] or str(target + 1): target}

    def _input_columns(self, file: TableFile, named: list[int], aside: list[int]) -> dict[str, list[int]]:
        """The features of each input, by what is bound; those ``aside`` are none unless bound."""
        ignored = [place_of(file, name) for name in self.ignore.split(",") if name.strip()]
        bound = {name: self._group(file, name) for _, name in self.inputs if name.strip() != EVERY_OTHER}
        taken = {*aside, *ignored, *(index for group in bound.values() for index in group)}
        every = [index for index in named if index not in taken]
        if not self.inputs:
            return {EVERY_OTHER: every}
        return {name: bound.get(name, every) for _, name in self.inputs}

    def _group(self, file: TableFile, names: str) -> list[int]:
        if names.strip() in file.names:
            return [file.names.index(names.strip())]
        return [place_of(file, name) for name in names.split(",") if name.strip()]

    def _read(self, table: Table, progress: Progress | None) -> Content:
        """Everything; raises `DataError` naming the first cell that is not what its column holds."""
        import numpy as np

        from studio.data.tables.reading import Wanted, read_table
        from studio.data.tables.targets import refuse_gaps, target_of
        from studio.data.tables.telling import nothing_error
        from studio.data.texts.columns import fed, refuse_empty, written

        file = table.file
        alone = [columns[0] for name, columns in table.inputs.items() if name != EVERY_OTHER and len(columns) == 1]
        wanted = Wanted(table.columns, table.types, self._cells(table), self._measured(table), alone, self.decimal)
        read = read_table(file, wanted, lambda column: self._without(file, column), progress)
        inputs = fed(file, table.inputs, read)
        texts = written(file, inputs, read, self.texts)
        for name, columns in inputs.items():
            if not read.places(columns) and name not in texts:
                lost = [column for column in read.left_out if column.at in columns]
                raise nothing_error(file, name, lost)
        targets = {
            name: target_of(file, index, read.targets[index], self.task, self.decimal)
            for name, index in table.targets.items()
        }
        if self.gaps != DROP:
            refuse_gaps(file, [*targets.values()])
        if self.gaps == REFUSE:
            refuse_empty(file, read, texts)
        kept = np.ones(len(read.x), dtype=bool)
        if self.gaps == DROP:
            kept = ~read.lacking()
            for text in texts.values():
                kept &= ~text.lacking
            for target in targets.values():
                kept &= ~target.gaps()
            if table.split_by is not None:
                kept &= ~read.cells(table.split_by).are(GAPS)
            if not kept.any():
                raise DataError(f"{file.path.name}: every row has a gap. Set gaps to fill.", gaps=FILL)
        return Content(read, inputs, texts, targets, kept)

    def _without(self, file: TableFile, column: int) -> dict[str, str]:
        """The setting with which one more column is ignored."""
        name = file.names[column]
        known = name if name and "," not in name and file.names.count(name) == 1 else str(column + 1)
        return {"ignore": ", ".join(filter(None, (self.ignore.strip(), known)))}
