"""What a run does, resolved: the generated network, its data as tensors, loss, optimizer and learning rates."""

from __future__ import annotations

import ast
import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from models.analysis.beginning import rate_factors
from models.analysis.blocks import block_modules
from models.analysis.steps import draws, last_batch_of_one_fails, measured_together, suits_one_thread
from models.codegen.measuring import evaluation_batch
from models.codegen.objectives import objectives_of
from models.codegen.script import has_planes
from models.document import Document
from models.training import Optimizer, Schedule, TrainingSettings
from models.training.metrics import Measure
from models.training.objectives import Objective, Unit, loss_names, measured, predictions, watched_measure
from models.training.schedules import UNMOVED
from models.training.settings import AFTERWARDS, SCALED
from studio.data import Data
from studio.data.formats.streamed import workers
from studio.worker.errors import TrainingError
from studio.worker.ranks.team import Team
from studio.worker.training.augmenting.augmenter import Augmenter, make_augmenter
from studio.worker.training.averaging import Averaging
from studio.worker.training.examples import Examples, Loader, fingerprint, make_examples
from studio.worker.training.loop import (
    Tensors,
    in_order,
    set_learning_rate,
    shuffled,
    unit_of,
    updates_in_epoch,
)
from studio.worker.training.losses.weighing import Draw, class_weights, drawn_by
from studio.worker.training.metrics import Measured, Sums
from studio.worker.training.monitor import Watched, watched
from studio.worker.training.single import make_loss
from studio.worker.training.starting import Begun, begin
from studio.worker.training.updating.optimizer import keep_on_device, make_optimizer, shape_gradients
from studio.worker.training.updating.precision import repeat_exactly, set_precision
from studio.worker.training.updating.pruning import hold_zeros
from studio.worker.training.updating.recomputing import recompute, recompute_blocks
from studio.worker.training.watch import Watch

THREADS = torch.get_num_threads()
"""What torch would use by itself; read before anything changes it."""
NONE_GIVEN: Mapping[str, Tensor] = {}


