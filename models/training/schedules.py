"""Learning-rate schedules, as specs: a factor on the learning rate, and the same as a Python expression."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from models.specs.fields import Bool, FieldError, Float, Int, Text, shown
from models.specs.spec import Registry, Spec

DOCS = "https://docs.pytorch.org/docs/stable/generated/"


Reaction = tuple[float | None, int, int, float]
"""What a schedule that reacts keeps: the best value, epochs since then, epochs that it still rests, the factor."""
UNMOVED: Reaction = (None, 0, 0, 1.0)


class Schedule(Spec):
    """Base of schedules: a factor on the learning rate that changes between epochs, or between updates where these are
    counted, as PyTorch's schedulers do it."""

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


class Milestones(Text):
    """Times at which something happens, as in ``30, 60, 90``."""

    def parse(self, value: object) -> str:
        text = super().parse(value)
        try:
            times = [int(each) for each in text.split(",")] if text.strip() else []
        except ValueError:
            times = [0]
        if any(time < 1 for time in times):
            raise FieldError(f"expected integers from 1 on such as 30, 60, 90, found {shown(value)}.")
        return ", ".join(map(str, sorted(times)))


@SCHEDULES.register
class MultiStepLR(Schedule):
    """Falls by a factor at chosen epochs."""

    title = "Steps at milestones"
    synonyms = ("milestones", "piecewise constant", "drops")
    help = "Multiplies the learning rate by gamma at each of the epochs that are named."
    url = DOCS + "torch.optim.lr_scheduler.MultiStepLR.html"
    milestones = Milestones("5, 8", label="Falls at", help="Epochs that are over when it falls, as in 30, 60, 90.")
    gamma = Float(0.1, above=0.0, maximum=1.0, help="Factor at each fall.")

    @staticmethod
    def rule(epoch: float, epochs: int, milestones: str = "5, 8", gamma: float = 0.1) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        falls = [int(each) for each in milestones.split(",") if each.strip()]
        return float(gamma ** sum(epoch >= fall for fall in falls))


@SCHEDULES.register
class CosineAnnealingLR(Schedule):
    """Half a cosine from the learning rate to zero over the run (Loshchilov and Hutter 2017)."""

    title = "Cosine"
    synonyms = ("annealing",)
    help = "Falls along half a cosine: slowly at first and last, to the share ‘end’ of the learning rate."
    url = DOCS + "torch.optim.lr_scheduler.CosineAnnealingLR.html"
    end = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the learning rate that it has fallen to behind the run.")

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
    help = "Divides the learning rate by 1 + decay·t: fast at first, then ever more slowly. t is what it counts in."
    url = DOCS + "torch.optim.lr_scheduler.LambdaLR.html"
    decay = Float(0.1, minimum=0.0, help="Strength: 1 halves the learning rate after the first epoch, or update.")

    @staticmethod
    def rule(epoch: float, epochs: int, decay: float = 0.1) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        return 1 / (1 + decay * epoch)


@SCHEDULES.register
class PolynomialLR(Schedule):
    """(1 − t/T)^power, to zero over the run."""

    title = "Polynomial"
    synonyms = ("linear", "poly")
    help = "Falls over the run, to zero or another end: in a line with power 1, faster at first with more."
    url = DOCS + "torch.optim.lr_scheduler.PolynomialLR.html"
    power = Float(1.0, above=0.0, help="1 is a line, 2 a parabola.")
    end = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the learning rate that it has fallen to behind the run.")

    @staticmethod
    def rule(epoch: float, epochs: int, power: float = 1.0, end: float = 0.0) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        return float(end + (1 - end) * (1 - epoch / epochs) ** power)


@SCHEDULES.register
class InverseSqrtLR(Schedule):
    """√(stay / t) once t is beyond it, as transformers were first trained (Vaswani et al. 2017)."""

    title = "1/√t"
    synonyms = ("inverse square root", "noam", "transformer", "vaswani")
    help = "Stays for a time, then falls with the root of time. Noam: count updates, warm up and stay for as many."
    url = DOCS + "torch.optim.lr_scheduler.LambdaLR.html"
    stay = Int(1, minimum=1, label="Stays for", help="Epochs before it falls.", unit="epochs")

    @staticmethod
    def rule(epoch: float, epochs: int, stay: int = 1) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        return math.sqrt(stay / max(stay, epoch + 1))


@SCHEDULES.register
class StableDecayLR(Schedule):
    """Stays, then falls in a line over the last part of the run: with warm-up a trapezoid (Hu et al. 2024)."""

    title = "Stay, then fall"
    synonyms = ("wsd", "warmup-stable-decay", "trapezoidal", "cooldown")
    help = "Stays for most of the run and falls in a line over its last part. With warm-up: warmup-stable-decay."
    url = DOCS + "torch.optim.lr_scheduler.LambdaLR.html"
    decay = Float(0.2, above=0.0, maximum=1.0, label="Falls over", help="Share of the run in which it falls, its last.")
    end = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the learning rate that it has fallen to behind the run.")

    @staticmethod
    def rule(epoch: float, epochs: int, decay: float = 0.2, end: float = 0.0) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        return end + (1 - end) * min(1.0, (1 - epoch / epochs) / decay)


@SCHEDULES.register
class CyclicLR(Schedule):
    """Up and down in lines, again and again (Smith 2017)."""

    title = "Cyclic"
    synonyms = ("triangular", "clr", "cycles")
    help = "Rises in a line to the learning rate and falls again, over and over. The learning rate is the peak."
    url = DOCS + "torch.optim.lr_scheduler.CyclicLR.html"
    low = Float(0.1, minimum=0.0, maximum=1.0, label="Lowest", help="Share of the learning rate at which cycles begin.")
    step_size_up = Int(2, minimum=1, label="Rises for", help="Epochs from the lowest to the peak.", unit="epochs")
    halves = Bool(False, advanced=True, help="Halve the height from cycle to cycle: torch’s triangular2.")

    @staticmethod
    def rule(epoch: float, epochs: int, low: float = 0.1, step_size_up: int = 2, halves: bool = False) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        cycle = int(epoch // (2 * step_size_up))
        height = 1 - abs(epoch / step_size_up - 2 * cycle - 1)
        return low + (1 - low) * height * (0.5**cycle if halves else 1.0)


@SCHEDULES.register
class CosineAnnealingWarmRestarts(Schedule):
    """Half a cosine, again and again over ever longer cycles (Loshchilov and Hutter 2017)."""

    title = "Cosine with restarts"
    synonyms = ("sgdr", "warm restarts", "cyclic")
    help = "Falls along half a cosine and starts anew; each cycle is longer than the one before by a factor."
    url = DOCS + "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html"
    T_0 = Int(10, minimum=1, label="First cycle", help="Epochs of the first cycle.", unit="epochs")
    T_mult = Int(1, minimum=1, label="Grows by", help="Factor between a cycle and the next.")
    end = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the learning rate that each cycle falls to.")

    @staticmethod
    def rule(epoch: float, epochs: int, T_0: int = 10, T_mult: int = 1, end: float = 0.0) -> float:
        """The share of the learning rate in an epoch, counted from 0."""
        start, length = 0, T_0
        while epoch >= start + length:
            start, length = start + length, length * T_mult
        return end + (1 - end) * (1 + math.cos(math.pi * (epoch - start) / length)) / 2


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
        # torch takes worse values for better ones where the best is below 0; a share of its size does not.
        edge = -math.inf if best is None else sign * best + threshold * abs(best)
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
