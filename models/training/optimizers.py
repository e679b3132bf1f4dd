"""Optimizers, as specs: each gives its PyTorch expression as text, so that worker and script run the same code.

Settings carry the names and defaults of `torch.optim`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from models.specs.fields import Bool, Choice, Float, Int
from models.specs.spec import Registry, Spec

DOCS = "https://docs.pytorch.org/docs/stable/generated/"


ABSURD = 100
"""Times its default that a learning rate may be and still be worth a try."""


class Optimizer(Spec):
    """Base of optimizers: every field is an argument of the `torch.optim` class of the same name.

    The worker calls that class with `arguments`, and the exported script holds the same call as text.
    """

    lr = Float(0.001, minimum=0.0, label="Learning rate", help="The size of a step along the gradient.")
    has_fused: ClassVar[bool] = True
    """Whether the torch.optim class takes ``fused=True`` on CPU, CUDA and MPS alike: one kernel a step, not dozens."""

    @property
    def remembers(self) -> int:
        """How many numbers it keeps for each weight."""
        return 1

    module: ClassVar[str] = ""
    """Where the torch.optim class does not take all weights, the class of `studio.worker.training.updating.own` that
    has it for some of them; scripts contain it."""
    parts: ClassVar[str] = ""
    """The function there that tells those weights from the others."""
    is_sparse: ClassVar[bool] = False
    """Whether gradients of tables hold only the entries of a batch, which little else can reckon with."""
    asks_again: ClassVar[bool] = False
    """Whether a step works the loss out several times: one optimizer for all weights, and for whole batches."""

    @property
    def unwritten(self) -> str:
        """What it remembers that a fused first step leaves unwritten where it is passed over; "" for nothing."""
        return ""

    @property
    def begins_alike(self) -> bool:
        """Whether that may begin at 0: the first step is the same."""
        return True

    usual: ClassVar[tuple[float, float] | None] = None
    """The learning rates that usually work, where these do not follow from the default."""

    @classmethod
    def usual_rates(cls) -> tuple[float, float]:
        """The learning rates that usually work: from a hundredth of the default to ten times as much."""
        default = cls.fields["lr"].default
        return cls.usual or (float(f"{default / 100:.1g}"), float(f"{default * 10:.1g}"))

    def gentler_rate(self) -> float:
        """A learning rate to try after steps that were too long: a tenth, or the default where that is still absurd."""
        default: float = self.fields["lr"].default
        return float(f"{self.lr / 10 if self.lr / 10 <= ABSURD * default else default:.2g}")

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of the `torch.optim` class: the learning rate, what differs from defaults, ``fused``."""
        fused = {"fused": True} if self.has_fused else {}
        return {"lr": self.lr, **self.settings(), **fused}

    def in_full(self, *, fused: bool) -> dict[str, Any]:
        """`arguments`, without ``fused`` where that is not wanted."""
        return {name: value for name, value in self.arguments().items() if fused or name != "fused"}

    def expression(self, parameters: str, *, fused: bool = True) -> str:
        """The call as source: ``torch.optim.SGD(parameters, lr=0.1, momentum=0.9, fused=True)``."""
        # Settings are numbers, switches and pairs of numbers, so their repr is a literal.
        settings = "".join(f", {name}={value!r}" for name, value in self.in_full(fused=fused).items())
        return f"{self.module or f'torch.optim.{self.kind}'}({parameters}{settings})"


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")


@OPTIMIZERS.register
class SGD(Optimizer):
    """v ← μ·v + g, w ← w − lr·v (Sutskever et al. 2013, in PyTorch's form)."""

    title = "Stochastic gradient descent"
    usual = (0.001, 0.3)
    synonyms = ("gradient descent", "momentum", "nesterov", "sgdm")
    help = "Steps against the gradient; momentum keeps a running direction, so that it rolls through noise and ravines."
    url = DOCS + "torch.optim.SGD.html"
    momentum = Float(0.0, minimum=0.0, below=1.0, help="Share of the last step's direction that is kept, such as 0.9.")
    dampening = Float(0.0, minimum=0.0, maximum=1.0, advanced=True, help="Share of the gradient held back by momentum.")
    weight_decay = Float(0.0, minimum=0.0, help="Pull of every weight towards zero (L2).")
    nesterov = Bool(
        False,
        help="Look ahead along the momentum before taking the gradient; needs momentum. The weights that torch keeps "
        "are the ones ahead, w + μ·v of the textbook’s w ← w + v with v ← μ·v − lr·∇(w + μ·v): on w²/2 from 1 with "
        "rate 0.1 and μ 0.9 a book writes 0.9, 0.729 where torch has 0.81, 0.5751, on the same way.",
    )

    def arguments(self) -> dict[str, Any]:
        # torch refuses Nesterov without momentum or with dampening; there it would change nothing that is meant.
        settings = super().arguments()
        if self.momentum == 0 or self.dampening > 0:
            settings.pop("nesterov", None)
        return settings

    @property
    def remembers(self) -> int:
        return int(self.momentum > 0)

    @property
    def unwritten(self) -> str:
        return "momentum_buffer" if self.momentum > 0 else ""

    @property
    def begins_alike(self) -> bool:
        return self.momentum == 0 or self.dampening == 0


