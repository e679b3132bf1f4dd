"""Sets that become a table, with a list of the rows that are published for tests."""

from __future__ import annotations

import csv
import re
import tarfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from studio.data.kept.ready_set import list_beside

Row = tuple[str, ...]
GoOn = Callable[[], object]
TEST = "test.txt"
_NEWS = ("World", "Sports", "Business", "Sci/Tech")
_REVIEW = re.compile(r"aclImdb/(train|test)/(neg|pos)/(.+)\.txt")
_OF_PEOPLE = (
    *("age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship"),
    *("race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"),
)
_OF_SNAILS = (
    *("sex", "length", "diameter", "height", "whole_weight"),
    *("shucked_weight", "viscera_weight", "shell_weight", "rings"),
)


class Published(NamedTuple):
    """The names of columns, and the rows for training and for tests."""

    names: Row
    training: list[Row]
    test: list[Row]


def tabled(
    read: Callable[[Sequence[Path], GoOn], Published], whole: Callable[[Path], AbstractContextManager[Path]]
) -> Callable[[Sequence[Path], Path, GoOn], None]:
    """One that writes what is read as a table, and the numbers of the rows for tests beside it."""

    def write(files: Sequence[Path], target: Path, go_on: GoOn) -> None:
        found = read(files, go_on)
        first = len(found.training)
        if found.test:
            with whole(list_beside(target, TEST)) as part:
                part.write_text("".join(f"{row}\n" for row in range(first, first + len(found.test))))
        with whole(target) as part, part.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([found.names, *found.training, *found.test])

    return write


def imdb(files: Sequence[Path], go_on: GoOn) -> Published:
    """Film reviews, a file each in folders by part and class (https://ai.stanford.edu/~amaas/data/sentiment/)."""
    texts: dict[tuple[str, ...], str] = {}
    with tarfile.open(files[0], "r|gz") as archive:
        for member in archive:
            go_on()
            named, file = _REVIEW.fullmatch(member.name), archive.extractfile(member) if member.isfile() else None
            if named and file is not None:
                texts[named.groups()] = file.read().decode("utf-8")
    words = {"neg": "negative", "pos": "positive"}
    parts = {
        part: [(text, words[key[1]]) for key, text in sorted(texts.items()) if key[0] == part]
        for part in ("train", "test")
    }
    return Published(("review", "sentiment"), [*parts["train"]], [*parts["test"]])


def ag_news(files: Sequence[Path], go_on: GoOn) -> Published:
    """News with a number from 1 for their category, a title and a description, for training and for tests."""
    parts = []
    for file in files:
        with open(file, encoding="utf-8", newline="") as text:
            rows = [(f"{title} {about}", _NEWS[int(number) - 1]) for number, title, about in csv.reader(text)]
        parts.append([*rows])
    return Published(("text", "category"), *parts)  # type: ignore[arg-type]  # pairs are rows


def adult(files: Sequence[Path], go_on: GoOn) -> Published:
    """People of a census, for training and for tests, whose lines end in a point below one that is no row."""
    parts = [
        [tuple(cell.strip() for cell in line.strip().removesuffix(".").split(",")) for line in _lines(file)]
        for file in files
    ]
    return Published(_OF_PEOPLE, *([row for row in rows if len(row) == len(_OF_PEOPLE)] for rows in parts))


def abalone(files: Sequence[Path], go_on: GoOn) -> Published:
    """Sea snails by measures, without a line of names."""
    return Published(_OF_SNAILS, [tuple(line.strip().split(",")) for line in _lines(files[0]) if line.strip()], [])


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()
