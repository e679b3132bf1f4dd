"""The update of a weight written out: what the optimizer remembers, then the new weight.

In torch's form: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html, …Adam.html, …AdamW.html,
…RMSprop.html, …Adagrad.html and …Adadelta.html.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from models.analysis import Analysis
from models.analysis.beginning import rate_factors
from models.basics.later import Later
from models.byhand.functions import Call, greatest, least, root
from models.byhand.pen import Line, NotWrittenError, Page, Place, weight_symbol
from models.byhand.terms import Leaf, Power, Term, constant
from models.byhand.walk import cell
from models.training.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop
from models.training.settings import MATRICES

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

SAFE = 1e-6
"""What `torch.nn.utils.clip_grad_norm_` adds to the norm."""


class Update:
    """One weight at its update; ``lines`` gather what was written, ``g`` is the gradient, with what the settings make
    of it first: the slope of L1, cut, shortened, then decay."""

    def __init__(self, page: Page, optimizer: Any, name: str, place: Place) -> None:
        self._page, self._name, self._place = page, name, place
        self.optimizer, self.lines = optimizer, list[Line]()
        self.weight: Term = page.weight(name, place)
        rates = page.once("rates", lambda: rate_factors(page.network, Analysis(page.network)))
        factor = rates.get(name.partition(".")[0], 1.0)
        self.rate: Term = constant(page.walk.rate * factor, "η")
        self.count = page.index + 1
        self.g: Term = page.slope(name, place)
        # Biases and the weights of norms may be spared.
        decays = page.settings.weight_decay_on != MATRICES or len(place) > 1
        if decays and page.settings.l1:
            self._change(self.g + constant(page.settings.l1, "λ₁") * Call("sign", self.weight))
        self._clip()
        if decays and isinstance(optimizer, AdamW):
            self.weight = self.weight * (1 - self.rate * constant(optimizer.weight_decay, "λ"))
        elif decays and optimizer.weight_decay:
            self._change(self.g + constant(optimizer.weight_decay, "λ") * self.weight)

    def _clip(self) -> None:
        """Cut the gradient to a size, then shorten all of them together, as far as the settings ask for it."""
        settings = self._page.settings
        if settings.clip_grad_value is not None:
            most = constant(settings.clip_grad_value, "c")
            self._change(least(most, greatest(-most, self.g)))
        if settings.clip_grad_norm is not None:
            length = Leaf("‖g‖", self._page.once("norm of gradients", lambda: _norm(self._page)))
            if length.value + SAFE > settings.clip_grad_norm:
                self._change(self.g * (constant(settings.clip_grad_norm, "c") / (length + SAFE)))

    def _change(self, term: Term) -> None:
        """Write what becomes of the gradient."""
        self.g = self.say("g" + "′" * len(self.lines), term)

    def say(self, letter: str, term: Term, value: float | None = None, key: str = "") -> Leaf:
        """Write a line, and name what it comes to."""
        found = term.value if value is None else value
        self.lines.append(self._page.line(letter, term, found, key))
        return Leaf(letter, found, key)

    def remembered(self, letter: str, entry: str, write: Callable[[Leaf | None], Term]) -> Leaf:
        """Write what the optimizer remembers from what it remembered before, None at its first update."""
        before = Leaf(letter, self.old(entry)) if self._page.index else None
        now = float(self._page.now.state[self._name][entry][self._place])
        return self.say(letter, write(before), now, cell(f"state/{self._name}/{entry}", self._place))

    def old(self, entry: str) -> float:
        """What was remembered before; 0 at the first update."""
        if not self._page.index:
            return 0.0
        return float(self._page.walk.passes[self._page.index - 1].state[self._name][entry][self._place])

    def running(self, letter: str, entry: str, share: Term, given: Term) -> Leaf:
        """A running mean: a share of the old one, the rest of what is given; it starts from 0."""
        return self.remembered(letter, entry, lambda old: share * (old or Leaf(letter, 0.0)) + (1 - share) * given)

    def end(self, step: Term) -> list[Line]:
        """The new weight, a step of the learning rate away."""
        value = float(self._page.now.after[self._name][self._place])
        own = cell(f"next/{self._name}", self._place)
        self.say(f"{weight_symbol(self._name, self._place)} new", self.weight - self.rate * step, value, own)
        return self.lines


def _norm(page: Page) -> float:
    """The norm of all gradients together, behind L1 and the cut of each."""
    settings, total = page.settings, 0.0
    most = math.inf if settings.clip_grad_value is None else settings.clip_grad_value
    for name, slope in page.now.slopes.items():
        spared = settings.weight_decay_on == MATRICES and slope.ndim < 2
        found = slope + (0.0 if spared else settings.l1) * np.sign(page.now.weights[name])
        total += float(np.square(np.clip(found, -most, most)).sum())
    return math.sqrt(total)


def _sgd(update: Update) -> list[Line]:
    optimizer: SGD = update.optimizer
    if not optimizer.momentum:
        return update.end(update.g)
    share, given = constant(optimizer.momentum, "μ"), update.g
    if optimizer.dampening:
        given = (1 - constant(optimizer.dampening, "τ")) * given
    memory = update.remembered("V", "momentum_buffer", lambda old: update.g if old is None else share * old + given)
    return update.end(update.g + share * memory if optimizer.arguments().get("nesterov") else memory)


def _adam(update: Update) -> list[Line]:
    optimizer: Adam = update.optimizer
    hats = []
    shares = (constant(optimizer.betas_1, "β₁"), constant(optimizer.betas_2, "β₂"))
    for letter, entry, share, given in zip(
        "mv", ("exp_avg", "exp_avg_sq"), shares, (update.g, update.g**2), strict=True
    ):
        memory = update.running(letter, entry, share, given)
        if letter == "v" and optimizer.amsgrad:
            memory = update.remembered(
                "v max",
                "max_exp_avg_sq",
                lambda old, memory=memory: greatest(old, memory) if old else memory,  # type: ignore[misc]
            )
        hats.append(update.say(f"{letter}̂", memory / (1 - Power(share, update.count))))
    return update.end(hats[0] / (root(hats[1]) + constant(optimizer.eps, "ε")))


def _rmsprop(update: Update) -> list[Line]:
    optimizer: RMSprop = update.optimizer
    share = constant(optimizer.alpha, "α")
    square: Term = update.running("v", "square_avg", share, update.g**2)
    if optimizer.centered:
        square = square - update.running("m", "grad_avg", share, update.g) ** 2
    step = update.g / (root(square) + constant(optimizer.eps, "ε"))
    if optimizer.momentum:
        kept = constant(optimizer.momentum, "μ")
        step = update.remembered("V", "momentum_buffer", lambda old: step if old is None else kept * old + step)
    return update.end(step)


def _adagrad(update: Update) -> list[Line]:
    optimizer: Adagrad = update.optimizer
    if optimizer.lr_decay:
        update.rate = update.say("η now", update.rate / (1 + (update.count - 1) * constant(optimizer.lr_decay)))
    squares = update.remembered("v", "sum", lambda old: (old or Leaf("v", 0.0)) + update.g**2)
    return update.end(update.g / (root(squares) + constant(optimizer.eps, "ε")))


def _adadelta(update: Update) -> list[Line]:
    optimizer: Adadelta = update.optimizer
    share, eps = constant(optimizer.rho, "ρ"), constant(optimizer.eps, "ε")
    old = update.old("acc_delta")
    square = update.running("v", "square_avg", share, update.g**2)
    step = update.say("δ", root(Leaf("u", old) + eps) / root(square + eps) * update.g)
    update.running("u", "acc_delta", share, step**2)
    return update.end(step)


WRITTEN: dict[type[Optimizer], Callable[[Update], list[Line]]] = {
    SGD: _sgd,
    Adam: _adam,
    AdamW: _adam,
    RMSprop: _rmsprop,
    Adagrad: _adagrad,
    Adadelta: _adadelta,
}


def update_lines(page: Page, name: str, place: Place) -> list[Line]:
    """From the gradient of a weight to its new value; raises `NotWrittenError`."""
    optimizer: Any = page.settings.optimizer
    if name not in page.now.after or name not in page.now.slopes:
        raise NotWrittenError("No gradient reaches this weight, so it stays as it is.")
    if type(optimizer) not in WRITTEN:
        raise NotWrittenError(f"torch computed this number; no steps are written for {optimizer.kind}.")
    return WRITTEN[type(optimizer)](Update(page, optimizer, name, place))
