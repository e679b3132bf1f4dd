"""Tables and views of SQLite databases, read with the standard library and never written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from studio.data.errors import DataError
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.file import BROKEN, BROKEN_DEEP, TypedFile, broken, cell_text, chosen, others_text

MAGIC = b"SQLite format 3\0"
CELL = 8
"""Bytes that a cell takes at least when it is read."""
LONGEST_VIEW = 10_000_000_000
"""Steps of SQLite's machine after which a query is given up: a view may compute without end."""
_IMPORTS = ("import sqlite3", "from contextlib import closing", "from pathlib import Path")
_LIST = "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"


def opened_database(path: str) -> sqlite3.Connection:
    """A database that is only read."""
    found = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
    found.text_factory = lambda content: content.decode("utf-8", "replace")
    return found


def table_query(table: str) -> str:
    """What asks for all of a table."""
    return 'SELECT * FROM "{}"'.format(table.replace('"', '""'))


def sqlite_rows(path: str, table: str) -> Iterator[list[str]]:
    """The cells of a table as text, row by row."""
    with closing(opened_database(path)) as database:
        for row in database.execute(table_query(table)):
            yield [cell_text(value) for value in row]


def recognized(path: Path, wanted: str) -> TypedFile:
    """Look at a database: its table; raises `DataError`."""
    try:
        with closing(opened_database(str(path))) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            _bound(database)
            tables = [name for kind in ("table", "view") for (name,) in database.execute(_LIST, (kind,))]
            table = chosen(path, "table", tables, wanted, partial(_holds_table, database))
            names = [item[0].strip() for item in database.execute(f"{table_query(table)} LIMIT 0").description]
            (rows,) = database.execute(table_query(table).replace("*", "count(*)", 1)).fetchone()
    except (*BROKEN, *BROKEN_DEEP) as error:
        raise broken(path, error) from error
    if not rows:
        raise DataError(f"{path.name}: expected rows in the table “{table[:30]}”, found none. Choose another table.")
    check_memory(path.name, CELL * rows * len(names), "Use a part of it.")
    remarks = others_text(path, "table", tables, table, wanted)
    helpers = (opened_database, table_query)
    return TypedFile(path, names, ".", True, sqlite_rows, {"table": table}, rows, 0, remarks, helpers, _IMPORTS)


def _holds_table(database: sqlite3.Connection, table: str) -> bool:
    """Whether a table has columns enough to learn from, and more than one row."""
    found = database.execute(f"{table_query(table)} LIMIT 2")
    return len(found.description) > 1 and len(found.fetchall()) > 1


def _bound(database: sqlite3.Connection) -> None:
    """Let a query be given up after some time."""
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1_000_000
        return steps > LONGEST_VIEW

    database.set_progress_handler(count, 1_000_000)
