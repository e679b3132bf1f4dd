"""What each class counts in a loss, and how examples are drawn by their classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from models.training import Loss, TrainingSettings
from models.training.losses.weights import BALANCED, given_weights, listed_weights, switch_weights, unknown_classes
from models.training.objectives import Objective
from models.training.settings import GROUPED, SHUFFLED
from studio.data import Data
from studio.worker.errors import TrainingError
from studio.worker.training.examples import Examples
from studio.worker.training.losses.drawing import draw_weights, drawn, grouped
from studio.worker.training.losses.modules import balanced_switches, balanced_weights

MOST_SHOWN = 12
"""Weights that the log names."""
Draw = Callable[[int, torch.Generator, torch.device | str, bool], tuple[Tensor, ...]]
"""The batches of an epoch as indices: of a size, by an order, on a device, perhaps without a last one of one."""


def class_weights(loss: Loss, classes: Sequence[str] | None, targets: Tensor) -> Tensor | None:
    """The weights that a loss takes for its classes, by all ``targets`` of training; None where all count alike.

    Raises `TrainingError` for names that no class has.
    """
    text = str(getattr(loss, "class_weights", ""))
    if not text:
        return None
    if text == BALANCED:
        return balanced_switches(targets) if loss.targets == "binary" else balanced_weights(targets, len(classes or ()))
    if unknown := unknown_classes(text, classes or ()):
        raise TrainingError(f"The data has no class {unknown[0]:.40}, which {loss.kind} has a weight for.")
    listed = listed_weights(given_weights(text), classes or ())
    if loss.targets != "binary":
        return torch.tensor(listed)
    return torch.tensor(switch_weights(listed)).reshape(-1, *[1] * (targets.dim() - 2))


def weights_in_words(loss: Loss, classes: Sequence[str] | None, weights: Tensor) -> str:
    """The numbers for the log, the first few of many."""
    numbers = weights.flatten().tolist()
    if loss.weighs == "weight":
        what, names = "Class weights", list(classes or ())
    else:
        # Two classes have one output, for the second of them.
        named = list(classes or ())[-len(numbers) :]
        what, names = "A yes counts", named or [f"output {number}" for number in range(len(numbers))]
    shown = [f"{name:.20} {number:.4g}" for name, number in list(zip(names, numbers, strict=False))[:MOST_SHOWN]]
    more = f" and {len(numbers) - MOST_SHOWN:,} more" if len(numbers) > MOST_SHOWN else ""
    return f"{what}: {', '.join(shown)}{more}."


def drawn_by(settings: TrainingSettings, objectives: list[Objective], data: Data, train: Examples) -> Draw | None:
    """What draws the batches of an epoch by the first Output with a class an example; None for an order by chance.

    Raises `TrainingError` where there is no such Output.
    """
    sampling = str(settings.sampling)
    if sampling == SHUFFLED:
        return None
    for objective, targets in zip(objectives, train.targets, strict=True):
        column = data.target(objective.output)
        if column.classes and not column.shape:
            labels = labels_of(targets.cpu())
            if sampling == GROUPED:
                return lambda size, *more: grouped(labels, size, settings.per_class, *more)
            weights = draw_weights(labels)
            return lambda size, *more: drawn(weights, size, *more)
    raise TrainingError(
        f"{sampling.capitalize()} sampling needs a class an example, and the data has none. Sample shuffled."
    )


def labels_of(targets: Tensor) -> Tensor:
    """The class of each example, out of targets as a loss takes them."""
    if targets.dim() == 1:
        return targets
    return targets[:, 0].long() if targets.shape[1] == 1 else targets.argmax(1)
