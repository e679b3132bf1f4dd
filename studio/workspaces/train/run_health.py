"""The strips of the run whose log is shown: what its layers did over time, or why nothing is known of that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.controllers.health.follower import HealthFollower
from studio.controllers.training import TrainingController
from widgets.runs.health_strips import Course, HealthStrips


class RunHealth(QObject):
    """Owns the strips. `known_changed` tells that there is a run to show, or no longer."""

    known_changed = Signal()

    def __init__(self, training: TrainingController, parent: QWidget) -> None:
        super().__init__(parent)
        self.strips = HealthStrips(parent)
        self.strips.hide()
        self.follower = HealthFollower(self)
        self._training = training
        self._was_shown = False
        self.follower.changed.connect(self._show)
        self.strips.measure_chosen.connect(lambda _: self._show())
        training.changed.connect(self._look)

    @property
    def is_known(self) -> bool:
        """Whether the run recorded anything of its layers."""
        return self.follower.health is not None

    @property
    def is_shown(self) -> bool:
        """Whether there is a run whose layers are told of, if only why nothing is known of them."""
        return self.follower.path is not None

    def show_run(self, path: Path | None) -> None:
        """Follow another run, None for none."""
        self.follower.show_run(path, live=path is not None and self._is_live(path))

    def _look(self) -> None:
        self.show_run(self.follower.path)

    def _is_live(self, path: Path) -> bool:
        return self._training.is_training and self._training.current_id == path.name

    def _show(self) -> None:
        if health := self.follower.health:
            table = health.measure(self.strips.measure)
            # A layer without weights has no gradient, and most have no flat ends: what has nothing gets no strip.
            has = [not np.isnan(column).all() for column in table.T]
            layers = tuple(name for name, there in zip(health.layers, has, strict=True) if there)
            self.strips.show_course(Course(layers, health.epochs, table[:, has]), self._name())
        elif self.follower.path is not None:
            self.strips.say(self._reason(self.follower.path))
        if self.is_shown != self._was_shown:
            self._was_shown = self.is_shown
            self.known_changed.emit()

    def _reason(self, path: Path) -> str:
        """Why nothing is known of the layers of a run."""
        run = next((run for run in self._training.runs.summaries or () if run.id == path.name), None)
        if run is not None and run.settings.get("health") is False:
            return "Layer health was off for this run. Turn it on in the settings for the next."
        return "Layers show here once looked at." if self._is_live(path) else "This run recorded nothing of its layers."

    def _name(self) -> str:
        path = self.follower.path
        return "now" if path is not None and self._is_live(path) else ""
