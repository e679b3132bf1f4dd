"""Activation checkpointing: keeping less of the forward pass, and working it out again for the gradients.

A plain function, which exported scripts contain word for word; it needs torch alone.
"""

from __future__ import annotations

from torch import nn


def recompute(model: nn.Module, size: int) -> None:
    """Have a model keep only what parts of `size` layers give (activation checkpointing).

    All else is worked out again in the backward pass, with the same random numbers. A part
    ends where a single value leads on, so that no branch is cut, or at twice the size.
    """
    from contextlib import contextmanager, nullcontext
    from functools import partial

    from torch import fx
    from torch.fx.passes.split_module import split_module
    from torch.utils.checkpoint import checkpoint

    traced = fx.symbolic_trace(model)
    nodes = [node for node in traced.graph.nodes if node.op != "output"]
    place = {node: index for index, node in enumerate(nodes)}
    ends = {node: max([place.get(user, len(nodes)) for user in node.users], default=0) for node in nodes}
    parts, part, layers = {}, 0, 0
    living = []  # type: ignore[var-annotated]
    for index, node in enumerate(nodes):
        parts[node] = part
        layers += node.op == "call_module"
        living = [one for one in [*living, node] if ends[one] > index]
        if layers >= 2 * size or (layers >= size and len(living) == 1):
            part, layers = part + 1, 0

    @contextmanager
    def at_rest(norms):  # type: ignore[no-untyped-def]
        # They have taken the batch into their running statistics already.
        kept = [(one.momentum, one.num_batches_tracked.clone()) for one in norms]
        for one in norms:
            one.momentum = 0.0
        try:
            yield
        finally:
            for one, (momentum, tracked) in zip(norms, kept, strict=True):
                one.momentum = momentum
                one.num_batches_tracked.copy_(tracked)

    def contexts(norms):  # type: ignore[no-untyped-def]
        return nullcontext(), at_rest(norms)

    split = split_module(traced, model, lambda node: parts[node])
    for own in split.children():
        norms = [one for one in own.modules() if getattr(one, "num_batches_tracked", None) is not None]
        once = partial(contexts, norms)
        own.forward = partial(checkpoint, own.forward, use_reentrant=False, context_fn=once)
    model.forward = split.forward
