"""Settings that ask for a device which this computer does not have, or for more memory than it has."""

from __future__ import annotations

from collections.abc import Iterator

from models.basics.quantities import bytes_text
from models.document import Document
from models.findings.base import check_of
from models.findings.computer import Devices
from models.findings.example import image, row
from models.findings.finding import Finding, error, in_line, warning
from models.findings.memory import fitting_batch, memory_of, room_of
from models.findings.settings import set_training
from models.layers.linear import Linear
from models.layers.terminals import Output
from models.training.settings import TrainingSettings

_ONE = Devices(("cuda:0", "cpu"))
_SMALL = Devices(("cuda:0", "cpu"), {"cuda:0": 10**8, "cpu": 10**11})


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


@check_of(
    Devices,
    finds=row(image(1000), (Linear, {"out_features": 100}), Output, training={"batch_size": 100_000}, known=_SMALL),
    passes=row(image(1000), (Linear, {"out_features": 100}), Output, training={"batch_size": 100}, known=_SMALL),
)
def too_much_memory(document: Document, devices: Devices) -> Iterator[Finding]:
    """A batch whose training takes more than there is on the device."""
    id, room = room_of(document, devices)
    if not room or (size := memory_of(document).total) <= room:
        return
    batch, fitting = TrainingSettings.read(document.training)[0].batch_size, fitting_batch(document, room)
    needs = f"Batch {batch:,} needs about {bytes_text(size)}; {id} has {bytes_text(room)}."
    if fitting:
        message = f"{needs} Try {fitting:,}."
        yield warning("", in_line(message), mends=(set_training(document, "batch_size", fitting),))
    else:
        yield warning("", in_line(needs), "Not even one example fits. Make the network smaller, or its Input.")
