"""What sums over an ensemble say, in sentences that window and command line share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.basics.quantities import figures

NAMED = 3
"""Blocks that are told of by name."""
POINT = 0.01
CLOSE = 0.0005
"""Accuracies that differ by less are called equal: half a tenth of a point."""


def of_ensemble(facts: Mapping[str, Any]) -> list[str]:
    """What the average gains over its members, how much these differ, and what they know of unseen examples; from the
    facts of `models.scoring.ensembles`."""
    return _of_classes(facts) if facts["kind"] == "classes" else _of_numbers(facts)


def of_pruning(levels: Sequence[float], accuracies: Sequence[float] | None, losses: Sequence[float]) -> str:
    """Up to which share (percent, the first is 0) pruning costs no more than a point, or a tenth of the loss."""
    if accuracies is None:
        rises = [loss > 1.1 * losses[0] for loss in losses]
        where = f"is a tenth above that from {levels[rises.index(True)]:g}% pruned on." if any(rises) else ""
        return f"Unpruned loss {figures(losses[0])}. It {where or f'stays so up to {levels[-1]:g}% pruned.'}"
    limit = accuracies[0] - POINT
    falls = [accuracy < limit for accuracy in accuracies]
    start = f"Unpruned {accuracies[0]:.2%}."
    if not any(falls):
        return f"{start} Up to {levels[-1]:g}% pruned it never falls by one point."
    place = falls.index(True)
    before, after = accuracies[place - 1 : place + 1]
    crossing = levels[place - 1] + (before - limit) / (before - after) * (levels[place] - levels[place - 1])
    if crossing < 1:
        return f"{start} It falls by more than one point already at {levels[place]:g}% pruned."
    return f"{start} It first falls by one point at {crossing:.0f}% pruned."


def of_whole_blocks(ids: Sequence[str]) -> str:
    """That filters within blocks stay, and how their weights are pruned."""
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return f"Filters within blocks stay ({', '.join(ids[:NAMED])}{more}); prune all weights or by layer to reach them."


def _of_classes(facts: Mapping[str, Any]) -> list[str]:
    *each, together = facts["accuracies"]
    gain, best = together - sum(each) / len(each), max(each)
    found = [f"Together {together:.2%}, {_points(gain)} than a member on average, {_points(together - best)} than the "
             "best."]  # fmt: skip
    apart = _mean_apart(facts["disagreement"])
    found.append(f"Two members differ in {apart:.1%} of the answers{_remark(apart, facts)}")
    right, wrong = facts["entropy"][-1]
    if right is not None and wrong is not None:
        found.append(f"Entropy of the average: {right:.0%} of its maximum where right, {wrong:.0%} where wrong.")
    if (bag := facts.get("out_of_bag")) and bag["accuracy"] is not None:
        share = f"{bag['covered']:,} of {bag['examples']:,} training examples"
        found.append(f"Out-of-bag error {1 - bag['accuracy']:.2%}, over {share}.")
    return found


def _of_numbers(facts: Mapping[str, Any]) -> list[str]:
    *each, together = facts["errors"]
    mean = sum(each) / len(each)
    less = 1 - together / mean if mean else 0.0
    return [
        f"Together RMSE {figures(together)}, {abs(less):.1%} {'below' if less >= 0 else 'above'} the members’ mean of "
        f"{figures(mean)}; the best has {figures(min(each))}.",
        f"Members lie {figures(facts['spread'])} from their average (root mean square).",
    ]


def _remark(apart: float, facts: Mapping[str, Any]) -> str:
    if not apart:
        return ": averaging changes nothing."
    error = 1 - sum(facts["accuracies"][:-1]) / len(facts["members"])
    return ", less than they err: more of the same adds little." if apart < error / 2 else "."


def _points(difference: float) -> str:
    if abs(difference) < CLOSE:
        return "no better"
    return f"{100 * abs(difference):.2f} points {'better' if difference > 0 else 'worse'}"


def _mean_apart(disagreement: list[list[float]]) -> float:
    count = len(disagreement)
    return sum(map(sum, disagreement)) / max(count * (count - 1), 1)
