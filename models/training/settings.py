"""The settings of a run, as a document's ``training`` entry holds them."""

from __future__ import annotations

from typing import cast

from models.specs.fields import Bool, Choice, Float, Int, Text
from models.specs.lists import SpecList
from models.specs.spec import Spec, SpecOf
from models.training.augmentation import AUGMENTATIONS
from models.training.metrics import LOSS, METRICS
from models.training.optimizers import OPTIMIZERS, Optimizer
from models.training.schedules import SCHEDULES, Schedule

HALF = ("bfloat16",)
"""Precisions that run under `torch.autocast`."""
DRAWN, GIVEN, RUN, FILE = "drawn", "numbers", "run", "file"
"""Where the first weights of a run come from: the seed, the document's section "numbers", or another run."""
SHUFFLED, BALANCED = "shuffled", "balanced"
"""How the batches of an epoch are drawn."""
MEANWHILE, AFTERWARDS = "meanwhile", "afterwards"
"""When losses and metrics of the training part are measured: in each step, or by a pass of its own behind an epoch."""
EPOCH, UPDATE = "epoch", "update"
"""What a schedule counts."""
BY_ALL, BY_LAYER, BY_FILTER = "global", "layer", "filter"
"""What is compared when weights are pruned: all of them, those of each layer, or the filters of each layer."""

OPTIMIZER, SCHEDULE, LENGTH, REGULARIZATION = "Optimizer", "Schedule", "Run length", "Regularization"
DATA, METRIC, SPEED, START, RECORDS = "Batches & data", "Metrics", "Precision & speed", "Starting point", "Records"


