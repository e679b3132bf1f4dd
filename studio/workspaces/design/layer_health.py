"""What a run measured of its layers, on the cards: of the run that trains, or of the document's last one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from studio.controllers.documents import DocumentController
from studio.controllers.health.follower import HealthFollower
from studio.controllers.training import TrainingController
from widgets.canvas import CanvasView
from widgets.canvas.painting.heat import MEASURED, OUTPUTS


class LayerHealth(QObject):
    """Follows a run while cards are colored by what it measured, and shows the look that the slider chose."""

    def __init__(self, canvas: CanvasView, controller: DocumentController, training: TrainingController) -> None:
        super().__init__(canvas)
        self._canvas, self._controller, self._training = canvas, controller, training
        self.follower = HealthFollower(self)
        self._at: int | None = None
        """The look that was chosen; None for the latest."""
        self.follower.changed.connect(self._show)
        canvas.colors.field.changed.connect(lambda _: self._follow())
        canvas.colors.time.valueChanged.connect(self._choose)
        controller.opened.connect(self._follow)
        training.changed.connect(self._follow)
        training.runs.changed.connect(lambda _: self._follow())

    def _follow(self) -> None:
        if self._canvas.colors.field.value() not in MEASURED:
            self.follower.show_run(None)
            if self._canvas.colors.field.value() != OUTPUTS:
                self._canvas.colors.show_time("", 0, 0)
            return
        if self._training.runs.summaries is None:
            self._training.runs.refresh()
        live = self._training.trains_what_is_open
        path = self._training.run if live else last_run(self._controller, self._training)
        if path != self.follower.path:
            self._at = None
        self.follower.show_run(path, live=live)
        self._show()

    def _choose(self, look: int) -> None:
        self._at = None if look == self._canvas.colors.time.maximum() else look
        self._show()

    def _show(self) -> None:
        health, colors = self.follower.health, self._canvas.colors
        if colors.field.value() not in MEASURED:
            return
        if health is None:
            colors.show_time("Nothing recorded: train it first.", 0, 0)
            self._canvas.set_readings({})
            return
        look = len(health) - 1 if self._at is None else min(self._at, len(health) - 1)
        tables = {name: health.measure(name)[look] for name in MEASURED}
        known = {name: zip(health.layers, row.tolist(), strict=True) for name, row in tables.items()}
        self._canvas.set_readings(
            {name: {layer: value for layer, value in pairs if value == value} for name, pairs in known.items()}
        )
        colors.show_time(f"Epoch {health.epochs[look]:.1f} of the last run", len(health), look)


def last_run(controller: DocumentController, training: TrainingController) -> Path | None:
    """The newest run of the open document."""
    path, title = str(controller.path.absolute()) if controller.path else "", controller.title
    runs = training.runs.summaries or []
    own = [run for run in runs if (run.document_path == path if path else run.title == title)]
    newest = max(own, key=lambda run: run.id, default=None)
    return training.runs_dir / newest.id if newest else None