class TwoMeans(Optimizer):
    """Base of those that keep running means of the gradient and of its square."""

    betas_1 = Float(0.9, minimum=0.0, below=1.0, label="Beta 1", help="Memory of the gradient.", advanced=True)
    betas_2 = Float(0.999, minimum=0.0, below=1.0, label="Beta 2", help="Memory of its square.", advanced=True)
    eps = Float(1e-8, above=0.0, advanced=True, help="Added to the divisor, against division by zero.")
    weight_decay = Float(0.0, minimum=0.0, help="Pull of every weight towards zero (L2).")

    def arguments(self) -> dict[str, Any]:
        return _with_pair(self, super().arguments(), "betas")

    @property
    def remembers(self) -> int:
        return 2


def _with_pair(spec: Any, settings: dict[str, Any], name: str) -> dict[str, Any]:
    """Settings with two of them as the pair that torch takes, where one of them differs from its default."""
    first, second = f"{name}_1", f"{name}_2"
    given = settings.pop(first, None), settings.pop(second, None)
    return settings if given == (None, None) else settings | {name: (getattr(spec, first), getattr(spec, second))}


@OPTIMIZERS.register
class Adam(TwoMeans):
    """Steps scaled by running means of the gradient and its square (Kingma and Ba 2015)."""

    title = "Adam"
    synonyms = ("adaptive moments",)
    help = "Gives every weight its own step from running means of its gradient; a sound first choice."
    url = DOCS + "torch.optim.Adam.html"
    amsgrad = Bool(False, advanced=True, help="Divide by the largest squared mean seen (Reddi et al. 2018).")

    @property
    def remembers(self) -> int:
        return 2 + self.amsgrad


@OPTIMIZERS.register
class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019)."""

    title = "Adam, decoupled weight decay"
    help = "Adam whose weight decay acts on the weights themselves; the usual choice for transformers."
    url = DOCS + "torch.optim.AdamW.html"
    weight_decay = Float(0.01, minimum=0.0, help="Pull of every weight towards zero, apart from the gradient.")


@OPTIMIZERS.register
class NAdam(TwoMeans):
    """Adam with Nesterov's look ahead (Dozat 2016)."""

    title = "Adam with Nesterov momentum"
    synonyms = ("nesterov", "nadam")
    help = "Adam that looks ahead along its running mean of the gradient."
    url = DOCS + "torch.optim.NAdam.html"
    has_fused = False
    lr = Float(0.002, minimum=0.0, label="Learning rate", help="The size of a step along the gradient.")
    momentum_decay = Float(0.004, minimum=0.0, advanced=True, label="Grows by", help="How fast the look ahead grows.")
    decoupled_weight_decay = Bool(
        False, label="Decoupled", advanced=True, help="Weight decay acts on the weights, as in AdamW."
    )


@OPTIMIZERS.register
class RAdam(TwoMeans):
    """Adam whose first steps are rectified for how little the squared mean knows yet (Liu et al. 2020)."""

    title = "Rectified Adam"
    synonyms = ("radam", "warm-up")
    help = "Adam that starts gently by itself, until its running mean of squares can be trusted."
    url = DOCS + "torch.optim.RAdam.html"
    has_fused = False
    decoupled_weight_decay = Bool(
        False, label="Decoupled", advanced=True, help="Weight decay acts on the weights, as in AdamW."
    )


@OPTIMIZERS.register
class Adamax(TwoMeans):
    """Adam with the largest gradient in place of the mean of squares (Kingma and Ba 2015)."""

    title = "Adamax"
    synonyms = ("infinity norm",)
    help = "Divides by the largest recent gradient; steadier than Adam where gradients are rare and large."
    url = DOCS + "torch.optim.Adamax.html"
    has_fused = False
    lr = Float(0.002, minimum=0.0, label="Learning rate", help="The size of a step along the gradient.")


