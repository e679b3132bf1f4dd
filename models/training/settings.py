"""The settings of a run, as a document's ``training`` entry holds them."""

from __future__ import annotations

from typing import cast

from models.specs.fields import Bool, Choice, Float, Int, OptionalFloat
from models.specs.lists import SpecList
from models.specs.spec import SpecOf
from models.training.augmentation import AUGMENTATIONS
from models.training.metrics import LOSS, METRICS
from models.training.optimizers import OPTIMIZERS, Optimizer
from models.training.run_settings import DRAWN as DRAWN
from models.training.run_settings import FILE as FILE
from models.training.run_settings import GIVEN as GIVEN
from models.training.run_settings import HALF as HALF
from models.training.run_settings import RECORDS, SPEED, START, RunSettings
from models.training.run_settings import RUN as RUN
from models.training.run_settings import SCALED as SCALED
from models.training.schedules import SCHEDULES, Schedule

MATRICES, ALL = "matrices", "all"
"""What weight decay and L1 act on: weights of two dimensions or more, or every weight."""
NONE, EMA, SWA = "none", "EMA", "SWA"
"""Averages of the weights over a run: an exponential moving one, and the mean over the last epochs."""
SHUFFLED, BALANCED, GROUPED = "shuffled", "balanced", "grouped"
"""How the batches of an epoch are drawn."""
MEANWHILE, AFTERWARDS = "meanwhile", "afterwards"
"""When losses and metrics of the training part are measured: in each step, or by a pass of its own behind an epoch."""
EPOCH, UPDATE = "epoch", "update"
"""What a schedule counts."""
BY_ALL, BY_LAYER, BY_FILTER = "global", "layer", "filter"
"""What is compared when weights are pruned: all of them, those of each layer, or the filters of each layer."""

OPTIMIZER, SCHEDULE, LENGTH, REGULARIZATION = "Optimizer", "Schedule", "Run length", "Regularization"
DATA, METRIC = "Batches & data", "Metrics"


