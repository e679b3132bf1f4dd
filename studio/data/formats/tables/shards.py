"""Tables in shards of Arrow or Parquet, as Hugging Face's `datasets` keeps them, and single files of Arrow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from studio.data.errors import DataError
from studio.data.formats.memory import check_memory
from studio.data.formats.shards import IMPORTS, SHARED, class_names, shard_files, shard_table
from studio.data.formats.tables.file import BROKEN, BROKEN_DEEP, TypedFile, broken, cell_text, chosen, missing
from studio.data.paths import parts_in

MAGIC = b"ARROW1"
"""Begins a single file of Arrow (Feather)."""
_CELL = 8
"""Bytes that a cell takes at least when it is read."""


def shard_rows(path: str, splits: list[str]) -> Iterator[list[str]]:
    """The cells of some splits as text, row by row; classes by their names."""
    shards = shard_files(path) if os.path.isdir(path) else {"": [path]}
    for shard in [shard for split in splits for shard in shards[split]]:
        table, _ = shard_table(shard)
        names = {column: class_names(table, column) for column in table.column_names}
        for batch in table.to_batches(max_chunksize=4096):
            columns = []
            for column, values in zip(table.column_names, batch.columns, strict=True):
                cells, known = values.to_pylist(), names[column]
                if known:
                    cells = [known[cell] if cell is not None and cell >= 0 else "" for cell in cells]
                columns.append([cell_text(cell) for cell in cells])
            yield from map(list, zip(*columns, strict=True))


def recognized(path: Path, wanted: str, *, whole: bool = False) -> TypedFile:
    """Look at such a data set, or a single file of Arrow, as a table; raises `DataError`.

    The split is that which is ``wanted``, else the first; ``whole`` has those of all parts, one behind the other.
    """
    if find_spec("pyarrow") is None:
        raise missing(path, "pyarrow", "parquet")
    try:
        shards = shard_files(str(path)) if path.is_dir() else {"": [str(path)]}
        splits = parts_in(shards) if whole and not wanted.strip() else []
        splits = splits or [chosen(path, "split", _in_order(shards), wanted)]
        tables = [shard_table(file)[0] for split in splits for file in shards[split]]
    except (*BROKEN, *BROKEN_DEEP) as error:
        raise broken(path, error) from error
    names, rows = [str(name) for name in tables[0].column_names], sum(table.num_rows for table in tables)
    if not names or not rows or any(table.column_names != names for table in tables):
        raise DataError(f"{path.name}: expected shards with the same columns and rows, found others. Choose another.")
    check_memory(path.name, max(2 * sum(table.nbytes for table in tables), _CELL * rows * len(names)), "Use a part.")
    others = ", ".join(split for split in shards if split not in splits)
    remarks = (f"{path.name}: the split “{splits[0]}” is read; others are {others}.",) if others and not whole else ()
    told = {"splits": splits}
    return TypedFile(path, names, ".", True, shard_rows, told, rows, 0, remarks, SHARED, IMPORTS[1:4])


def split_sizes(path: Path, splits: list[str]) -> list[int]:
    """How many rows some splits have."""
    shards = shard_files(str(path))
    return [sum(shard_table(file)[0].num_rows for file in shards[split]) for split in splits]


def _in_order(shards: dict[str, list[str]]) -> list[str]:
    """The splits, those of the known parts first."""
    known = parts_in(shards)
    return [*known, *(split for split in shards if split not in known)]
