"""Settings that ask for a device which this computer does not have."""

from __future__ import annotations

from collections.abc import Iterator

from models.document import Document
from models.findings.base import check_of
from models.findings.computer import Devices
from models.findings.example import image, row
from models.findings.finding import Finding, error
from models.findings.settings import set_training
from models.layers.linear import Linear
from models.layers.terminals import Output
from models.training.settings import TrainingSettings

_ONE = Devices(("cuda:0", "cpu"))


@check_of(
    Devices,
    finds=row(image(4), Linear, Output, training={"device": "cuda:3"}, known=_ONE),
    passes=row(image(4), Linear, Output, training={"device": "cuda"}, known=_ONE),
)
def no_such_device(document: Document, devices: Devices) -> Iterator[Finding]:
    """A card that is not there; a sort of device stands for the first of them."""
    wanted = TrainingSettings.read(document.training)[0].device
    if wanted not in {"auto", *devices.ids, *(id.partition(":")[0] for id in devices.ids)}:
        message = f"This computer has no device {wanted}; it has {', '.join(devices.ids)}."
        yield error("", message, mends=(set_training(document, "device", "auto"),))


@check_of(
    Devices,
    finds=row(image(4), Linear, Output, training={"devices": 2}, known=_ONE),
    passes=row(image(4), Linear, Output, training={"devices": 2, "device": "cpu"}, known=_ONE),
)
def too_few_cards(document: Document, devices: Devices) -> Iterator[Finding]:
    """Each process takes a graphics card of its own, from the one asked for on; a CPU takes any number."""
    settings = TrainingSettings.read(document.training)[0]
    best = next(iter(devices.ids), "cpu") if settings.device == "auto" else settings.device
    sort, _, first = best.partition(":")
    there = sum(id.partition(":")[0] == sort for id in devices.ids) - int(first or 0)
    if sort != "cpu" and settings.devices > there > 0:
        message = f"Expected {settings.devices} devices from {best} on, found {there}."
        yield error("", message, mends=(set_training(document, "devices", there),))
