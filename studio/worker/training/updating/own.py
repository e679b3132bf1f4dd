"""Updates that take another form than one step of one optimizer of `torch.optim`; exported scripts contain them.

They need torch and the functions of `loop.py`, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from studio.worker.training.loop import Objectives, Tensors, losses_of, outputs_of


def closure_step(
    model: nn.Module,
    objectives: Objectives,
    optimizer: torch.optim.Optimizer,
    inputs: Tensors,
    targets: Tensors,
    check: Callable[[Tensor], None],
) -> tuple[list[Tensor], Tensors]:
    """What `train_step` does, for an optimizer that asks for the loss several times.

    Gives what was found first. Where `check` refuses a loss, the weights are put back.
    """
    from functools import partial

    weights = [weight.detach() for weight in model.parameters()]
    before = [weight.clone() for weight in weights]
    found = []  # type: ignore[var-annotated]
    batch = inputs, targets
    again = partial(loss_again, model, objectives, optimizer, batch, check, found)
    try:
        optimizer.step(again)
    except FloatingPointError:
        torch._foreach_copy_(weights, before)
        raise
    return found[0]  # type: ignore[no-any-return]


def loss_again(
    model: nn.Module,
    objectives: Objectives,
    optimizer: torch.optim.Optimizer,
    batch: tuple[Tensors, Tensors],
    check: Callable[[Tensor], None],
    found: list[Any],
) -> Any:
    """Work out a loss and its gradients; what comes first is `found`."""
    inputs, targets = batch
    optimizer.zero_grad()
    outputs = outputs_of(model, inputs)
    losses = losses_of(objectives, outputs, targets)
    losses[0].backward()  # type: ignore[no-untyped-call]
    check(losses[0])
    if not found:
        found.append(([loss.detach() for loss in losses], outputs))
    return losses[0]


def with_muon(groups: list[dict[str, Any]], model: nn.Module) -> list[dict[str, Any]]:
    """Groups split so that matrices are apart; tables of embeddings count as others."""
    kinds = nn.Embedding, nn.EmbeddingBag
    tables = {id(part.weight) for part in model.modules() if isinstance(part, kinds)}
    split = []
    for group in groups:
        for muon in (True, False):
            weights = group["params"]
            is_matrix = [one.dim() == 2 and id(one) not in tables for one in weights]
            pairs = zip(weights, is_matrix, strict=True)
            mine = [one for one, matrix in pairs if matrix is muon]
            if mine:
                split.append({**group, "params": mine, "muon": muon})
    return split


class MuonAdamW(torch.optim.Optimizer):
    """Muon for matrices, AdamW for all other weights (Jordan et al. 2024).

    Both move the groups of this one and keep their state in it. Steps of Muon are made
    as long as those of AdamW, so that one learning rate suits both.
    """

    def __init__(
        self,
        groups: list[dict[str, Any]],
        lr: float = 0.001,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_steps: int = 5,
    ) -> None:
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay})
        self.muon, self.adam = None, None
        chosen = {"momentum": momentum, "nesterov": nesterov, "ns_steps": ns_steps}
        if own := self.own_groups(True):
            match = {"adjust_lr_fn": "match_rms_adamw", **chosen}
            self.muon = torch.optim.Muon(own, **match)  # type: ignore[arg-type]
        if own := self.own_groups(False):
            self.adam = torch.optim.AdamW(own)
        self.share()

    def own_groups(self, muon: bool) -> list[dict[str, Any]]:
        """The groups of matrices, or all others."""
        return [group for group in self.param_groups if group["muon"] is muon]

    def share(self) -> None:
        """Let both have the groups and the state of this one."""
        for muon, part in ((True, self.muon), (False, self.adam)):
            if part is not None:
                part.param_groups, part.state = self.own_groups(muon), self.state

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Take a step with both."""
        for part in (self.muon, self.adam):
            if part is not None:
                part.step()  # type: ignore[no-untyped-call]

    def load_state_dict(self, state_dict: Any) -> None:
        """Take up a state, which both have then."""
        super().load_state_dict(state_dict)
        self.share()


OWN: dict[str, type[torch.optim.Optimizer]] = {MuonAdamW.__name__: MuonAdamW}
"""All of them by name."""
