"""A process of its own that lays out points so that neighbors stay neighbors.

    python -m studio.worker.process.neighbors METHOD GIVEN PLACES PROGRESS

Reads the ``values`` of each point from the file GIVEN and writes their ``points`` into PLACES, both as answers are
written; PROGRESS has how far it is, as two numbers. It can be ended at any time, which functions of scikit-learn and
umap-learn in our own process could not.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.runs.probes.answer import Answer, read_answer, write_answer

Points = NDArray[np.float32]
TSNE, UMAP = "t-sne", "umap"
PERPLEXITY = 30.0
"""How many neighbors count in t-SNE, about; less where there are few points."""
NEAREST = 15
"""How many count in UMAP, likewise."""
ITERATIONS = 1_000
"""Of t-SNE, at most."""
LOOK_EVERY = 0.05
_ITERATION, _BAR = re.compile(r"Iteration (\d+)"), re.compile(r"(\d+)/(\d+)")


def placing(values: Points, method: str = TSNE) -> Generator[tuple[int, int], None, Points | None]:
    """Have the process place points, telling twenty times a second how far it is (0 of 0 while nobody knows); gives
    their places (points × 2), None where it failed. The process ends at the latest with whoever asked for it."""
    with tempfile.TemporaryDirectory(prefix="netloom-neighbors-") as folder:
        given, places, progress = (Path(folder, name) for name in ("given", "places", "progress"))
        write_answer(given, Answer({"values": values}, {}))
        module = "studio.worker.process.neighbors"
        command = [sys.executable, "-P", "-m", module, method, str(given), str(places), str(progress)]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            far = (0, 0)
            while not _has_ended(child):
                far = _read(progress) or far
                yield far
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


def _read(progress: Path) -> tuple[int, int] | None:
    """How far the process is; None before it says so, or while it writes."""
    try:
        done, total = map(int, progress.read_text().split())
    except (OSError, ValueError):
        return None
    return done, total


class Progress(io.TextIOBase):
    """What a method prints while it works, of which a file keeps how far it is."""

    def __init__(self, place: Path) -> None:
        super().__init__()
        self._place = place

    def write(self, text: str) -> int:
        if found := _ITERATION.search(text):
            self._place.write_text(f"{found[1]} {ITERATIONS}")
        elif found := _BAR.search(text):
            self._place.write_text(f"{found[1]} {found[2]}")
        return len(text)


def by_tsne(values: Points, progress: Progress) -> NDArray[np.floating]:
    """t-SNE (van der Maaten and Hinton 2008)."""
    from sklearn.manifold import TSNE as Method

    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    with redirect_stdout(progress):
        found = Method(2, perplexity=perplexity, init="pca", random_state=0, verbose=2).fit_transform(values)
    return np.asarray(found)


def by_umap(values: Points, progress: Progress) -> NDArray[np.floating]:
    """UMAP (McInnes, Healy and Melville 2018). numba keeps some of what it compiles among the files of the user."""
    from platformdirs import user_cache_path

    os.environ.setdefault("NUMBA_CACHE_DIR", str(user_cache_path("netloom", appauthor=False) / "numba"))
    from umap import UMAP as Method

    nearest = min(NEAREST, len(values) - 1)
    with redirect_stdout(io.StringIO()):
        found = Method(nearest, random_state=0, n_jobs=1, verbose=True, tqdm_kwds={"file": progress})
        return np.asarray(found.fit_transform(values))


METHODS: Mapping[str, Callable[[Points, Progress], NDArray[np.floating]]] = {TSNE: by_tsne, UMAP: by_umap}


def placed(values: Points, method: str, progress: Path) -> Points:
    """The places of some points; the same each time."""
    return METHODS[method](values, Progress(progress)).astype(np.float32)


if __name__ == "__main__":
    method, (given, places, progress) = sys.argv[1], map(Path, sys.argv[2:])
    write_answer(places, Answer({"points": placed(read_answer(given).arrays["values"], method, progress)}, {}))
