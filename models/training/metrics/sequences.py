"""Metrics of sequences that are read off: how many tokens must be changed, put in or taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from models.training.metrics.base import METRICS, SEQUENCE, Metric, Tensor


def edits(outputs: Tensor, targets: Tensor) -> Tensor:
    """How many tokens of what is read must be changed, put in or taken out to get the target (Levenshtein 1966).

    Both hold tokens from 1 on, with zeros behind the end.
    """
    found = outputs.argmax(1)
    ends, lengths = (found > 0).sum(1, keepdim=True), (targets > 0).sum(1)
    steps = found.new_ones(found.shape[1] + 1).cumsum(0) - 1
    row = steps.expand(len(found), -1)
    total = row.gather(1, ends)[:, 0]
    for place in range(targets.shape[1]):
        other = (found != targets[:, place : place + 1]).long()
        following = row.clone()
        following[:, 0] = place + 1
        following[:, 1:] = (row[:, :-1] + other).minimum(row[:, 1:] + 1)
        # Tokens that are put in: the least of all places before, and one for each step.
        row = (following - steps).cummin(1).values + steps
        total = row.gather(1, ends)[:, 0].where(lengths == place + 1, total)
    return total


@METRICS.register
class TokenErrorRate(Metric):
    """Tokens to change, put in or take out, over all tokens of the targets."""

    title = "Token error rate"
    synonyms = ("character error rate", "cer", "word error rate", "wer", "edit distance", "levenshtein")
    help = "How many tokens must be changed, put in or taken out, by the tokens of the targets; it may exceed 100 %."
    url = "https://en.wikipedia.org/wiki/Word_error_rate"
    name = "token_error_rate"
    lacks = "all targets are empty"
    unit = "percent"
    higher_is_better = False
    needs = frozenset({SEQUENCE})
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (edits,)

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """The edits and the tokens of each example."""
        return edits(outputs, targets).reshape(-1, 1), (targets > 0).sum(1, keepdim=True)

    @staticmethod
    def value(count: int, changed: list[float], tokens: list[float]) -> float:
        """The edits by the tokens; NaN without any."""
        return changed[0] / tokens[0] if tokens[0] else float("nan")


@METRICS.register
class SequenceAccuracy(Metric):
    """Sequences that are read without a mistake."""

    title = "Sequence accuracy"
    synonyms = ("exact match", "sentence accuracy", "transcription")
    help = "The share of sequences in which every token is right and none is missing or too many."
    url = "https://en.wikipedia.org/wiki/Levenshtein_distance"
    name = "sequence_accuracy"
    unit = "percent"
    needs = frozenset({SEQUENCE})
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (edits,)

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Which sequences are right."""
        return ((edits(outputs, targets) == 0).reshape(-1, 1),)

    @staticmethod
    def value(count: int, right: list[float]) -> float:
        """The share of right sequences."""
        return right[0] / count
