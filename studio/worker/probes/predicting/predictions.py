"""What a network answers to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.data.given.base import Left
from studio.runs.probes.answer import LARGEST, Answer
from studio.worker.predicting.predictor import Predictor
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe

MOST = LARGEST // 2
"""Bytes of answers; more is for a file, and the command line writes that."""
MOST_LEFT = 1000


@probe(files=[])
def predictions(asked: Asked) -> Steps:
    """``answers.0`` and so on, for each Output: examples × classes × places, or × numbers.

    Facts: ``names`` of the examples, ``left`` (pairs of what could not be used and why), ``notes``, ``outputs`` (each
    as `models.scoring.predictions.Answering` has it), and ``cut``: whether there were more than an answer holds.
    """
    files = [Path(file) for file in asked.texts("files")]
    yield 0, max(1, len(files))
    predictor = Predictor(asked.bench)
    names: list[str] = []
    left: list[list[str]] = []
    pieces: list[list[NDArray[np.float32]]] = [[] for _ in predictor.answering]
    size = 0
    for found in predictor.files(files):
        if isinstance(found, Left):
            left += [[found.name, found.why]] if len(left) < MOST_LEFT else []
        else:
            names += found.names
            for kept, values in zip(pieces, found.outputs, strict=True):
                kept.append(values)
                size += values.nbytes
        if size > MOST:
            break
        yield len(names), max(len(files), len(names) + 1)
    arrays = {f"answers.{place}": np.concatenate(kept) for place, kept in enumerate(pieces) if kept}
    facts = {"names": names, "left": left, "notes": predictor.notes(files), "cut": size > MOST}
    return Answer(arrays, facts | {"outputs": [item._asdict() for item in predictor.answering]})
