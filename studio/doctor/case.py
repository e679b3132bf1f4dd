"""A run as a diagnosis sees it: its settings, curves, layers over time, and what is known of its data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from models.document import Document
from models.kinds.layer import Layer
from models.storage import files
from models.training import Optimizer, TrainingSettings
from studio.runs.errors import RunError
from studio.runs.events import Event, read_events
from studio.runs.folder import RunFolder
from studio.runs.health.reader import read_health
from studio.runs.health.record import Health
from studio.runs.index import RunIndex
from studio.runs.metrics.reader import Points, read_metrics
from studio.runs.summary import RunSummary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_EPOCHS = 1_000_001
LARGEST = 1e100
"""Beyond these a number is damage, not a measurement."""
WINDOWS = 20
LIST_OF_RUNS = ".index.sqlite"
KNOWN = 0.95
"""The accuracy in training at which little is left to learn."""
FEWEST_SAMPLES = 3
"""Looks at the layers before anything is said of them."""


@dataclass(frozen=True)
class Case:
    """A run as a diagnosis sees it. ``settings`` are those it was started with, ``classes`` how many its cross-entropy
    tells apart (None for other losses), ``over`` whether it has ended, ``broke`` the epoch in which its loss became
    NaN or infinite (None if it never did). ``data`` is what `studio.data.baselines` found, ``twins`` holds the best
    validation values of the runs that differ from this one in the seed alone, itself included. ``means`` are those over
    whole epochs, by the names of their series, where the run noted them. ``fits`` is the batch size for which there
    would have been memory, 0 for none, None where it did not run out; ``examples`` counts those of training, 0 where
    that is not known."""

    settings: Mapping[str, Any]
    series: Mapping[str, Points]
    classes: int | None = None
    over: bool = False
    broke: int | None = None
    document: Document | None = None
    health: Health | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    twins: Sequence[float] = ()
    steps_per_epoch: int = 0
    means: Mapping[str, Sequence[float]] = field(default_factory=dict)
    fits: int | None = None
    examples: int = 0

    @cached_property
    def training(self) -> TrainingSettings:
        """The settings of training, as fields."""
        return TrainingSettings.read(dict(self.settings))[0]

    @property
    def optimizer(self) -> Optimizer:
        """The rule that turned gradients into steps."""
        return cast(Optimizer, self.training.optimizer)

    @property
    def epochs(self) -> int:
        """How many epochs the run was to have, the last one perhaps in part; 0 where that is not known."""
        return self.training.total_epochs(self.steps_per_epoch)

    @property
    def rate(self) -> float:
        """The learning rate that the run began with."""
        return self.optimizer.lr

    @property
    def steps(self) -> int:
        """How many steps the run has taken, as far as its training loss tells."""
        points = self.series.get("train/loss")
        return int(points.steps[-1]) if points is not None and len(points) else 0

    @property
    def guess(self) -> float:
        """The loss of an answer that is the same for every example, infinite where that is not known."""
        if self.classes and self.classes > 1:
            return math.log(self.classes)
        return 1.0 if self.training.scale_targets and self.baseline("std") is not None else math.inf

    # Curves

    @cached_property
    def window(self) -> float:
        """What counts as an epoch on the axis of the charts: of a run that another program made only steps are known,
        and a twentieth of these is taken for one."""
        if self.settings:
            return 1.0
        last = max((float(points.epochs[-1]) for points in self.series.values() if len(points)), default=0.0)
        return last / WINDOWS if 0 < last < MOST_EPOCHS * WINDOWS else 1.0

    def x(self, place: int) -> float:
        """Where on the charts an epoch ends, counted from 0."""
        return (place + 1) * self.window

    def at(self, place: int) -> str:
        """The words for an epoch, counted from 0: ``epoch 3``, ``step 400``."""
        return f"epoch {place + 1}" if self.settings else f"step {self.x(place):,.0f}"

    def by_epoch(self, name: str) -> list[float]:
        """The mean of a series over each whole epoch, up to the first that is no sensible number."""
        import numpy as np

        if not self.settings:
            return self._by_window(name)
        if noted := self.means.get(name):
            end = next((place for place, mean in enumerate(noted) if not abs(mean) < LARGEST), len(noted))
            return [*noted[:end]]
        points = self.series.get(name)
        if points is None:
            return []
        sound = np.isfinite(points.epochs) & (points.epochs >= 0) & (points.epochs < MOST_EPOCHS)
        # A point that closes an epoch belongs to it: 3.0 is the end of the third.
        epochs = np.maximum(np.ceil(points.epochs[sound]).astype(np.int64), 1)
        over = epochs <= points.epochs[sound].max(initial=0)
        values = points.values[sound][over]
        _, places = np.unique(epochs[over], return_inverse=True)
        broken = ~(np.abs(values) < LARGEST)
        sums = np.bincount(places, np.where(broken, 0.0, values))
        spoiled = np.bincount(places, broken) > 0
        end = int(spoiled.argmax()) if spoiled.any() else len(sums)
        return [float(mean) for mean in (sums / np.bincount(places))[:end]]

    def _by_window(self, name: str) -> list[float]:
        """The mean of a series over each window, the one before it where nothing was measured in one."""
        points = self.series.get(name)
        if points is None:
            return []
        found = dict[int, list[float]]()
        for epoch, value in zip(points.epochs.tolist(), points.values.tolist(), strict=True):
            if not abs(value) < LARGEST:
                break
            found.setdefault(max(0, min(math.ceil(epoch / self.window) - 1, MOST_EPOCHS)), []).append(value)
        means = list[float]()
        for place in range(max(found, default=-1) + 1):
            here = found.get(place)
            means += [sum(here) / len(here) if here else means[-1]] if here or means else []
        return means

    @property
    def has_learned(self) -> bool:
        """Whether the training examples are as good as known: what layers look like then does no harm.

        That is where accuracy came to 95 %, or, where none is measured, the loss to a third of its first epoch's.
        """
        losses, accuracy = self.by_epoch("train/loss"), self.by_epoch("train/accuracy")
        if accuracy:
            return accuracy[-1] >= KNOWN
        return bool(losses) and losses[0] > 0 and losses[-1] < losses[0] / 3

    # Layers

    def recent(self, measure: str) -> dict[str, float]:
        """The median of a measure over the later half of a run, for each layer that has it; nothing of a young run."""
        import numpy as np

        if self.health is None or len(self.health) < FEWEST_SAMPLES:
            return {}
        table = self.health.measure(measure)[len(self.health) // 2 :]
        found = {}
        for name, column in zip(self.health.layers, table.T, strict=True):
            sound = column[np.isfinite(column)]
            if len(sound):
                found[name] = float(np.median(sound))
        return found

    def first(self, measure: str) -> dict[str, float]:
        """A measure in the very first look, before anything was learned, for each layer that has it."""
        import numpy as np

        if self.health is None or not len(self.health):
            return {}
        row = self.health.measure(measure)[0]
        return {name: float(value) for name, value in zip(self.health.layers, row, strict=True) if np.isfinite(value)}

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """The layers of the run's network by their modules."""
        nodes = self.document.network if self.document else ()
        return {node.attribute: node.layer for node in nodes if node.layer is not None}

    @cached_property
    def final(self) -> frozenset[str]:
        """The modules whose answers go to an Output: they may well be saturated."""
        if self.document is None:
            return frozenset()
        network = self.document.network
        ends = [node.id for node in network if node.layer and node.layer.is_output]
        return frozenset(network[edge.source].attribute for id in ends for edge in network.edges_into(id))

    # Data

    def shares(self, part: str) -> NDArray[np.float64] | None:
        """The share of each class among the examples of a part, None where that is not known."""
        import numpy as np

        counts = self.data.get("classes", {}).get(part) if isinstance(self.data.get("classes"), dict) else None
        if not isinstance(counts, list) or not all(isinstance(count, int) and count >= 0 for count in counts):
            return None
        total = sum(counts)
        return np.array(counts, dtype=np.float64) / total if total else None

    def baseline(self, name: str) -> float | None:
        """A fact of targets that are numbers, None where it is not known."""
        facts = self.data.get("numbers")
        value = facts.get(name) if isinstance(facts, dict) else None
        return float(value) if isinstance(value, int | float) else None


