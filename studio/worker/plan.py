"""What a run does, resolved: the generated network, its data as tensors, loss, optimizer and learning rates."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from models.analysis.steps import last_batch_of_one_fails, suits_one_thread
from models.codegen.script import EVALUATION_BATCH, has_planes, trained_output
from models.data import token_misfits
from models.document import Document
from models.network import input_nodes
from models.training import Optimizer, Schedule, TrainingSettings
from models.training.losses import Loss
from studio.data import Data, Split
from studio.worker.errors import TrainingError
from studio.worker.examples import Examples, home_for, prepare_targets
from studio.worker.metrics import Metric, metric_for

THREADS = torch.get_num_threads()
"""What torch would use by itself; read before anything changes it."""

FINGERPRINTED = 1 << 28
"""Bytes between two looks whether to go on."""


@dataclass
class Plan:
    """Everything that `studio.worker.trainer` needs; nothing in it is random any more but the seeded order."""

    model: nn.Module
    loss: nn.Module
    metric: Metric
    optimizer: torch.optim.Optimizer
    base_rate: float
    schedule: Schedule
    train: Examples
    validation: Examples
    epochs: int
    batch_size: int
    seed: int
    device: torch.device
    skips_single: bool
    fingerprint: str

    @property
    def batches(self) -> int:
        """Steps in an epoch."""
        whole, rest = divmod(len(self.train), self.batch_size)
        return whole + (rest > 1 or (rest == 1 and not self.skips_single))

    @property
    def drops_example(self) -> bool:
        """Whether the last batch of each epoch would hold one example and is left out for batch normalization."""
        return self.skips_single and len(self.train) % self.batch_size == 1

    @property
    def learning_rate(self) -> float:
        """The present rate."""
        return float(self.optimizer.param_groups[0]["lr"])

    def set_learning_rate(self, epoch: int) -> None:
        """Set the rate for an epoch, counted from 0."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.base_rate * self.schedule.factor(epoch, self.epochs)

    def shuffled(self, generator: torch.Generator) -> tuple[Tensor, ...]:
        """The batches of the next epoch, as indices beside the data."""
        order = torch.randperm(len(self.train), generator=generator).to(self.train.inputs.device)
        return torch.split(order, self.batch_size)[: self.batches]

    def in_order(self) -> Iterator[Tensor]:
        """The batches of validation, as indices beside the data."""
        size = max(self.batch_size, EVALUATION_BATCH)
        yield from torch.split(torch.arange(len(self.validation), device=self.validation.inputs.device), size)


def make_plan(
    document: Document,
    source: str,
    path: Path,
    data: Data,
    device: torch.device,
    go_on: Callable[[], None] = lambda: None,
) -> Plan:
    """Resolve a run; raises `TrainingError` where the document cannot be trained, and whatever its source raises.

    ``source`` is the text of its module (`studio.runs.source.approved_source`), ``path`` where that lies.

    Seeds torch's random numbers, draws the initial weights on the CPU (so that they are the same for all devices) and
    moves everything to ``device``. ``go_on`` is called now and then; an exception from it ends the making.
    """
    settings, _ = TrainingSettings.read(document.training)
    optimizer, schedule = cast(Optimizer, settings.optimizer), cast(Schedule, settings.schedule)
    loss = output_loss(document)
    torch.set_num_threads(1 if suits_one_thread(document.analysis, settings.batch_size) else THREADS)
    torch.manual_seed(settings.seed)
    model = load_model(source, path)
    if device.type == "cpu" and has_planes(document):
        # On CPU two-dimensional convolutions are up to twice as fast with channels innermost.
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    model = model.to(device)
    train, validation = _examples(document, data, loss, device)
    skips_single = last_batch_of_one_fails(document.network, document.analysis)
    if skips_single and min(len(train), settings.batch_size) == 1:
        raise TrainingError("Batch normalization cannot train on batches of one example. Raise the batch size to 2.")
    return Plan(
        model=model,
        loss=getattr(nn, loss.kind)(**loss.settings()).to(device),
        metric=metric_for(loss),
        optimizer=make_optimizer(optimizer, model),
        base_rate=optimizer.lr,
        schedule=schedule,
        train=train,
        validation=validation,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        seed=settings.seed,
        device=device,
        skips_single=skips_single,
        fingerprint=_fingerprint(data, go_on),
    )


