"""Data sets of Hugging Face by name: downloaded by its own package, in a process that does nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from studio.data.errors import DataError
from studio.data.kept.packing.making import whole
from studio.data.kept.ready_set import ReadySet
from studio.processes.waited import ended

MODULE = "studio.worker.fetching"
_QUIET = ("HF_DATASETS_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_TELEMETRY")
_LONGEST = 200


def saved(item: ReadySet, progress: Callable[[int, int], None] | None) -> Path:
    """The folder of a data set, as `datasets` saves it; raises `DataError`, `OSError`, and what ``progress`` raises.

    What the package has downloaded stays in its own cache, so that it goes on there when it is tried again.
    """
    if find_spec("datasets") is None:
        raise DataError(f"{item.title}: downloading it needs datasets. Run pip install netloom[datasets].")

    def go_on() -> bool:
        if progress is not None:
            progress(0, 0)
        return False

    item.file.parent.mkdir(parents=True, exist_ok=True)
    with whole(item.file) as part:
        with tempfile.TemporaryFile() as log:
            quiet = dict.fromkeys(_QUIET, "1")
            status = ended(MODULE, [*item.name.split(":"), str(part)], log.fileno(), go_on, quiet)
            log.seek(0)
            lines = log.read().decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        if status or not part.is_dir():
            raise DataError(f"{item.title} was not downloaded: {lines[-1][:_LONGEST]}. Check its name, and try again.")
    return item.file
