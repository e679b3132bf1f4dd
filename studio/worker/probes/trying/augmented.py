"""What augmentation makes of examples: the very functions that change the batches of a training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.codegen.augmenting import augmentations_of
from models.codegen.objectives import input_ids, objectives_of
from models.document import Document
from models.storage import files
from studio.runs.probes.answer import Answer, read_answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.training.augmenting.augmenter import Augmenter
from studio.worker.training.augmenting.batches import ends_of
from studio.worker.training.examples import Feed, prepare_targets, takes_tokens
from studio.worker.trying.attempt import EXAMPLE


@probe(of_run=False, document=EXAMPLE, rows="", seed=0)
def augmented(asked: Asked) -> Steps:
    """``after/INPUT``: the examples of the file ``rows`` as a training with this ``seed`` would see them in its first
    batch, in the numbers of the data; ``shares/OUTPUT`` of classes that are mixed, ``targets/OUTPUT`` that are images.

    The file holds ``x/INPUT`` and ``y/OUTPUT``, where they are normalized ``mean/INPUT`` and ``std/INPUT``, and the
    least and the largest value as ``ends/INPUT``; its facts say by Output how many ``classes`` there are. Facts of the
    answer: ``misfits``, sentences on augmentations that change nothing here.
    """
    document, _ = files.from_json(asked.mapping("document"), name="The argument “document”")
    place, seed = asked.text("rows"), asked.whole("seed")
    yield 0, 1
    found = augmentations_of(document)
    misfits = [misfit.reason for misfit in found.misfits]
    if not place or not found:
        return Answer({}, {"misfits": misfits})
    rows = read_answer(Path(place))
    ids = input_ids(document)
    if not all(f"x/{id}" in rows.arrays for id in ids):
        raise ProbeError("The data is not bound to every Input. Choose its columns first.")
    scales = [_scale(rows, id) for id in ids]
    inputs = tuple(
        Feed(values, scale, takes_tokens(document, id)).ready(values.clone())
        for id, scale in zip(ids, scales, strict=True)
        for values in [torch.from_numpy(rows.arrays[f"x/{id}"])]
    )
    cpu = torch.device("cpu")
    ends = {
        place: ends_of(rows.arrays[f"ends/{id}"], rows.arrays.get(f"mean/{id}"), rows.arrays.get(f"std/{id}"), cpu)
        for place, id in enumerate(ids)
    }
    targets = _targets(document, rows)
    changed, moved, goals = Augmenter(found, ends, cpu, seed).change(inputs, targets)
    arrays = {f"after/{id}": _in_data(values, scale) for id, values, scale in zip(ids, changed, scales, strict=True)}
    for objective, own, goal in zip(objectives_of(document), targets, goals, strict=True):
        if own.dtype != goal.dtype and goal.dim() == 2:
            arrays[f"shares/{objective.output}"] = goal.numpy()
    pairs = zip(objectives_of(document), moved, strict=True)
    arrays |= {f"targets/{item.output}": values.numpy() for item, values in pairs if values.dim() == 4}
    return Answer(arrays, {"misfits": misfits})


def _targets(document: Document, rows: Answer) -> tuple[Tensor, ...]:
    classes = rows.facts.get("classes", {})
    return tuple(
        prepare_targets(rows.arrays[f"y/{objective.output}"], objective.loss, classes.get(objective.output))
        for objective in objectives_of(document)
    )


def _scale(rows: Answer, id: str) -> tuple[Tensor, Tensor] | None:
    if f"mean/{id}" not in rows.arrays:
        return None
    return torch.from_numpy(rows.arrays[f"mean/{id}"]), torch.from_numpy(rows.arrays[f"std/{id}"])


def _in_data(values: Tensor, scale: tuple[Tensor, Tensor] | None) -> np.ndarray:
    """Values as the network takes them, in the numbers of the data again."""
    if scale is not None:
        mean, std = scale
        values = values * std + mean
    return values.numpy()
