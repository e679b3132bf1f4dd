"""How a training is shown in the terminal: one line that moves, or a line an epoch where the output is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from models.basics.quantities import figures
from models.training.metrics import main_measure, measure_of
from studio.cli.console import colored, note, width_of

BAR = 16
"""Letters of the progress bar."""


class Progress:
    """A listener for `studio.worker.session`; ``gone`` is called once when the terminal or the reader is gone."""

    def __init__(self, gone: Callable[[], object]) -> None:
        self.values: dict[str, float] = {}
        self._gone = gone
        self._alone = False
        self._live = sys.stderr.isatty()
        self._shown = 0
        self._began = time.monotonic()
        self._first_step: int | None = None
        self._epochs = 0

    def __call__(self, event: str, facts: dict[str, Any]) -> None:
        if event == "epoch":
            self.values = facts["values"]
        if self._alone:
            return
        try:
            self._tell(event, facts)
        except OSError:
            self._alone = True
            self._gone()

    def _tell(self, event: str, facts: dict[str, Any]) -> None:
        if event == "started":
            together = f", {facts['processes']} processes" if "processes" in facts else ""
            size = f"{facts['examples']:,} examples, {facts['parameters']:,} parameters"
            self._line(f"Training on {facts['device']}{together}: {size}.")
            if facts.get("dropout"):
                self._line("Training is measured with dropout on, validation with it off.")
        elif event == "resumed":
            self._line(f"Going on from epoch {facts.get('epoch', 0) + 1}.")
        elif event in ("note", "stepping"):
            self._line(str(facts["message"]))
        elif event == "warning":
            self._clear()
            note(str(facts["message"]))
        elif event == "test":
            self._clear()
            self._line(f"Test: {told(facts['values'])}")
        elif event == "progress":
            self._progress(facts)
        elif event == "epoch" and not self._live:
            self._line(f"Epoch {facts['epoch']}: {told(self.values)}")

    def close(self) -> None:
        """Take the moving line away."""
        with suppress(OSError):
            self._clear()

    def _progress(self, facts: dict[str, Any]) -> None:
        if not self._live:
            return
        if self._first_step is None:
            self._first_step, self._began = facts["step"], time.monotonic()
        share = facts["step"] / max(1, facts["steps"])
        filled = int(share * BAR)
        bar = "━" * filled + "─" * (BAR - filled)
        left = self._seconds_left(facts)
        parts = [
            f"Epoch {min(int(facts['epoch']) + 1, facts['epochs'])}/{facts['epochs']}",
            f"{bar} {share:4.0%}",
            f"{left // 60}:{left % 60:02} left" if left is not None else "",
            self._newest(facts),
            f"{facts['samples_per_second']:,.0f}/s" if "samples_per_second" in facts else "",
        ]
        self._show(" · ".join(part for part in parts if part))

    def _newest(self, facts: dict[str, Any]) -> str:
        """The first metric of the last validation; before the first one, the loss."""
        name = main_measure(self.values)
        if name:
            return told({name: self.values[name]})
        return f"loss {figures(facts['loss'])}" if "loss" in facts else ""

    def _show(self, text: str) -> None:
        """Put a line in the place of the last one, without the parts at its end that do not fit."""
        while len(text) >= width_of(sys.stderr) and " · " in text:
            text = text.rpartition(" · ")[0]
        self._clear()
        self._shown = len(text)
        sys.stderr.write(text)
        sys.stderr.flush()

    def _seconds_left(self, facts: dict[str, Any]) -> int | None:
        done = facts["step"] - (self._first_step or 0)
        if done < 1:
            return None
        seconds: float = (time.monotonic() - self._began) / done * (facts["steps"] - facts["step"])
        return round(seconds)

    def _line(self, text: str) -> None:
        self._clear()
        print(text, flush=True)

    def _clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()
            self._shown = 0


def told(values: dict[str, float]) -> str:
    """Metrics in words: ``validation loss 0.0512, validation accuracy 98.3 %``."""
    measures = ((measure_of(name), value) for name, value in values.items())
    return ", ".join(f"{measure.part} {measure.words} {measure.text(value)}".strip() for measure, value in measures)


def good(text: str) -> str:
    """Text that reports success."""
    return colored(text, "good", sys.stdout)
