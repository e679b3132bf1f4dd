"""Which chart a recorded series belongs to, and what such a chart is called."""

from __future__ import annotations

from typing import NamedTuple

from models.training.metrics import Measure, measure_of
from widgets.charts.axis import ValueFormat
from widgets.charts.curve import Series

LOSS, RATE = "loss", "rate"
PARTS: dict[str, Series] = {"train": "steps", "validation": "validation"}
"""What is written down between the ends of epochs is a mean over few steps; means over epochs come with the events."""
TITLES = {
    LOSS: "Loss",
    RATE: "Learning rate",
    "samples_per_second": "Throughput (examples per second)",
    "device_memory_mb": "Device memory (MB)",
    "device_utilization": "Device utilization",
    "gradient_norm": "Gradient norm",
    "update_ratio": "Update-to-weight ratio",
    "near_zero": "Weights below 0.001",
}
SHARES = ("device_utilization", "near_zero")


class Look(NamedTuple):
    """What a chart of a measure is called, how its values are written, and which of them is the best."""

    title: str
    form: ValueFormat
    best: str


def target_of(series: str) -> tuple[str, Series]:
    """The key of the chart of a series, and the kind of line that it is there."""
    if series == "learning_rate":
        return RATE, "training"
    measure = measure_of(series)
    if measure.part in PARTS:
        return measure.key, PARTS[measure.part]
    return series, "training"


def key_of(name: str) -> str:
    """The key of a chart without the number that tells which of several it is."""
    return name.partition("#")[0]


def is_usual(series: str) -> bool:
    """Whether a series has a chart unasked: the trained loss, the learning rate and everything measured of parts."""
    return series == "learning_rate" or measure_of(series).part in PARTS


def measure_to_chart(series: str) -> Measure | None:
    """The measure of a series with a chart among the metrics; None for the trained loss, and for what has no parts."""
    measure = measure_of(series)
    return measure if measure.part in PARTS and measure.key != LOSS else None


def look_of(key: str) -> Look:
    """What a chart of this key looks like."""
    if key in TITLES:
        return Look(TITLES[key], "percent" if key in SHARES else "number", "least" if key == LOSS else "")
    measure = measure_of(key)
    if measure.metric or measure.name == LOSS:
        output = key.rpartition("/")[0]
        shown = Measure("", output, measure.name)
        return Look(shown.title, _form(shown), "least" if shown.lower_is_better else "greatest")
    first, *rest = key.split("/")
    words = TITLES.get(first) or f"{first[:1].upper()}{first[1:]}".replace("_", " ")
    return Look(" · ".join((words, *rest)), "number", "")


def _form(measure: Measure) -> ValueFormat:
    return "percent" if measure.unit == "percent" else "number"
