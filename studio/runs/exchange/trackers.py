"""Runs sent to trackers of experiments after they were trained: Weights & Biases, MLflow. Each is an extra."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from studio.runs.summary import summarize
from studio.runs.table.facts import facts_of, is_measured

MOST_AT_ONCE = 1_000
"""Values that MLflow takes in one call."""
LONGEST_VALUE = 500


def to_wandb(runs: Sequence[RunFolder], project: str) -> None:
    """Send runs to Weights & Biases, as its own settings say (``WANDB_MODE=offline`` keeps them here).

    Raises `RunError` where it is not installed or refuses.
    """
    wandb = _needed("wandb")
    for run in runs:
        with _told_by("Weights & Biases", wandb.errors.Error):
            sent = wandb.init(project=project, name=run.name, id=run.id, config=settings_of(run), reinit=True)
            for step, values in by_step(run):
                sent.log(values, step=step)
            sent.finish()


def to_mlflow(runs: Sequence[RunFolder], experiment: str) -> None:
    """Send runs to MLflow, where its own settings say (``MLFLOW_TRACKING_URI``).

    Raises `RunError` where it is not installed or refuses.
    """
    mlflow = _needed("mlflow")
    client_module = import_module("mlflow.entities")
    with _told_by("MLflow", mlflow.exceptions.MlflowException):
        mlflow.set_experiment(experiment)
        client = mlflow.MlflowClient()
        for run in runs:
            with mlflow.start_run(run_name=run.name) as started:
                mlflow.log_params({name: str(value)[:LONGEST_VALUE] for name, value in settings_of(run).items()})
                metrics = [
                    client_module.Metric(name.replace("@", "-at-"), value, round(time * 1000), step)
                    for name, step, time, value in _points(run)
                ]
                for start in range(0, len(metrics), MOST_AT_ONCE):
                    client.log_batch(started.info.run_id, metrics=metrics[start : start + MOST_AT_ONCE])


TRACKERS: Mapping[str, Callable[[Sequence[RunFolder], str], None]] = {"wandb": to_wandb, "mlflow": to_mlflow}


def settings_of(run: RunFolder) -> dict[str, Any]:
    """Every setting of a run by the name of its column."""
    values = facts_of(summarize(run)).values
    return {name: value for name, value in values.items() if not is_measured(name) and value is not None}


def by_step(run: RunFolder) -> Iterator[tuple[int, dict[str, float]]]:
    """What was measured at each step, in order."""
    rows: dict[int, dict[str, float]] = {}
    for name, step, _, value in _points(run):
        rows.setdefault(step, {})[name] = value
    yield from sorted(rows.items())


def _points(run: RunFolder) -> Iterator[tuple[str, int, float, float]]:
    for name, points in read_metrics(run.metrics_path).items():
        columns = (points.steps.tolist(), points.times.tolist(), points.values.tolist())
        yield from ((name, step, time, value) for step, time, value in zip(*columns, strict=True))


def _needed(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise RunError(f"This needs {name}, which is not installed: pip install netloom[{name}]") from None


class _told_by:
    """Around calls of a tracker: what it refuses is a `RunError` with its words."""

    def __init__(self, name: str, kind: type[Exception]) -> None:
        self._name, self._kind = name, kind

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, self._kind):
            raise RunError(f"{self._name} refused: {' '.join(str(error).split())[:200]}") from error
