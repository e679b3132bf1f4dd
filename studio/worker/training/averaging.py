"""An average of the weights beside the ones that are trained: it is what is validated, and what checkpoints show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from models.training import TrainingSettings
from models.training.settings import EMA, NONE, SWA
from studio.worker.training.loop import Tensors, follow, put_back, put_in, take_in

TRAINED = "trained."
"""What stands before the names of trained tensors in a checkpoint whose weights are averages."""


class Averaging:
    """The average that the settings ask for, if any; ``last`` is the last epoch that a mean over epochs holds."""

    def __init__(
        self, settings: TrainingSettings, model: nn.Module, optimizer: torch.optim.Optimizer, first: int
    ) -> None:
        """``first`` is the first epoch, from 0, that a mean over epochs holds."""
        self.kind = str(settings.average)
        self.last = -1
        self._model, self._first = model, first
        self._averages = [weight.detach().clone() for weight in model.parameters()] if self.kind != NONE else []
        self._buffers: list[Tensor] = []
        """The buffers of that network which the model is not at the moment, where they differ."""
        self._is_in = False
        if self.kind == EMA:
            optimizer.register_step_post_hook(partial(follow, self._averages, model, settings.average_decay))

    @property
    def is_on(self) -> bool:
        """Whether there is an average already."""
        return self.kind == EMA or (self.kind == SWA and self.last >= 0)

    def end_epoch(self, epoch: int) -> None:
        """The updates of an epoch, counted from 0, are done; a second call for it does nothing."""
        if self.kind == SWA and epoch >= self._first and epoch > self.last:
            take_in(self._averages, self._model, epoch - self._first)
            self.last = epoch

    @contextmanager
    def in_place(self, batches: Iterable[Tensors]) -> Iterator[None]:
        """Within, the model is the average, in evaluation mode; ``batches`` are all inputs of training."""
        if not self.is_on:
            yield
            return
        kept = self._buffers = put_in(self._averages, self._model, batches if self.kind == SWA else ())
        self._is_in = True
        try:
            yield
        finally:
            self._buffers = [buffer.clone() for buffer in self._model.buffers()] if self.kind == SWA else []
            put_back(self._averages, self._model, kept)
            self._is_in = False

    def weights(self) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """The tensors of the network that is validated by name, and as `TRAINED` those of another that is trained."""
        present: dict[str, Tensor] = self._model.state_dict(keep_vars=True)
        if not self.is_on:
            return present, {}
        own = [*self._model.parameters(), *self._model.buffers()]
        others = [*self._averages, *(self._buffers or self._model.buffers())]
        counterparts = dict(zip(map(id, own), others, strict=True))
        swapped = {name: counterparts.get(id(tensor), tensor) for name, tensor in present.items()}
        average, trained = (present, swapped) if self._is_in else (swapped, present)
        return average, {f"{TRAINED}{name}": tensor for name, tensor in trained.items()}

    @torch.no_grad()
    def load(self, tensors: Mapping[str, Tensor], last: int) -> None:
        """Take up the state that `weights` gave, whose first part the model holds by now."""
        trained = {name.removeprefix(TRAINED): item for name, item in tensors.items() if name.startswith(TRAINED)}
        for average, weight in zip(self._averages, self._model.parameters(), strict=False):
            average.copy_(weight)
        self._buffers = [buffer.clone() for buffer in self._model.buffers()] if self.kind == SWA else []
        self.last = last
        if trained:
            self._model.load_state_dict(trained)
