"""What came of a question for predictions, as rows of a table and as one answer at length."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.basics.quantities import figures
from models.basics.text import times
from models.scoring.predictions import (
    CLASSES,
    Answering,
    cells,
    header,
    image,
    image_span,
    names_of,
    prediction,
    shares_of,
    whole,
)
from studio.data.given.base import Left
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer
from widgets.inspection.chances import Chance, share_text
from widgets.inspection.pictures import image_of
from widgets.predictions.answer import Part, hue_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CHANCES, MOST_SHARES = 8, 24
MOST_NAMED = 3


@dataclass(frozen=True)
class Answers:
    """The examples by name, what each Output gives for them, and what could not be used (name and why)."""

    names: Sequence[str]
    outputs: Sequence[NDArray[Any]]
    how: Sequence[Answering]
    left: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    cut: bool = False
    rows: Sequence[Sequence[str]] = field(default=())

    @classmethod
    def of(cls, answer: Answer) -> Answers:
        """Read an answer of the probe "predictions"; raises `RunError` for another one. Takes a while for many."""
        facts = answer.facts
        try:
            how = [Answering(**{**item, "places": tuple(item["places"])}) for item in facts["outputs"]]
            how = [item._replace(classes=tuple(item.classes)) for item in how]
            names = list(map(str, facts["names"]))
            outputs = [answer.arrays[f"answers.{place}"] for place in range(len(how))] if names else []
            left = [(str(name), str(why)) for name, why in facts["left"]]
            found = cls(names, outputs, how, left, list(map(str, facts["notes"])), bool(facts["cut"]))
            rows = [cells(name, found.record(row), how, classes=False) for row, name in enumerate(names)]
        except (LookupError, TypeError, ValueError) as error:
            raise RunError(f"The worker’s answer could not be read: {error!r:.60}") from error
        return cls(names, outputs, how, left, found.notes, found.cut, rows)

    @property
    def header(self) -> list[str]:
        """The names of the columns of `rows`."""
        return [name.capitalize() for name in header(self.how, classes=False)]

    def record(self, row: int) -> dict[str, Any]:
        """The prediction of an example."""
        return whole([values[row] for values in self.outputs], self.how)

    def parts(self, row: int) -> list[Part]:
        """An example at length: for each Output its answer and the likeliest classes."""
        return [
            _part(values[row], how, alone=len(self.how) == 1)
            for values, how in zip(self.outputs, self.how, strict=True)
        ]

    def sentence(self) -> str:
        """What could not be used, "" where all could."""
        if not self.left:
            return ""
        named = "; ".join(str(Left(name, why)).rstrip(".") for name, why in self.left[:MOST_NAMED])
        more = f"; and {len(self.left) - MOST_NAMED:,} more" if len(self.left) > MOST_NAMED else ""
        return f"Left out: {named}{more}"

    def as_csv(self) -> str:
        """All answers with the probabilities of every class, as the command line prints them."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header(self.how))
        writer.writerows(cells(name, self.record(row), self.how) for row, name in enumerate(self.names))
        return text.getvalue()


def _part(values: NDArray[Any], how: Answering, *, alone: bool) -> Part:
    name = "" if alone else how.id
    if how.is_image:
        pixels = image(values, how)
        low, high = figures(float(pixels.min()), 3), figures(float(pixels.max()), 3)
        words = f"An image of {times(how.places)}, {low} to {high}"
        return Part(name, words, picture=image_of(pixels, image_span(pixels)))
    said = prediction(values, how)
    if "embedding" in said:
        vector = f"[{_listed(said['embedding'])}]"
        if "class" not in said:
            return Part(name, vector)
        near = _part(values[how.places[0] :, None], Answering(how.id, CLASSES, how.classes), alone=alone)
        return near._replace(words=f"{near.words} of the nearest\n{vector}")
    if "class" not in said:
        return Part(name, _numbers(said["value"]))
    if len(how.places) == 2:
        shares, names = shares_of(said["class"]), names_of(how, len(values))
        rows = [Chance(of, share, not place, False, hue=hue_of(names.index(of)))
                for place, (of, share) in enumerate(shares[:MOST_SHARES])]  # fmt: skip
        return Part(name, f"A mask of {times(how.places)}", rows, values.argmax(0).reshape(how.places))
    if how.places:
        return Part(name, _listed(said["class"]))
    names, chances = names_of(how, len(values)), values[:, 0].tolist()
    order = sorted(range(len(chances)), key=lambda place: -chances[place])[:MOST_CHANCES]
    rows = [Chance(names[place], chances[place], place == order[0], False) for place in order]
    return Part(name, f"{said['class']}, {share_text(said['probability'])}", rows)


def _numbers(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else _listed(value)


def _listed(value: Any) -> str:
    """Many values, as far as anybody would read them."""
    flat: list[str] = []
    todo = [value]
    while todo and len(flat) < 40:
        item = todo.pop(0)
        if isinstance(item, list):
            todo = item + todo
        else:
            flat.append(f"{item:.4g}" if isinstance(item, float) else str(item))
    return " ".join(flat) + (" …" if todo else "")


def place_of(name: str, files: Sequence[Path]) -> Path | None:
    """The file that an example is called by, among those that were given; None for a row of one."""
    for file in files:
        if file.name == name and file.is_file():
            return file
        if (file / name).is_file():
            return file / name
    return None
