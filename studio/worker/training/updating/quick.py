"""Steps of fused optimizers on the CPU without what `torch.optim` looks up anew for each of them.

The step of a small network spends more on that than on its numbers. These are the same steps: the same kernels get the
same tensors.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor

Group = dict[str, Any]
Update = Callable[[list[Tensor]], object]
"""Moves the weights of a group by their gradients."""


def quick(optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
    """What stands for an optimizer within a step: `Quick` where there is one for it, else the optimizer itself."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    if type(optimizer) not in _UPDATES or not optimizer.defaults.get("fused"):
        return optimizer
    if any(weight.device.type != "cpu" for weight in weights):
        if optimizer.defaults.get("momentum"):
            optimizer.register_step_pre_hook(begin_late)
        return optimizer
    return cast(torch.optim.Optimizer, Quick(optimizer))  # as far as a step goes


@torch.no_grad()
def begin_late(optimizer: torch.optim.Optimizer, *_: object) -> None:
    """Before a step: give momentum to weights whose first gradient comes later than that of others, as of a branch
    that was not used before. torch's fused SGD raises a TypeError for a group in which only some have it.

    The first momentum of a weight is its gradient with decay, undampened. That is what the step makes of this one.
    """
    for group in optimizer.param_groups:
        used = [weight for weight in group["params"] if weight.grad is not None]
        lacking = [weight for weight in used if optimizer.state.get(weight, {}).get("momentum_buffer") is None]
        for weight in lacking if group.get("momentum") and len(lacking) < len(used) else ():
            slope = -weight.grad if group["maximize"] else weight.grad
            share = group["dampening"] / group["momentum"]
            optimizer.state[weight]["momentum_buffer"] = share * slope.add(weight, alpha=group["weight_decay"])


class Quick:
    """Has the two methods of an optimizer that a step calls, and keeps nothing that the optimizer does not hold.

    Settings are read from its groups in each step. What it remembers of the others is looked up anew where a state was
    loaded; steps that are not like the one before, such as the first, are the optimizer's own.
    """

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self._optimizer = optimizer
        self._weights: list[list[Tensor]] = []
        self._updates: list[Update] = []
        self._known: object = None
        """The state that was looked up."""

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for group in self._optimizer.param_groups:
            for weight in group["params"]:
                weight.grad = None

    def step(self) -> None:
        """Move all weights, with whatever is to be done before and behind it."""
        optimizer = self._optimizer
        if optimizer.state is not self._known or self._is_odd():
            begin_late(optimizer)
            optimizer.step()
            if optimizer.state is not self._known:
                self._look_up()
            return
        for before in optimizer._optimizer_step_pre_hooks.values():
            before(optimizer, (), {})
        with torch.no_grad():
            for weights, update in zip(self._weights, self._updates, strict=True):
                update([cast(Tensor, weight.grad) for weight in weights])
        for behind in optimizer._optimizer_step_post_hooks.values():
            behind(optimizer, (), {})

    def _is_odd(self) -> bool:
        """Whether a step may pass over weights: those without a gradient, or all where a flag tells of a bad loss."""
        return hasattr(self._optimizer, "found_inf") or self._lack_gradients()

    def _lack_gradients(self) -> bool:
        return any(weight.grad is None for weights in self._weights for weight in weights)

    def _look_up(self) -> None:
        """Find what a step has moved, and what the optimizer keeps of it."""
        state = self._optimizer.state
        make = _UPDATES[type(self._optimizer)]
        groups = self._optimizer.param_groups
        self._weights = [[weight for weight in group["params"] if weight.requires_grad] for group in groups]
        if all(weight.grad is not None for weights in self._weights for weight in weights):
            pairs = zip(groups, self._weights, strict=True)
            self._updates = [
                make(group, weights, [state.get(weight, {}) for weight in weights]) for group, weights in pairs
            ]
            self._known = state


def _adam(kernel: Callable[..., None], group: Group, weights: list[Tensor], states: list[dict[str, Any]]) -> Update:
    """The update of Adam and AdamW, which have a ``kernel`` each."""
    first, second, most = (
        [state[name] for state in states if name in state] for name in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")
    )
    count = torch.stack([state["step"] for state in states]) if states else torch.zeros(0)
    steps = [*count.unbind()]
    for state, step in zip(states, steps, strict=True):
        state["step"] = step  # all of them grow at once

    def update(gradients: list[Tensor]) -> None:
        count.add_(1)
        beta1, beta2 = group["betas"]
        kernel(
            weights,
            gradients,
            first,
            second,
            most,
            steps,
            lr=group["lr"],
            beta1=beta1,
            beta2=beta2,
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            amsgrad=group["amsgrad"],
            maximize=group["maximize"],
        )

    return update if weights else _nothing


def _sgd(group: Group, weights: list[Tensor], states: list[dict[str, Any]]) -> Update:
    buffers = [state["momentum_buffer"] for state in states] if group["momentum"] else []

    def update(gradients: list[Tensor]) -> None:
        torch._fused_sgd_(
            weights,
            gradients,
            buffers,
            weight_decay=group["weight_decay"],
            momentum=group["momentum"],
            lr=group["lr"],
            dampening=group["dampening"],
            nesterov=group["nesterov"],
            maximize=group["maximize"],
            is_first_step=False,
        )

    return update if weights else _nothing


def _nothing(gradients: list[Tensor]) -> None:
    """The update of a group of frozen weights."""


_UPDATES: dict[type, Callable[[Group, list[Tensor], list[dict[str, Any]]], Update]] = {
    torch.optim.Adam: partial(_adam, torch._fused_adam_),
    torch.optim.AdamW: partial(_adam, torch._fused_adamw_),
    torch.optim.SGD: _sgd,
}
