"""What a network gives for an example, as people and programs read it: a class with its probability, or a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

CLASSES, SWITCHES, NUMBERS = "classes", "switches", "numbers"
EMBEDDING, SEQUENCE = "embedding", "sequence"
MOST_SHARES = 3
"""Classes of a mask that are told in a cell of a table."""
CHANNELS = (1, 3, 4)
"""Of images: gray, in color, in color with what is seen through."""
MARGIN = 0.5
"""How far networks that give images from 0 to 1 go beyond."""


class Answering(NamedTuple):
    """How an Output answers: its id, its ``form`` (one class out of several, switches of yes and no, numbers, an
    embedding, or a sequence that is read off), the names of its classes, and the shape of the places that each has an
    answer of its own, () for one an example. Of an embedding that shape is the vector's, and classes are named where
    its neighbors are known."""

    id: str
    form: str
    classes: tuple[str, ...]
    places: tuple[int, ...] = ()

    @property
    def is_image(self) -> bool:
        """Whether an answer is an image, channels × height × width, of numbers or of a yes or no each."""
        told = self.form == NUMBERS or (self.form == SWITCHES and not self.classes)
        return told and len(self.places) == 3 and self.places[0] in CHANNELS and min(self.places[1:]) > 1


def image(values: NDArray[Any], how: Answering) -> NDArray[Any]:
    """The image that an Output gives for an example, channels × height × width; of a yes or no each its
    probability."""
    return (values if how.form == NUMBERS else values[1]).reshape(how.places)


def image_span(values: NDArray[Any]) -> tuple[float, float]:
    """What is black and white in an image that a network gives: 0 and 1, unless it goes far beyond these."""
    low, high = float(values.min()), float(values.max())
    if low >= -MARGIN and high <= 1 + MARGIN:
        return 0.0, 1.0
    return low, high


def prediction(values: NDArray[Any], how: Answering) -> dict[str, Any]:
    """What one example comes to: ``{"class", "probability", "probabilities"}`` where classes are predicted, of which
    each is a list where there are several places; ``{"value"}`` where numbers are; of switches without two classes
    ``{"value", "probability"}`` with a list of yes (1) and no (0).

    A sequence has as many places as were read. An embedding is ``{"embedding"}``, a list, with the class that most of
    its nearest neighbors have, where they are known, as one that is predicted.

    ``values`` hold probabilities, classes × places, or the numbers; behind an embedding the share of each class.
    """
    if how.form == EMBEDDING:
        width, shares = how.places[0], _of_neighbors(how)
        found = {"embedding": values[:width].tolist()}
        return found | prediction(values[width:, None], shares) if shares else found
    if how.form == NUMBERS:
        return {"value": _plain(values.reshape(how.places or -1))}
    if how.form == SWITCHES and len(how.classes) != 2:
        yes = values[1].reshape(how.places or -1)
        return {"value": _plain((yes > 0.5).astype(int)), "probability": _plain(yes)}
    if not how.places:
        return _of_classes(values.reshape(-1).tolist(), names_of(how, len(values)))
    best = values.argmax(0)
    if how.form == SEQUENCE:  # the blank, class 0, stands behind the end
        length = int((best > 0).sum())
        best, values, how = best[:length], values[:, :length], how._replace(places=(length,))
    names = np.array(names_of(how, len(values)), dtype=object)
    chances = {name: _plain(row.reshape(how.places)) for name, row in zip(names, values, strict=True)}
    most = values.max(0).reshape(how.places)
    likely = most.tolist() if how.form == SEQUENCE else _plain(most)
    return {"class": names[best].reshape(how.places).tolist(), "probability": likely, "probabilities": chances}


def _of_classes(chances: list[float], names: list[str]) -> dict[str, Any]:
    """One class with its probability, and those of all."""
    most = max(chances)
    return {
        "class": names[chances.index(most)],
        "probability": most,
        "probabilities": dict(zip(names, chances, strict=True)),
    }


def whole(outputs: Sequence[NDArray[Any]], how: Sequence[Answering]) -> dict[str, Any]:
    """What one example comes to at all Outputs: `prediction` of the only one, else ``{"outputs": {id: …}}``."""
    found = {item.id: prediction(values, item) for values, item in zip(outputs, how, strict=True)}
    return next(iter(found.values())) if len(found) == 1 else {"outputs": found}


def header(how: Sequence[Answering], classes: bool = True) -> list[str]:
    """The names of the columns of `cells`."""
    found = ["example"]
    for item in how:
        before = f"{item.id} " if len(how) > 1 else ""
        if item.form == EMBEDDING:
            shares = _of_neighbors(item)
            found += [f"{before}{name}" for name in (header([shares], classes)[1:] if shares else ())]
            if classes or not shares:
                found += [f"{before}embedding {place + 1}" for place in range(item.places[0])]
            continue
        if item.is_image and not classes:
            found.append(f"{before}image")
            continue
        if item.form == NUMBERS or (item.form == SWITCHES and len(item.classes) != 2):
            count = int(np.prod(item.places or (1,)))
            found += [f"{before}value{f' {place + 1}' if count > 1 else ''}" for place in range(count)]
            continue
        found += [f"{before}class", f"{before}probability"]
        if classes and not item.places:
            found += [f"{before}probability of {name}" for name in item.classes]
    return found


def cells(name: str, record: dict[str, Any], how: Sequence[Answering], classes: bool = True) -> list[str]:
    """A prediction as a row of texts, under `header`."""
    found = [name]
    for item in how:
        own = record["outputs"][item.id] if len(how) > 1 else record
        if item.form == EMBEDDING:
            shares = _of_neighbors(item)
            found += cells("", own, [shares], classes)[1:] if shares else []
            found += [f"{value:.6g}" for value in own["embedding"]] if classes or not shares else []
            continue
        if item.is_image and not classes:
            found.append(_in_short(own))
            continue
        if "class" not in own:
            found += [f"{value:.6g}" for value in _flat(own["value"])]
            continue
        shown = " ".join(map(str, _flat(own["class"])))
        found.append(shares_in_words(own["class"]) if not classes and len(item.places) > 1 else shown)
        chances = _flat(own["probability"])
        found.append(f"{sum(chances) / max(1, len(chances)):.6g}")
        if classes and not item.places:
            found += [f"{value:.6g}" for value in own["probabilities"].values()]
    return found


def shares_of(mask: list[Any]) -> list[tuple[str, float]]:
    """The share of the places of a mask that each class has, the largest first."""
    flat = _flat(mask)
    return [(str(name), count / len(flat)) for name, count in Counter(flat).most_common()]


def shares_in_words(mask: list[Any]) -> str:
    """The same for eyes, which no list of all pixels is for; the largest few."""
    found = shares_of(mask)
    more = f", {len(found) - MOST_SHARES:,} more" if len(found) > MOST_SHARES else ""
    return ", ".join(f"{name}: {100 * share:.1f} %" for name, share in found[:MOST_SHARES]) + more


def _in_short(record: dict[str, Any]) -> str:
    """An image in a few words."""
    values = np.array(record.get("probability", record["value"]))
    return f"{'×'.join(map(str, values.shape))}, mean {values.mean():.4g}"


def _of_neighbors(how: Answering) -> Answering | None:
    """How an embedding tells classes by its neighbors; None where these are not known."""
    return Answering(how.id, CLASSES, how.classes) if how.classes else None


def names_of(how: Answering, count: int) -> list[str]:
    """The names of so many classes; one beyond those that the data names is called by its number."""
    if len(how.classes) == count:
        return list(how.classes)
    return [how.classes[place] if place < len(how.classes) else str(place) for place in range(count)]


def _plain(values: NDArray[Any]) -> Any:
    """As JSON data; a single number stands by itself."""
    return values.reshape(()).item() if values.size == 1 and values.ndim <= 1 else values.tolist()


def _flat(value: Any) -> list[Any]:
    return list(_leaves(value if isinstance(value, list) else [value]))


def _leaves(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        yield from _leaves(value) if isinstance(value, list) else (value,)
