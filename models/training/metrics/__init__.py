"""Metrics as specs, one family a file, and what the series of a run show."""

from __future__ import annotations

from models.training.metrics.base import BINARY, CLASSES, EMBEDDING, METRICS, NUMBERS, SEQUENCE, Metric
from models.training.metrics.classes import Accuracy, TopKAccuracy
from models.training.metrics.counted import MacroF1
from models.training.metrics.embedded import RecallAtK
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
from models.training.metrics.probable import Perplexity
from models.training.metrics.ranked import RocAuc
from models.training.metrics.sequences import TokenErrorRate

__all__ = [
    "BINARY",
    "CLASSES",
    "EMBEDDING",
    "LOSS",
    "METRICS",
    "NUMBERS",
    "SEQUENCE",
    "Accuracy",
    "MacroF1",
    "MeanAbsoluteError",
    "Measure",
    "Metric",
    "Perplexity",
    "R2Score",
    "RecallAtK",
    "RocAuc",
    "RootMeanSquaredError",
    "TokenErrorRate",
    "TopKAccuracy",
    "main_measure",
    "measure_of",
    "metric_called",
    "metrics_for",
    "usual_metric",
]
