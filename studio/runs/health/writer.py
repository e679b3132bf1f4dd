"""Writing the health of layers as it is measured: one checked block a sample."""

from __future__ import annotations

import json
import struct
import sys
import time
from array import array
from collections.abc import Sequence
from pathlib import Path

from studio.runs.health.record import MEASURES
from studio.runs.metrics import layout as layout
from studio.runs.metrics.writer import BlockWriter

PLACE = struct.Struct("<qdd")


class HealthWriter(BlockWriter):
    """The only writer of one `health.bin`."""

    def __init__(self, path: Path) -> None:
        self._blocks: list[bytes] = []
        self._layers: tuple[str, ...] = ()
        super().__init__(path)

    def record(self, layers: tuple[str, ...], step: int, epoch: float, values: Sequence[float]) -> None:
        """Add a sample: for each of the ``layers`` all of `MEASURES`, layer by layer. `flush` writes it."""
        if layers != self._layers:
            self._layers = layers
            content = {"layers": layers, "measures": MEASURES}
            self._blocks.append(layout.block(layout.LAYERS, json.dumps(content).encode()))
        numbers = array("f", values)
        if sys.byteorder == "big":
            numbers.byteswap()
        self._blocks.append(layout.block(layout.SAMPLE, PLACE.pack(step, epoch, time.time()) + numbers.tobytes()))

    def flush(self) -> None:
        if self._blocks:
            self._file.append(b"".join(self._blocks))
            self._blocks = []