def make_optimizer(optimizer: Optimizer, model: nn.Module) -> torch.optim.Optimizer:
    """The optimizer of `torch.optim` over all parameters; raises `TrainingError` if there are none."""
    parameters = list(model.parameters())
    if not parameters:
        raise TrainingError("The network has nothing to learn: none of its layers has parameters. Add a Linear layer.")
    made: torch.optim.Optimizer = getattr(torch.optim, optimizer.kind)(parameters, **optimizer.arguments())
    return made


def output_loss(document: Document) -> Loss:
    """The loss of the network's only Output; raises `TrainingError` if there are more or fewer."""
    try:
        return trained_output(document)[1]
    except ValueError as error:
        raise TrainingError(str(error)) from None


def load_model(source: str, path: Path) -> nn.Module:
    """Run the text of a module and make its network; ``path`` is where tracebacks say that it lies."""
    module = ModuleType(f"netloom_run_{zlib.crc32(str(path).encode()):08x}")
    module.__file__ = str(path)
    exec(compile(source, str(path), "exec"), vars(module))
    for item in vars(module).values():
        if isinstance(item, type) and issubclass(item, nn.Module) and item.__module__ == module.__name__:
            return item()
    raise TrainingError(f"{path} defines no network: expected a class derived from torch.nn.Module.")


def _examples(document: Document, data: Data, loss: Loss, device: torch.device) -> tuple[Examples, Examples]:
    tokens = takes_tokens(document)
    if tokens and not np.issubdtype(data.dtype, np.integer):
        raise TrainingError(
            f"Input takes whole numbers, but {data.name} holds {data.dtype}. Set Input’s numbers to float, "
            "or load the data as tokens."
        )
    if tokens:
        _check_tokens(document, data)
    home = home_for(sum(split.x.nbytes + split.y.nbytes for split in data.splits), device)
    classes = len(data.classes) if data.classes else None
    scale = None
    if data.mean is not None and data.std is not None:
        scale = torch.as_tensor(data.mean, device=device), torch.as_tensor(data.std, device=device)

    def examples(split: Split) -> Examples:
        inputs = torch.from_numpy(np.ascontiguousarray(split.x)).to(home)
        targets = prepare_targets(split.y, loss, classes).to(home)
        return Examples(inputs, targets, device, scale=scale, tokens=tokens)

    return examples(data.train), examples(data.validation)


def _check_tokens(document: Document, data: Data) -> None:
    """Raise `TrainingError` if data has a number beyond a table that it is looked up in: on a graphics card that
    would end the process."""
    lowest = min(int(split.x.min()) for split in data.splits)
    highest = max(int(split.x.max()) for split in data.splits)
    for node in input_nodes(document.network):
        for misfit in token_misfits(document.network, node.id, data.name, lowest, highest):
            raise TrainingError(f"{misfit.message} {misfit.remedy}")


def takes_tokens(document: Document) -> bool:
    """Whether the network's inputs are whole numbers, such as the places in an embedding's table."""
    starts = [document.analysis[node.id].outputs for node in input_nodes(document.network)]
    return any(item is not None and item.dtype == "int" for outputs in starts for item in outputs)


def _fingerprint(data: Data, go_on: Callable[[], None]) -> str:
    """A checksum of all examples, to notice on resuming that the data has changed."""
    value = 0
    for split in data.splits:
        for array in (split.x, split.y):
            content = np.ascontiguousarray(array).data.cast("B")
            for start in range(0, len(content), FINGERPRINTED):
                go_on()
                value = zlib.crc32(content[start : start + FINGERPRINTED], value)
    return f"{value:08x}"
