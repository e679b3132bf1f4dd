"""Training in plain functions: the worker calls them, and exported scripts contain them word for word.

They need torch, one another, and `models.training.naming`. `inputs` and `targets` are tuples with a tensor for each
Input and Output of the network; `objectives` holds a loss function and its weight for each Output.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.training.naming import names_for

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


def accumulated_step(
    model: nn.Module,
    objectives: Objectives,
    optimizer: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    batches: Sequence[tuple[Tensors, Tensors]],
    check: Callable[[Tensor], None],
) -> tuple[list[Tensor], Tensors]:
    """Take one step on several batches, as `train_step` would on all of their examples.

    Each counts in the mean over all by what is `counted` of it. `scaler` keeps the small
    gradients of float16 from becoming 0, where it is enabled.
    """
    optimizer.zero_grad()
    counts = [counted(objectives, targets) for _, targets in batches]
    whole = [sum(own) for own in zip(*counts, strict=True)]
    losses, outputs = [], []
    for (inputs, targets), own in zip(batches, counts, strict=True):
        given = outputs_of(model, inputs)
        shares = [count / total for count, total in zip(own, whole, strict=True)]
        found = losses_of(objectives, given, targets, shares)
        scaler.scale(found[0]).backward()  # type: ignore[no-untyped-call]
        losses.append(torch.stack([loss.detach() for loss in found]))
        outputs.append([output.detach() for output in given])
    scaler.unscale_(optimizer)
    total = torch.stack(losses).sum(0)
    check(total[0])
    scaler.step(optimizer)
    scaler.update()
    return list(total), tuple(torch.cat(parts) for parts in zip(*outputs, strict=True))


def counted(objectives: Objectives, targets: Tensors) -> list[Any]:
    """What the mean of each loss over a batch is divided by.

    Those are its examples, or where classes have weights the sum of theirs.
    """
    counts = []
    for (function, _), target in zip(objectives, targets, strict=True):
        weight = getattr(function, "weight", None)
        if weight is None or target.is_floating_point():
            counts.append(len(target))
        else:
            counts.append(weight[target].sum().clamp(min=1e-12))
    return counts


def parameter_groups(model: nn.Module) -> list[dict[str, Any]]:
    """Weights of one dimension, which are biases and those of norms, spared from decay."""
    matrices = [weight for weight in model.parameters() if weight.dim() > 1]
    vectors = [weight for weight in model.parameters() if weight.dim() <= 1]
    spared = {"params": vectors, "weight_decay": 0.0, "spared": True}
    return [group for group in ({"params": matrices}, spared) if group["params"]]


def at_own_rates(
    groups: list[dict[str, Any]], model: nn.Module, factors: dict[str, float], rate: float
) -> list[dict[str, Any]]:
    """Groups split so that layers named in `factors` learn so many times as fast."""
    own = {}
    for name, weight in model.named_parameters():
        layers = [layer for layer in factors if name.startswith(f"{layer}.")]
        own[id(weight)] = factors[layers[0]] if layers else 1.0
    split = []
    for group in groups:
        for factor in dict.fromkeys(own[id(weight)] for weight in group["params"]):
            mine = [weight for weight in group["params"] if own[id(weight)] == factor]
            split.append({**group, "params": mine, "lr": rate * factor, "factor": factor})
    return split


def weights_of(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """All weights that an optimizer moves."""
    return [weight for group in optimizer.param_groups for weight in group["params"]]


def begin_at_rest(optimizer: torch.optim.Optimizer, name: str) -> None:
    """Have what an optimizer remembers begin at 0: a first step that it passes over leaves it unwritten."""
    for weight in weights_of(optimizer):
        if weight.requires_grad:
            optimizer.state[weight][name] = torch.zeros_like(weight)


def add_l1(share: float, optimizer: torch.optim.Optimizer, *_: Any) -> None:
    """Before a step: add the slope of `share` · Σ|w| to the gradients of what decays."""
    for group in optimizer.param_groups:
        for weight in group["params"]:
            if weight.grad is not None and not group.get("spared"):
                weight.grad.add_(weight.detach().sign(), alpha=share)


def clip_value(largest: float, optimizer: torch.optim.Optimizer, *_: Any) -> None:
    """Before a step: cut each number of the gradients to a size."""
    nn.utils.clip_grad_value_(weights_of(optimizer), largest)


def clip_norm(largest: float, optimizer: torch.optim.Optimizer, *_: Any) -> None:
    """Before a step: shorten all gradients together to a norm, where they are longer."""
    nn.utils.clip_grad_norm_(weights_of(optimizer), largest)


@torch.no_grad()
def follow(averages: list[Tensor], model: nn.Module, decay: float, *_: Any) -> None:
    """Behind a step: move the averages towards the weights, by 1 - `decay` of the way."""
    torch._foreach_lerp_(averages, list(model.parameters()), 1 - decay)


@torch.no_grad()
def take_in(averages: list[Tensor], model: nn.Module, count: int) -> None:
    """Take the weights into the mean of `count` others."""
    torch._foreach_lerp_(averages, list(model.parameters()), 1 / (count + 1))


@torch.no_grad()
def put_in(averages: list[Tensor], model: nn.Module, batches: Any) -> list[Tensor]:
    """Put averages in place of the weights; gives the buffers of before for `put_back`.

    Batch normalization is measured anew on `batches` of inputs, where there are any.
    """
    kept = [buffer.clone() for buffer in model.buffers()]
    exchange(averages, model)
    norms = [part for part in model.modules() if hasattr(part, "momentum")]
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms if batches else ():
        norm.reset_running_stats()  # type: ignore[operator]
        # All batches count alike.
        norm.momentum = None  # type: ignore[assignment]
        norm.train()
    for inputs in batches if norms else ():
        model(*inputs)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    model.eval()
    return kept


@torch.no_grad()
def put_back(averages: list[Tensor], model: nn.Module, kept: list[Tensor]) -> None:
    """Undo `put_in`."""
    exchange(averages, model)
    for buffer, before in zip(model.buffers(), kept, strict=True):
        buffer.copy_(before)


def exchange(averages: list[Tensor], model: nn.Module) -> None:
    """Let averages and weights change places."""
    for average, weight in zip(averages, model.parameters(), strict=True):
        before = weight.detach().clone()
        weight.copy_(average)
        average.copy_(before)


def copied(model: nn.Module, averages: list[Tensor]) -> list[Tensor]:
    """All that a model holds, and averages of its weights, as they are now."""
    return [values.clone() for values in (*model.state_dict().values(), *averages)]


@torch.no_grad()
def restore(kept: list[Tensor], model: nn.Module, averages: list[Tensor]) -> None:
    """Give a model and averages what was `copied`; if that is nothing they stay as they are."""
    for values, before in zip((*model.state_dict().values(), *averages), kept, strict=False):
        values.copy_(before)


def judged(value: float, best: float | None, stale: int, least: float, higher: bool) -> tuple[float | None, int]:
    """The best value so far, and how many epochs ago it was better than before by more than `least`."""
    gain = math.inf if best is None else value - best if higher else best - value
    return (value, 0) if gain > least and math.isfinite(value) else (best, stale + 1)


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


def losses_of(objectives: Objectives, outputs: Tensors, targets: Tensors, shares: Sequence[Any] = ()) -> list[Tensor]:
    """The loss that is trained, the weighted sum of all; behind it, if there are several, each by itself.

    `shares` are what this batch counts in the loss of each objective, where it is one of several.
    """
    pairs = zip(objectives, outputs, targets, strict=True)
    losses = [function(*pair) for (function, _), *pair in pairs]
    if shares:
        losses = [share * loss for share, loss in zip(shares, losses, strict=True)]
    (_, first), *others = objectives
    total = losses[0] if first == 1 else first * losses[0]
    for loss, (_, weight) in zip(losses[1:], others, strict=True):
        total = total + weight * loss
    return [total, *losses] if len(losses) > 1 else [total]


def unit_of(targets: Tensor) -> Tensors:
    """Mean and standard deviation of each number of targets, or each channel of planes."""
    planes = targets.dim() >= 4
    dims = (0, *range(2, targets.dim())) if planes else tuple(range(targets.dim() - 1))
    parts = [part.cpu().double() for part in targets.split(4096)]  # type: ignore[no-untyped-call]
    count = targets.numel() / targets.shape[1 if planes else -1]
    mean = torch.stack([part.sum(dims, keepdim=True) for part in parts]).sum(0) / count
    squares = [(part - mean).square().sum(dims, keepdim=True) for part in parts]
    std = (torch.stack(squares).sum(0) / count).sqrt()
    # Of a constant only its mean is taken away.
    std = std.where(std > 1e-7 * mean.abs(), 1.0)
    return mean[0].float().to(targets.device), std[0].float().to(targets.device)


def refuse_bad_loss(loss: Tensor) -> None:
    """Raise `FloatingPointError` for a loss that is no finite number: its step would ruin the weights."""
    value = loss.item()
    if not math.isfinite(value):
        raise FloatingPointError(f"The loss became {value}; lower the learning rate.")


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of all parameters, as far as they have none of their own."""
    for group in optimizer.param_groups:
        own = rate * group.get("factor", 1.0)
        if torch.is_tensor(group["lr"]):
            group["lr"].fill_(own)
        else:
            group["lr"] = own


