"""Metrics as specs, one family a file, and what the series of a run show."""

from __future__ import annotations

from models.training.metrics.base import BINARY, CLASSES, METRICS, NUMBERS, Metric
from models.training.metrics.classes import Accuracy, MacroF1, TopKAccuracy
from models.training.metrics.measures import (
    LOSS,
    Measure,
    main_measure,
    measure_of,
    metric_called,
    metrics_for,
    usual_metric,
)
from models.training.metrics.numbers import MeanAbsoluteError, R2Score, RootMeanSquaredError

__all__ = [
    "BINARY",
    "CLASSES",
    "LOSS",
    "METRICS",
    "NUMBERS",
    "Accuracy",
    "MacroF1",
    "MeanAbsoluteError",
    "Measure",
    "Metric",
    "R2Score",
    "RootMeanSquaredError",
    "TopKAccuracy",
    "main_measure",
    "measure_of",
    "metric_called",
    "metrics_for",
    "usual_metric",
]
