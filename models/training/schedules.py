"""Learning-rate schedules, as specs: a factor on the learning rate, and the same as a Python expression."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from models.specs.fields import Float, Int
from models.specs.spec import Registry, Spec

DOCS = "https://docs.pytorch.org/docs/stable/generated/"


Reaction = tuple[float | None, int, int, float]
"""What a schedule that reacts keeps: the best value, epochs since then, epochs that it still rests, the factor."""
UNMOVED: Reaction = (None, 0, 0, 1.0)


class Schedule(Spec):
    """Base of schedules: a factor on the learning rate that changes between epochs, as PyTorch's schedulers do it."""

    @staticmethod
    def rule(epoch: float, epochs: int) -> float:
        """The factor, given the settings by name. The exported script contains this function word for word."""
        return 1.0

    reaction: ClassVar[Callable[..., Reaction] | None] = None
    """Where the rate answers to what is watched of validation: a plain function of the value, the `Reaction` of before,
    whether higher is better, the learning rate, and the settings by name. Scripts contain it word for word."""

    @classmethod
    def stays(cls) -> bool:
        """Whether the factor is 1 whatever the time is."""
        return cls.rule is Schedule.rule

    @classmethod
    def is_constant(cls) -> bool:
        """Whether the learning rate never changes by it."""
        return cls.stays() and cls.reaction is None

    def share(self, epoch: float, epochs: int) -> float:
        """The factor at a time in epochs, from 0 to ``epochs``. Training asks at whole epochs, previews anywhere."""
        return 1.0 if self.stays() else self.rule(epoch, epochs, **self.chosen())

    def chosen(self) -> dict[str, Any]:
        """All settings by name, as `rule` and `reaction` take them."""
        return {name: getattr(self, name) for name in self.fields}


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


@SCHEDULES.register
class PolynomialLR(Schedule):
    """(1 − t/T)^power, to zero over the run."""

    title = "Polynomial"
    synonyms = ("linear", "poly")
    help = "Falls to zero over the run: in a line with power 1, faster at first with more."
    url = DOCS + "torch.optim.lr_scheduler.PolynomialLR.html"
    power = Float(1.0, above=0.0, help="1 is a line, 2 a parabola.")

    @staticmethod
    def rule(epoch: float, epochs: int, power: float = 1.0) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        return float((1 - epoch / epochs) ** power)


@SCHEDULES.register
class CosineAnnealingWarmRestarts(Schedule):
    """Half a cosine to zero, again and again over ever longer cycles (Loshchilov and Hutter 2017)."""

    title = "Cosine with restarts"
    synonyms = ("sgdr", "warm restarts", "cyclic")
    help = "Falls along half a cosine and starts anew; each cycle is longer than the one before by a factor."
    url = DOCS + "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html"
    T_0 = Int(10, minimum=1, label="First cycle", help="Epochs of the first cycle.", unit="epochs")
    T_mult = Int(1, minimum=1, label="Grows by", help="Factor between a cycle and the next.")

    @staticmethod
    def rule(epoch: float, epochs: int, T_0: int = 10, T_mult: int = 1) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        start, length = 0, T_0
        while epoch >= start + length:
            start, length = start + length, length * T_mult
        return (1 + math.cos(math.pi * (epoch - start) / length)) / 2


@SCHEDULES.register
class OneCycleLR(Schedule):
    """Up along half a cosine, then down to nearly nothing (Smith and Topin 2019)."""

    title = "One cycle"
    synonyms = ("super-convergence", "1cycle")
    help = "Rises to the learning rate, then falls far below where it began. The learning rate is its peak."
    url = DOCS + "torch.optim.lr_scheduler.OneCycleLR.html"
    pct_start = Float(0.3, above=0.0, below=1.0, label="Rises for", help="Share of the run until the peak.")
    div_factor = Float(25.0, minimum=1.0, label="Begins at 1 /", help="The peak divided by the first rate.")
    final_div_factor = Float(1e4, minimum=1.0, label="Ends at 1 /", help="The first rate divided by the last one.")

    @staticmethod
    def rule(
        epoch: float, epochs: int, pct_start: float = 0.3, div_factor: float = 25.0, final_div_factor: float = 1e4
    ) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        first, time, peak = 1 / div_factor, epoch / epochs, pct_start
        if time < peak:
            return first + (1 - first) * (1 - math.cos(math.pi * time / peak)) / 2
        last = first / final_div_factor
        return last + (1 - last) * (1 + math.cos(math.pi * (time - peak) / (1 - peak))) / 2


@SCHEDULES.register
class ReduceLROnPlateau(Schedule):
    """Falls by a factor whenever what is watched has not become better for some epochs."""

    title = "On plateau"
    synonyms = ("plateau", "stagnation", "adaptive")
    help = "Falls whenever the series chosen as watched has not become better for some epochs."
    url = DOCS + "torch.optim.lr_scheduler.ReduceLROnPlateau.html"
    factor = Float(0.1, above=0.0, below=1.0, help="Factor at each fall.")
    patience = Int(10, minimum=0, help="Epochs without an improvement that are borne before a fall.", unit="epochs")
    threshold = Float(1e-4, minimum=0.0, advanced=True, help="Share by which a value must be better to count as such.")
    cooldown = Int(0, minimum=0, advanced=True, help="Epochs after a fall that do not count.", unit="epochs")
    min_lr = Float(0.0, minimum=0.0, advanced=True, label="Smallest rate", help="The learning rate never falls below.")

    @staticmethod
    def reaction(
        value: float,
        before: Reaction,
        higher: bool,
        lr: float,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> Reaction:
        """What is kept after an epoch with a value, its last part the share of the rate."""
        best, bad, rest, share = before
        sign = 1 if higher else -1
        edge = -math.inf if best is None else sign * best * (1 + sign * threshold)
        if sign * value > edge:
            best, bad = value, 0
        else:
            bad += 1
        if rest > 0:
            rest, bad = rest - 1, 0
        if bad > patience:
            share = max(share * factor, min(share, min_lr / lr if lr else 0.0))
            bad, rest = 0, cooldown
        return best, bad, rest, share
