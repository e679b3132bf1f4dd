"""What is drawn and said of a pruned run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.basics.quantities import bytes_text, figures, percent
from models.scoring.verdicts import POINT, of_whole_blocks
from studio.runs.probes.answer import Answer
from widgets.inspection.plot import Line, Plot, span_of

ENDS = np.array([0.0, 100.0])


def draw_pruning(plot: Plot, curve: Answer, level: int) -> None:
    """Accuracy, or the loss, by the share that is pruned, with a ring at a level."""
    levels = curve.arrays["levels"].astype(np.float64)
    has_accuracy = "accuracy" in curve.arrays
    values = curve.arrays["accuracy" if has_accuracy else "loss"].astype(np.float64)
    lines = [Line(ENDS, np.full(2, values[0]), "text3", dashed=True)]
    if has_accuracy:
        lines.append(Line(ENDS, np.full(2, values[0] - POINT), "warning", dashed=True))
    lines.append(Line(levels, values))
    mark = (float(level), float(np.interp(level, levels, values)))
    titles = ("% of the weights pruned", "accuracy" if has_accuracy else "loss")
    plot.show_plot(titles, ((0.0, 100.0), span_of(values)), lines, marks=[mark])


def layers_at(curve: Answer, level: int) -> tuple[list[str], list[list[str]]]:
    """Header and rows: how much of each layer is 0 at a level, and of all together."""
    levels, facts = curve.arrays["levels"].astype(np.float64), curve.facts
    shares = [float(np.interp(level, levels, row)) for row in curve.arrays["zeros"]]
    sizes = facts["sizes"]
    rows = [
        [name, f"{size:,}", percent(share)] for name, size, share in zip(facts["layers"], sizes, shares, strict=True)
    ]
    together = sum(size * share for size, share in zip(sizes, shares, strict=True)) / max(sum(sizes), 1)
    near = ["Below 0.001 as trained", "", percent(facts["near"], 1)]
    return ["Layer", "Weights", "At 0"], [*rows, near, ["Together", f"{sum(sizes):,}", percent(together)]]


def sentences_at(facts: Mapping[str, Any]) -> list[str]:
    """What one share comes to, before and after."""
    before, after = facts["accuracy"]
    found = [f"Loss {figures(facts['loss'][0])} → {figures(facts['loss'][1])}"]
    if before is not None:
        found.insert(0, f"Accuracy {percent(before, 2)} → {percent(after, 2)}")
    parameters = facts["parameters"]
    if parameters[0] != parameters[1]:
        found.append(f"Parameters {parameters[0]:,} → {parameters[1]:,}")
    found.append(f"{facts['zeros']:,} of {facts['prunable']:,} weights are 0" if parameters[0] == parameters[1]
                 else f"{facts['zeros']:,} of {facts['prunable']:,} weights pruned")  # fmt: skip
    for words, sizes in (("File", facts["bytes"]), ("Compressed", facts["packed"])):
        found.append(f"{words} {bytes_text(sizes[0])} → {bytes_text(sizes[1])}")
    found += [f"{id} keeps filters of zeros: {why}" for id, why in facts["reasons"].items()]
    found += [of_whole_blocks(facts["whole"])] if facts["whole"] else []
    if facts["wrote"]:
        found.append(f"Wrote {', '.join(path.rpartition('/')[2] for path in facts['wrote'])}.")
    return found
