"""Reading what single samples did, from a file that may come from anybody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.runs.errors import RunError, disk_error
from studio.runs.files.reading import read_file
from studio.runs.samples import layout as layout
from studio.runs.samples.layout import Answers, Layout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Halves = NDArray[np.uint16]

LONGEST = 2 * layout.MOST_BYTES
"""Bytes that are read at most."""


@dataclass(frozen=True, eq=False)
class SampleLog:
    """The samples of a run, epoch by epoch (``epochs``, rising from 1)."""

    layout: Layout
    epochs: NDArray[np.int64]
    _records: NDArray[np.uint8]
    """Epochs × bytes of the payload."""

    @property
    def loss_halves(self) -> Halves:
        """The losses as they are stored, epochs × training samples: the upper halves of float32."""
        return self._records[:, : 2 * self.layout.samples].view("<u2")

    def right(self, rows: slice | NDArray[np.int64] = slice(None)) -> NDArray[np.bool_]:
        """Whether training samples were right, epochs × samples; only where the layout has that."""
        import numpy as np

        start = 2 * self.layout.samples
        packed = self._records[:, start : start + self.layout.right_bytes]
        bits = np.unpackbits(packed, axis=1, count=self.layout.samples, bitorder="little")
        return bits.astype(bool)[:, rows]

    def answers(self, output: str = "") -> Answers | None:
        """What is kept of an Output's answers, by default the first; None where nothing is."""
        return next((part for part in self.layout.answers if output in ("", part.output)), None)

    def answers_at(self, place: int, output: str = "") -> NDArray[Any]:
        """The validation answers at a place among the `epochs`, flat: classes as int32, numbers as float32."""
        import numpy as np

        wanted = self.answers(output)
        assert wanted is not None
        start = 2 * self.layout.samples + self.layout.right_bytes
        for part in self.layout.answers:
            if part == wanted:
                break
            start += 2 * part.count
        halves = self._records[place, start : start + 2 * wanted.count].copy().view("<u2")
        return whole_floats(halves) if wanted.form == "numbers" else halves.astype(np.int32)


def whole_floats(halves: Halves) -> NDArray[np.float32]:
    """Numbers from the upper halves of float32."""
    import numpy as np

    return (halves.astype(np.uint32) << 16).view(np.float32)


def read_samples(path: Path) -> SampleLog | None:
    """What a file holds, without a torn or damaged end; None where there is no file. Raises `RunError`."""
    import numpy as np

    try:
        data = read_file(path, LONGEST)
        found, start = layout.read_header(data)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error("read", path, error) from error
    except ValueError as error:
        raise RunError(f"{path.name} cannot be read: {error}. Train once more to have it.") from error
    epochs: list[int] = []
    end = start
    while found.payload and (epoch := layout.epoch_of(data, end, found)) > (epochs[-1] if epochs else 0):
        epochs.append(epoch)
        end += found.record
    # Views of what was read, as all of it may be 64 MB.
    records = np.frombuffer(data, np.uint8)[start:end].reshape(len(epochs), found.record)
    return SampleLog(found, np.array(epochs, np.int64), records[:, layout.PAYLOAD_AT :])
