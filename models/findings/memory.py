"""How much memory the training of a document takes as it is set, and how many examples a device has room for."""

from __future__ import annotations

from models.analysis.memory import TrainingMemory, largest_batch, training_memory
from models.document import Document
from models.findings.computer import Devices
from models.training.optimizers import Optimizer
from models.training.run_settings import HALF
from models.training.settings import TrainingSettings

_FEW = 256


def memory_of(document: Document, batch: int | None = None) -> TrainingMemory:
    """The memory on one device; with other batches than are set, if a number is given."""
    settings, _ = TrainingSettings.read(document.training)
    assert isinstance(settings.optimizer, Optimizer), "the field takes nothing else"
    batch = -(-settings.batch_size // settings.devices) if batch is None else batch
    averaged = settings.average != type(settings).average.default
    return training_memory(
        document.analysis,
        batch,
        remembered=settings.optimizer.remembers + averaged,
        halved=settings.precision in HALF,
        recomputed=settings.activation_checkpointing,
    )


def room_of(document: Document, devices: Devices) -> tuple[str, int]:
    """The device that is set and its memory in bytes, 0 where that is not known."""
    wanted = TrainingSettings.read(document.training)[0].device
    matching = (id for id in devices.ids if wanted in ("auto", id, id.partition(":")[0]))
    id = next(matching, "")
    return id, devices.memory.get(id, 0)


def fitting_batch(document: Document, room: int) -> int:
    """The largest power of two of examples a step for which there is room on each device; 0 where there is for none."""
    settings, _ = TrainingSettings.read(document.training)
    # Each part is a sum of what there is once and what there is of each example, so that two batches tell all: large
    # ones, since some kernels take whole pages of memory.
    few, many = (memory_of(document, size).total for size in (_FEW, 2 * _FEW))
    return largest_batch(lambda size: few + (many - few) * (size - _FEW) // _FEW, room) * settings.devices
