"""What a server answers with: one prediction at a time, of a file or of values, within its time."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.scoring.predictions import whole
from studio.cli.serve.refused import Refused
from studio.data.given.base import Left, Piece
from studio.data.given.texts import typed
from studio.worker.probing.errors import Failed, ProbeError, failures

if TYPE_CHECKING:
    from studio.worker.predicting.predictor import Answered, Predictor

MOST_WAITING = 16
"""Who asks beyond so many is told to come again."""
MOST_EXAMPLES = 100_000


class Answering:
    """A predictor that several threads ask. ``title`` is what the network is called, ``run`` where it comes from."""

    def __init__(self, predictor: Predictor, title: str, run: str) -> None:
        self._predictor, self.title, self.run = predictor, title, run
        self._lock = threading.Lock()
        self._waiting = 0

    def about(self) -> dict[str, Any]:
        """What the network takes and gives."""
        inputs = [
            {
                "id": wanted.id,
                "shape": list(wanted.shape),
                "tokens": wanted.tokens,
                "texts": bool(wanted.vocabulary),
                "columns": list(wanted.own.features),
            }
            for wanted in self._predictor.asked.inputs
        ]
        outputs = [
            {"id": how.id, "form": how.form, "classes": list(how.classes), "places": list(how.places)}
            for how in self._predictor.answering
        ]
        return {"title": self.title, "run": self.run, "inputs": inputs, "outputs": outputs}

    def of_file(self, name: str, content: bytes, seconds: float) -> list[dict[str, Any]]:
        """The predictions for a file that was sent; raises `Refused`."""
        with tempfile.TemporaryDirectory(prefix="netloom-serve-") as folder:
            path = Path(folder, f"sent{Path(name).suffix.lower()}")
            path.write_bytes(content)
            return self._answered(self._predictor.files([path]), seconds)

    def of_values(self, examples: Sequence[Any], seconds: float) -> list[dict[str, Any]]:
        """The predictions for examples as JSON data: nested lists of numbers, texts for an Input that knows words, or
        of several Inputs objects with one by the id of each. Raises `Refused`."""
        wanted = self._predictor.asked.inputs
        if not 0 < len(examples) <= MOST_EXAMPLES:
            raise Refused("400 Bad Request", f"Expected 1 to {MOST_EXAMPLES:,} examples, found {len(examples):,}.")
        values: dict[str, Any] = {}
        for item in wanted:
            own = [example.get(item.id) if isinstance(example, Mapping) else example for example in examples]
            texts = [example for example in own if isinstance(example, str)]
            if item.vocabulary and len(texts) == len(own):
                values[item.id] = typed(texts, item, self._predictor.asked.dataset)
                continue
            try:
                array = np.array(own, dtype=np.float64)
            except (ValueError, TypeError, OverflowError):
                array = np.empty(0)
            if array.shape != (len(examples), *item.shape) or not np.isfinite(array).all():
                raise Refused("400 Bad Request", f"Expected {item.words} for {item.id} in each example.")
            values[item.id] = array.astype(np.int64) if item.tokens else array
        names = [str(place) for place in range(len(examples))]
        return self._answered(self._predictor.answers(iter([Piece(names, values)])), seconds)

    def _answered(self, found: Iterator[Answered | Left], seconds: float) -> list[dict[str, Any]]:
        if self._waiting >= MOST_WAITING:
            raise Refused("503 Service Unavailable", "Too many are waiting. Ask again in a moment.")
        end = time.monotonic() + seconds
        self._waiting += 1
        try:
            if not self._lock.acquire(timeout=seconds):
                raise Refused("503 Service Unavailable", "Others are being answered. Ask again in a moment.")
            try:
                return self._taken(found, end)
            finally:
                self._lock.release()
        finally:
            self._waiting -= 1

    def _taken(self, found: Iterator[Answered | Left], end: float) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        try:
            with failures():
                for item in found:
                    if isinstance(item, Left):
                        records.append({"error": item.why})
                    else:
                        records += [whole(row, self._predictor.answering) for row in zip(*item.outputs, strict=True)]
                    if time.monotonic() > end:
                        raise ProbeError("This takes too long. Send less at a time.")
        except Failed as error:
            raise Refused("400 Bad Request", str(error)) from error
        return records
