"""Parquet files, read by pyarrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from studio.data.errors import DataError
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.file import BROKEN, BROKEN_DEEP, TypedFile, broken, cell_text, missing

MAGIC = b"PAR1"
CELL = 8
"""Bytes that a cell takes at least when it is read: a file may promise any number of rows in a few bytes."""
_INDEX = re.compile(r"__index_level_\d+__")  # what pandas writes for the labels of rows


def parquet_rows(path: str) -> Iterator[list[str]]:
    """The cells of a Parquet file as text, row by row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(4096):
            columns = []
            for column in batch.columns:
                if pa.types.is_timestamp(column.type):  # Python's dates know no nanoseconds
                    column = column.cast(pa.timestamp("us"), safe=False)
                columns.append([cell_text(value) for value in column.to_pylist()])
            yield from map(list, zip(*columns, strict=True))


def recognized(path: Path) -> TypedFile:
    """Look at a file; raises `DataError` for a broken one, one too large, and where pyarrow isn't installed."""
    if find_spec("pyarrow") is None:
        raise missing(path, "pyarrow", "parquet")
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(str(path)) as file:
            names, rows = [str(name) for name in file.schema_arrow.names], file.metadata.num_rows
            size = sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))
    except (*BROKEN, *BROKEN_DEEP) as error:
        raise broken(path, error) from error
    if not names or not rows:
        raise DataError(f"{path.name}: expected a table, but the file is empty. Choose another file.")
    check_memory(path.name, max(2 * size, CELL * rows * len(names)), "Use a part of it.")
    named = ["" if _INDEX.fullmatch(name) else name.strip() for name in names]
    return TypedFile(path, named, ".", True, parquet_rows, {}, rows)
