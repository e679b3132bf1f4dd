"""The curves of two runs beside what tells their networks and settings apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.workspaces.train.chart_grid import ChartGrid
from studio.workspaces.train.run_curves import RunCurves
from widgets.controls import EmptyState, Paragraph


class ComparedCurves(QWidget):
    """Charts of some runs, each with the curves of all of them; read with the first look at them."""

    def __init__(self, runs: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self.curves = RunCurves(self)
        self.problem = Paragraph("", 12, token="warning")
        self._grid = ChartGrid(self.problem, EmptyState("Nothing was measured in these runs.", "pulse"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._grid)
        self.curves.metrics.changed.connect(self._arrange)
        self.curves.enlarge_requested.connect(self._grid.enlarge)
        self.curves.failed.connect(self.problem.setText)
        self._arrange()

    def show_curves(self) -> None:
        """Read the runs, if they were not yet."""
        for path in self._runs if not self.curves.colors else ():
            self.curves.add(path, live=False)
        self._arrange()

    def forget(self) -> None:
        """Look no more."""
        self.curves.close()

    def _arrange(self) -> None:
        for chart in self.curves.charts():
            chart.is_arranged = False
        self._grid.arrange(self.curves.charts(), empty=not self.curves.colors)
