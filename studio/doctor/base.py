"""What a diagnosis looks at, and the registry of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from models.document.content import Content, Settings
from models.document.edits import Whole
from models.findings.finding import Finding, Mend
from models.storage import files
from models.training import Optimizer, TrainingSettings
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import Points, read_metrics

MOST_EPOCHS = 1_000_001
LARGEST = 1e100
"""Beyond these a number is damage, not a measurement."""
LARGEST_STEP = 10.0
"""By how much a remedy changes a learning rate: what is wrong is mostly wrong by a power of ten."""


@dataclass(frozen=True, slots=True)
class Case:
    """A run as a diagnosis sees it. ``settings`` are those it was started with, ``classes`` how many its cross-entropy
    tells apart (None for other losses), ``over`` whether it has ended, ``broke`` the epoch in which its loss became
    NaN or infinite (None if it never did)."""

    settings: Mapping[str, Any]
    series: Mapping[str, Points]
    classes: int | None = None
    over: bool = False
    broke: int | None = None
    training: TrainingSettings = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "training", TrainingSettings.read(dict(self.settings))[0])

    @property
    def rate(self) -> float:
        """The learning rate that the run began with."""
        return cast(Optimizer, self.training.optimizer).lr

    def by_epoch(self, name: str) -> list[float]:
        """The mean of a series over each whole epoch, up to the first that is no sensible number."""
        import numpy as np

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

    def with_training(self, label: str, **changes: Any) -> Mend:
        """The remedy that changes settings of the document, whatever else it holds by now."""
        return Mend(label, Try(label, lambda settings: {**settings, **changes}))

    def with_gentler_rate(self) -> Mend:
        """The remedy for steps that were too long."""
        return self.with_rate(cast(Optimizer, self.training.optimizer).gentler_rate())

    def with_rate(self, rate: float) -> Mend:
        """The remedy that takes another learning rate, with the run's optimizer where the document has another."""
        rate = float(f"{rate:.2g}")
        ran = cast(Optimizer, self.training.optimizer)

        def changed(settings: Settings) -> Settings:
            now = cast(Optimizer, TrainingSettings.read(settings)[0].optimizer)
            kept = now if now.kind == ran.kind else ran
            return {**settings, "optimizer": {"kind": kept.kind, "params": {**kept.settings(), "lr": rate}}}

        label = f"Use {ran.kind} with a learning rate of {rate:g}"
        return Mend(label, Try(label, changed))


class Try(Whole):
    """A change of the training settings, worked out when it is made: the document may have changed since the run."""

    def __init__(self, label: str, change: Callable[[Settings], Settings]) -> None:
        self.label, self.change = label, change
        self._before: Settings = {}

    def apply(self, content: Content) -> None:
        self._before = content.section("training")
        content.set_section("training", self.change(self._before))

    def revert(self, content: Content) -> None:
        content.set_section("training", self._before)


Examine = Callable[[Case], Iterable[Finding]]


class Registered(NamedTuple):
    """A diagnosis with the cases that its tests begin from: one that it tells, one in which it is silent."""

    examine: Examine
    ill: Callable[[], Case]
    well: Callable[[], Case]

    def __call__(self, case: Case) -> Iterable[Finding]:
        return self.examine(case)


DIAGNOSES: list[Registered] = []


def diagnosis(*, ill: Callable[[], Case], well: Callable[[], Case]) -> Callable[[Examine], Registered]:
    """Decorator: a function that tells something of a run. ``ill`` makes a case it tells, ``well`` one it does not."""

    def register(examine: Examine) -> Registered:
        made = Registered(examine, ill, well)
        DIAGNOSES.append(made)
        return made

    return register


def curve(values: Iterable[float]) -> Points:
    """A series with one value at the end of each epoch, for examples."""
    import numpy as np

    array = np.array(list(values), dtype=np.float64)
    places = np.arange(1, len(array) + 1)
    return Points(places.astype(np.int64), places.astype(np.float64), places.astype(np.float64), array)


def case_of(run: RunFolder) -> Case:
    """A run folder as a case. Raises `RunError` where its logs cannot be read."""
    events = read_events(run.events_path)
    broke = next((event.get("epoch") for event in events if event["event"] == "nan"), None)
    over = bool(events) and events[-1]["event"] in ("finished", "stopped", "failed")
    series = read_metrics(run.metrics_path)
    return Case(run.header["settings"], series, _classes(run), over, broke if isinstance(broke, int) else None)


def _classes(run: RunFolder) -> int | None:
    """How many classes the run's only loss tells apart; None where it measures something else, or several things."""
    try:
        document, _ = files.read(run.document_path)
    except files.FileError:
        return None
    outputs = [(node, loss) for node in document.network if (loss := getattr(node.layer, "loss", None))]
    if len(outputs) != 1 or outputs[0][1].targets != "classes":
        return None
    scores = document.analysis[outputs[0][0].id].shape
    return scores[0] if scores else None
