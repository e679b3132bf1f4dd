"""How to train: optimizers, learning-rate schedules, losses and the settings of a run, as specs.

Each kind gives its PyTorch expression as text, so that the worker and the exported script run the same code. Settings
carry the names and defaults of `torch.optim`, `torch.optim.lr_scheduler` and `torch.nn`.
"""

from __future__ import annotations

import math
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

from models.fields import Bool, Choice, Float, Int, SpecOf
from models.losses import LOSSES, Loss
from models.spec import Registry, Spec

if TYPE_CHECKING:
    from models.analysis import Analysis
    from models.network import Network

DOCS = "https://docs.pytorch.org/docs/stable/generated/"


class Optimizer(Spec):
    """Base of optimizers: every field is an argument of the `torch.optim` class of the same name.

    The worker calls that class with `arguments`, and the exported script holds the same call as text.
    """

    lr = Float(0.001, minimum=0.0, label="Learning rate", help="The size of a step along the gradient.")
    has_fused: ClassVar[bool] = True
    """Whether the torch.optim class takes ``fused=True`` on CPU, CUDA and MPS alike: one kernel a step, not dozens."""

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of the `torch.optim` class: the learning rate, what differs from defaults, ``fused``."""
        fused = {"fused": True} if self.has_fused else {}
        return {"lr": self.lr, **self.settings(), **fused}

    def expression(self, parameters: str) -> str:
        """The call as source: ``torch.optim.SGD(parameters, lr=0.1, momentum=0.9, fused=True)``."""
        # Settings are numbers, switches and pairs of numbers, so their repr is a literal.
        settings = "".join(f", {name}={value!r}" for name, value in self.arguments().items())
        return f"torch.optim.{self.kind}({parameters}{settings})"


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")


@OPTIMIZERS.register
class SGD(Optimizer):
    """v ← μ·v + g, w ← w − lr·v (Sutskever et al. 2013, in PyTorch's form)."""

    title = "Stochastic gradient descent"
    synonyms = ("gradient descent", "momentum", "nesterov", "sgdm")
    help = "Steps against the gradient; momentum keeps a running direction, so that it rolls through noise and ravines."
    url = DOCS + "torch.optim.SGD.html"
    momentum = Float(0.0, minimum=0.0, below=1.0, help="Share of the last step's direction that is kept, such as 0.9.")
    dampening = Float(0.0, minimum=0.0, maximum=1.0, advanced=True, help="Share of the gradient held back by momentum.")
    weight_decay = Float(0.0, minimum=0.0, help="Pull of every weight towards zero (L2).")
    nesterov = Bool(False, help="Look ahead along the momentum before taking the gradient; needs momentum.")

    def arguments(self) -> dict[str, Any]:
        # torch refuses Nesterov without momentum or with dampening; there it would change nothing that is meant.
        settings = super().arguments()
        if self.momentum == 0 or self.dampening > 0:
            settings.pop("nesterov", None)
        return settings


@OPTIMIZERS.register
class Adam(Optimizer):
    """Steps scaled by running means of the gradient and its square (Kingma and Ba 2015)."""

    title = "Adam"
    synonyms = ("adaptive moments",)
    help = "Gives every weight its own step from running means of its gradient; a sound first choice."
    url = DOCS + "torch.optim.Adam.html"
    betas_1 = Float(0.9, minimum=0.0, below=1.0, label="Beta 1", help="Memory of the gradient.", advanced=True)
    betas_2 = Float(0.999, minimum=0.0, below=1.0, label="Beta 2", help="Memory of its square.", advanced=True)
    eps = Float(1e-8, above=0.0, advanced=True, help="Added to the divisor, against division by zero.")
    weight_decay = Float(0.0, minimum=0.0, help="Pull of every weight towards zero (L2).")
    amsgrad = Bool(False, advanced=True, help="Divide by the largest squared mean seen (Reddi et al. 2018).")

    def arguments(self) -> dict[str, Any]:
        settings = super().arguments()
        given = settings.pop("betas_1", None), settings.pop("betas_2", None)
        return settings if given == (None, None) else settings | {"betas": (self.betas_1, self.betas_2)}


@OPTIMIZERS.register
class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019)."""

    title = "Adam, decoupled weight decay"
    help = "Adam whose weight decay acts on the weights themselves; the usual choice for transformers."
    url = DOCS + "torch.optim.AdamW.html"
    weight_decay = Float(0.01, minimum=0.0, help="Pull of every weight towards zero, apart from the gradient.")


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


@OPTIMIZERS.register
class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients so far (Duchi et al. 2011)."""

    title = "Adagrad"
    help = "Weights that moved much so far move less; suits sparse features such as rare words."
    url = DOCS + "torch.optim.Adagrad.html"
    has_fused = False
    lr = Float(0.01, minimum=0.0, label="Learning rate", help="The size of a step along the gradient.")
    lr_decay = Float(0.0, minimum=0.0, help="Falls the learning rate as lr / (1 + decay·(steps − 1)).")
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


class Schedule(Spec):
    """Base of schedules: a factor on the learning rate that changes between epochs, as PyTorch's schedulers do it."""

    def factor(self, epoch: float, epochs: int) -> float:
        """The factor at a time in epochs, from 0 to ``epochs``. Training asks at whole epochs, previews anywhere."""
        return 1.0

    def source(self) -> str:
        """A Python expression for `factor` over the names ``epoch``, ``epochs`` and the module ``math``."""
        return "1.0"


