"""What is drawn of an average of runs: its table, and a plot for each view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtGui import QImage

from models.basics.quantities import figures, percent
from models.scoring.ensembles import ENTROPY_BINS
from models.scoring.thresholds import Calibration
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from widgets.inspection.plot import Line, Plot, span_of
from widgets.theme import color

Facts = Mapping[str, Any]
DIAGONAL = Line(np.array([0.0, 1.0]), np.array([0.0, 1.0]), "text3", dashed=True)


def names_of(runs: Sequence[Path]) -> dict[str, str]:
    """The names that runs were given, by their folders; for a thread."""
    found = {}
    for path in runs:
        try:
            found[path.name] = str(RunFolder.open(path).header["name"] or path.name)
        except RunError:  # which the answer tells of
            found[path.name] = path.name
    return {id: _apart(name, id, list(found.values())) for id, name in found.items()}


def _apart(name: str, id: str, names: Sequence[str]) -> str:
    """Runs of one name are told apart by the ends of their folders."""
    return name if names.count(name) == 1 else f"{name} {id.rpartition('-')[2]}"


def table_of(facts: Facts, labels: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Header and rows: a line for each member, the average at the end."""
    if facts["kind"] == "numbers":
        pairs = zip(labels, facts["errors"], facts["absolute_errors"], strict=True)
        return ["", "RMSE", "MAE"], [[label, figures(error), figures(mean)] for label, error, mean in pairs]
    rows = zip(labels, facts["accuracies"], facts["losses"], facts["calibration_errors"], strict=True)
    return ["", "Accuracy", "Loss", "ECE"], [
        [label, percent(accuracy, 2), f"{loss:.4f}", percent(away, 1)] for label, accuracy, loss, away in rows
    ]


def draw_growth(plot: Plot, facts: Facts, member: int) -> None:
    """Accuracy or error by the number of members."""
    growth = facts["growth"]
    sizes = np.array(growth["sizes"], float)
    mean, low, high = (np.array(growth[name]) for name in ("mean", "low", "high"))
    lines = [Line(sizes, mean), Line(sizes, low, "text3", dashed=True), Line(sizes, high, "text3", dashed=True)]
    title = "accuracy" if facts["kind"] == "classes" else "RMSE"
    ends = (1.0, max(float(sizes[-1]), 2.0)), span_of(np.concatenate([low, high]))
    marks = [(float(sizes[-1]), float(mean[-1]))]
    plot.show_plot(("members", title), ends, lines, marks=marks, counts=(True, False))


def draw_reliability(plot: Plot, facts: Facts, member: int) -> None:
    """How often an answer is right by how sure it is, of the average and of a member."""
    lines = [DIAGONAL]
    for row, token in ((min(member, len(facts["members"]) - 1), "text2"), (-1, "accent")):
        found = Calibration.of_sums(*np.array(facts["tenths"][row]))
        lines.append(Line(found.mean, found.share, token))
    plot.show_plot(("certainty", "share that is right"), ((0.0, 1.0), (0.0, 1.0)), lines, square=True)


def draw_entropy(plot: Plot, facts: Facts, member: int) -> None:
    """Shares of answers by the entropy of the average, where it is right and where wrong."""
    places = (np.arange(ENTROPY_BINS) + 0.5) / ENTROPY_BINS
    right, wrong = (_shares(np.array(counts, float)) for counts in facts["entropy_counts"][-1])
    lines = [Line(places, right), Line(places, wrong, "error_line", dashed=True)]
    highest = 1.1 * float(max(right.max(), wrong.max(), 0.1))
    plot.show_plot(("entropy, as a share of its maximum", "share of answers"), ((0.0, 1.0), (0.0, highest)), lines)


def draw_pairs(plot: Plot, facts: Facts, member: int) -> None:
    """Members against members, in a stronger color where they differ more."""
    apart = np.array(facts["disagreement"])
    count = len(apart)
    shares = apart / (apart.max() or 1.0)
    ends = np.array([[color(name).red(), color(name).green(), color(name).blue()] for name in ("chip", "accent")])
    pixels = (ends[0] + shares[::-1, :, None] * (ends[1] - ends[0])).astype(np.uint8)
    side = max(1, 480 // count)
    large = np.ascontiguousarray(pixels.repeat(side, 0).repeat(side, 1))
    image = QImage(large.data, large.shape[1], large.shape[0], 3 * large.shape[1], QImage.Format.Format_RGB888).copy()
    span = (0.5, count + 0.5)
    plot.show_plot(("member", "member"), (span, span), background=image, square=True, counts=(True, True))


def _shares(counts: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    total = counts.sum()
    return counts / total if total else counts


DRAWN: Mapping[str, Callable[[Plot, Facts, int], None]] = {
    "growth": draw_growth,
    "reliability": draw_reliability,
    "entropy": draw_entropy,
    "pairs": draw_pairs,
}
