"""LibSVM's files, and SVMlight's: a line an example, its labels and the values of what is not 0 by their places."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from models.codegen.formatting import literal
from studio.data.errors import DataError
from studio.data.formats.npy import LARGEST_DIMENSION, InRows, Place, check_shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUFFIXES = (".libsvm", ".svm", ".svmlight")
ROWS = 4096
"""Lines that are taken together."""
LONGEST_LINE = 1 << 22
MOST_REMARKS = 1 << 20
"""Lines without an example above the first: more are no remarks."""
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_LINE = re.compile(rf"\s*(?:{_NUMBER}(?:,{_NUMBER})*)?(?:\s+qid:\d+)?(?:\s+\d+:{_NUMBER})+\s*(?:#.*)?|\s*#.*", re.ASCII)
MOST_LABELS = 10_000
Line = tuple[list[float], int, list[int], list[float]]


def libsvm_line(line: str) -> Line | None:
    """The labels, the group, the places and the values in a line; None for one without."""
    words = line.partition("#")[0].split()
    if not words:
        return None
    labels = [] if ":" in words[0] else [float(one) for one in words.pop(0).split(",")]
    pairs = [word.split(":") for word in words]
    group = int(pairs.pop(0)[1]) if pairs and pairs[0][0] == "qid" else 0
    return labels, group, [int(place) for place, _ in pairs], [float(value) for _, value in pairs]


def libsvm_lines(path: str) -> list[Line]:
    """What the lines of a file hold."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return [found for line in file if (found := libsvm_line(line))]


def libsvm_arrays(lines: Sequence[Line], first: int, width: int, several: Sequence[float]) -> dict[str, NDArray[Any]]:
    """Lines as arrays: x with 0 where a line has nothing, y, and the groups; where
    examples have several labels, a column for each of these."""
    import numpy as np

    x = np.zeros((len(lines), width), dtype=np.float32)
    for row, (_, _, places, values) in enumerate(lines):
        x[row, np.array(places, dtype=np.int64) - first] = values
    if several:
        y = np.array([[label in line[0] for label in several] for line in lines], dtype=np.uint8)
    else:
        y = np.array([line[0][0] for line in lines])
    return {"x": x, "y": y, "qid": np.array([line[1] for line in lines], dtype=np.int64)}


class _Facts(NamedTuple):
    """What a file holds: its lines, the number of the first feature and how many there are, the labels where examples
    have several, whether labels are integers, and whether lines are in groups."""

    rows: int
    first: int
    width: int
    several: tuple[float, ...]
    whole: bool
    groups: bool


def is_libsvm(path: Path, start: bytes) -> bool:
    """Whether a file is one, by its name or by its first lines."""
    if path.suffix.lower() in SUFFIXES:
        return True
    lines = start.decode("utf-8", "replace").splitlines()
    found = [line for line in (lines[:-1] if len(lines) > 1 else lines) if line.strip()]  # the last may be cut off
    return any(":" in line for line in found) and all(map(_LINE.fullmatch, found))


def array_names(path: Path) -> list[str]:
    """x and y, and qid where lines are in groups; raises `DataError`."""
    return ["x", "y", "qid"] if _facts(path).groups else ["x", "y"]


