"""Remedies as edits that are worked out when they are made: the document may have changed since the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from models.document.content import MAIN, Content, Settings
from models.document.edits import Batch, Edit, SetParam, Whole
from models.document.replacing import Replace
from models.findings.finding import Mend
from models.findings.inserting import InsertBefore
from models.layers import LAYERS
from models.layers.regularization import Dropout
from models.network import Network
from models.training import Optimizer, TrainingSettings
from studio.doctor.case import Case

LARGEST_STEP = 10.0
"""By how much a remedy changes a learning rate: what is wrong is mostly wrong by a power of ten."""


class Try(Whole):
    """A change of the training settings."""

    def __init__(self, label: str, change: Callable[[Settings], Settings]) -> None:
        self.label, self.change = label, change
        self._before: Settings = {}

    def apply(self, content: Content) -> None:
        self._before = content.section("training")
        content.set_section("training", self.change(self._before))

    def revert(self, content: Content) -> None:
        content.set_section("training", self._before)


class TryLayers(Whole):
    """Edits of the network's layers, as far as these are still there."""

    def __init__(self, label: str, edits: Callable[[Network], Sequence[Edit]]) -> None:
        self.label, self.edits = label, edits
        self._made = Batch(label, ())

    def apply(self, content: Content) -> None:
        self._made = Batch(self.label, self.edits(content[MAIN]))
        self._made.apply(content)

    def revert(self, content: Content) -> None:
        self._made.revert(content)


def with_training(label: str, **changes: Any) -> Mend:
    """The remedy that changes settings of the document, whatever else it holds by now."""
    return Mend(label, Try(label, lambda settings: {**settings, **changes}))


def lasting(case: Case, label: str, epochs: int) -> Mend | None:
    """The remedy that trains for so many epochs, also where updates were counted; None where neither is known."""
    if not case.settings:
        return None
    return with_training(label, epochs=epochs, **({"updates": 0} if case.training.updates else {}))


def with_gentler_rate(case: Case) -> Mend | None:
    """The remedy for steps that were too long."""
    return with_rate(case, case.optimizer.gentler_rate())


def with_larger_rate(case: Case) -> Mend | None:
    """The remedy for steps that were too short."""
    return with_rate(case, case.rate * LARGEST_STEP)


def with_rate(case: Case, rate: float) -> Mend | None:
    """The remedy that takes another learning rate, with the run's optimizer where the document has another; None where
    the run's rate is not known."""
    if "optimizer" not in case.settings:
        return None
    rate = float(f"{rate:.2g}")
    ran = case.optimizer

    def changed(settings: Settings) -> Settings:
        now = cast(Optimizer, TrainingSettings.read(settings)[0].optimizer)
        kept = now if now.kind == ran.kind else ran
        return {**settings, "optimizer": {"kind": kept.kind, "params": {**kept.settings(), "lr": rate}}}

    label = f"Use {ran.kind} with a learning rate of {rate:g}"
    return Mend(label, Try(label, changed))


def rectified(layers: Sequence[str]) -> Mend:
    """The remedy that puts the plainest function without a flat end for large values in the place of these layers."""
    kind = next(name for name in LAYERS if LAYERS[name].rectifies)

    def edits(network: Network) -> list[Edit]:
        return [Replace(node.id, kind) for node in network if node.attribute in layers and node.kind != kind]

    label = f"Use {kind} in {'their place' if len(layers) > 1 else 'its place'}"
    return Mend(label, TryLayers(label, edits))


def widened(layers: Sequence[str]) -> Mend:
    """The remedy that gives layers twice as many outputs."""
    return Mend(label := "Double the hidden layers", TryLayers(label, lambda network: _scaled(network, layers)))


def _scaled(network: Network, layers: Sequence[str]) -> list[Edit]:
    edits: list[Edit] = []
    for node in network:
        width = width_field(type(node.layer)) if node.layer else ""
        if width and node.id in layers:
            edits.append(SetParam(node.id, width, 2 * getattr(node.layer, width)))
    return edits


def width_field(kind: type) -> str:
    """The setting of a layer kind that says how many numbers come out; "" for none."""
    fields = getattr(kind, "fields", {})
    return next((name for name, field in fields.items() if field.role == "channels"), "")


def dropping(layers: Sequence[str]) -> Mend:
    """The remedy that drops half of what these layers read while training."""

    def edits(network: Network) -> list[Edit]:
        wires = [wire for node in network if node.attribute in layers for wire in network.edges_into(node.id)]
        return [InsertBefore(label, wire, ((Dropout, {"p": 0.5}),)) for wire in wires]

    return Mend(label := f"Insert {Dropout.kind}", TryLayers(label, edits))


def dropped_less(layers: Sequence[str]) -> Mend:
    """The remedy that halves the share of values that layers drop."""

    def edits(network: Network) -> list[Edit]:
        return [
            SetParam(node.id, "p", round(node.layer.p / 2, 3))  # type: ignore[union-attr]
            for node in network
            if node.id in layers and "p" in getattr(node.layer, "fields", {})
        ]

    return Mend(label := "Halve the dropout", TryLayers(label, edits))
