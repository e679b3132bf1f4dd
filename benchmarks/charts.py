"""How long a chart takes to redraw while six curves grow, beside pyqtgraph with its defaults, in one run.

    python benchmarks/charts.py

Prints, for 100,000 and 1,000,000 points a curve, the median redraw of a 1,200 by 600 chart after 10 new points a curve,
then that of 100 runs of 200 epochs over each other, the whole picture drawn anew.
then by how much the process grows when a curve of 8.64 million points is opened and looked at, beside its bare arrays.
The goals: 5 ms at 100,000 points, a frame (16.7 ms) for the 100 runs, 20 MB for the long curve.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psutil
import pyqtgraph
from PySide6.QtWidgets import QApplication, QWidget

from widgets.charts.chart import Chart
from widgets.charts.group import Group
from widgets.theme import theme

CURVES, FRESH = 6, 10
SIZE = (1200, 600)
GOAL_MS, GOAL_OF_RUNS_MS = 5.0, 16.7
RUNS, EPOCHS = 100, 200
LONG, PIECE, GOAL_MB = 8_640_000, 26_000, 20.0
"""Points of a long curve, and how many come with each look at a log."""


def series(index: int, points: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """A loss that falls over 19 epochs, shape (points,) each."""
    xs = np.linspace(0.0, 19.0, points)
    return xs, np.exp(-xs / (3 + index)) + np.random.default_rng(index).standard_normal(points) * noise


def fresh(turn: int) -> tuple[np.ndarray, np.ndarray]:
    """The next few points of any curve."""
    return 19 + turn * 1e-3 + np.arange(FRESH) * 1e-4, np.full(FRESH, 0.1)


def median_ms(widget: QWidget, step: Callable[[int], None], turns: int) -> float:
    """Show `widget`, then the median time of `step` plus drawing everything, in milliseconds."""
    widget.resize(*SIZE)
    widget.show()
    QApplication.processEvents()
    times = []
    for turn in range(turns):
        start = perf_counter()
        step(turn)
        widget.grab()
        times.append(perf_counter() - start)
    widget.close()
    return statistics.median(times) * 1000


def ours(points: int, noise: float) -> float:
    """Half the curves training, half validation, all of them dense."""
    chart = Chart("Loss")
    chart.set_x_range(0, 20)
    names = [(f"run {i // 2}", "training" if i % 2 else "validation") for i in range(CURVES)]
    for i, (run, kind) in enumerate(names):
        chart.curve(run, kind, i // 2, run)
        chart.append(run, kind, *series(i, points, noise))

    def step(turn: int) -> None:
        for run, kind in names:
            chart.append(run, kind, *fresh(turn))
        chart.redraw()

    return median_ms(chart, step, 30)


def theirs(points: int, noise: float) -> float:
    """The same with PlotWidget as it comes: one pixel wide lines, no reduction."""
    plot = pyqtgraph.PlotWidget()
    plot.setXRange(0, 20)
    data = [series(i, points, noise) for i in range(CURVES)]
    curves = [plot.plot(*pair) for pair in data]

    def step(turn: int) -> None:
        for i, curve in enumerate(curves):
            data[i] = tuple(np.concatenate(pair) for pair in zip(data[i], fresh(turn), strict=True))
            curve.setData(*data[i])

    return median_ms(plot, step, 5)


def many_runs(groups: int = 0) -> float:
    """The validation and training of many runs, none of which grows; in so many groups, each drawn as one."""
    chart = Chart("Loss")
    epochs = np.arange(1, EPOCHS + 1)
    for number in range(RUNS):
        for kind, more in (("training", 0.0), ("validation", 0.05)):
            chart.curve(f"{number}", kind, number, f"lr {number / 1000:g} · momentum 0.9")
            chart.append(f"{number}", kind, epochs, np.exp(-epochs / EPOCHS * 5) + 0.01 * number + more)
    members = [frozenset(str(number) for number in range(first, RUNS, groups)) for first in range(groups)]
    chart.set_groups([Group(f"g{place}", f"lr {place}", place, those) for place, those in enumerate(members)])
    return median_ms(chart, lambda turn: chart.set_note(f"now {turn}"), 30)


def many_runs_of_theirs() -> float:
    """The same with PlotWidget as it comes."""
    plot = pyqtgraph.PlotWidget()
    epochs = np.arange(1, EPOCHS + 1)
    curves = [(plot.plot(), np.exp(-epochs / EPOCHS * 5) + 0.005 * number) for number in range(2 * RUNS)]

    def step(turn: int) -> None:
        for curve, values in curves:
            curve.setData(epochs, values)

    return median_ms(plot, step, 5)


def growth_mb() -> float:
    """By how much the process grows for a long curve, drawn whole and zoomed into."""
    process, chart = psutil.Process(), Chart("Loss", x_name="step")
    chart.resize(*SIZE)
    chart.curve("run 1", "training", 0, "run 1")
    chart.append("run 1", "training", [0.0], [1.0])
    chart.grab()
    before = process.memory_info().rss
    for start in range(1, LONG, PIECE):
        xs = np.arange(start, min(start + PIECE, LONG), dtype=np.float64)
        chart.append("run 1", "training", xs, np.exp(-xs / LONG) + np.sin(xs) * 0.01)
    chart.grab()
    chart.zoom(LONG / 2, 0.001)
    chart.grab()
    return float(process.memory_info().rss - before) / 2**20


def main() -> None:
    """Print one line a case, and whether the goals are met."""
    application = QApplication([])
    theme().apply(application)
    met = True
    for points in (100_000, 1_000_000):
        for label, noise in (("smooth", 0.0), ("noisy", 0.02)):
            mine, peer = ours(points, noise), theirs(points, noise)
            print(
                f"{CURVES} curves x {points:>9,} points, {label:6}: {mine:6.2f} ms; pyqtgraph {peer:8.1f} ms; "
                f"{peer / mine:6.0f} times as fast"
            )
            met = met and (points > 100_000 or mine <= GOAL_MS)
    print(f"Goal of {GOAL_MS:g} ms at 100,000 points: {'met' if met else 'missed'}.")
    mine, peer = many_runs(), many_runs_of_theirs()
    print(f"{RUNS} runs of {EPOCHS} epochs: {mine:6.2f} ms; pyqtgraph {peer:8.1f} ms; {peer / mine:6.0f} times as fast")
    print(f"The same in 5 groups with bands: {many_runs(5):6.2f} ms")
    grown, bare = growth_mb(), 2 * 8 * LONG / 2**20
    print(f"A curve of {LONG:,} points: {grown:.1f} MB; its bare arrays {bare:.0f} MB; {grown / bare:.2f} of them")
    print(f"Goal of {GOAL_MB:g} MB: {'met' if grown <= GOAL_MB else 'missed'}.")
    print(f"Goal of {GOAL_OF_RUNS_MS:g} ms for {RUNS} runs: {'met' if mine <= GOAL_OF_RUNS_MS else 'missed'}.")


if __name__ == "__main__":
    main()