@dataclass
class Plan:
    """Everything that `studio.worker.training.trainer` needs; nothing in it is random any more but the seeded order.

    ``losses`` are the loss function and the weight of each objective, in the order of the network's outputs;
    ``captures`` tells whether a whole step may become a CUDA graph, ``is_drawn`` whether layers draw while training;
    ``layers`` are those whose health is recorded.
    """

    model: nn.Module
    objectives: list[Objective]
    losses: list[tuple[nn.Module, float]]
    class_weights: list[Tensor | None]
    """What each class counts in the loss of each objective, None where all are alike."""
    optimizer: torch.optim.Optimizer
    averaging: Averaging
    scaler: torch.amp.GradScaler
    base_rate: float
    gentler_rate: float
    settings: TrainingSettings
    train: Examples
    validation: Examples
    test: Examples | None
    """What is measured once, when the training has ended."""
    batch_size: int
    evaluation_batch: int
    """Examples that are measured together."""
    seed: int
    device: torch.device
    skips_single: bool
    captures: bool
    is_drawn: bool
    fingerprint: str
    layers: list[Watched]
    watch: Watch
    augmenter: Augmenter
    watched: Measure
    """What of validation tells the better epoch."""
    begun: Begun
    """The weights that were given, not drawn."""
    draws: Draw | None
    """What draws the batches of an epoch by class; None where each example has one turn."""
    team: Team
    stepped: nn.Module
    """The model as steps call it: of several processes the one that adds up their gradients."""

    @property
    def measured(self) -> Measured:
        """The metrics, Output by Output."""
        return measured(self.objectives)

    def read(self, outputs: Tensors) -> Tensors:
        """Outputs as metrics take them."""
        return predictions(self.objectives, outputs)

    def measures(self, sums: Sums) -> dict[str, float]:
        """All losses and metrics over some batches by name, the loss that is trained first."""
        return sums.values(loss_names(self.objectives), self.measured)

    @property
    def batches(self) -> int:
        """Steps in an epoch, each an update."""
        return updates_in_epoch(len(self.train), self.batch_size, self.skips_single, self.settings.accumulate)

    @property
    def epochs(self) -> int:
        """How many epochs the run has, the last one perhaps in part."""
        return self.settings.total_epochs(self.batches)

    @property
    def updates(self) -> int:
        """How many updates the run has."""
        return self.settings.total_updates(self.batches)

    def updates_in(self, epoch: int) -> int:
        """How many updates an epoch (from 0) has: the last one may end the run in its midst."""
        return min(self.batches, self.updates - epoch * self.batches)

    @property
    def drops_example(self) -> bool:
        """Whether the last batch of each epoch would hold one example and is left out for batch normalization."""
        return self.skips_single and len(self.train) % self.batch_size == 1

    def __post_init__(self) -> None:
        # Kept here, since the optimizer may hold it on the device as a rounded number.
        self.learning_rate = self.base_rate
        self.rate_moves = self.settings.moves_within_epochs
        self.reaction = UNMOVED

    def set_learning_rate(self, step: int) -> None:
        """Set the rate for the update that follows ``step`` others."""
        self.learning_rate = self.settings.learning_rate(step, self.batches, self.reaction[-1])
        set_learning_rate(self.optimizer, self.learning_rate)

    def react(self, validation: Sums) -> None:
        """Have a schedule that reacts answer to what is watched at the end of an epoch."""
        schedule = cast(Schedule, self.settings.schedule)
        if (react := type(schedule).reaction) is not None:
            higher = not self.watched.lower_is_better
            value = self.watched_value(validation)
            self.reaction = react(value, self.reaction, higher, self.base_rate, **schedule.chosen())

    def watched_value(self, validation: Sums) -> float:
        """What is watched, NaN where it has no value."""
        return self.measures(validation).get(self.watched.key, math.nan)

    def shuffled(self, generator: torch.Generator) -> tuple[Tensor, ...]:
        """The examples of each update of the next epoch, as indices beside the data."""
        home, size = self.train.home, self.batch_size
        if self.draws is not None:
            batches = self.draws(size, generator, home, self.skips_single)
        else:
            batches = shuffled(len(self.train), size, generator, home, self.skips_single)
        together = self.settings.accumulate
        if together == 1:
            return tuple(batches)
        return tuple(torch.cat(batches[at : at + together]) for at in range(0, len(batches), together))

    def every_input(self) -> Iterator[Tensors]:
        """All inputs of training, batch by batch."""
        rows = in_order(len(self.train), self.batch_size, self.train.home)
        rows = rows[:-1] if self.skips_single and len(rows[-1]) == 1 else rows
        return (inputs for inputs, _ in self.train.batches(rows))

    def in_order(self, part: Examples) -> tuple[Tensor, ...]:
        """The batches of a part that this process measures, as indices beside the data."""
        first, last = self.team.block(len(part))
        batches = in_order(last - first, self.evaluation_batch, part.home) if last > first else ()
        return tuple(first + batch for batch in batches) if first else batches

    def turns(self, part: Examples) -> int:
        """Batches to measure of a part in the process that has most of them."""
        return -(-len(part) // (self.team.count * self.evaluation_batch))

    @property
    def measures_afterwards(self) -> bool:
        """Whether the training part is measured as validation is, by a pass of its own behind an epoch."""
        return self.settings.train_measured == AFTERWARDS

    @property
    def drops(self) -> bool:
        """Whether training is measured while values are dropped."""
        modules = (module for module in self.model.modules() if isinstance(module, _DropoutNd))
        return not self.measures_afterwards and any(module.p > 0 for module in modules)

    def rest(self) -> None:
        """End the processes that load data, if there are any."""
        for part in (self.train, self.validation, *([self.test] if self.test else [])):
            part.rest()

    def every_of(self, part: Examples) -> tuple[Tensor, ...]:
        """All batches of a part, as indices beside the data."""
        return in_order(len(part), self.evaluation_batch, part.home)


def make_plan(
    document: Document,
    source: str,
    path: Path,
    data: Data,
    device: torch.device,
    go_on: Callable[[], None] = lambda: None,
    class_name: str = "",
    given: Mapping[str, Tensor] = NONE_GIVEN,
    team: Team | None = None,
    units: Mapping[str, Unit] | None = None,
) -> Plan:
    """Resolve a run; raises `TrainingError` where the document cannot be trained, and whatever its source raises.

    ``source`` is the text of its module (`studio.runs.source.approved_source`), ``path`` where that lies.

    Seeds torch's random numbers, draws the initial weights on the CPU (so that they are the same for all devices) and
    moves everything to ``device``. ``go_on`` is called now and then; an exception from it ends the making.
    ``class_name`` is the network's class in its source, "" for the only one there; ``given`` what it starts from of
    another run (`studio.worker.training.starting`); ``team`` are the processes that train it together, all of which
    make a plan and take what process 0 starts from. ``units`` are those of targets, by Output, that the run has had
    from its beginning; where they are None the training part tells them.
    """
    team = team or Team()
    settings, _ = TrainingSettings.read(document.training)
    optimizer = cast(Optimizer, settings.optimizer)
    objectives = make_objectives(document, data)
    most = max(1, THREADS // team.place.local_count)
    torch.set_num_threads(1 if suits_one_thread(document.analysis, settings.batch_size) else most)
    torch.manual_seed(settings.seed)
    model = load_model(source, path, class_name)
    begun = begin(model, document, settings, given)
    if settings.sync_batch_norm and team.count > 1 and device.type == "cuda":
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)  # type: ignore[no-untyped-call]
    is_drawn = draws(document.network, document.analysis)
    if settings.checkpoint_blocks:
        recompute_blocks(model, block_modules(document.network), is_drawn)
    elif settings.activation_checkpointing:
        recompute(model, settings.activation_checkpointing, is_drawn)
    # L-BFGS takes gradients as one row of numbers, in the order of memory.
    planes = settings.channels_last and has_planes(document) and not optimizer.asks_again
    model = set_precision(model, str(settings.precision), device, planes=planes)
    train, validation, *test = make_examples(document, data, objectives, device, loader_of(settings, team))
    objectives = in_units(objectives, _units_of(objectives, train) if units is None else units, device)
    skips_single = last_batch_of_one_fails(document.network, document.analysis)
    if skips_single and min(len(train), settings.batch_size) == 1:
        raise TrainingError("Batch normalization cannot train on batches of one example. Raise the batch size to 2.")
    captures = device.type == "cuda" and bool(settings.cuda_graph)
    repeat_exactly(bool(settings.deterministic), device)
    made = make_optimizer(settings, model, rate_factors(document.network, document.analysis))
    stepped = team.wrapped(model)
    masks = {name: team.stacked(mask)[: len(mask)].to(device) for name, mask in begun.masks.items()}
    if masks:
        hold_zeros(model, made, masks)
    if captures:
        keep_on_device(made, device)
    shape_gradients(made, settings)
    checksum = fingerprint(data, go_on)
    classes = [len(data.target(objective.output).classes or ()) for objective in objectives]
    wanted = settings.samples_over_time
    batches = updates_in_epoch(len(train), settings.batch_size, skips_single, settings.accumulate)
    epochs = settings.total_epochs(batches)
    watch = Watch(objectives, classes, (train, validation), epochs=epochs, wanted=wanted, data=checksum)
    weighed = [
        class_weights(objective.loss, data.target(objective.output).classes, target)
        for objective, target in zip(objectives, train.targets, strict=True)
    ]
    return Plan(
        model=model,
        objectives=objectives,
        losses=[
            (make_loss(objective.loss, weights, objective.unit).to(device), objective.weight)
            for objective, weights in zip(objectives, weighed, strict=True)
        ],
        class_weights=weighed,
        optimizer=made,
        averaging=Averaging(settings, model, made, settings.first_averaged(batches)),
        scaler=torch.amp.GradScaler(device.type, enabled=settings.precision == SCALED),
        base_rate=optimizer.lr,
        gentler_rate=optimizer.gentler_rate(),
        settings=settings,
        train=train,
        validation=validation,
        test=test[0] if test else None,
        batch_size=settings.batch_size,
        evaluation_batch=evaluation_batch(
            objectives,
            settings.batch_size,
            measured_together(document.network, document.analysis, more=device.type == "cuda"),
        ),
        seed=settings.seed,
        device=device,
        skips_single=skips_single,
        captures=captures,
        is_drawn=is_drawn,
        fingerprint=checksum,
        watch=watch,
        augmenter=make_augmenter(document, data, device, settings.seed),
        watched=watched_in(objectives, settings),
        begun=begun._replace(masks=masks),
        layers=watched(document.network, model) if settings.health and team.leads else [],
        draws=drawn_by(settings, objectives, data, train),
        team=team,
        stepped=stepped,
    )


def watched_in(objectives: list[Objective], settings: TrainingSettings) -> Measure:
    """What of validation is watched; raises `TrainingError` where no Output measures it."""
    if (found := watched_measure(objectives, str(settings.watched))) is None:
        raise TrainingError(f"No Output of the network can measure {settings.watched}. Watch the loss.")
    return found


def loader_of(settings: TrainingSettings, team: Team) -> Loader:
    """How data is fetched: by as many workers as were found to be the fastest, unless a number is set.

    Several processes of a computer share its cores.
    """
    shared = max(1, workers() // team.place.local_count) if team.place.local_count > 1 else 0
    return Loader(
        settings.num_workers or shared,
        settings.prefetch_factor,
        bool(settings.pin_memory),
        str(settings.multiprocessing_context),
        bool(settings.persistent_workers),
    )


def make_objectives(document: Document, data: Data | None = None) -> list[Objective]:
    """An objective for each Output, of ``data`` where it is known; raises `TrainingError` if there is none."""
    try:
        return objectives_of(document, data.are_shades) if data is not None else objectives_of(document)
    except ValueError as error:
        raise TrainingError(str(error)) from None


def in_units(objectives: list[Objective], units: Mapping[str, Unit], device: torch.device) -> list[Objective]:
    """Objectives that know the units of their targets, on a device."""
    known = {output: (mean.to(device), std.to(device)) for output, (mean, std) in units.items()}
    return [objective._replace(unit=known.get(objective.output)) for objective in objectives]


def _units_of(objectives: list[Objective], train: Examples) -> dict[str, Unit]:
    """The units of the targets that are scaled, by the training part."""
    pairs = zip(objectives, train.targets, strict=True)
    return {item.output: cast(Unit, unit_of(target)) for item, target in pairs if item.scaled}


def run_source(source: str | ast.Module, path: Path, module: ModuleType) -> None:
    """Run source that was generated here, or trusted by its user, as the content of a module: the one place that does.

    ``path`` is where tracebacks say that it lies.
    """
    exec(compile(source, str(path), "exec"), vars(module))


def load_model(source: str, path: Path, class_name: str = "") -> nn.Module:
    """Run the text of a module and make its network: the class of that name, or the only one.

    ``path`` is where tracebacks say that it lies. Raises `TrainingError` where there is no such class.
    """
    module = ModuleType(f"netloom_run_{zlib.crc32(str(path).encode()):08x}")
    module.__file__ = str(path)
    run_source(source, path, module)
    networks = {
        item.__name__: item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, nn.Module) and item.__module__ == module.__name__
    }
    if not networks:
        raise TrainingError(f"{path} defines no network: expected a class derived from torch.nn.Module.")
    if not class_name and len(networks) == 1:
        (class_name,) = networks
    if class_name not in networks:
        expected = f"the class {class_name}" if class_name else "one class"
        raise TrainingError(f"{path} should define {expected}; the networks in it are {', '.join(networks)}.")
    return networks[class_name]()
