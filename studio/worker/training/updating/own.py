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


def divided(groups: list[dict[str, Any]], own: set[int]) -> list[dict[str, Any]]:
    """Groups split so that some weights, given by their ids, are apart."""
    split = []
    for group in groups:
        for is_own in (True, False):
            mine = [one for one in group["params"] if (id(one) in own) is is_own]
            if mine:
                split.append({**group, "params": mine, "own": is_own})
    return split


def tables_of(model: nn.Module) -> list[nn.Module]:
    """The layers whose weights are tables to look entries up in."""
    return [part for part in model.modules() if isinstance(part, (nn.Embedding, nn.EmbeddingBag))]


def with_muon(groups: list[dict[str, Any]], model: nn.Module) -> list[dict[str, Any]]:
    """Groups split so that matrices are apart; tables of embeddings count as others."""
    tables = {id(part.weight) for part in tables_of(model)}
    weights = [one for group in groups for one in group["params"]]
    matrices = {id(one) for one in weights if one.dim() == 2}
    return divided(groups, matrices - tables)


def with_tables(groups: list[dict[str, Any]], model: nn.Module) -> list[dict[str, Any]]:
    """Groups split so that tables are apart, whose gradients from now on are sparse."""
    tables = [part for part in tables_of(model) if not part.scale_grad_by_freq]
    for part in tables:
        part.sparse = True  # type: ignore[assignment]
    return divided(groups, {id(part.weight) for part in tables})


class TwoParts(torch.optim.Optimizer):
    """An optimizer for some weights and another one for all others.

    Both move the groups of this one and keep their state in it.
    """

    def begin(
        self,
        groups: list[dict[str, Any]],
        defaults: dict[str, Any],
        own: Callable[..., torch.optim.Optimizer],
        rest: Callable[..., torch.optim.Optimizer],
        **chosen: Any,
    ) -> None:
        """Take up the groups, as far as there are any of either kind; what is chosen is for the first."""
        super().__init__(groups, defaults)
        self.parts = {}
        if mine := self.groups_of(True):
            self.parts[True] = own(mine, **chosen)
        if mine := self.groups_of(False):
            self.parts[False] = rest(mine)
        self.share()

    def groups_of(self, own: bool) -> list[dict[str, Any]]:
        """The groups of one of the two."""
        return [group for group in self.param_groups if group["own"] is own]

    def share(self) -> None:
        """Let both have the groups and the state of this one."""
        for own, part in self.parts.items():
            part.param_groups, part.state = self.groups_of(own), self.state

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Take a step with both."""
        for part in self.parts.values():
            part.step()

    def load_state_dict(self, state_dict: Any) -> None:
        """Take up a state, which both have then."""
        super().load_state_dict(state_dict)
        self.share()


class MuonAdamW(TwoParts):
    """Muon for matrices, AdamW for all other weights (Jordan et al. 2024).

    Steps of Muon are made as long as those of AdamW, so that one learning rate suits both.
    """

    def __init__(
        self,
        groups: list[dict[str, Any]],
        lr: float = 0.001,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        eps: float = 1e-7,
        ns_steps: int = 5,
    ) -> None:
        chosen = {"momentum": momentum, "nesterov": nesterov, "eps": eps, "ns_steps": ns_steps}
        match = {"adjust_lr_fn": "match_rms_adamw", **chosen}
        defaults = {"lr": lr, "weight_decay": weight_decay}
        self.begin(groups, defaults, torch.optim.Muon, torch.optim.AdamW, **match)


class SparseAdamAdam(TwoParts):
    """SparseAdam for tables, of which only the entries in a batch move, Adam for the rest."""

    def __init__(
        self,
        groups: list[dict[str, Any]],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps}
        self.begin(groups, defaults, torch.optim.SparseAdam, torch.optim.Adam)


PARTS = {function.__name__: function for function in (with_muon, with_tables)}
"""What tells some weights from the others, by name."""
OWN: dict[str, type[TwoParts]] = {kind.__name__: kind for kind in (MuonAdamW, SparseAdamAdam)}
"""All of them by name."""