class TrainingSettings(RunSettings):
    """The settings of a run, as a document's ``training`` entry holds them.

    A further setting joins at the end of its section, and names it; `advanced` keeps what few need behind its heading.
    """

    title = "Training"
    sections = (OPTIMIZER, SCHEDULE, LENGTH, REGULARIZATION, DATA, METRIC, SPEED, START, RECORDS)

    # Optimizer

    optimizer = SpecOf(OPTIMIZERS, "Adam", section=OPTIMIZER, help="The rule that turns gradients into steps.")
    weight_decay_on = Choice(
        MATRICES,
        (MATRICES, ALL),
        label="Decay acts on",
        section=OPTIMIZER,
        advanced=True,
        help="What weight decay and L1 pull to zero: matrices and kernels alone, or biases and norms’ weights as well.",
    )

    # Schedule

    schedule = SpecOf(SCHEDULES, "Constant", section=SCHEDULE, help="How the learning rate changes over the run.")
    schedule_by = Choice(
        EPOCH,
        (EPOCH, UPDATE),
        label="Counted by",
        section=SCHEDULE,
        advanced=True,
        help="What the schedule's time is counted in: its settings then speak of epochs, or of updates of the weights. "
        "Plateaus are met at the end of an epoch either way.",
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
    patience = Int(
        0,
        minimum=0,
        maximum=1_000_000,
        unit="epochs",
        section=LENGTH,
        help="Stop early once what is watched has not become better for so many epochs; 0 never does.",
    )
    min_delta = Float(
        0.0,
        minimum=0.0,
        section=LENGTH,
        advanced=True,
        help="How much better than the best before counts as better for patience.",
    )
    restore_best = Bool(
        False,
        section=LENGTH,
        advanced=True,
        help="When it stops early, end with the weights of the best epoch in place of the last one’s.",
    )

    updates = Int(
        0,
        minimum=0,
        maximum=1_000_000_000,
        unit="updates",
        section=LENGTH,
        advanced=True,
        help="Ends after so many updates of the weights, in the midst of an epoch if need be; 0 counts epochs.",
    )

    # Regularization

    l1 = Float(
        0.0,
        minimum=0.0,
        label="L1",
        section=REGULARIZATION,
        advanced=True,
        help="Adds λ·sign(w) to each gradient, the slope of λ·Σ|w|, which brings weights to zero. The loss shown is "
        "without it.",
    )
    clip_grad_norm = OptionalFloat(
        None,
        above=0.0,
        label="Clip norm",
        section=REGULARIZATION,
        advanced=True,
        help="Largest norm of all gradients together: g ← g·min(1, c/‖g‖). Steadies recurrent networks. Empty: none.",
    )
    clip_grad_value = OptionalFloat(
        None,
        above=0.0,
        label="Clip value",
        section=REGULARIZATION,
        advanced=True,
        help="Largest size of each number of a gradient: g ← min(c, max(−c, g)), before the norm. Empty: none.",
    )
    average = Choice(
        NONE,
        (NONE, EMA, SWA),
        label="Averaged",
        section=REGULARIZATION,
        advanced=True,
        help="EMA: a ← d·a + (1 − d)·w after each update. SWA: the mean over the last epochs, with batch "
        "normalization measured anew. The average is what is validated and saved; the weights are trained on.",
    )
    average_decay = Float(
        0.999,
        minimum=0.0,
        below=1.0,
        label="EMA decay",
        section=REGULARIZATION,
        advanced=True,
        help="Memory d of the moving average: it looks back over about 1/(1 − d) updates.",
    )
    average_from = Float(
        0.75,
        minimum=0.0,
        below=1.0,
        label="SWA from",
        section=REGULARIZATION,
        advanced=True,
        help="Share of the run after which the mean begins; before, the weights themselves are validated.",
    )
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
        (SHUFFLED, BALANCED, GROUPED),
        section=DATA,
        advanced=True,
        help="shuffled: each example once an epoch. balanced: as many draws, each class alike, so rare ones repeat. "
        "grouped: several of a class in each batch, for losses that compare the examples of one.",
    )
    augmentation = SpecList(
        AUGMENTATIONS,
        empty="Examples as they are",
        section=DATA,
        help="Changes training examples at random, each time anew. Validation sees them as they are.",
    )

    accumulate = Int(
        1,
        minimum=1,
        maximum=65_536,
        unit="batches",
        section=DATA,
        advanced=True,
        help="Batches whose gradients make one update, each counting by its examples: larger batches than memory "
        "holds. Steps and schedules count updates.",
    )
    scale_targets = Bool(
        True,
        label="Scale targets",
        section=DATA,
        advanced=True,
        help="The loss takes numbers as (y − mean) / standard deviation of the training part. Metrics and answers are "
        "in the data’s own unit.",
    )
    per_class = Int(
        4,
        minimum=1,
        maximum=65_536,
        label="Per class",
        unit="examples",
        section=DATA,
        advanced=True,
        help="Examples of a class in a batch where sampling is grouped: a batch of 64 holds 4 each of 16 classes.",
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
        label="Training part",
        section=METRIC,
        advanced=True,
        help="meanwhile: as it learns, with dropout. afterwards: as validation is, for about a third more time.",
    )

    @property
    def accumulates(self) -> bool:
        """Whether an update takes more than a batch and a backward pass."""
        return self.accumulate > 1 or self.precision == SCALED

    @property
    def recomputes(self) -> bool:
        """Whether values are worked out again for the gradients."""
        return self.checkpoint_blocks or self.activation_checkpointing > 0

    @property
    def fuses(self) -> bool:
        """Whether the optimizer takes its step in one kernel, if it has one.

        Of scaled gradients it passes over a step with infinite ones by itself. If that is the first one, torch 2.11
        leaves the momentum of SGD as whatever stood in memory, so that momentum has to begin before (`begun`).
        """
        optimizer = cast(Optimizer, self.optimizer)
        return self.fused and (self.precision != SCALED or optimizer.begins_alike)

    @property
    def begun(self) -> str:
        """The name of what the optimizer remembers that is to be 0 before the first step, "" where nothing is."""
        optimizer = cast(Optimizer, self.optimizer)
        return optimizer.unwritten if self.precision == SCALED and self.fuses else ""

    @property
    def misfit(self) -> str:
        """The setting that does not go with an optimizer that works the loss out several times a step, or whose
        gradients are sparse, or ""."""
        optimizer = cast(Optimizer, self.optimizer)
        if not (optimizer.asks_again or optimizer.is_sparse):
            return ""
        if self.precision == SCALED:
            return "precision"
        alone = ["l1", "clip_grad_norm", "clip_grad_value", "devices", *(["accumulate"] * optimizer.asks_again)]
        return next((name for name in alone if getattr(self, name) != self.fields[name].default), "")

    @property
    def decays(self) -> bool:
        """Whether weights are pulled to zero."""
        return bool(getattr(self.optimizer, "weight_decay", 0.0)) or self.l1 > 0

    @property
    def spares_vectors(self) -> bool:
        """Whether there is something that acts on matrices alone, so that the optimizer needs two groups."""
        return self.decays and self.weight_decay_on == MATRICES

    def decay_in_words(self, matrices: int, vectors: int) -> str:
        """How many numbers weight decay and L1 act on, of so many in matrices and others; "" where nothing decays."""
        if not self.decays:
            return ""
        if not self.spares_vectors:
            return f"All {matrices + vectors:,} weights decay."
        return f"{matrices:,} weights decay, {vectors:,} biases and norm weights do not."

    def updates_each(self, examples: int, *, skips_single: bool = False) -> int:
        """How many updates an epoch of so many examples has; ``skips_single`` tells that a last batch of one example is
        left out."""
        left_out = int(skips_single and examples % self.batch_size == 1)
        return -(-(examples - left_out) // (self.batch_size * self.accumulate))

    def total_updates(self, batches: int) -> int:
        """How many updates a run has, with ``batches`` of them in an epoch."""
        return self.updates or self.epochs * batches

    def total_epochs(self, batches: int) -> int:
        """How many epochs a run has, the last one perhaps in part; 0 where that hangs on ``batches``, which are 0."""
        if not self.updates:
            return self.epochs
        return -(-self.updates // batches) if batches else 0

    def first_averaged(self, batches: int) -> int:
        """The first epoch, from 0, that a mean over epochs holds."""
        return int(self.average_from * self.total_epochs(batches))

    @property
    def moves_within_epochs(self) -> bool:
        """Whether the learning rate is another from update to update, so that it depends on how many there are."""
        return self.warmup > 0 or self.counts_updates

    @property
    def counts_updates(self) -> bool:
        """Whether the time of the schedule is counted in updates."""
        return self.schedule_by == UPDATE and not cast(Schedule, self.schedule).stays()

    @property
    def plans_by_updates(self) -> bool:
        """Whether the rates of a run are known only with the number of updates in an epoch."""
        return self.moves_within_epochs or self.updates > 0

    def learning_rate(self, step: int, batches: int, share: float = 1.0) -> float:
        """The learning rate of the update that follows ``step`` others, with ``batches`` updates in an epoch; ``share``
        is what a schedule that reacts has left of it."""
        time, total = (step // batches, self.total_epochs(batches))
        if self.counts_updates:
            time, total = step, self.total_updates(batches)
        factor = share * cast(Schedule, self.schedule).share(time, total)
        if self.warmup:
            factor *= min(1.0, (step + 1) / self.warmup)
        return float(cast(Optimizer, self.optimizer).lr * factor)
