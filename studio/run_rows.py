"""A run's summary as the run list shows it."""

from __future__ import annotations

from typing import Any

from studio.runs.summary import RunSummary
from widgets.run_list import RunRow


def row_of(summary: RunSummary) -> RunRow:
    """The row of a run: its best validation metric (the loss where there is no metric) and how far it came."""
    epochs = summary.settings.get("epochs")
    total = f" of {epochs}" if isinstance(epochs, int) else ""
    return RunRow(
        summary.id, summary.name, _note(summary.settings), summary.state, best_text(summary.best),
        f"{summary.epochs:.3g}{total}",
    )  # fmt: skip


def best_text(best: dict[str, float]) -> str:
    """The best validation value: accuracy in percent, anything else as a number."""
    accuracy = best.get("validation/accuracy")
    if accuracy is not None:
        return f"{accuracy:.1%}".replace("%", " %")
    names = [name for name in best if name.startswith("validation/")]
    metric = next((name for name in names if not name.endswith("loss")), names[0] if names else "")
    return f"{best[metric]:.4g}" if metric else "–"


def _note(settings: dict[str, Any]) -> str:
    """What tells runs apart at a glance: optimizer and learning rate, and the schedule if it is not constant."""
    optimizer, schedule = settings.get("optimizer"), settings.get("schedule")
    parts = []
    if isinstance(optimizer, dict):
        rate = (optimizer.get("params") or {}).get("lr")
        parts.append(f"{optimizer.get('kind', '')}{f', {rate:g}' if isinstance(rate, int | float) else ''}")
    if isinstance(schedule, dict) and schedule.get("kind") != "ConstantLR":
        parts.append(str(schedule.get("kind", "")).removesuffix("LR"))
    return " · ".join(parts)