@OPTIMIZERS.register
class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of squared gradients (Hinton, lecture 6e, 2012)."""

    title = "RMSprop"
    help = "Divides every step by the recent size of that weight's gradient; often used with recurrent networks."
    url = DOCS + "torch.optim.RMSprop.html"
    has_fused = False
    lr = Float(0.01, minimum=0.0, label="Learning rate", help="The size of a step along the gradient.")
    alpha = Float(0.99, minimum=0.0, below=1.0, help="Memory of the squared gradient.")
    eps = Float(1e-8, above=0.0, advanced=True, help="Added to the divisor, against division by zero.")
    weight_decay = Float(0.0, minimum=0.0, help="Pull of every weight towards zero (L2).")
    momentum = Float(0.0, minimum=0.0, below=1.0, help="Share of the last step's direction that is kept.")
    centered = Bool(False, advanced=True, help="Divide by the deviation instead of the root mean square.")

    @property
    def remembers(self) -> int:
        return 1 + (self.momentum > 0) + self.centered


@OPTIMIZERS.register
class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients so far (Duchi et al. 2011)."""

    title = "Adagrad"
    help = "Weights that moved much so far move less; suits sparse features such as rare words."
    url = DOCS + "torch.optim.Adagrad.html"
    has_fused = False
    lr = Float(0.01, minimum=0.0, label="Learning rate", help="The size of a step along the gradient.")
    lr_decay = Float(0.0, minimum=0.0, help="Falls the learning rate as lr / (1 + decay·(steps − 1)).")
    initial_accumulator_value = Float(
        0.0, minimum=0.0, advanced=True, label="Sum begins at", help="Squared gradients that count as seen at first."
    )
    weight_decay = Float(0.0, minimum=0.0, help="Pull of every weight towards zero (L2).")
    eps = Float(1e-10, above=0.0, advanced=True, help="Added to the divisor, against division by zero.")


@OPTIMIZERS.register
class Adadelta(Optimizer):
    """Steps in units of the recent updates, needing no tuned learning rate (Zeiler 2012)."""

    title = "Adadelta"
    help = "Measures steps in units of recent updates, so that the learning rate hardly needs tuning."
    url = DOCS + "torch.optim.Adadelta.html"
    has_fused = False
    lr = Float(1.0, minimum=0.0, label="Learning rate", help="Scale of the self-tuned step; 1 is the paper's.")
    rho = Float(0.9, minimum=0.0, below=1.0, help="Memory of the squared gradients and updates.")
    eps = Float(1e-6, above=0.0, advanced=True, help="Starts the first updates.")
    weight_decay = Float(0.0, minimum=0.0, help="Pull of every weight towards zero (L2).")

    @property
    def remembers(self) -> int:
        return 2


@OPTIMIZERS.register
class Adafactor(Optimizer):
    """Adam's scaling from means of rows and columns, not a number for each weight (Shazeer and Stern 2018)."""

    title = "Adafactor"
    synonyms = ("memory", "transformer")
    help = "Keeps row and column means instead of a number for each weight: little memory for large layers."
    url = DOCS + "torch.optim.Adafactor.html"
    has_fused = False
    lr = Float(0.01, minimum=0.0, label="Learning rate", help="Upper bound of a step, relative to the weights.")
    beta2_decay = Float(-0.8, maximum=0.0, advanced=True, help="Power of the step count by which the memory grows.")
    d = Float(1.0, minimum=1.0, advanced=True, label="Clips at", help="Largest root mean square of an update.")
    weight_decay = Float(0.0, minimum=0.0, help="Pull of every weight towards zero, apart from the gradient.")

    @property
    def remembers(self) -> int:
        return 0  # sums over rows and columns alone


@OPTIMIZERS.register
class ASGD(Optimizer):
    """SGD with a falling rate that keeps the mean of its weights beside them (Polyak and Juditsky 1992)."""

    title = "Averaged SGD"
    synonyms = ("Polyak", "averaged")
    help = "Plain steps whose rate falls; torch keeps the mean of the weights beside them and trains the weights."
    url = DOCS + "torch.optim.ASGD.html"
    has_fused = False
    lr = Float(0.01, minimum=0.0, label="Learning rate", help="The size of a step along the gradient.")
    lambd = Float(1e-4, minimum=0.0, advanced=True, label="Decay", help="How fast weights and rate fall.")
    alpha = Float(0.75, minimum=0.0, advanced=True, help="Power by which the rate falls.")
    t0 = Float(1e6, minimum=0.0, advanced=True, label="Averages from", help="Updates before the mean begins.")
    weight_decay = Float(0.0, minimum=0.0, help="Pull of every weight towards zero (L2).")


