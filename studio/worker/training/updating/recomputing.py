"""Activation checkpointing: keeping less of the forward pass, and working it out again for the gradients.

Plain functions and a class, which exported scripts contain word for word; they need torch alone.
"""

from __future__ import annotations

from typing import Any

from torch import nn


def recompute(model: nn.Module, size: int, draws: bool) -> None:
    """Have a model keep only what parts of `size` layers give (activation checkpointing).

    All else is worked out again in the backward pass, with the same random numbers if it
    `draws` any. A part ends where a single value leads on, so that no branch is cut, or at
    twice the size.
    """
    from torch import fx
    from torch.fx.passes.split_module import split_module

    traced = fx.symbolic_trace(model)
    parts = parts_of([node for node in traced.graph.nodes if node.op != "output"], size)
    split = split_module(traced, model, parts.__getitem__)
    for own in split.children():
        keep_inputs(own, draws)
    model.forward = split.forward


def recompute_blocks(model: nn.Module, names: list[str], draws: bool) -> None:
    """Have a model keep only what these blocks are given, each repetition by itself.

    Where it `draws` random numbers, the same are drawn again.
    """
    children = dict(model.named_children())
    for name in names:
        repeated = type(children[name]) in (nn.Sequential, nn.ModuleList)
        for block in children[name].children() if repeated else [children[name]]:
            keep_inputs(block, draws)


def keep_inputs(part: nn.Module, draws: bool) -> None:
    """Have a part keep only what it is given, and work out the rest again."""
    from functools import partial

    from torch.utils.checkpoint import checkpoint

    part.forward = partial(
        checkpoint,
        part.forward,
        use_reentrant=False,
        context_fn=partial(again_at_rest, part),
        preserve_rng_state=draws,
    )


def parts_of(nodes: Any, size: int) -> dict[Any, int]:
    """The number of the part of each node of a graph."""
    place = {node: index for index, node in enumerate(nodes)}
    parts, part, layers = {}, 0, 0
    living = []  # type: ignore[var-annotated]
    for index, node in enumerate(nodes):
        parts[node] = part
        layers += node.op == "call_module"
        # What is still asked for behind this place; the end is no node of these.
        living = [one for one in [*living, node] if any(place.get(user, len(nodes)) > index for user in one.users)]
        if layers >= 2 * size or (layers >= size and len(living) == 1):
            part, layers = part + 1, 0
    return parts


def again_at_rest(part: nn.Module) -> tuple[Any, Any]:
    """What a part is called within, and called again."""
    from contextlib import nullcontext

    return nullcontext(), AtRest(part)


class AtRest:
    """Within, a batch that is seen again leaves running statistics as they are."""

    def __init__(self, part: Any) -> None:
        name = "num_batches_tracked"
        modules = part.modules()
        self.norms = [one for one in modules if getattr(one, name, None) is not None]

    def __enter__(self) -> None:
        self.momenta = [one.momentum for one in self.norms]
        self.tracked = [one.num_batches_tracked.clone() for one in self.norms]
        for one in self.norms:
            one.momentum = 0.0

    def __exit__(self, *_: Any) -> None:
        before = zip(self.norms, self.momenta, self.tracked, strict=True)
        for one, momentum, tracked in before:
            one.momentum = momentum
            one.num_batches_tracked.copy_(tracked)
