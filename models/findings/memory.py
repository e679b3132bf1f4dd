"""How much memory the training of a document takes as it is set, how many examples a device has room for, and how long
a step takes."""

from __future__ import annotations

from collections.abc import Iterable

from models.analysis.memory import TrainingMemory, largest_batch, training_memory
from models.analysis.pace import Pace, step_seconds
from models.analysis.steps import largest_value
from models.document import Document
from models.findings.computer import Devices
from models.training.optimizers import Optimizer
from models.training.run_settings import HALF
from models.training.settings import TrainingSettings

_FEW = 256
_SURE = 0.85
"""Share of the memory that is there which a training may be told to fill: allocators leave gaps."""


def memory_of(document: Document, batch: int | None = None) -> TrainingMemory:
    """The memory on one device; with other batches than are set, if a number is given."""
    settings, _ = TrainingSettings.read(document.training)
    return training_memory(
        document.analysis,
        _on_each(settings) if batch is None else batch,
        remembered=_remembered(settings),
        halved=settings.precision in HALF,
        recomputed=0 if settings.checkpoint_blocks else settings.activation_checkpointing,
        by_blocks=settings.checkpoint_blocks,
    )


def step_time(document: Document, pace: Pace) -> float:
    """Seconds that a step of the training takes on a device of that pace, roughly."""
    settings, _ = TrainingSettings.read(document.training)
    found = step_seconds(document.analysis, _on_each(settings), pace, remembered=_remembered(settings))
    return found * (4 / 3 if settings.recomputes else 1)  # forward once more


def _on_each(settings: TrainingSettings) -> int:
    """The examples of a batch on each device."""
    return -(-settings.batch_size // settings.devices)


def _remembered(settings: TrainingSettings) -> int:
    """Numbers that are kept for each weight."""
    assert isinstance(settings.optimizer, Optimizer), "the field takes nothing else"
    return settings.optimizer.remembers + (settings.average != type(settings).average.default)


def chosen(document: Document, ids: Iterable[str]) -> str:
    """The device that is set, of the ids of those that there are, the best first; "" for none of these."""
    wanted = TrainingSettings.read(document.training)[0].device
    return next((id for id in ids if wanted in ("auto", id, id.partition(":")[0])), "")


def room_of(document: Document, devices: Devices) -> tuple[str, int]:
    """The device that is set and its memory in bytes, 0 where that is not known."""
    id = chosen(document, devices.ids)
    return id, devices.memory.get(id, 0)


def fitting_batch(document: Document, room: int) -> int:
    """The largest power of two of examples a step for which there surely is room on each device; 0 for none."""
    settings, _ = TrainingSettings.read(document.training)
    # Each part is a sum of what there is once and what there is of each example, so that two batches tell all: large
    # ones, since some kernels take whole pages of memory.
    few, many = (memory_of(document, size).total for size in (_FEW, 2 * _FEW))
    # On their way back there are a layer's gradients and those that it makes of them.
    each = (many - few) // _FEW + 2 * largest_value(document.network, document.analysis)
    once = few - (many - few)
    return largest_batch(lambda size: once + each * size, int(_SURE * room)) * settings.devices


def smaller_batch(document: Document, room: int, examples: int = 0) -> int:
    """The batch size to try where memory ran out, with ``room`` bytes for weights and steps (0: not known).

    At most half of what is set, or of all ``examples`` where these are known and fewer, since other things take memory,
    too; 0 where not even one fits.
    """
    batch = TrainingSettings.read(document.training)[0].batch_size
    half = min(batch, examples or batch) // 2
    return min(half, fitting_batch(document, room)) if room else half
