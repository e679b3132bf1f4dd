"""Several runs as one module of plain PyTorch with one file of weights; no torch is needed to write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from models.codegen.ensemble import Part, ensemble_source
from models.codegen.objectives import input_ids, objectives_of
from models.storage import files
from models.storage.atomic import replace_file
from studio.runs.checkpoints import WEIGHTS
from studio.runs.errors import RunError, disk_error
from studio.runs.folder import RunFolder
from studio.runs.samples.scale import Scale, read_scale
from studio.runs.source import approved_source

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    from safetensors.numpy import save

    members = [_member(run) for run in runs]
    try:
        source = ensemble_source([member.part for member in members], title)
    except ValueError as error:
        raise RunError(str(error)) from error
    tensors: dict[str, NDArray[Any]] = {}
    for place, member in enumerate(members):
        tensors |= _tensors(member, f"members.{place}.")
    contents = {target / MODULE: source.encode(), target / TENSORS: save(tensors)}
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
    shapes = {id: None if ends is None else ends[0].shape for id, ends in scale.inputs.items()}
    units = {id: mean.shape for id, (mean, _) in scale.units.items()}
    return _Member(folder, Part(document, str(folder.header["name"] or folder.name), shapes, units), scale)


def _tensors(member: _Member, prefix: str) -> dict[str, NDArray[Any]]:
    import numpy as np

    found = {f"{prefix}network.{name}": value for name, value in best_weights(member.folder).items()}
    document = member.part.document
    sides = [("", member.scale.inputs.get(id), place) for place, id in enumerate(input_ids(document))]
    outputs = [objective.output for objective in objectives_of(document)]
    sides += [("target_", member.scale.units.get(id), place) for place, id in enumerate(outputs)]
    for side, ends, place in sides:
        if ends is not None:
            both = zip(("mean", "std"), ends, strict=True)
            found |= {f"{prefix}{side}{name}{place}": np.ascontiguousarray(value) for name, value in both}
    return found