@torch.no_grad()
def start_from(model: nn.Module, weights: dict[str, Any]) -> None:
    """Put given numbers in place of the weights that were drawn, by their names in `state_dict`."""
    state = model.state_dict()
    for name, values in weights.items():
        state[name].copy_(torch.as_tensor(values))


def numbers_in(path: Any) -> Any:
    """What a file of PyTorch holds: numbers, and what training loops keep beside them.

    Nothing of it runs: what could is refused.
    """
    from argparse import Namespace

    import numpy as np

    scalar = np.float64(0).__reduce__()[0]
    scalars = [(scalar, f"numpy.{room}.multiarray.scalar") for room in ("core", "_core")]
    kinds = [type(np.dtype(kind)) for kind in ("float64", "float32", "int64", "int32")]
    with torch.serialization.safe_globals([Namespace, np.dtype, *kinds, *scalars]):  # type: ignore[list-item]
        return torch.load(path, map_location="cpu", weights_only=True)


def dense(weight: Tensor) -> Tensor:
    """A weight as plain numbers, in whatever way it was kept."""
    if weight.is_quantized:
        return weight.dequantize()
    weight = weight.to_dense() if weight.layout != torch.strided else weight
    is_short = weight.is_floating_point() and weight.element_size() == 1
    return weight.float() if is_short else weight


