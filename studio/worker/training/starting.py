"""The weights that a run starts from in place of drawn ones: numbers of its document, or what a run learned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile, is_zipfile

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from models.basics.text import by_part, counted
from models.byhand.exercise import SECTION
from models.byhand.starting import starting_weights
from models.codegen.pruning import prunable
from models.document import Document
from models.training import TrainingSettings
from models.training.settings import FILE, GIVEN, RUN
from studio.runs.folder import RunFolder
from studio.worker.errors import TrainingError
from studio.worker.training.loop import by_own_names, fitting, numbers_in, start_from, state_dict_in
from studio.worker.training.updating.pruning import prune

MOST_SENTENCES = 8
"""Weights that are told of by name where they do not fit; of more than that it is told how many each part has."""
ZIP = b"PK\x03\x04"
CUT_OFF = "it is damaged, or its end is missing; get it once more"
NAMED = re.compile(r"(?:GLOBAL|[Cc]lass|[Ff]unction) ([\w.]+\.\w+)")
"""What else a file names, in the words of PyTorch."""
NOTHING_TO_PRUNE = "Nothing can be pruned so: no filters but those that answer. Prune by layer."


class Begun(NamedTuple):
    """The names of all weights that were given, what is told of them, what is to be warned of, and which were pruned
    (`prune`)."""

    names: list[str]
    told: list[str]
    warnings: list[str]
    masks: dict[str, Tensor]

    @property
    def notes(self) -> list[str]:
        """All that is to be said."""
        return [*self.told, *self.warnings]


def begin(model: nn.Module, document: Document, settings: TrainingSettings, given: Mapping[str, Tensor]) -> Begun:
    """Put the weights that a run starts from into its network, which has drawn all of them.

    ``given`` are those of another run or of a file (`given_to`). The smallest are pruned then, if the settings ask for
    it. Raises `TrainingError` where none of them fits.
    """
    begun = _given(model, document, settings, given)
    if not settings.sparsity:
        return begun
    by = str(settings.prune_by)
    masks = prune(model, settings.sparsity, by, prunable(document, by))
    zeros, total = (sum(int(count(mask)) for mask in masks.values()) for count in (_zeros, Tensor.numel))
    if not masks:
        return begun._replace(warnings=[*begun.warnings, NOTHING_TO_PRUNE])
    said = f"{zeros:,} of {total:,} weights are pruned: they are 0 and stay so."
    return begun._replace(told=[*begun.told, said], masks=masks)


def _zeros(mask: Tensor) -> int:
    return mask.numel() - int(mask.count_nonzero())


def _given(model: nn.Module, document: Document, settings: TrainingSettings, given: Mapping[str, Tensor]) -> Begun:
    if settings.start_from in (RUN, FILE) and given:
        return _taken_over(model, dict(given), "another run" if settings.start_from == RUN else "a file")
    if settings.start_from != GIVEN:
        return Begun([], [], [], {})
    found = starting_weights(document.network, document.analysis, document.content.section(SECTION))
    start_from(model, found.weights)
    count = len(found.weights)
    said = f"{count:,} weight{'s start' if count > 1 else ' starts'} from the numbers in the document."
    return Begun([*found.weights], [said] if count else [], [*found.misfits], {})


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
    except SafetensorError as error:
        raise TrainingError(f"The weights to start from cannot be read: {CUT_OFF} ({error}).") from error
    except (OSError, ValueError, RuntimeError, EOFError) as error:
        raise TrainingError(f"The weights to start from cannot be read: {error}.") from error
    for name, weight in found.items():
        if weight.is_floating_point() and not torch.isfinite(weight).all():
            raise TrainingError(f"{name} to start from is not finite. Start from an earlier checkpoint.")
    return found


def _unpickled(path: Path) -> Any:
    """What a file of PyTorch holds, numbers alone: whatever else is named in it is refused, and nothing of it runs.

    Raises `ValueError` for such a file, and for one that is no such file or only a part of it.
    """
    with path.open("rb") as file:
        is_zip = file.read(len(ZIP)) == ZIP
    if is_zip and not is_zipfile(path):
        raise ValueError(CUT_OFF)
    if is_zip and _is_program(path):
        raise ValueError("it is a TorchScript program; save its state_dict() with torch.save, and start from that")
    try:
        return numbers_in(path)
    except torch.serialization.pickle.UnpicklingError as error:  # type: ignore[attr-defined]
        named = NAMED.search(str(error))
        held = f"it holds more than numbers ({named[1]:.60}), which could run code" if named else "it is damaged"
        raise ValueError(f"{held}; save model.state_dict() by itself, and start from that") from None


def _is_program(path: Path) -> bool:
    with ZipFile(path) as archive:
        return any(name.endswith("constants.pkl") for name in archive.namelist())


def _taken_over(model: nn.Module, given: dict[str, Tensor], whose: str) -> Begun:
    came, given, state = given, by_own_names(model, given), model.state_dict()
    fit = fitting(model, given)
    learned = [name for name, _ in model.named_parameters()]
    taken = [name for name in fit if name in learned]
    if not taken:
        why = next((_misfit(name, given, state).partition(";")[0] for name in given if name in learned), "")
        reason = f"{': ' * bool(why)}{why}".removesuffix(".")
        raise TrainingError(
            f"No weight to start from fits this network{reason}. Start from another run, or drawn ones."
        )
    start_from(model, fit)
    said = f"{len(taken):,} of {counted(len(learned), 'weight')} start from those of {whose}."
    if any(not old.endswith(new) for old, new in zip(came, given, strict=True) if new in fit):
        said += " Their names are others: they were matched by their order."
    held = [name for name, weight in model.named_parameters() if not weight.requires_grad and name not in fit]
    doubts = [f"Frozen, but drawn: {by_part(held)}. Unfreeze what is to learn."] if held else []
    others = [name for name in dict.fromkeys((*learned, *state, *given)) if name not in fit]
    # Counters of batches came later than batch normalization: files of before have none, and nothing misses them.
    others = [name for name in others if name in given or not name.endswith("num_batches_tracked")]
    many = len(others) > MOST_SENTENCES
    doubts += _by_reason(others, given, state) if many else [_misfit(name, given, state) for name in others]
    return Begun(taken, [said], doubts, {})


def _by_reason(names: list[str], given: Mapping[str, Tensor], state: Mapping[str, Any]) -> list[str]:
    """Many weights that do not fit, in a line for each reason."""
    missing, unknown, other = (
        [name for name in names if name not in given],
        [name for name in names if name not in state],
        [name for name in names if name in given and name in state],
    )
    reasons = {
        "not among the weights to start from, and drawn": missing,
        "in what to start from, and not in this network": unknown,
        "in another shape or sort there, and drawn": other,
    }
    return [f"{_are(len(found))} {why}: {by_part(found)}." for why, found in reasons.items() if found]


def _are(count: int) -> str:
    return f"{count:,} are" if count > 1 else "1 is"


def _misfit(name: str, given: Mapping[str, Tensor], state: Mapping[str, Any]) -> str:
    if name not in given:
        return f"{name[:40]} is not among the weights to start from; it is drawn."
    if name not in state:
        return f"{name[:40]} of the weights to start from is not in this network."
    there, here = (shape_text(of[name]) for of in (given, state))
    if there == here:
        sorts = (str(of[name].dtype).removeprefix("torch.") for of in (given, state))
        there, here = sorts
    return f"{name[:40]} is {there} in the weights to start from, but {here} here; it is drawn."


def shape_text(weight: Tensor) -> str:
    """The shape of a weight as words: "16×4"."""
    return "×".join(map(str, weight.shape)) or "one number"