@OPTIMIZERS.register
class Rprop(Optimizer):
    """Steps by the sign of the gradient alone, longer while it stays (Riedmiller and Braun 1993)."""

    title = "Resilient propagation"
    synonyms = ("sign", "full batch")
    help = "Looks at signs alone: for batches of the whole training set, where gradients are without noise."
    url = DOCS + "torch.optim.Rprop.html"
    has_fused = False
    lr = Float(0.01, minimum=0.0, label="Learning rate", help="The size of the first step of each weight.")
    etas_1 = Float(0.5, above=0.0, below=1.0, advanced=True, label="Shrinks by", help="Factor where the sign changes.")
    etas_2 = Float(1.2, above=1.0, advanced=True, label="Grows by", help="Factor where the sign stays.")
    step_sizes_1 = Float(1e-6, minimum=0.0, advanced=True, label="Least step", help="No step becomes smaller.")
    step_sizes_2 = Float(50.0, above=0.0, advanced=True, label="Largest step", help="No step becomes larger.")

    def arguments(self) -> dict[str, Any]:
        return _with_pair(self, _with_pair(self, super().arguments(), "etas"), "step_sizes")

    @property
    def remembers(self) -> int:
        return 2


@OPTIMIZERS.register
class Muon(Optimizer):
    """Momentum whose matrices are made orthogonal by Newton and Schulz's iteration (Jordan et al. 2024)."""

    title = "Muon, with AdamW for the rest"
    synonyms = ("orthogonal", "newton-schulz", "transformer")
    help = "Makes the steps of matrices orthogonal. Biases, kernels and embeddings go with AdamW, at the same rate."
    url = DOCS + "torch.optim.Muon.html"
    has_fused = False
    module = "MuonAdamW"
    parts = "with_muon"
    momentum = Float(0.95, minimum=0.0, below=1.0, help="Share of the last step's direction that is kept.")
    weight_decay = Float(0.1, minimum=0.0, help="Pull of every weight towards zero, apart from the gradient.")
    nesterov = Bool(True, advanced=True, help="Look ahead along the momentum.")
    eps = Float(1e-7, above=0.0, advanced=True, help="Least norm that the momentum is divided by.")
    ns_steps = Int(5, minimum=1, maximum=99, advanced=True, label="Iterations", help="Steps that make orthogonal.")


@OPTIMIZERS.register
class SparseAdam(Optimizer):
    """Adam that moves only the entries of a table which the batch has looked up (lazy moments)."""

    title = "Sparse Adam for tables, with Adam for the rest"
    synonyms = ("embedding", "lazy", "vocabulary", "sparse gradients")
    help = "Of an Embedding only the entries in the batch have gradients and move: fast where the table is long."
    url = DOCS + "torch.optim.SparseAdam.html"
    has_fused = False
    module = "SparseAdamAdam"
    parts = "with_tables"
    is_sparse = True
    betas_1 = Float(0.9, minimum=0.0, below=1.0, label="Beta 1", help="Memory of the gradient.", advanced=True)
    betas_2 = Float(0.999, minimum=0.0, below=1.0, label="Beta 2", help="Memory of its square.", advanced=True)
    eps = Float(1e-8, above=0.0, advanced=True, help="Added to the divisor, against division by zero.")

    def arguments(self) -> dict[str, Any]:
        return _with_pair(self, super().arguments(), "betas")

    @property
    def remembers(self) -> int:
        return 2


@OPTIMIZERS.register
class LBFGS(Optimizer):
    """Newton's method with the curvature of the last updates (Liu and Nocedal 1989)."""

    title = "Limited-memory BFGS"
    synonyms = ("quasi-newton", "second order", "full batch", "line search")
    help = "Works the loss out several times a step: for small networks and batches of the whole training set."
    url = DOCS + "torch.optim.LBFGS.html"
    has_fused = False
    asks_again = True
    lr = Float(1.0, minimum=0.0, label="Learning rate", help="The size of a step along the direction found.")
    max_iter = Int(20, minimum=1, maximum=10_000, label="Iterations", help="Directions that are gone in each update.")
    tolerance_grad = Float(
        1e-7, minimum=0.0, advanced=True, label="Least slope", help="Ends an update once all gradients are smaller."
    )
    tolerance_change = Float(
        1e-9, minimum=0.0, advanced=True, label="Least change", help="Ends an update once loss and weights move less."
    )
    history_size = Int(100, minimum=1, maximum=10_000, advanced=True, label="History", help="Updates kept in memory.")
    line_search_fn = Choice(
        "none", ("none", "strong_wolfe"), label="Line search", help="Looks along each direction for a good step."
    )

    def arguments(self) -> dict[str, Any]:
        return {name: value for name, value in super().arguments().items() if value != "none"}

    @property
    def remembers(self) -> int:
        return 2 * self.history_size + 2
