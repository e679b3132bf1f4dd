"""Images with a table that says what belongs to each: numbers or classes to predict, one image a row or several."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.data import ColumnFacts
from models.specs.fields import Choice, OptionalSize, Text
from studio.data.base import DATASETS
from studio.data.data import Progress, Raw, RawColumn
from studio.data.errors import DataError
from studio.data.formats.tables.file import TableFile
from studio.data.images.named import Pictures, call_images, name_images, named_images
from studio.data.images.steps import Steps
from studio.data.kinds.tables import Content, Csv, Table

if TYPE_CHECKING:
    from studio.data.splitting.listed import Lists


@DATASETS.register
class ImageTable(Csv, kind="image_table"):
    """Images that a table names, with what is to be predicted of them."""

    title = "Images with a table"
    icon = "image"
    suffixes = ()
    synonyms = ("csv", "labels", "regression", "file names", "metadata", "siamese", "pairs")
    help = (
        "A table beside images: a column (or several) names image files, another holds the class or the number to "
        "predict. The files are looked for beneath the table’s folder."
    )

    images = Text(label="Image columns", help="Columns that name images, by commas; where empty, those that look so.")
    size = OptionalSize(
        2, maximum=4096, help="Height and width; where empty, those that most images have.", unit="pixels"
    )
    color = Choice("RGB", ("RGB", "grayscale"), help="Three channels or one.")

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        table = self._table(base, progress)
        content = self._read(table, progress)
        if not self._used(table.file):
            return self._raw(table, content, progress)
        pictures = self._pictures(table, content)
        step = Steps(progress, int(content.kept.sum()) * len(pictures.paths))
        images, kept, remarks = pictures.read(content.kept, step)
        raw = self._raw(table, content._replace(kept=kept), progress)
        named = {table.file.names[column]: RawColumn(found) for column, found in images.items()}
        warnings = (*self._warnings(table, content), *remarks)
        return raw._replace(inputs={**named, **raw.inputs}, warnings=warnings)

    def read_source(self, base: Path | None) -> str:
        table = self._table(base, None)
        content = self._read(table, None)
        if not self._used(table.file):
            return self._source(table, content).text()
        pictures = self._pictures(table, content)
        names = [table.file.names[column] for column in pictures.paths]
        ids = {id: names.index(name) for id, name in self.inputs if name in names} or {"": 0}
        return self._source(table, content)._replace(pictures=pictures, images=ids).text()

    def _pictures(self, table: Table, content: Content) -> Pictures:
        size = None if self.size is None else (self.size[0], self.size[1])
        cells = {column: list(content.read.cells(column)) for column in self._used(table.file)}
        return Pictures(table.file.path.parent, cells, size, "RGB" if self.color == "RGB" else "L")

    def _named(self, file: TableFile, lists: Lists) -> int | None:
        """Lists name the images, unless another column is told."""
        if lists.by_name and not self.named_by:
            return next(iter(self._used(file)), None)
        return super()._named(file, lists)

    def _image_columns(self, file: TableFile) -> list[int]:
        """The columns that name images; raises `DataError` where there is none."""
        if self.images.strip():
            return self._group(file, self.images)
        rows = next(file.pieces(None), [])
        columns = [[row[column] for row in rows] for column in range(len(file.names))]
        found = [place for place, cells in enumerate(columns) if name_images(cells)]
        if not found:
            known = named_images(str(file.path.parent))
            found = [place for place, cells in enumerate(columns) if call_images(cells, known)]
        if not found:
            raise DataError(f"{file.path.name}: expected a column of image files, found none. Name it in the settings.")
        return found

    def _used(self, file: TableFile) -> list[int]:
        """Those that are bound, or the first."""
        known = self._image_columns(file)
        bound = [column for column in known if file.names[column] in dict(self.inputs).values()]
        return bound or ([] if self.inputs else known[:1])

    def _input_columns(self, file: TableFile, named: list[int], aside: list[int]) -> dict[str, list[int]]:
        images = self._image_columns(file)
        found = super()._input_columns(file, [column for column in named if column not in images], aside)
        return {name: columns for name, columns in found.items() if not {*columns} & {*images}} if self.inputs else {}

    def _cells(self, table: Table) -> list[int]:
        return list(dict.fromkeys([*super()._cells(table), *self._used(table.file)]))

    def _offered(self, table: Table, content: Content | None) -> tuple[ColumnFacts, ...]:
        names = {table.file.names[column] for column in self._image_columns(table.file)}
        found = [
            replace(column, shape=()) if column.name in names else column for column in super()._offered(table, content)
        ]
        return tuple(sorted(found, key=lambda column: column.name not in names))