def curve(values: Sequence[float]) -> Points:
    """A series with one value at the end of each epoch, for examples."""
    import numpy as np

    array = np.array(list(values), dtype=np.float64)
    places = np.arange(1, len(array) + 1)
    return Points(places.astype(np.int64), places.astype(np.float64), places.astype(np.float64), array)


def steady(layers: Mapping[str, Mapping[str, float]], samples: int = 6) -> Health:
    """Layers that look the same in each of some samples, for examples."""
    import numpy as np

    measures = tuple(dict.fromkeys(name for found in layers.values() for name in found))
    rows = [[found.get(name, np.nan) for name in measures] for found in layers.values()]
    steps = np.arange(samples) * 50
    values = np.repeat(np.array(rows, np.float32)[None], samples, axis=0)
    return Health(tuple(layers), measures, steps, steps / 100, steps.astype(np.float64), values)


def case_of(run: RunFolder) -> Case:
    """A run folder as a case. Raises `RunError` where its logs cannot be read."""
    events = read_events(run.events_path)
    broke = next((event.get("epoch") for event in events if event["event"] == "nan"), None)
    started = next((event for event in events if event["event"] == "started"), {})
    fits = next((event.get("fits") for event in reversed(events) if event["event"] == "memory"), None)
    data, steps = started.get("data"), started.get("steps_per_epoch")
    document = _document(run)
    return Case(
        run.header["settings"],
        read_metrics(run.metrics_path),
        _classes(document),
        bool(events) and events[-1]["event"] in ("finished", "stopped", "failed"),
        broke if isinstance(broke, int) else None,
        document,
        _health(run),
        data if isinstance(data, dict) else {},
        _twins(run, events),
        steps if isinstance(steps, int) else 0,
        _means(events),
        fits if isinstance(fits, int) else None,
        examples if isinstance(examples := started.get("examples"), int) else 0,
    )


