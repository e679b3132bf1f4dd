"""Where texts come from: files in folders, a file, or a column of a table; each with the plain lines that read it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from models.basics.text import counted
from models.codegen.formatting import literal, statement
from studio.data.data import Progress
from studio.data.errors import DataError
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.door import place_of
from studio.data.formats.tables.file import TableFile, TypedFile
from studio.data.formats.tables.shards import split_sizes
from studio.data.frames.files import recording_files
from studio.data.frames.recordings import in_order, parts_of
from studio.data.script import function_source
from studio.data.splitting.listed import Lists
from studio.data.splitting.listing import name_below
from studio.data.tables.cells import Cells
from studio.data.tables.targets import Target, target_of
from studio.data.texts.tokens import class_of, text_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 1 << 28
"""Bytes of a file of text."""
MOST_FILES = 1_000_000
NO_CLASS = "in no folder of a class"
MEMORY = 12
"""Times its size on disk that a text takes at most, with its tokens."""

_FOLDER = '''
def read_texts():
    """The texts of each part and their {what}."""
    for folder in FOLDERS:
        paths = [path for path in recording_files(folder, "") if {usable}]
        texts = [text_of(path, ENCODING)[0] for path in paths]
        yield texts, {labels}{names}
'''
_FILE = '''
def read_texts():
    """The text of the file."""
    yield [text_of(PATH, ENCODING)[0]], None
'''
_TABLE = '''{functions}

def read_texts():
    """The texts of the table and their targets."""
{opening}
{lines}
{given}
'''


class Found(NamedTuple):
    """Texts by part (training, validation, test, or all) with their targets, None where the next token is the target.

    ``source`` is Python with a function `read_texts` that gives the same, with the ``names`` of the texts where lists
    have them.
    """

    parts: list[tuple[list[str], NDArray[np.generic] | None]]
    classes: tuple[str, ...] | None
    warnings: tuple[str, ...]
    source: str
    names: list[str] | None = None


def from_folder(root: Path, by_class: bool | None, encoding: str, progress: Progress | None, lists: Lists) -> Found:
    """The texts in a folder, each of the class of the folder that it lies in; raises `DataError`.

    Without ``by_class`` they have none; None has them where there are two folders or more. The ``lists`` of the parts
    are no texts, wherever they lie; where they have names, texts with classes that are no parts yet are named.
    """
    folders = [root / name for name in parts_of(root)]
    aside = {str(one.path) for one in lists.each}
    files = {folder: [file for file in recording_files(str(folder), "") if file not in aside] for folder in folders}
    paths = [path for found in files.values() for path in found]
    if not 0 < len(paths) <= MOST_FILES:
        raise DataError(f"{root.name}: expected files of text, found {len(paths):,}. Choose a folder of texts.")
    if by_class is None:
        by_class = len({class_of(path, str(folders[0])) for path in files[folders[0]]} - {""}) > 1
    _check_size(root, paths)
    read, left_out, foreign = _texts_in(root, files, encoding, progress, by_class=by_class)
    names = {class_of(path, str(folder)) for folder, texts in read.items() for path in texts} if by_class else set()
    classes = in_order(names) if by_class else None
    number = {name: place for place, name in enumerate(classes or ())}
    parts: list[tuple[list[str], NDArray[np.generic] | None]] = [
        ([*texts.values()], np.array([number[class_of(path, str(folder))] for path in texts]) if by_class else None)
        for folder, texts in read.items()
    ]
    warnings = (*_left_out(root, left_out), *_foreign(root, foreign))
    unread = [path for path, why in left_out.items() if why != NO_CLASS]
    unread += aside
    named = lists.by_name and by_class and len(parts) == 1
    called = [name_below(path, str(root)) for path in read[folders[0]]] if named else None
    return Found(parts, classes, warnings, _folder_source(root, folders, unread, classes, encoding, named), called)


class _Texts(NamedTuple):
    """The texts in some folders by their paths, why others are left out, and those that are not in UTF-8."""

    read: dict[Path, dict[str, str]]
    left_out: dict[str, str]
    foreign: list[str]


def _texts_in(
    root: Path, files: dict[Path, list[str]], encoding: str, progress: Progress | None, *, by_class: bool
) -> _Texts:
    """What can be read of the files of each folder; raises `DataError` where that is nothing."""
    found, done, count = _Texts({}, {}, []), 0, sum(map(len, files.values()))
    for folder, paths in files.items():
        own = found.read[folder] = {}
        for path in paths:
            if progress and done % 100 == 0:
                progress(done, 2 * count)
            done += 1
            if by_class and not class_of(path, str(folder)):
                found.left_out[path] = NO_CLASS
                continue
            try:
                own[path], how = _read(path, encoding)
            except (OSError, ValueError) as error:
                found.left_out[path] = _reason(error)
                continue
            if how == "cp1252" != encoding:
                found.foreign.append(path)
    if not all(found.read.values()):
        raise _no_texts(root, found.left_out)
    return found


def _no_texts(root: Path, left_out: dict[str, str]) -> DataError:
    """For a folder none of whose files can be used."""
    path, why = next(iter(left_out.items()))
    mend = {"task": "next token"} if why == NO_CLASS else {}
    more = "Set the task to next token, or make a folder a class." if mend else "Choose a folder of texts."
    name = os.path.relpath(path, root)
    return DataError(f"{root.name}: no text can be used. The first: {name[:60]} ({why}). {more}", **mend)


def from_file(path: Path, encoding: str) -> Found:
    """The text of a file, without a target; raises `DataError`."""
    _check_size(path, [str(path)])
    try:
        text, how = _read(str(path), encoding)
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name}: expected a text, found {_reason(error)}. Choose another file.") from error
    constants = [*statement(0, f"PATH = {literal(str(path))}"), f"ENCODING = {literal(encoding)}"]
    source = "\n\n".join(("\n".join(["import re", "", *constants, ""]), function_source(text_of), _FILE.strip()))
    return Found([([text], None)], None, _foreign(path, [str(path)] if how == "cp1252" != encoding else []), source)


def from_table(
    file: TableFile,
    column: str,
    target: str,
    task: str | None,
    progress: Progress | None,
    name_column: str | None = None,
) -> Found:
    """A column of texts and one of targets; raises `DataError`. A ``task`` of None wants no target.

    Where no column is named that is the one with the longest texts; the target is the last of the others. Lists call
    texts by the cells of ``name_column``, where it is not None.
    """
    rows = [[cell.strip() for cell in row] for piece in file.pieces(progress) for row in piece]
    splits: list[str] = file.arguments.get("splits", []) if isinstance(file, TypedFile) else []
    sizes: Sequence[int] = split_sizes(file.path, splits) if len(splits) > 1 else [len(rows)]
    names = file.names
    aim = place_of(file, target) if target.strip() and task is not None else None
    called = None if name_column is None or task is None else place_of(file, name_column)
    others = [place for place in range(len(names)) if place not in (aim, called)]
    if not rows or not others:
        raise DataError(f"{file.path.name}: expected a column of texts and a target, found too little. Check the file.")
    at = place_of(file, column) if column.strip() else _longest(rows, others)
    if aim is None and task is not None:
        aim = _last_beside(file, at, others)
    if aim is None or task is None:
        source = _table_source(file, at, None, None, None, sizes)
        texts = [row[at] for row in rows]
        return Found([(texts[part], None) for part in _runs(sizes)], None, file.remarks, source)
    goal = target_of(file, aim, Cells(row[aim] for row in rows), task)
    kept = ~goal.gaps()
    if not kept.any():
        raise DataError(f"{file.path.name}: column “{names[aim][:40]}” is empty. Choose another target.")
    y = goal.values(file)[kept]
    texts = [row[at] for row, there in zip(rows, kept, strict=True) if there]
    lost = len(rows) - len(texts)
    warnings = (f"{file.path.name}: {counted(lost, 'row')} without a target left out.",) if lost else ()
    cells = None if called is None else [row[called] for row, there in zip(rows, kept, strict=True) if there]
    sizes = [int(kept[part].sum()) for part in _runs(sizes)]
    source = _table_source(file, at, aim, goal, called, sizes)
    parts = [(texts[part], y[part]) for part in _runs(sizes)]
    return Found([*parts], goal.classes, (*file.remarks, *warnings), source, cells)


def _longest(rows: Sequence[Sequence[str]], places: Sequence[int]) -> int:
    """Which of some columns has the most letters."""
    return max(places, key=lambda place: sum(len(row[place]) for row in rows))


def _last_beside(file: TableFile, at: int, others: Sequence[int]) -> int:
    """The last of some columns that has a name and is not that of the texts; raises `DataError` where there is none."""
    rest = [place for place in others if place != at and file.names[place]]
    if not rest:
        raise DataError(
            f"{file.path.name}: expected a target beside “{file.names[at][:40]}”, found no other column. "
            "Set the task to next token, or choose another file.",
            task="next token",
        )
    return rest[-1]


def _runs(sizes: Sequence[int]) -> list[slice]:
    """The rows of each part, one behind the other."""
    return [slice(int(first), int(end)) for first, end in pairwise(np.cumsum([0, *sizes]))]


def _given(labels: str, called: int | None, sizes: Sequence[int]) -> Iterator[str]:
    """Lines that give the texts of a table with their targets and names, part by part where it has several."""
    texts = "[row[COLUMN] for row in rows]"
    if len(sizes) < 2:
        yield f"    yield {texts}, {labels}" + ("" if called is None else f", [row[{called}].strip() for row in rows]")
        return
    yield from (f"    texts = {texts}", f"    y = {labels}")
    yield f"    for first, end in {[(part.start, part.stop) for part in _runs(sizes)]}:"
    yield f"        yield texts[first:end], {'None' if labels == 'None' else 'y[first:end]'}"


def _read(path: str, encoding: str) -> tuple[str, str]:
    if os.path.getsize(path) > LARGEST:
        raise ValueError("over 268 MB")
    return text_of(path, encoding)


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"no {error.encoding} text: byte {error.object[error.start]:#x} at {error.start:,}"
    return getattr(error, "strerror", None) or str(error)


def _check_size(place: Path, paths: Sequence[str]) -> None:
    sizes = [os.path.getsize(path) for path in paths if os.path.exists(path)]
    check_memory(place.name, MEMORY * sum(size for size in sizes if size <= LARGEST), "Use fewer texts.")


def _left_out(root: Path, left_out: dict[str, str]) -> Iterator[str]:
    if left_out:
        named = [f"{os.path.relpath(path, root)[:60]} ({why})" for path, why in islice(left_out.items(), 5)]
        more = ", …" if len(left_out) > 5 else ""
        yield f"{counted(len(left_out), 'file')} left out: {', '.join(named)}{more}."


def _foreign(root: Path, paths: Sequence[str]) -> tuple[str, ...]:
    if not paths:
        return ()
    names = ", ".join(os.path.relpath(path, root) if root.is_dir() else root.name for path in paths[:3])
    more = ", …" if len(paths) > 3 else ""
    return (
        f"{counted(len(paths), 'file')} not in UTF-8, read as cp1252: {names}{more}. Set the encoding if it isn't.",
    )


def _folder_source(
    root: Path,
    folders: Sequence[Path],
    left_out: Sequence[str],
    classes: tuple[str, ...] | None,
    encoding: str,
    named: bool,
) -> str:
    lines = ["import os", "import re", "import unicodedata", "", *statement(0, f"FOLDER = {literal(str(root))}")]
    lines += statement(0, f"FOLDERS = {literal([str(folder) for folder in folders])}")
    lines += statement(0, f"LEFT_OUT = {literal([os.path.relpath(path, root) for path in left_out])}")
    lines += statement(0, f"CLASSES = {literal(list(classes))}") if classes is not None else []
    lines.append(f"ENCODING = {literal(encoding)}")
    functions = [recording_files, text_of, *([class_of] if classes is not None else []), *[name_below] * named]
    names = ", [name_below(path, FOLDER) for path in paths]" if named else ""
    labels, usable = "None", "os.path.relpath(path, FOLDER) not in LEFT_OUT"
    if classes is not None:
        usable = f"class_of(path, folder) and {usable}"
        labels = "np.array([CLASSES.index(class_of(path, folder)) for path in paths])"
    reading = _FOLDER.format(
        what="classes" if classes is not None else "targets", labels=labels, usable=usable, names=names
    )
    return "\n\n".join(("\n".join((*lines, "")), *map(function_source, functions), reading.strip()))


def _table_source(
    file: TableFile, at: int, aim: int | None, goal: Target | None, called: int | None, sizes: Sequence[int]
) -> str:
    opening = file.opening()
    imports = sorted({*opening.imports, "import re", "import unicodedata"}, key=lambda line: (line[0] == "f", line))
    constants = [*statement(0, f"PATH = {literal(str(file.path))}"), f"COLUMN = {at}"]
    lines, labels = [], "None"
    if goal is not None:
        constants += statement(0, f"NOTHING = {literal(list(goal.nothing))}")
        lines.append(f"    rows = [row for row in rows if row[{aim}].strip() not in NOTHING]")
        lines.append(f"    targets = [row[{aim}].strip() for row in rows]")
        point = '.replace(",", ".")' if file.decimal == "," else ""
        labels = f"np.array([[float(t{point})] for t in targets], dtype=np.float32)"
    if goal is not None and goal.classes is not None:
        constants += statement(0, f"CLASSES = {literal(list(goal.classes))}")
        constants += statement(0, f"SPELLED = {literal(goal.spelled)}") if goal.spelled else []
        labels = f"np.array([CLASSES.index({'SPELLED.get(t, t)' if goal.spelled else 't'}) for t in targets])"
    reading = _TABLE.format(
        functions=opening.functions,
        opening=opening.statements,
        lines="\n".join(lines),
        given="\n".join(_given(labels, called, sizes)),
    )
    return "\n".join((*imports, "", *constants, reading))
