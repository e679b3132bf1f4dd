"""Parquet files, read by pyarrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from studio.data.errors import DataError
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.file import BROKEN, BROKEN_DEEP, TypedFile, broken, cell_text, missing

MAGIC = b"PAR1"
CELL = 8
"""Bytes that a cell takes at least when it is read: a file may promise any number of rows in a few bytes."""
MOST_VALUES = 4096
"""Values of a list that become a column each."""
_INDEX = re.compile(r"__index_level_\d+__")  # what pandas writes for the labels of rows


def flat_columns(table: Any, lists: dict[str, int]) -> list[tuple[str, Any]]:
    """The columns of a table and their names: of structures one for each part, of lists one for
    each value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    while any(pa.types.is_struct(column.type) for column in table.columns):
        table = table.flatten()
    found = []
    for place, name in enumerate(table.column_names):
        column = table.column(place)
        for number in range(lists.get(name, 0)):
            found.append((f"{name}.{number + 1}", pc.list_element(column, number)))
        if name not in lists:
            found.append((name, column))
    return found


def parquet_rows(path: str, lists: dict[str, int]) -> Iterator[list[str]]:
    """The cells of a Parquet file as text, row by row; lists are as long as told."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(4096):
            columns = []
            for _, column in flat_columns(pa.Table.from_batches([batch]), lists):
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
            lists = _lists_in(file)
            names = [str(name) for name, _ in flat_columns(file.schema_arrow.empty_table(), lists)]
            rows = file.metadata.num_rows
            size = sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))
    except (*BROKEN, *BROKEN_DEEP) as error:
        raise broken(path, error) from error
    if not names or not rows:
        raise DataError(f"{path.name}: expected a table, but the file is empty. Choose another file.")
    check_memory(path.name, max(2 * size, CELL * rows * len(names)), "Use a part of it.")
    named = ["" if _INDEX.fullmatch(name) else name.strip() for name in names]
    told = {"lists": lists}
    return TypedFile(path, named, ".", True, parquet_rows, told, rows, helpers=(flat_columns,))


def _lists_in(file: Any) -> dict[str, int]:
    """The columns of lists of numbers that are all equally long, with their lengths."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = {}
    for column in file.schema_arrow:
        if not _is_list(column.type) or not (
            pa.types.is_integer(column.type.value_type) or pa.types.is_floating(column.type.value_type)
        ):
            continue
        ends = [pc.min_max(pc.list_value_length(batch.column(0))) for batch in file.iter_batches(columns=[column.name])]
        lengths = {end[key].as_py() for end in ends for key in ("min", "max")}
        if len(lengths) == 1 and 0 < (length := next(iter(lengths)) or 0) <= MOST_VALUES:
            found[str(column.name)] = length
    return found


def _is_list(type: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_fixed_size_list(type))
