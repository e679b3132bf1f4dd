"""Samples as they are seen: pictures, lines of text, tokens. Made of the values that the worker sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from models.basics.quantities import figures
from models.basics.text import counted, told_apart
from models.data.facts import PADDING
from models.scoring.predictions import image_span
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.subject import About, Seen
from widgets.basics.sound import below_wave, spectrogram
from widgets.controls import ChoiceField
from widgets.inspection.chances import Chance
from widgets.inspection.pictures import gray, image_of, in_color, stretched, waves
from widgets.inspection.tokens import Token
from widgets.inspection.wall import Look

MOST_LINES = 40
MOST_TOLD = 12
"""Predicted numbers that are told one by one."""
MOST_CURVES = 8
"""Features of a sequence that can be told apart as curves."""
LIKELIEST = 6


def look_of(values: NDArray[Any], about: About | Seen) -> Look:
    """One sample, as it is stored."""
    if about.form == "image":
        return image_of(values, about.span)
    if about.form == "sequence":
        features = in_time(values)
        return waves(features, about.span) if len(features) <= MOST_CURVES else _band(features, about.span)
    if about.form == "tokens":
        named = [*map(about.word, values.tolist())]
        words = [word for word in named if word != PADDING] or [PADDING]
        return tuple(" ".join(words[start : start + 5]) for start in range(0, min(len(words), 60), 5))
    flat = values.reshape(-1)[:MOST_LINES].tolist()
    names = told_apart(about.features) if len(about.features) == values.size else ()
    return tuple(f"{names[place]}\t{figures(value)}" if names else figures(value) for place, value in enumerate(flat))


def looks_of(answer: Answer, seen: Seen) -> list[Look]:
    """Samples that the probe "samples" gave: recordings with their waves, others as `look_of` has them."""
    values, padding, waves = (answer.arrays.get(name) for name in ("values", "padding", "waves"))
    assert values is not None
    if padding is None or values.ndim != 3 or len(padding) != len(values):
        return [look_of(one, seen) for one in values]
    drawn = [spectrogram(one, seen.span, tuple(ends)) for one, ends in zip(values, padding.tolist(), strict=True)]
    if waves is not None:
        drawn = [below_wave(*item) for item in zip(drawn, waves, map(tuple, padding.tolist()), strict=True)]
    return [in_color(pixels) for pixels in drawn]


def offer_inputs(field: ChoiceField, about: About) -> None:
    """Offer the Inputs to see samples by, where there are several; the one that was chosen stays."""
    ids, chosen = [item.id for item in about.inputs], field.value()
    field.set_options(ids)
    field.set_value(chosen if chosen in ids else about.first.id)
    field.setVisible(len(ids) > 1)


def in_time(values: NDArray[Any]) -> NDArray[Any]:
    """A sequence as features × steps, of which steps are the longer side."""
    return values.T if values.shape[0] >= values.shape[1] else values


def heat_in_time(heat: NDArray[Any], thought: Answer | None) -> NDArray[Any]:
    """The heat of a sequence as its look lies: of a recording time to the right and low bins at the bottom."""
    is_sound = thought is not None and "padding" in thought.arrays
    return stretched(heat.T[::-1] if is_sound else in_time(heat))


def _band(features: NDArray[Any], span: tuple[float, float]) -> QImage:
    """A sequence as a band: steps from left to right, features from top to bottom."""
    low, high = span
    scale = 255.0 / (high - low) if high > low else 0.0
    plane = np.clip((np.nan_to_num(features.astype(np.float32)) - low) * scale, 0, 255).astype(np.uint8)
    return gray(stretched(plane))


def images_of(thought: Answer, about: About) -> list[Look]:
    """What was to be given for a sample and what is, as images; nothing where these are none."""
    truth, given = thought.arrays["truth"], thought.arrays["chances"]
    given = given[1] if about.targets == "binary" else given  # the probability of yes
    if not about.aim or truth.size != given.size or given.size != prod(about.aim):
        return []
    span = image_span(truth)
    return [image_of(values.reshape(about.aim), span) for values in (truth, given)]


def chances_of(chances: NDArray[Any], truth: float, about: About, position: int = 0) -> list[Chance]:
    """The likeliest answers at a position (classes × positions), the truth at any rate."""
    shares = chances[:, min(position, chances.shape[1] - 1)]
    order = np.argsort(-np.nan_to_num(shares, nan=-1), kind="stable").tolist()
    shown = order[:LIKELIEST]
    true = int(truth) if truth == truth else -1
    if true in order and true not in shown:
        shown[-1] = true
    return [Chance(about.class_name(place), float(shares[place]), place == order[0], place == true) for place in shown]


def numbers_in_lines(given: NDArray[Any], truth: NDArray[Any]) -> list[str]:
    """Several numbers that are predicted for a sample, each with what is true; nothing where it is one."""
    if given.size < 2:
        return []
    first = (values.reshape(-1)[:MOST_TOLD].tolist() for values in (given, truth))
    lines = [
        f"{place}: {figures(one)}, is {figures(true)}" for place, (one, true) in enumerate(zip(*first, strict=False), 1)
    ]
    left = given.size - len(lines)
    return [*lines, f"and {counted(left, 'number')} more"] if left else lines


def words_of(values: NDArray[Any], about: About) -> list[Token]:
    """The positions of a text that is answered as a whole."""
    return [Token(about.word(int(value)), "", "") for value in values.reshape(-1).tolist()]


def tokens_of(values: NDArray[Any], truth: NDArray[Any], answer: NDArray[Any], about: About) -> list[Token]:
    """The positions of a sequence with what was answered at each."""
    same = values.ndim == 1 and len(values) == len(truth)
    texts: Sequence[Any] = values.tolist() if same else range(1, len(truth) + 1)
    if same and about.tokens:
        texts = [about.word(int(value)) for value in texts]
    return [
        Token(str(text), about.class_name(int(given)), about.class_name(int(true)))
        for text, true, given in zip(texts, truth.tolist(), answer.tolist(), strict=True)
    ]


def weighty(heat: NDArray[Any], names: Sequence[str]) -> tuple[str, ...]:
    """The numbers of a row (or the positions of a sequence) that weigh most, in lines."""
    order = np.argsort(-np.abs(np.nan_to_num(heat)), kind="stable")[:MOST_LINES].tolist()
    return tuple(f"{names[n]}\t{figures(heat[n], 3, sign='+')}" for n in order)


def heat_words(facts: Mapping[str, Any], heat: NDArray[Any]) -> str:
    """What must be said beside heat: where it was looked at, and how well it adds up."""
    if "difference" in facts:
        return f"Adds up to {figures(facts['sum'])}; the score grew by {figures(facts['difference'])}."
    if "layer" in facts:
        return f"Seen from {facts['layer']}." if heat.any() else f"Nothing in {facts['layer']} speaks for this answer."
    return ""


def reading_line(thought: Answer, about: About) -> str:
    """What is read off a sample, and what should be."""
    truth, given = (
        " ".join(about.class_name(int(token)) for token in side if token) or "nothing" for side in answered_in(thought)
    )
    return f"Reads {given}; is {truth}."


def nearest_of(thought: Answer, about: About) -> list[tuple[Look | None, str]]:
    """The training examples that an embedding is nearest to, with their classes; none for other answers."""
    if "near" not in thought.arrays:
        return []
    pairs = zip(thought.arrays["near"], thought.arrays["near.classes"].tolist(), strict=True)
    return [(look_of(values, about), about.class_name(number)) for values, number in pairs]


def answered_in(thought: Answer) -> tuple[NDArray[Any], NDArray[Any]]:
    """The truth and the answer at every position of a sample."""
    return thought.arrays["true"], thought.arrays["answer"]