SCHEDULES: Registry[Schedule] = Registry("learning-rate schedule")


@SCHEDULES.register
class ConstantLR(Schedule):
    """The learning rate stays."""

    title = "Constant"
    help = "The learning rate stays as it is."
    url = DOCS + "torch.optim.lr_scheduler.ConstantLR.html"


@SCHEDULES.register
class StepLR(Schedule):
    """Falls by a factor every few epochs."""

    title = "Step"
    synonyms = ("staircase", "drop")
    help = "Multiplies the learning rate by gamma every few epochs."
    url = DOCS + "torch.optim.lr_scheduler.StepLR.html"
    step_size = Int(10, minimum=1, label="Every epochs", help="Epochs between two falls.")
    gamma = Float(0.1, above=0.0, maximum=1.0, help="Factor at each fall.")

    def factor(self, epoch: float, epochs: int) -> float:
        return float(self.gamma ** (epoch // self.step_size))

    def source(self) -> str:
        return f"{self.gamma!r} ** (epoch // {self.step_size})"


@SCHEDULES.register
class CosineAnnealingLR(Schedule):
    """Half a cosine from the learning rate to zero over the run (Loshchilov and Hutter 2017)."""

    title = "Cosine"
    synonyms = ("annealing",)
    help = "Falls along half a cosine: slowly at first and last, to the share ‘end’ of the learning rate."
    url = DOCS + "torch.optim.lr_scheduler.CosineAnnealingLR.html"
    end = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the learning rate left at the last epoch.")

    def factor(self, epoch: float, epochs: int) -> float:
        return self.end + (1 - self.end) * (1 + math.cos(math.pi * epoch / epochs)) / 2

    def source(self) -> str:
        cosine = "(1 + math.cos(math.pi * epoch / epochs)) / 2"
        return f"{self.end!r} + {1 - self.end!r} * {cosine}" if self.end else cosine


@SCHEDULES.register
class ExponentialLR(Schedule):
    """Falls by the same factor each epoch."""

    title = "Exponential"
    synonyms = ("decay",)
    help = "Multiplies the learning rate by gamma every epoch."
    url = DOCS + "torch.optim.lr_scheduler.ExponentialLR.html"
    gamma = Float(0.9, above=0.0, maximum=1.0, help="Factor of each epoch.")

    def factor(self, epoch: float, epochs: int) -> float:
        return float(self.gamma**epoch)

    def source(self) -> str:
        return f"{self.gamma!r} ** epoch"


@SCHEDULES.register
class InverseTimeLR(Schedule):
    """1 / (1 + decay·t), the classical schedule of stochastic approximation (Robbins and Monro 1951)."""

    title = "1/(1 + decay·t)"
    synonyms = ("inverse time", "hyperbolic", "time decay")
    help = "Divides the learning rate by 1 + decay·t, with t in epochs: fast at first, then ever more slowly."
    url = DOCS + "torch.optim.lr_scheduler.LambdaLR.html"
    decay = Float(0.1, minimum=0.0, help="Strength: 1 halves the learning rate after one epoch.")

    def factor(self, epoch: float, epochs: int) -> float:
        return 1 / (1 + self.decay * epoch)

    def source(self) -> str:
        return f"1 / (1 + {self.decay!r} * epoch)"


class TrainingSettings(Spec):
    """The settings of a run, as a document's ``training`` entry holds them."""

    title = "Training"
    optimizer = SpecOf(OPTIMIZERS, "Adam", help="The rule that turns gradients into steps.")
    schedule = SpecOf(SCHEDULES, "ConstantLR", help="How the learning rate changes over the run, epoch by epoch.")
    epochs = Int(10, minimum=1, maximum=1_000_000, help="Passes over the training data.")
    batch_size = Int(64, minimum=1, maximum=10_000_000, help="Examples per step.")
    seed = Int(0, help="Start of all random numbers: the same seed gives the same run.")
    device = Choice(
        "auto",
        ("auto", "cpu", "cuda", "mps", *(f"cuda:{index}" for index in range(16))),
        help="Where to train; auto takes the best there is.",
    )


def last_batch_of_one_fails(network: Network, analysis: Analysis) -> bool:
    """Whether a batch of one example cannot be trained on: a batch normalization would see one value a channel."""
    return any(
        node.kind.startswith("BatchNorm") and (shape := analysis[node.id].shape) is not None and prod(shape[1:]) == 1
        for node in network
    )


ONE_THREAD = 10_000_000
"""Multiply-adds of a step up to which a second thread gains nothing and waits for the first one most of the time."""


def suits_one_thread(analysis: Analysis, batch_size: int) -> bool:
    """Whether steps on a CPU are so small that one thread does them as fast, and undisturbed by a busy computer."""
    return analysis.totals().multiply_adds * batch_size <= ONE_THREAD


__all__ = [
    "LOSSES",
    "OPTIMIZERS",
    "SCHEDULES",
    "Loss",
    "Optimizer",
    "Schedule",
    "TrainingSettings",
    "last_batch_of_one_fails",
    "suits_one_thread",
]
