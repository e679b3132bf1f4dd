"""The list of runs in a folder, kept in SQLite as a cache that can be thrown away: the run folders are the truth."""

from __future__ import annotations

import json
import math
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from types import TracebackType, UnionType
from typing import Any, NamedTuple, Self

from models.storage.atomic import sync_folder
from studio.runs.errors import RunError, disk_error
from studio.runs.files.atomic import to_json
from studio.runs.folder import RunFolder
from studio.runs.status import CREATED, LIVE_STATES
from studio.runs.summary import RunSummary, Tally, recalled, summarize, unreadable
from studio.runs.table.marks import Marks, tags_from

_COLUMNS = tuple(field.name for field in fields(RunSummary))
_SORTABLE = ("created", "name", "state", "dataset", "epochs", "seconds", "parameters")
_SCHEMA_VERSION = 7
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS runs ({", ".join(_COLUMNS)}, signature, search, PRIMARY KEY (id));
CREATE INDEX IF NOT EXISTS runs_created ON runs (created);
PRAGMA user_version = {_SCHEMA_VERSION};
"""
_TRASH = ".trash"
_LONG_AGO = 3600.0  # seconds
BATCH_SECONDS = 0.1
"""How long runs are read until those so far are handed on."""
MOST_TALLIES = 100


class Batch(NamedTuple):
    """A part of a refresh: runs that are new or changed, ids that are gone, how many of all that must be read are."""

    runs: list[RunSummary]
    gone: list[str]
    done: int
    total: int


class RunIndex:
    """The runs below `runs_dir`. Safe to use from several threads and processes; `refresh` before asking."""

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self.others = 0
        """Folders that `refresh` found beside the runs: something else's, which are not listed."""
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._is_closed = False
        self._tallies: dict[str, Tally] = {}
        try:
            runs_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error("open", runs_dir, error) from error
        self._clear_unfinished()
        self._database = self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the cache; who uses it afterwards gets a `RunError`."""
        with self._lock:
            self._is_closed = True
            self._database.close()

    def refresh(self) -> bool:
        """Bring the cache up to date with the folders; gives whether anything changed. Reads only what changed."""
        changes = [bool(batch.runs or batch.gone) for batch in self.updates()]
        return any(changes)

    def updates(self) -> Iterator[Batch]:
        """Bring the cache up to date in batches, which it holds by the time they are given, the newest runs first.

        The first one comes as soon as the folders were compared with the cache by size and time alone. Reading may be
        given up between two of them: what was left is read the next time. Nobody who asks waits while folders are read.
        """
        folders = {entry.name: _signature(entry) for entry in self._entries()}
        found = {name: signature for name, signature in folders.items() if signature != _NO_RUN and _is_text(name)}
        self.others = len(folders) - len(found)
        with self._open() as database:
            known = {row[0]: (row[1], row[2]) for row in database.execute("SELECT id, signature, state FROM runs")}
        gone = [identity for identity in known if identity not in found]
        stale = sorted((name for name in found if _is_stale(known.get(name), found[name])), reverse=True)
        self._store([], gone)
        yield Batch([], gone, 0, len(stale))
        done = 0
        while done < len(stale):
            read: dict[str, RunSummary] = {}
            until = time.monotonic() + BATCH_SECONDS
            while done < len(stale) and (not read or time.monotonic() < until):
                read[stale[done]] = self._summarize(stale[done])
                done += 1
            before = {name: self.get(name) for name in read if name in known}
            changed = {name: run for name, run in read.items() if run != before.get(name)}
            news = [name for name in read if name in changed or known[name][0] != found[name]]
            self._store([_row(read[name], found[name]) for name in news], [])
            yield Batch([*changed.values()], [], done, len(stale))

    def runs(
        self,
        text: str = "",
        state: str | None = None,
        sort: str = "created",
        descending: bool = True,
        limit: int = -1,
        offset: int = 0,
    ) -> list[RunSummary]:
        """Runs whose id, name, data set, device or document holds every word of `text`, newest first by default."""
        if sort not in _SORTABLE:
            raise RunError(f"Runs can be sorted by {', '.join(_SORTABLE)}, not by {sort}.")
        where, values = _conditions(text, state)
        order = f"{sort} {'DESC' if descending else 'ASC'}, id {'DESC' if descending else 'ASC'}"
        query = f"SELECT {', '.join(_COLUMNS)} FROM runs {where} ORDER BY {order} LIMIT ? OFFSET ?"
        with self._open() as database:
            return [_summary(row) for row in database.execute(query, (*values, limit, offset))]

    def runs_of(self, experiment: str) -> list[RunSummary]:
        """The runs of one experiment, the oldest first."""
        query = f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE json_extract(experiment, '$.id') = ? ORDER BY id"
        with self._open() as database:
            return [_summary(row) for row in database.execute(query, (experiment,))]

    def count(self, text: str = "", state: str | None = None) -> int:
        """How many runs `runs` would give without a limit."""
        where, values = _conditions(text, state)
        with self._open() as database:
            return int(database.execute(f"SELECT count(*) FROM runs {where}", values).fetchone()[0])

    def get(self, identity: str) -> RunSummary | None:
        """The summary of one run, None if there is none of that id."""
        query = f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE id = ?"
        with self._open() as database:
            row = database.execute(query, (identity,)).fetchone()
        return _summary(row) if row else None

    def open(self, identity: str) -> RunFolder:
        """The folder of one run; raises `RunError` when it is gone or unreadable."""
        return RunFolder.open(self._path(identity))

    def rename(self, identity: str, name: str) -> None:
        """Give a run another name; its folder keeps its own, so nothing that points to it breaks."""
        self.open(identity).rename(name)
        self._look_at(identity)

    def mark(self, identity: str, change: Callable[[Marks], Marks]) -> None:
        """Note other things of a run, given what is noted now."""
        run = self.open(identity)
        run.mark(change(run.marks))
        self._look_at(identity)

    def delete(self, identity: str) -> None:
        """Move a run to the trash, from where `restore` brings it back. A run that is being trained is refused."""
        path = self._path(identity)
        claim = RunFolder(path, {}).claim()
        if claim and claim.is_held(time.time()):
            process = f"process {claim.owner.pid}" if claim.owner else "another process"
            raise RunError(f"Run {identity} is being trained by {process}. Stop it before deleting it.")
        self._move(path, self.runs_dir / _TRASH / identity)

    def restore(self, identity: str) -> None:
        """Bring a run back from the trash."""
        self._move(self._path(identity, _TRASH), self.runs_dir / identity)

    def trash(self) -> list[str]:
        """The ids of the runs in the trash."""
        folder = self.runs_dir / _TRASH
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise disk_error("read", folder, error) from error

    def empty_trash(self) -> None:
        """Delete the runs in the trash for good."""
        for identity in self.trash():
            shutil.rmtree(self.runs_dir / _TRASH / identity, ignore_errors=True)

    def rebuild(self) -> None:
        """Throw the cache away and read every folder again."""
        with self._open() as database:
            database.execute("DELETE FROM runs")
            database.commit()
        self.refresh()

    def _clear_unfinished(self) -> None:
        """Remove runs whose making was cut off long ago (`RunFolder.create` takes a moment)."""
        for path in self.runs_dir.glob(".new-*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _LONG_AGO:
                    shutil.rmtree(path, ignore_errors=True)

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.runs_dir) as entries:
                return [entry for entry in entries if not entry.name.startswith(".") and _is_folder(entry)]
        except OSError as error:
            raise disk_error("read", self.runs_dir, error) from error

    def _summarize(self, identity: str) -> RunSummary:
        """The facts of one run. What a live one says is kept, so that the next look reads only what was added; what an
        ended one says is kept in its folder."""
        with self._reading:
            tally = self._tallies.pop(identity, None)
            try:
                run = RunFolder.open(self.runs_dir / identity)
                if tally is None and (known := recalled(run)):
                    return known
                tally = tally or Tally(run)
                summary = summarize(run, tally, keeps=True)
            except RunError as error:
                return unreadable(identity, str(error))
            if summary.state in LIVE_STATES and len(self._tallies) < MOST_TALLIES:
                self._tallies[identity] = tally
            return summary

    def _look_at(self, identity: str) -> None:
        """Bring the cache up to date with one run, there or gone."""
        folders = {entry.name: entry for entry in self._entries() if entry.name == identity}
        signature = _signature(folders[identity]) if identity in folders else _NO_RUN
        if signature == _NO_RUN:
            self._store([], [identity])
        else:
            self._store([_row(self._summarize(identity), signature)], [])

    def _store(self, rows: list[tuple[Any, ...]], gone: list[str]) -> None:
        if not rows and not gone:
            return
        marks = ", ".join("?" * (len(_COLUMNS) + 2))
        with self._open() as database:
            database.executemany(f"INSERT OR REPLACE INTO runs VALUES ({marks})", rows)
            database.executemany("DELETE FROM runs WHERE id = ?", [(identity,) for identity in gone])
            database.commit()

    def _path(self, identity: str, parent: str = "") -> Path:
        path = self.runs_dir / parent / identity
        if Path(identity).name != identity or identity in ("", ".", "..") or not path.is_dir():
            raise RunError(f"There is no run {identity[:80]!r} in {self.runs_dir / parent}.")
        return path

    def _move(self, source: Path, target: Path) -> None:
        try:
            target.parent.mkdir(exist_ok=True)
            source.rename(target)
            sync_folder(self.runs_dir)
        except OSError as error:
            raise disk_error("move", source, error) from error
        self._look_at(source.name)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The cache, for one thread at a time; a damaged one is replaced by an empty one for the next try."""
        with self._lock:
            if self._is_closed:
                raise RunError(f"The list of runs in {self.runs_dir} is closed already.")
            try:
                yield self._database
            except sqlite3.OperationalError as error:
                raise RunError(f"Could not use the list of runs in {self.runs_dir}: {error}.") from error
            except sqlite3.DatabaseError as error:
                self._database.close()
                self._database = self._connect(anew=True)
                raise RunError(f"The list of runs in {self.runs_dir} was damaged; it is rebuilt next time.") from error

    def _connect(self, anew: bool = False) -> sqlite3.Connection:
        """The cache beside the runs, begun anew if it is damaged; in memory where the folder can't be written to."""
        path = self.runs_dir / ".index.sqlite"
        if anew:
            _remove_cache(path)
        try:
            return _prepared(sqlite3.connect(path, check_same_thread=False, timeout=10))
        except sqlite3.OperationalError:
            return _prepared(sqlite3.connect(":memory:", check_same_thread=False))
        except sqlite3.DatabaseError:
            _remove_cache(path)
            return _prepared(sqlite3.connect(path, check_same_thread=False, timeout=10))