def state_dict_in(found: Any) -> dict[str, Tensor]:
    """The weights in what a file holds, by their names in the network that was saved.

    Training loops keep them beside other things, under many names; then it is what has
    most of them. DistributedDataParallel and torch.compile put a word before all names.
    """
    for name in ("state_dict", "model_state_dict", "model"):
        if isinstance(found, dict) and isinstance(found.get(name), dict):
            found = found[name]
    named = found if isinstance(found, dict) else {}
    if not any(map(torch.is_tensor, named.values())):
        parts = [own for own in named.values() if isinstance(own, dict)]
        counts = [sum(map(torch.is_tensor, own.values())) for own in parts]
        named = parts[counts.index(max(counts))] if parts else {}
    weights = {name: dense(own) for name, own in named.items() if torch.is_tensor(own)}
    if not weights:
        raise ValueError("expected weights by their names, as state_dict() gives them")
    for prefix in ("module.", "_orig_mod."):
        if all(name.startswith(prefix) for name in weights):
            weights = {name.removeprefix(prefix): own for name, own in weights.items()}
    return weights


def by_own_names(model: nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights by the names that the network has for them (`names_for`)."""
    own = {name: tuple(weight.shape) for name, weight in model.state_dict().items()}
    given = {name: tuple(weight.shape) for name, weight in weights.items()}
    names = names_for(own, given)
    return {names[name]: weight for name, weight in weights.items()}


def fitting(model: nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those of some weights that the network has, in its shape and as numbers of its sort."""
    sorts = {name: sort_of(own) for name, own in model.state_dict().items()}
    named = by_own_names(model, weights).items()
    return {name: own for name, own in named if sorts.get(name) == sort_of(own)}


def sort_of(weight: Tensor) -> tuple[torch.Size, bool, bool]:
    """The shape of a weight, and whether its numbers have fractions, or are complex."""
    return weight.shape, weight.is_floating_point(), weight.is_complex()


def shuffled(count: int, size: int, order: torch.Generator, device: torch.device | str, skips_single: bool) -> Tensors:
    """The batches of an epoch as indices in a new order.

    A last batch of one example is left out if ``skips_single``: batch normalization cannot train on it.
    """
    batches = torch.randperm(count, generator=order).to(device).split(size)  # type: ignore[no-untyped-call]
    return tuple(batches[:-1] if skips_single and len(batches[-1]) == 1 else batches)


def updates_in_epoch(count: int, size: int, skips_single: bool, together: int) -> int:
    """How many updates an epoch of `count` examples has, each of `together` batches."""
    whole, rest = divmod(count, size)
    batches = whole + (rest > 1 or (rest == 1 and not skips_single))
    return -(-batches // together)


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
