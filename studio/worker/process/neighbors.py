"""A process of its own that lays out points so that neighbors stay neighbors (t-SNE, van der Maaten and Hinton 2008).

    python -m studio.worker.process.neighbors GIVEN PLACES

Reads the ``values`` of each point from the file GIVEN and writes their ``points`` into PLACES, both as answers are
written. It can be ended at any time, which scikit-learn's function in our own process could not.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.runs.probes.answer import Answer, read_answer, write_answer

PERPLEXITY = 30.0
"""How many neighbors count, about; less where there are few points."""
LOOK_EVERY = 0.05


def placing(values: NDArray[np.float32]) -> Generator[tuple[int, int], None, NDArray[np.float32] | None]:
    """Have the process place points, resting twenty times a second (nobody knows how far it is); gives their places
    (points × 2), None where it failed. The process ends at the latest with whoever asked for it."""
    with tempfile.TemporaryDirectory(prefix="netloom-neighbors-") as folder:
        given, places = Path(folder, "given"), Path(folder, "places")
        write_answer(given, Answer({"values": values}, {}))
        command = [sys.executable, "-P", "-m", "studio.worker.process.neighbors", str(given), str(places)]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            while not _has_ended(child):
                yield 0, 0
        finally:
            child.kill()
            child.wait()
        return read_answer(places).arrays["points"] if child.returncode == 0 else None


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(LOOK_EVERY)
    except subprocess.TimeoutExpired:
        return False
    return True


def placed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The places of some points; the same each time."""
    from sklearn.manifold import TSNE

    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    found = TSNE(2, perplexity=perplexity, init="pca", random_state=0).fit_transform(values)
    return np.asarray(found, np.float32)


if __name__ == "__main__":
    given, places = map(Path, sys.argv[1:])
    write_answer(places, Answer({"points": placed(read_answer(given).arrays["values"])}, {}))
