"""Recordings in folders and what their labels are. Scripts contain these functions word for word."""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def recording_files(folder: str, suffix: str) -> list[str]:
    """The recordings in a folder and up to three folders below, in the order of paths."""
    found = []
    for place, folders, names in os.walk(folder):
        deep = 0 if place == folder else os.path.relpath(place, folder).count(os.sep) + 1
        shown = [name for name in folders if name[0] != "." and name not in ("__MACOSX", "@eaDir")]
        folders[:] = sorted(shown) if deep < 3 else []
        for name in sorted(names):
            path = os.path.join(place, name)
            # What is a pipe or a device may never end.
            if name.lower().endswith(suffix) and name[0] != "." and os.path.isfile(path):
                found.append(path)
    return found


def folder_of(path: str) -> str:
    """The name of the folder that a recording lies in."""
    return unicodedata.normalize("NFC", os.path.basename(os.path.dirname(path)))


def name_part(path: str, part: int) -> str:
    """A part of a file's name, counted from 1: 0_george_12.wav has 0, george and 12."""
    stem = os.path.splitext(os.path.basename(path))[0]
    words = [word for word in re.split(r"[\s_.-]+", unicodedata.normalize("NFC", stem)) if word]
    return words[part - 1] if part <= len(words) else ""


def stem_of(path: str, folder: str) -> str:
    """The path of a recording below a folder, without its suffix, as lists have it."""
    stem = os.path.splitext(os.path.relpath(path, folder))[0].replace(os.sep, "/")
    return unicodedata.normalize("NFC", stem)


def listed_labels(path: str) -> dict[str, str]:
    """Labels by the names of recordings, of a text with a name and a label in each line: the first
    two columns, or those that a line of names tells."""
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        text = file.read()
    first = text.lstrip().split("\n", 1)[0]
    parting = next((sign for sign in "\t;, " if sign in first), ",")
    rows = list(csv.reader(text.splitlines(), delimiter=parting, skipinitialspace=True))
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    labels = [head.index(name) for name in ("label", "class", "category", "target") if name in head]
    names = [place for place, cell in enumerate(head) if "file" in cell or cell in ("fname", "path")]
    at, of = (labels or [1])[0], (names or [0])[0]
    found = {}
    for row in rows:
        if len(row) > max(at, of):
            name = unicodedata.normalize("NFC", row[of].strip()).replace("\\", "/")
            stem, suffix = os.path.splitext(name)
            label = unicodedata.normalize("NFC", row[at].strip())
            found[stem if suffix.lower() in (".wav", ".npy") else name] = label
    return found


def label_file(path: str, folder: str, labels: str) -> str:
    """The file with the labels of a recording's frames: in a folder of them, else beside it."""
    stem = stem_of(path, folder)
    places = [os.path.join(labels, stem), os.path.join(labels, os.path.basename(stem))]
    files = [place + suffix for place in places for suffix in (".npy", ".txt")]
    return next((file for file in files if file != path and os.path.isfile(file)), "")


def as_names(labels: NDArray[np.generic]) -> list[str]:
    """Labels of an array as text."""
    names: list[str] = labels.ravel().astype(str).tolist()
    return names


def words_in(path: str) -> list[str]:
    """The words of a text."""
    with open(path, encoding="utf-8-sig") as file:
        return unicodedata.normalize("NFC", file.read()).split()
