"""Several runs as one module of plain PyTorch with one file of weights; no torch is needed to write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from models.codegen.ensemble import ensemble_source
from models.codegen.objectives import input_ids, objectives_of
from models.codegen.trained.scaled import Part
from models.storage import files
from models.storage.atomic import replace_file
from studio.runs.checkpoints import WEIGHTS
from studio.runs.errors import RunError, disk_error
from studio.runs.files.tensors import packed
from studio.runs.folder import RunFolder
from studio.runs.samples.scale import Scale, read_scale
from studio.runs.source import approved_source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.document import Document

MODULE, TENSORS = "ensemble.py", "ensemble.safetensors"


class _Member(NamedTuple):
    folder: RunFolder
    part: Part
    scale: Scale


def export_ensemble(runs: Sequence[Path], target: Path, title: str = "Ensemble") -> list[Path]:
    """Write `MODULE` and `TENSORS` into a folder, with the best weights of each run; gives both places.

    Raises `RunError` with a sentence where a run has no weights, has another form than the first or brings source
    along that its document does not generate, and where the disk refuses.
    """
    members = [_member(run) for run in runs]
    try:
        source = ensemble_source([member.part for member in members], title)
    except ValueError as error:
        raise RunError(str(error)) from error
    tensors: dict[str, NDArray[Any]] = {}
    for place, member in enumerate(members):
        weights = best_weights(member.folder)
        tensors |= tensors_of(member.part, member.scale, weights, f"members.{place}.")
    contents = {target / MODULE: source.encode(), target / TENSORS: packed(tensors)}
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path, content in contents.items():
            replace_file(path, content)
    except OSError as error:
        raise disk_error("write", target, error) from error
    return list(contents)


def best_weights(folder: RunFolder) -> dict[str, NDArray[Any]]:
    """The weights of a run at its best, by name; raises `RunError` where it has kept none, or not these."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    checkpoint = folder.checkpoints.called("best")
    if checkpoint is None:
        raise RunError(f"{folder.name} has kept no weights. Resume it, or train once more.")
    checkpoint.verify()
    try:
        return load((checkpoint.path / WEIGHTS).read_bytes())
    except OSError as error:
        raise disk_error("read", checkpoint.path, error) from error
    except SafetensorError as error:
        raise RunError(f"The weights of {folder.name} cannot be read: {error}.") from error


def _member(run: Path) -> _Member:
    folder = RunFolder.open(run)
    document = files.read_whole(folder.document_path)
    approved_source(folder, document)
    scale = read_scale(folder.scale_path)
    if scale is None:
        raise RunError(f"{folder.name} is from before scales were kept with runs. Train it once more.")
    return _Member(folder, part_of(folder, document, scale), scale)


def part_of(folder: RunFolder, document: Document, scale: Scale) -> Part:
    """What of a run stands in the source of a network that scales its values itself."""
    shapes = {id: None if ends is None else ends[0].shape for id, ends in scale.inputs.items()}
    units = {id: mean.shape for id, (mean, _) in scale.units.items()}
    return Part(document, str(folder.header["name"] or folder.name), shapes, units)


def tensors_of(part: Part, scale: Scale, weights: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    """The weights of such a network by their names in it, with its means and standard deviations."""
    import numpy as np

    found = {f"{prefix}network.{name}": value for name, value in weights.items()}
    sides = [("", scale.inputs.get(id), place) for place, id in enumerate(input_ids(part.document))]
    outputs = [objective.output for objective in objectives_of(part.document)]
    sides += [("target_", scale.units.get(id), place) for place, id in enumerate(outputs)]
    for side, ends, place in sides:
        if ends is not None:
            both = zip(("mean", "std"), ends, strict=True)
            found |= {f"{prefix}{side}{name}{place}": np.ascontiguousarray(value) for name, value in both}
    return found
