"""Learning-rate schedules, as specs: a factor on the learning rate, and the same as a Python expression."""

from __future__ import annotations

import math

from models.specs.fields import Float, Int
from models.specs.spec import Registry, Spec

DOCS = "https://docs.pytorch.org/docs/stable/generated/"


class Schedule(Spec):
    """Base of schedules: a factor on the learning rate that changes between epochs, as PyTorch's schedulers do it."""

    @staticmethod
    def rule(epoch: float, epochs: int) -> float:
        """The factor, given the settings by name. The exported script contains this function word for word."""
        return 1.0

    @classmethod
    def stays(cls) -> bool:
        """Whether the factor is 1 throughout."""
        return cls.rule is Schedule.rule

    def factor(self, epoch: float, epochs: int) -> float:
        """The factor at a time in epochs, from 0 to ``epochs``. Training asks at whole epochs, previews anywhere."""
        return self.rule(epoch, epochs, **{name: getattr(self, name) for name in self.fields})


SCHEDULES: Registry[Schedule] = Registry("learning-rate schedule")


@SCHEDULES.register
class Constant(Schedule):
    """The learning rate stays. In PyTorch that is no scheduler at all: its ``ConstantLR`` scales the first epochs."""

    title = "Constant"
    formerly = ("ConstantLR",)
    help = "The learning rate stays as it is."
    url = "https://docs.pytorch.org/docs/stable/optim.html"


@SCHEDULES.register
class StepLR(Schedule):
    """Falls by a factor every few epochs."""

    title = "Step"
    synonyms = ("staircase", "drop")
    help = "Multiplies the learning rate by gamma every few epochs."
    url = DOCS + "torch.optim.lr_scheduler.StepLR.html"
    step_size = Int(10, minimum=1, label="Fall every", help="Epochs between two falls.", unit="epochs")
    gamma = Float(0.1, above=0.0, maximum=1.0, help="Factor at each fall.")

    @staticmethod
    def rule(epoch: float, epochs: int, step_size: int = 10, gamma: float = 0.1) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        return float(gamma ** (epoch // step_size))


@SCHEDULES.register
class CosineAnnealingLR(Schedule):
    """Half a cosine from the learning rate to zero over the run (Loshchilov and Hutter 2017)."""

    title = "Cosine"
    synonyms = ("annealing",)
    help = "Falls along half a cosine: slowly at first and last, to the share ‘end’ of the learning rate."
    url = DOCS + "torch.optim.lr_scheduler.CosineAnnealingLR.html"
    end = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the learning rate left at the last epoch.")

    @staticmethod
    def rule(epoch: float, epochs: int, end: float = 0.0) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        return end + (1 - end) * (1 + math.cos(math.pi * epoch / epochs)) / 2


@SCHEDULES.register
class ExponentialLR(Schedule):
    """Falls by the same factor each epoch."""

    title = "Exponential"
    synonyms = ("decay",)
    help = "Multiplies the learning rate by gamma every epoch."
    url = DOCS + "torch.optim.lr_scheduler.ExponentialLR.html"
    gamma = Float(0.9, above=0.0, maximum=1.0, help="Factor of each epoch.")

    @staticmethod
    def rule(epoch: float, epochs: int, gamma: float = 0.9) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        return float(gamma**epoch)


@SCHEDULES.register
class InverseTimeLR(Schedule):
    """1 / (1 + decay·t), the classical schedule of stochastic approximation (Robbins and Monro 1951)."""

    title = "1/(1 + decay·t)"
    synonyms = ("inverse time", "hyperbolic", "time decay")
    help = "Divides the learning rate by 1 + decay·t, with t in epochs: fast at first, then ever more slowly."
    url = DOCS + "torch.optim.lr_scheduler.LambdaLR.html"
    decay = Float(0.1, minimum=0.0, help="Strength: 1 halves the learning rate after one epoch.")

    @staticmethod
    def rule(epoch: float, epochs: int, decay: float = 0.1) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        return 1 / (1 + decay * epoch)
