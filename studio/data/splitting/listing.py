"""What files list, name by name, and which examples these names mean. Scripts contain these functions word for word."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def part_called(word: str) -> str:
    """The part that a word stands for, "" for none."""
    words = {"training": "train training trn", "test": "test testing tst"}
    words["validation"] = "validation valid val dev"
    word = word.strip().lower()
    return next((part for part, known in words.items() if word in known.split()), "")


def text_list(path: str) -> list[tuple[str, str]]:
    """The names in a text, one a line, of which no part is told."""
    with open(path, encoding="utf-8-sig") as file:
        return [(line.strip(), "") for line in file if line.strip()]


def table_list(path: str) -> list[tuple[str, str]]:
    """The names in a table, each with its part where a column tells that."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        text = file.read()
    first = text.partition("\n")[0]
    sign = next((sign for sign in "\t;, " if sign in first), ",")
    return listed_pairs(list(csv.reader(io.StringIO(text), delimiter=sign)))


def json_list(path: str) -> list[tuple[str, str]]:
    """The names in a JSON file, with their parts: lists by part, parts by name, or objects."""
    with open(path, encoding="utf-8-sig") as file:
        found = json.load(file)
    if isinstance(found, dict):
        lists = {name: item for name, item in found.items() if isinstance(item, list)}
        if parts := [name for name in lists if part_called(name)]:
            pairs = [(item, part_called(name)) for name in parts for item in lists[name]]
            return [(first_text(item), part) for item, part in pairs]
        found = next(iter(lists.values()), [[*pair] for pair in found.items()])
    if not all(isinstance(item, dict) for item in found):
        rows = [item if isinstance(item, list) else [item] for item in found]
        return listed_pairs([[str(cell) for cell in row] for row in rows])
    keys = dict.fromkeys(key for item in found for key in item)
    rows = [[item.get(key, "") for key in keys] for item in found]
    return listed_pairs([[*keys], *([first_text(cell) for cell in row] for row in rows)])


def first_text(item: Any) -> str:
    """A value as text; of an object the first text in it."""
    if isinstance(item, dict):
        return next((value for value in item.values() if isinstance(value, str)), "")
    return "" if isinstance(item, list) else str(item)


def listed_pairs(rows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """The names in the rows of a table with their parts: of the columns beside that of the
    parts the one with the most different texts has the names."""
    rows = [[cell.strip() for cell in row] for row in rows if any(row)]
    width = min(map(len, rows), default=0)
    columns = [list(cells) for cells in zip(*(row[:width] for row in rows), strict=True)]
    known = [[part_called(cell) for cell in cells] for cells in columns]
    counts = [sum(map(bool, parts)) for parts in known]
    place = counts.index(max(counts)) if 2 * max(counts, default=0) >= max(len(rows) - 1, 1) else -1
    others = [cells for number, cells in enumerate(columns) if number != place]
    sizes = [(not all(map(str.isdecimal, cells[1:])), len(set(cells))) for cells in others]
    if not others:
        return []
    names = others[sizes.index(max(sizes))]
    heads = ("", "name", "file", "filename", "file_name", "path", "filepath", "image", "id", "row")
    headed = not known[place][0] if place >= 0 else names[0].lower() in heads
    parts = known[place] if place >= 0 else [""] * len(names)
    pairs = list(zip(names, parts, strict=True))[headed:]
    return [(name, part) for name, part in pairs if name and (part or place < 0)]


def plain_name(name: str) -> str:
    """A path as all systems write it."""
    name = unicodedata.normalize("NFC", name.strip()).replace("\\", "/")
    return name.removeprefix("./")


def name_below(path: str, folder: str) -> str:
    """How lists name a file: its path below a folder."""
    return plain_name(os.path.relpath(path, folder))


def names_meant(names: Sequence[str], wanted: Sequence[str]) -> list[str | None]:
    """The name that each one on a list means: the same path, or the end of it, with or without
    its ending. None where that is none, or several."""
    paths = {name: plain_name(name) for name in dict.fromkeys(names)}
    asked = [plain_name(name) for name in wanted]
    deepest = max((path.count("/") for path in paths.values()), default=0) + 1
    found = {}
    for ending, depth in [(ending, depth) for ending in (1, 0) for depth in range(deepest, 0, -1)]:
        missing = {}  # type: ignore[var-annotated]
        for name in [name for name in dict.fromkeys(asked) if name not in found]:
            missing.setdefault("/".join(name.split("/")[-depth:]), []).append(name)
        known = {}  # type: ignore[var-annotated]
        for name, path in paths.items() if missing else ():
            path = path if ending else os.path.splitext(path)[0]
            end = "/".join(path.split("/")[-depth:])
            if end in missing:
                known.setdefault(end, []).append((name, path.count("/") < depth))
        for end in [end for end, meant in known.items() if len(meant) == 1]:
            [(meant, is_whole)] = known[end]
            for name in [name for name in missing[end] if is_whole or name.count("/") < depth]:
                found[name] = meant
    return [found.get(name) for name in asked]


def listed_names(names: Sequence[str], wanted: Sequence[str]) -> list[str | None]:
    """As `names_meant`, where more may stand behind a name on its line."""
    found = names_meant(names, wanted)
    lost = [place for place, name in enumerate(found) if name is None]
    words = [(re.split(r"[\s,;]", wanted[place].strip()) or [""])[0] for place in lost]
    for place, name in zip(lost, names_meant(names, words) if lost else [], strict=True):
        found[place] = name
    return found


def rows_called(names: Sequence[str], called: Sequence[str | None]) -> NDArray[np.int64]:
    """The rows of the examples that have one of some names."""
    import numpy as np

    some = set(called)
    rows = [row for row, name in enumerate(names) if name in some]
    return np.array(rows, dtype=np.int64)


def named_rows(names: Sequence[str], listed: Sequence[tuple[str, str]], part: str) -> NDArray[np.int64]:
    """The rows of the examples that a list names for a part, by the names of all."""
    return rows_called(names, listed_names(names, [name for name, of in listed if of == part]))
