"""What curves of a chart are given in tests, and how the chart is looked at."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from widgets.charts.chart import Chart


def train(chart: Chart, run: str = "a", epochs: int = 5, noise: float = 0.0) -> None:
    xs = np.linspace(0.01, epochs, 400 * epochs)
    chart.append(run, "training", xs, np.exp(-xs / 3) + np.random.default_rng(0).standard_normal(len(xs)) * noise)
    ends = np.arange(1, epochs + 1)
    chart.append(run, "validation", ends, np.exp(-ends / 3) + 0.1)


def image(chart: Chart) -> QImage:
    chart.redraw()
    return chart.grab().toImage()


def sweep(chart: Chart, runs: int, epochs: int = 20, diverged: float | None = None) -> None:
    """Runs that fall to values of their own, and perhaps one that rises to a huge one."""
    xs = np.arange(1, epochs + 1)
    for number in range(runs):
        id = f"r{number}"
        for series, more in (("training", 0.0), ("validation", 0.05)):
            chart.curve(id, series, number, f"lr {0.001 * (number + 1):g}")
            ys = np.exp(-xs / 4) + 0.02 * number + more
            if diverged is not None and number == 0:
                ys = np.geomspace(1, diverged, epochs)
            chart.append(id, series, xs, ys)
