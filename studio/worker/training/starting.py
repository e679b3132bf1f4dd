"""The weights that a run starts from in place of drawn ones: numbers of its document, or what a run learned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from models.basics.text import counted
from models.byhand.exercise import SECTION
from models.byhand.starting import starting_weights
from models.codegen.pruning import prunable
from models.document import Document
from models.training import TrainingSettings
from models.training.settings import FILE, GIVEN, RUN
from studio.runs.folder import RunFolder
from studio.worker.errors import TrainingError
from studio.worker.training.loop import by_own_names, fitting, start_from, state_dict_in
from studio.worker.training.updating.pruning import prune

MOST_SENTENCES = 8
"""Weights that are told of by name where they do not fit."""
NOTHING_TO_PRUNE = "Nothing can be pruned so: no filters but those that answer. Prune by layer."


class Begun(NamedTuple):
    """The names of all weights that were given, what is to be said of them, and which were pruned (`prune`)."""

    names: list[str]
    notes: list[str]
    masks: dict[str, Tensor]


def begin(model: nn.Module, document: Document, settings: TrainingSettings, given: Mapping[str, Tensor]) -> Begun:
    """Put the weights that a run starts from into its network, which has drawn all of them.

    ``given`` are those of another run or of a file (`given_to`). The smallest are pruned then, if the settings ask for
    it. Raises `TrainingError` where none of them fits.
    """
    names, notes = _given(model, document, settings, given)
    if not settings.sparsity:
        return Begun(names, notes, {})
    by = str(settings.prune_by)
    masks = prune(model, settings.sparsity, by, prunable(document, by))
    zeros, total = (sum(int(count(mask)) for mask in masks.values()) for count in (_zeros, Tensor.numel))
    said = f"{zeros:,} of {total:,} weights are pruned: they are 0 and stay so." if masks else NOTHING_TO_PRUNE
    return Begun(names, [*notes, said], masks)


def _zeros(mask: Tensor) -> int:
    return mask.numel() - int(mask.count_nonzero())


def _given(
    model: nn.Module, document: Document, settings: TrainingSettings, given: Mapping[str, Tensor]
) -> tuple[list[str], list[str]]:
    if settings.start_from in (RUN, FILE) and given:
        return _taken_over(model, dict(given), "another run" if settings.start_from == RUN else "a file")
    if settings.start_from != GIVEN:
        return [], []
    found = starting_weights(document.network, document.analysis, document.content.section(SECTION))
    start_from(model, found.weights)
    count = len(found.weights)
    said = f"{count:,} weight{'s start' if count > 1 else ' starts'} from the numbers in the document."
    return [*found.weights], [*([said] if count else []), *found.misfits]


def given_to(run: RunFolder, settings: TrainingSettings, *, resuming: bool) -> dict[str, Tensor]:
    """The weights of another run or of a file that a run was given to start from; none where it starts from others.

    Numbers alone are read. Raises `TrainingError` where they are gone, damaged, or not finite; one that goes on
    from a checkpoint of its own can do without.
    """
    if settings.start_from not in (RUN, FILE):
        return {}
    if resuming and run.checkpoints.steps() and not run.start_path.exists():
        return {}
    return weights_in(run.start_path)


def weights_in(path: Path) -> dict[str, Tensor]:
    """The weights in a file to start from. Raises `TrainingError` where they are gone, damaged, or not finite."""
    if not path.is_file() or path.is_symlink():
        raise TrainingError(f"The weights to start from are gone: {path.name} is no file of the run. Train it anew.")
    try:
        found = state_dict_in(load_file(path) if path.suffix == ".safetensors" else _unpickled(path))
    except (OSError, SafetensorError, ValueError, RuntimeError, EOFError) as error:
        raise TrainingError(f"The weights to start from cannot be read: {error}.") from error
    for name, weight in found.items():
        if weight.is_floating_point() and not torch.isfinite(weight).all():
            raise TrainingError(f"{name} to start from is not finite. Start from an earlier checkpoint.")
    return found


def _unpickled(path: Path) -> Any:
    """What a file of PyTorch holds, numbers alone: whatever else is named in it is refused, and nothing of it runs.

    Raises `ValueError` for such a file.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except torch.serialization.pickle.UnpicklingError:  # type: ignore[attr-defined]
        raise ValueError("it holds more than numbers, or is damaged; save model.state_dict()") from None


def _taken_over(model: nn.Module, given: dict[str, Tensor], whose: str) -> tuple[list[str], list[str]]:
    given, state = by_own_names(model, given), model.state_dict()
    fit = fitting(model, given)
    learned = {name for name, _ in model.named_parameters()}
    taken = [name for name in fit if name in learned]
    if not taken:
        raise TrainingError("No weight to start from fits this network. Start from another run, or drawn ones.")
    start_from(model, fit)
    misfits = [_misfit(name, given, state) for name in dict.fromkeys((*state, *given)) if name not in fit]
    more = len(misfits) - MOST_SENTENCES
    rest = [f"{counted(more, 'more weight')} did not fit."] if more > 0 else []
    said = f"{len(taken):,} of {counted(len(learned), 'weight')} start from those of {whose}."
    return taken, [said, *misfits[:MOST_SENTENCES], *rest]


def _misfit(name: str, given: Mapping[str, Tensor], state: Mapping[str, Any]) -> str:
    if name not in given:
        return f"{name[:40]} is not among the weights to start from; it is drawn."
    if name not in state:
        return f"{name[:40]} of the weights to start from is not in this network."
    there, here = (shape_text(of[name]) for of in (given, state))
    return f"{name[:40]} is {there} in the weights to start from, but {here} here; it is drawn."


def shape_text(weight: Tensor) -> str:
    """The shape of a weight as words: "16×4"."""
    return "×".join(map(str, weight.shape)) or "one number"