def header(place: Place) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type of an array; raises `DataError`."""
    import numpy as np

    facts = _facts(place.path)
    shapes = {"x": (facts.rows, facts.width), "y": (facts.rows, *([len(facts.several)] if facts.several else []))}
    kinds = {"x": "f4", "y": "u1" if facts.several else "i8" if facts.whole else "f8"}
    shape, dtype = shapes.get(place.name, (facts.rows,)), np.dtype(kinds.get(place.name, "i8"))
    check_shape(place, shape, dtype)
    return shape, dtype


def blocks(place: Place, most: int | None = None, tell: Callable[[], None] = lambda: None) -> Iterator[NDArray[Any]]:
    """The array in runs of rows, ended after ``most`` bytes; raises `DataError`."""
    shape, dtype = header(place)
    facts, taken = _facts(place.path), 0
    size = max(1, shape[-1] if len(shape) > 1 else 1)
    lines = (line for _, line in _lines(place.path))
    while some := list(islice(lines, max(1, min(ROWS, (1 << 22) // size)))):
        found = libsvm_arrays(some, facts.first, facts.width, facts.several)[place.name]
        yield found.astype(dtype)
        taken += found.nbytes
        tell()
        if most is not None and taken > most:
            return


def in_rows(_: Place) -> InRows | None:
    """None: rows do not lie in such a file one by one."""
    return None


def imports(_: Path) -> tuple[str, ...]:
    """What a script holds before it opens a file."""
    from studio.data.script import function_source

    others = (f"\n{function_source(function)}" for function in (libsvm_lines, libsvm_arrays))
    return f"\n\n{function_source(libsvm_line)}", *others


def opening(path: Path) -> str:
    """How a script opens a file."""
    facts = _facts(path)
    told = f"{facts.first}, {facts.width}, {list(facts.several)}"
    return f"libsvm_arrays(libsvm_lines({literal(str(path))}), {told})"


def source(place: Place) -> str:
    """How a script gets at an array."""
    found = f"archive[{literal(place.name)}]"
    return f"{found}.astype(np.int64)" if place.name == "y" and header(place)[1].kind == "i" else found


def _lines(path: Path) -> Iterator[tuple[int, Line]]:
    """The lines with their numbers; raises `DataError` naming one that is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            number, held = 0, False
            while line := file.readline(LONGEST_LINE):
                number += 1
                _check_length(path, line, number)
                try:
                    found = libsvm_line(line)
                except (ValueError, IndexError) as error:
                    raise DataError(
                        f"{path.name}: expected labels and pairs such as 3:0.5 in line {number:,}, found "
                        f"{line.strip()[:40]}. Mend it."
                    ) from error
                if found is not None:
                    yield number, found
                    held = True
                elif number > MOST_REMARKS and not held:
                    raise DataError(f"{path.name}: expected examples, found {number:,} lines with none. Remove these.")
    except OSError as error:
        raise DataError(f"Could not read {path}: {error.strerror}.") from error


def _check_length(path: Path, line: str, number: int) -> None:
    if len(line) == LONGEST_LINE and not line.endswith("\n"):
        most = f"{LONGEST_LINE >> 20} MB"
        raise DataError(
            f"{path.name}: expected lines of at most {most}, found line {number:,}, which is longer. Mend it."
        )


def _facts(path: Path) -> _Facts:
    try:
        about = os.stat(path)
    except OSError as error:
        raise DataError(f"Could not read {path}: {error.strerror}.") from error
    return _counted(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=8)
def _counted(path: Path, _: int, __: int) -> _Facts:
    rows, least, most, groups = 0, 1, 0, set[int]()
    known, are_several, whole = dict[float, int](), False, True
    for number, (labels, group, places, _values) in _lines(path):
        rows += 1
        least, most = min([least, *places]), max([most, *places])
        if least < 0:
            raise DataError(f"{path.name}: expected places from 0 on in line {number:,}, found {least}. Mend it.")
        if most > LARGEST_DIMENSION:
            raise DataError(f"{path.name}: expected smaller places, found {most:.1e} in line {number:,}. Mend it.")
        groups.add(group)
        are_several = are_several or len(labels) != 1
        for label in labels:
            known[label] = number
            whole = whole and label.is_integer()
        if are_several and len(known) > MOST_LABELS:
            raise DataError(f"{path.name}: expected at most {MOST_LABELS:,} labels, found more. Leave some out.")
    if not rows or not most + 1 - least:
        raise DataError(f"{path.name}: expected lines such as “1 3:0.5 7:2”, found none. Choose another file.")
    several = tuple(sorted(known)) if are_several else ()
    return _Facts(rows, least, most + 1 - least, several, whole, len(groups) > 1)