def _means(events: Sequence[Event]) -> dict[str, list[float]]:
    """What the ends of epochs say of each series, as far as every one of them says it."""
    ends = [values for event in events if event["event"] == "epoch" and isinstance(values := event.get("values"), dict)]
    names = set(ends[0]) if ends else set()
    return {
        name: [float(values[name]) for values in ends]
        for name in names
        if all(isinstance(values.get(name), int | float) for values in ends)
    }


def _health(run: RunFolder) -> Health | None:
    """What is known of the layers; a file that cannot be read leaves all else to be told."""
    try:
        return read_health(run.health_path)
    except RunError:
        return None


def _document(run: RunFolder) -> Document | None:
    try:
        return files.read(run.document_path)[0]
    except files.FileError:
        return None


def _classes(document: Document | None) -> int | None:
    """How many classes the run's only loss tells apart; None where it measures something else, or several things."""
    if document is None:
        return None
    outputs = [(node, loss) for node in document.network if (loss := getattr(node.layer, "loss", None))]
    if len(outputs) != 1 or outputs[0][1].answers != "classes":
        return None
    scores = document.analysis[outputs[0][0].id].shape
    return scores[0] if scores else None


def _twins(run: RunFolder, events: Sequence[Event]) -> tuple[float, ...]:
    """The best validation values of all finished runs of this network and these settings, but for the seed."""
    # Without a list of runs the folder around this one may be any folder, which is not to be looked through.
    if not events or events[-1]["event"] != "finished" or not (run.path.parent / LIST_OF_RUNS).exists():
        return ()
    with RunIndex(run.path.parent) as index:
        index.refresh()
        runs = index.runs()
    own = next((found for found in runs if found.id == run.id), None)
    if own is None:
        return ()
    name = next((name for name in ("validation/accuracy", "validation/loss") if name in own.best), "")
    alike = [found for found in runs if found.state == "finished" and name in found.best and _is_twin(found, own)]
    return tuple(found.best[name] for found in alike)


def _is_twin(one: RunSummary, other: RunSummary) -> bool:
    def but_for_the_seed(run: RunSummary) -> dict[str, Any]:
        return {name: value for name, value in run.settings.items() if name not in ("seed", "device", "health")}

    same = one.document_path == other.document_path and one.parameters == other.parameters
    return same and one.title == other.title and but_for_the_seed(one) == but_for_the_seed(other)
