"""The optimizer of a run, by its settings: its groups of weights, and what is done to gradients before each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn

from models.training import Optimizer, TrainingSettings
from studio.worker.errors import TrainingError
from studio.worker.training.loop import (
    Tensors,
    add_l1,
    at_own_rates,
    begin_at_rest,
    clip_norm,
    clip_value,
    parameter_groups,
    train_step,
)
from studio.worker.training.updating.own import OWN, PARTS, closure_step

Step = Callable[..., tuple[list[Tensor], Tensors]]
NO_FACTORS: Mapping[str, float] = {}


def make_optimizer(
    settings: TrainingSettings, model: nn.Module, factors: Mapping[str, float] = NO_FACTORS
) -> torch.optim.Optimizer:
    """The optimizer of `torch.optim` over all parameters, those of some modules at ``factors`` of the learning rate.

    Raises `TrainingError` if there is nothing to learn.
    """
    optimizer = cast(Optimizer, settings.optimizer)
    if not any(True for _ in model.parameters()):
        raise TrainingError("The network has nothing to learn: none of its layers has parameters. Add a Linear layer.")
    if not any(weight.requires_grad for weight in model.parameters()):
        raise TrainingError("The network has nothing to learn: all of its layers are frozen. Switch frozen off in one.")
    _refuse_misfits(settings, optimizer, factors)
    parameters: Any = parameter_groups(model) if settings.spares_vectors else list(model.parameters())
    groups = parameters if settings.spares_vectors else [{"params": parameters}]
    if factors:
        parameters = groups = at_own_rates(groups, model, dict(factors), optimizer.lr)
    if optimizer.module:
        parameters = PARTS[optimizer.parts](groups, model)
    arguments = optimizer.in_full(fused=settings.fuses)
    if not hasattr(torch.optim, optimizer.kind):
        raise TrainingError(
            f"torch {torch.__version__} has no {optimizer.kind}. "
            f"Take another optimizer, or a newer torch: pip install --upgrade torch."
        )
    kind = OWN[optimizer.module] if optimizer.module else getattr(torch.optim, optimizer.kind)
    made: torch.optim.Optimizer = kind(parameters, **arguments)
    if settings.begun:
        begin_at_rest(made, settings.begun)
    return made


def _refuse_misfits(settings: TrainingSettings, optimizer: Optimizer, factors: Mapping[str, float]) -> None:
    if name := settings.misfit:
        label = settings.fields[name].label
        raise TrainingError(f"{optimizer.kind} does not go with {label}. Reset it, or take another optimizer.")
    if optimizer.asks_again and factors:
        raise TrainingError(f"{optimizer.kind} has one rate for all layers. Reset their factors of the rate.")


def step_of(settings: TrainingSettings) -> Step:
    """The function that takes a step on one batch."""
    return closure_step if cast(Optimizer, settings.optimizer).asks_again else train_step


def shape_gradients(optimizer: torch.optim.Optimizer, settings: TrainingSettings) -> None:
    """Have done before each step what the settings ask for: the penalty, then the clips."""
    if settings.l1:
        optimizer.register_step_pre_hook(partial(add_l1, settings.l1))
    if settings.clip_grad_value is not None:
        optimizer.register_step_pre_hook(partial(clip_value, settings.clip_grad_value))
    if settings.clip_grad_norm is not None:
        optimizer.register_step_pre_hook(partial(clip_norm, settings.clip_grad_norm))


def keep_on_device(optimizer: torch.optim.Optimizer, device: torch.device) -> None:
    """Have a fused optimizer read its learning rate on the device, where a captured step finds each new value."""
    if not optimizer.defaults.get("fused"):
        return
    for group in optimizer.param_groups:
        group["lr"] = torch.tensor(float(group["lr"]), device=device)
        if "capturable" in group:
            group["capturable"] = True