class TrainingSettings(Spec):
    """The settings of a run, as a document's ``training`` entry holds them.

    A further setting joins at the end of its section, and names it; `advanced` keeps what few need behind its heading.
    """

    title = "Training"
    sections = (OPTIMIZER, SCHEDULE, LENGTH, REGULARIZATION, DATA, METRIC, SPEED, START, RECORDS)

    # Optimizer

    optimizer = SpecOf(OPTIMIZERS, "Adam", section=OPTIMIZER, help="The rule that turns gradients into steps.")

    # Schedule

    schedule = SpecOf(SCHEDULES, "Constant", section=SCHEDULE, help="How the learning rate changes over the run.")
    schedule_by = Choice(
        EPOCH,
        (EPOCH, UPDATE),
        label="Schedule counts",
        section=SCHEDULE,
        advanced=True,
        help="What the schedule's time is counted in: its settings then speak of epochs, or of updates of the weights.",
    )
    warmup = Int(
        0,
        minimum=0,
        maximum=1_000_000_000,
        label="Warm-up",
        unit="updates",
        section=SCHEDULE,
        advanced=True,
        help="Updates over which the learning rate rises in a line to what the schedule asks for; 0 for none.",
    )

    # Run length

    epochs = Int(10, minimum=1, maximum=1_000_000, section=LENGTH, help="Passes over the training data.")

    # Regularization

    sparsity = Float(
        0.0,
        minimum=0.0,
        below=1.0,
        label="Pruned",
        unit="of the weights",
        section=REGULARIZATION,
        advanced=True,
        help="Share of the weights that are set to 0 before the first step, the smallest; they stay 0.",
    )
    prune_by = Choice(
        BY_ALL,
        (BY_ALL, BY_LAYER, BY_FILTER),
        label="Pruned by",
        section=REGULARIZATION,
        advanced=True,
        help="Compare all weights with one another, those of each layer, or whole filters of each layer.",
    )

    # Batches & data

    batch_size = Int(64, minimum=1, maximum=10_000_000, section=DATA, help="Examples per step.", unit="examples")
    sampling = Choice(
        SHUFFLED,
        (SHUFFLED, BALANCED),
        section=DATA,
        advanced=True,
        help="shuffled: each example once an epoch. balanced: as many draws, each class alike, so rare ones repeat.",
    )
    augmentation = SpecList(
        AUGMENTATIONS,
        empty="Examples as they are",
        section=DATA,
        help="Changes training examples at random, each time anew. Validation sees them as they are.",
    )

    # Metrics

    metrics = SpecList(
        METRICS,
        empty="The one that goes with the loss",
        section=METRIC,
        help="What is measured beside the loss, each in a chart of its own. Empty: the one that goes with the loss.",
    )
    watched = Choice(
        LOSS,
        (LOSS, *(kind.name for kind in METRICS.values())),
        label="Watched",
        section=METRIC,
        advanced=True,
        help="What of validation tells the better epoch: it picks the best checkpoint. It is measured if it can be.",
    )

    train_measured = Choice(
        MEANWHILE,
        (MEANWHILE, AFTERWARDS),
        label="Training measured",
        section=METRIC,
        advanced=True,
        help="meanwhile: as it learns, with dropout. afterwards: as validation is, for about a third more time.",
    )

    # Precision & speed

    device = Choice(
        "auto",
        ("auto", "cpu", "cuda", "mps", *(f"cuda:{index}" for index in range(16))),
        section=SPEED,
        help="Where to train; auto takes the best there is.",
    )
    devices = Int(
        1,
        minimum=1,
        maximum=64,
        label="Devices",
        unit="processes",
        section=SPEED,
        advanced=True,
        help="Graphics cards, or processes on a CPU, that train together: each takes its part of every batch.",
    )
    sync_batch_norm = Bool(
        False,
        label="SyncBatchNorm",
        section=SPEED,
        advanced=True,
        help="On several graphics cards, normalize over the whole batch, not each card over its own part.",
    )
    num_workers = Int(
        0,
        minimum=0,
        maximum=256,
        section=SPEED,
        unit="threads",
        advanced=True,
        help="Threads that decode images where these are streamed; 0 takes one a core, up to eight.",
    )
    prefetch_factor = Int(
        2,
        minimum=1,
        maximum=256,
        section=SPEED,
        unit="batches",
        advanced=True,
        help="Batches that are fetched ahead where data is streamed, or lies in another memory than the device's.",
    )
    pin_memory = Bool(
        True,
        section=SPEED,
        advanced=True,
        help="Gather batches for a graphics card in locked memory, which it copies from while it computes.",
    )
    precision = Choice(
        "float32",
        ("float32", "tf32", "bfloat16"),
        section=SPEED,
        help="bfloat16: products in half the bits, weights stay float32. tf32: on NVIDIA cards, products rounded.",
    )
    cuda_graph = Bool(
        True,
        label="CUDA graph",
        section=SPEED,
        advanced=True,
        help="On NVIDIA cards, replay each step as one CUDA graph where that is measured to be faster.",
    )

    # Starting point

    seed = Int(0, section=START, help="Start of all random numbers: the same seed gives the same run.")
    start_from = Choice(
        DRAWN,
        (DRAWN, GIVEN, RUN, FILE),
        label="Weights to start from",
        section=START,
        help="Drawn at random from the seed, those under Numbers, a run's or a file's, as far as the network has them.",
    )
    start_run = Text(
        "",
        label="Run to start from",
        section=START,
        advanced=True,
        help="Id of the run that gives the first weights, its best; after a slash others: /last, or those of a step.",
    )

    start_file = Text(
        "",
        path=True,
        label="File to start from",
        section=START,
        advanced=True,
        help="A safetensors file, or a PyTorch state dict; relative paths start at the document. No code of it runs.",
    )
    start_sha256 = Text(
        "",
        label="Its SHA-256",
        section=START,
        advanced=True,
        help="Checksum of that file: training refuses one whose content is another. Empty: whatever it holds.",
    )

    # Records

    health = Bool(
        True,
        label="Health of layers",
        section=RECORDS,
        help="Note a few times an epoch what every layer gives, its gradient, and how far its weights move.",
    )
    samples_over_time = Bool(
        True,
        section=RECORDS,
        advanced=True,
        help="Keep every training sample's loss and every validation answer of each epoch, to look at in Inspect.",
    )

    @property
    def moves_within_epochs(self) -> bool:
        """Whether the learning rate is another from update to update, so that it depends on how many there are."""
        return self.warmup > 0 or self._counts_updates

    @property
    def _counts_updates(self) -> bool:
        return self.schedule_by == UPDATE and not cast(Schedule, self.schedule).stays()

    def learning_rate(self, step: int, batches: int) -> float:
        """The learning rate of the update that follows ``step`` others, with ``batches`` updates in an epoch."""
        time, total = (step, self.epochs * batches) if self._counts_updates else (step // batches, self.epochs)
        factor = cast(Schedule, self.schedule).factor(time, total)
        if self.warmup:
            factor *= min(1.0, (step + 1) / self.warmup)
        return float(cast(Optimizer, self.optimizer).lr * factor)