def _prepared(database: sqlite3.Connection) -> sqlite3.Connection:
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        if database.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA_VERSION:
            database.execute("DROP TABLE IF EXISTS runs")
        database.executescript(_SCHEMA)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def _remove_cache(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


_FILES = ("run.json", "events.jsonl", "metrics.bin")
_NO_RUN = " ".join("-" * len(_FILES))
"""The signature of a folder with none of a run's files; a run that lost some of them is still listed."""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a ring of links
        return False


def _is_text(name: str) -> bool:
    """Whether the name of a folder can be stored and shown: a file system may hold any bytes."""
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def _signature(entry: os.DirEntry[str]) -> str:
    """Size and time of the files that a summary is made from: another signature means another summary."""
    parts = []
    for name in _FILES:
        try:
            facts = os.stat(f"{entry.path}/{name}")
        except OSError:
            parts.append("-")
        else:
            parts.append(f"{facts.st_size}:{facts.st_mtime_ns}")
    return " ".join(parts)


def _is_stale(known: tuple[str, str] | None, signature: str) -> bool:
    """Whether a run must be read again: it changed, or it may have ended without leaving a trace."""
    return known is None or known[0] != signature or known[1] in (*LIVE_STATES, CREATED)


def _row(run: RunSummary, signature: str) -> tuple[Any, ...]:
    texts = (run.id, run.name, run.dataset, run.device, run.document_path, run.title, run.note, *run.tags)
    search = "\n".join(texts).casefold()
    return (*(_storable(getattr(run, name)) for name in _COLUMNS), signature, _storable(search))


def _storable(value: Any) -> Any:
    """`value` as SQLite can hold it: settings as JSON, text without half characters, no NaN."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict | list | tuple):
        return to_json(value).decode()
    return 0.0 if isinstance(value, float) and not math.isfinite(value) else value


def _summary(row: tuple[Any, ...]) -> RunSummary:
    """A row as it was stored; raises `sqlite3.DatabaseError` for one that no index has written."""
    values = dict(zip(_COLUMNS, row, strict=True))
    try:
        for column in ("settings", "best", "last", "tags", "experiment"):
            values[column] = json.loads(values[column])
        values["tags"] = tags_from(values["tags"])
        for column in ("starred", "dropout", "has_weights"):
            values[column] = bool(values[column])
        for column in ("best", "last"):
            values[column] = {name: float(value) for name, value in values[column].items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise sqlite3.DatabaseError("a row holds no run") from error
    if not all(isinstance(values[column], kind) for column, kind in _KINDS.items()):
        raise sqlite3.DatabaseError("a row holds no run")
    return RunSummary(**values)


_KINDS: dict[str, type | UnionType] = {
    **dict.fromkeys(("id", "name", "created", "state", "reason", "dataset", "device", "document_path"), str),
    **dict.fromkeys(("title", "note", "network"), str),
    **dict.fromkeys(("epochs", "seconds"), int | float),
    **dict.fromkeys(("parameters", "color"), int | None),
    **dict.fromkeys(("settings", "experiment"), dict),
}


def _conditions(text: str, state: str | None) -> tuple[str, list[str]]:
    conditions, values = [], []
    for word in _storable(text).casefold().split():
        conditions.append("instr(search, ?) > 0")
        values.append(word)
    if state is not None:
        conditions.append("state = ?")
        values.append(state)
    return (f"WHERE {' AND '.join(conditions)}" if conditions else ""), values
