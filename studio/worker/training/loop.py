"""Training in plain functions: the worker calls them, and exported scripts contain them word for word.

They need torch and one another, nothing else. `inputs` and `targets` are tuples with a tensor for each Input and Output
of the network; `objectives` holds a loss function and its weight for each Output.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

Objectives = Sequence[tuple[nn.Module, float]]
Tensors = tuple[Tensor, ...]
Tally = tuple[int, list[list[float]]]
"""What some batches add to a metric: how many rows they have, and for each part the sums over its rows."""


def train_step(
    model: nn.Module,
    objectives: Objectives,
    optimizer: torch.optim.Optimizer,
    inputs: Tensors,
    targets: Tensors,
    check: Callable[[Tensor], None],
) -> tuple[list[Tensor], Tensors]:
    """Take one step; gives what `losses_of` does and the outputs. `check` may refuse the loss before the step."""
    optimizer.zero_grad()
    outputs = outputs_of(model, inputs)
    losses = losses_of(objectives, outputs, targets)
    losses[0].backward()  # type: ignore[no-untyped-call]
    check(losses[0])
    optimizer.step()
    return losses, outputs


@torch.inference_mode()
def validation_step(
    model: nn.Module, objectives: Objectives, inputs: Tensors, targets: Tensors
) -> tuple[list[Tensor], Tensors]:
    """What `train_step` gives, without learning."""
    outputs = outputs_of(model, inputs)
    return losses_of(objectives, outputs, targets), outputs


def in_precision(model: nn.Module, device: str, dtype: torch.dtype) -> None:
    """Have a model multiply in another precision; its weights and outputs stay float32."""
    forward = model.forward
    model.forward = lambda *inputs: mixed(forward, device, dtype, inputs)


def mixed(forward: Callable[..., Any], device: str, dtype: torch.dtype, inputs: Tensors) -> Tensors:
    """What `forward` gives, with products in another precision (`torch.autocast`)."""
    with torch.autocast(device, dtype):
        outputs = forward(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return tuple(output.float() for output in outputs)


def outputs_of(model: nn.Module, inputs: Tensors) -> Tensors:
    """What the network gives, as a tuple even where it has one output."""
    outputs = model(*inputs)
    return outputs if isinstance(outputs, tuple) else (outputs,)


def losses_of(objectives: Objectives, outputs: Tensors, targets: Tensors) -> list[Tensor]:
    """The loss that is trained, the weighted sum of all; behind it, if there are several, each by itself."""
    pairs = zip(objectives, outputs, targets, strict=True)
    losses = [function(*pair) for (function, _), *pair in pairs]
    (_, first), *others = objectives
    total = losses[0] if first == 1 else first * losses[0]
    for loss, (_, weight) in zip(losses[1:], others, strict=True):
        total = total + weight * loss
    return [total, *losses] if len(losses) > 1 else [total]


def refuse_bad_loss(loss: Tensor) -> None:
    """Raise `FloatingPointError` for a loss that is no finite number: its step would ruin the weights."""
    value = loss.item()
    if not math.isfinite(value):
        raise FloatingPointError(f"The loss became {value}; lower the learning rate.")


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of all parameters."""
    for group in optimizer.param_groups:
        if torch.is_tensor(group["lr"]):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


@torch.no_grad()
def start_from(model: nn.Module, weights: dict[str, Any]) -> None:
    """Put given numbers in place of the weights that were drawn, by their names in `state_dict`."""
    state = model.state_dict()
    for name, values in weights.items():
        state[name].copy_(torch.as_tensor(values))


def state_dict_in(found: Any) -> dict[str, Tensor]:
    """The weights in what a file holds, by their names in the network that was saved.

    Training loops keep them beside other things; DistributedDataParallel and
    torch.compile put a word before all names.
    """
    for name in ("state_dict", "model_state_dict", "model"):
        if isinstance(found, dict) and isinstance(found.get(name), dict):
            found = found[name]
    named = found if isinstance(found, dict) else {}
    weights = {name: own for name, own in named.items() if torch.is_tensor(own)}
    if not weights:
        raise ValueError("expected weights by their names, as state_dict() gives them")
    for prefix in ("module.", "_orig_mod."):
        if all(name.startswith(prefix) for name in weights):
            weights = {name.removeprefix(prefix): own for name, own in weights.items()}
    return weights


def fitting(model: nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those of some weights that the network has, in the shape that it has them in."""
    shapes = {name: own.shape for name, own in model.state_dict().items()}
    return {name: own for name, own in weights.items() if shapes.get(name) == own.shape}


@torch.no_grad()
def prune(model: nn.Module, share: float, by: str, names: dict[str, list[str]]) -> dict[str, Tensor]:
    """Set a share of the weights of these names to 0, the smallest first.

    They are compared with all others (`by` "global"), within their "layer", or as whole
    filters of it ("filter"), with which go the weights that are listed. Gives by name
    what is 1 where a weight stays and 0 where it is pruned.
    """
    weights = dict(model.named_parameters())
    masks = {}
    groups = [[name] for name in names]
    if by == "global" and names:
        groups = [list(names)]
    for group in groups:
        sizes = [weights[name].abs() for name in group]
        if by == "filter":
            sizes = [weights[name].flatten(1).norm(dim=1) for name in group]
        every = torch.cat([size.flatten() for size in sizes])
        kept = torch.ones_like(every)
        count = min(round(share * len(every)), len(every) - 1)
        kept[every.argsort(stable=True)[:count]] = 0
        parts = kept.split([size.numel() for size in sizes])  # type: ignore[no-untyped-call]
        for name, size, part in zip(group, sizes, parts, strict=True):
            rest = [1] * (weights[name].dim() - size.dim())
            mask = part.view(*size.shape, *rest).expand_as(weights[name])
            masks[name] = mask.clone()
            masks.update({other: part.clone() for other in names[name]})
    for name, mask in masks.items():
        weights[name].mul_(mask)
    return masks


def hold_zeros(model: nn.Module, optimizer: torch.optim.Optimizer, masks: dict[str, Tensor]) -> None:
    """Keep pruned weights at 0: whatever step is taken, they are 0 again behind it."""
    weights = dict(model.named_parameters())
    pruned = [weights[name].detach() for name in masks]
    kept = [mask.to(pruned[0].device) for mask in masks.values()]
    optimizer.register_step_post_hook(lambda *_: torch._foreach_mul_(pruned, kept))


def shuffled(count: int, size: int, order: torch.Generator, device: torch.device | str, skips_single: bool) -> Tensors:
    """The batches of an epoch as indices in a new order.

    A last batch of one example is left out if ``skips_single``: batch normalization cannot train on it.
    """
    batches = torch.randperm(count, generator=order).to(device).split(size)  # type: ignore[no-untyped-call]
    return tuple(batches[:-1] if skips_single and len(batches[-1]) == 1 else batches)


def in_order(count: int, size: int, device: torch.device | str) -> Tensors:
    """The batches of validation as indices."""
    return tuple(torch.arange(count, device=device).split(size))  # type: ignore[no-untyped-call]


def tally(parts: Tensors) -> Tally:
    """How many rows a batch has, and for each of the `parts` of a metric the sums over them."""
    return len(parts[0]), [part.sum(0).tolist() for part in parts]


def added(total: Tally | None, new: Tally | None) -> Tally | None:
    """Two tallies together; None stands for nothing yet."""
    if total is None or new is None:
        return new if total is None else total
    (count, sums), (more, others) = total, new
    pairs = zip(sums, others, strict=True)
    return count + more, [[a + b for a, b in zip(*pair, strict=True)] for pair in pairs]
