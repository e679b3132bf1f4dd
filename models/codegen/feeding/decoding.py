"""What fetches examples in a training script, where these are streamed."""

from __future__ import annotations

from models.training import TrainingSettings
from models.training.run_settings import MEASURED, THREADS

THREADED = '''@cache
def decoders():
    """Threads that decode images."""
    return ThreadPoolExecutor()
'''
"""The function of a data set's source that a script's settings may put others in place of."""
THREADED_IMPORTS = ("from concurrent.futures import ThreadPoolExecutor", "from functools import cache")
_BOTH_EXECUTORS = "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor"
_COUNTED = THREADED.replace("Executor()", "Executor({count})")
_PROCESSES = '''@cache
def decoders():
    """Processes that decode images; they start with the first of these."""
    return ProcessPoolExecutor({count}, mp_context=get_context("{way}"))
'''
_AHEAD = '''def ahead(inputs, targets, batches):
    """The rows of each batch with its examples, which are fetched while others are trained on."""

    def fetch(rows):
        return picked(inputs, rows), picked(targets, rows)

    with ThreadPoolExecutor(1) as pool:
        fetched = deque()
        for rows in batches:
            fetched.append((rows, pool.submit(fetch, rows)))
            if len(fetched) > {count}:
                rows, batch = fetched.popleft()
                yield rows, batch.result()
        for rows, batch in fetched:
            yield rows, batch.result()
'''


class Fetching:
    """How examples are fetched by the settings of a script: what comes ahead where it ``streams``, and who decodes
    where the source of its data says that images are decoded."""

    def __init__(self, settings: TrainingSettings, data_source: str, *, streams: bool) -> None:
        self._streams, self._ahead = streams, settings.prefetch_factor
        self._way, self._count = str(settings.multiprocessing_context), settings.num_workers
        self._wanted = THREADED in data_source
        self._processes = self._wanted and self._way not in (MEASURED, THREADS)
        self._stay = bool(settings.persistent_workers)

    def imports(self) -> set[str]:
        """What it imports beside what the data does."""
        if not self._streams:
            return set()
        threaded, _ = THREADED_IMPORTS
        processes = {"from multiprocessing import get_context"} if self._processes else {threaded}
        return {"from collections import deque", *processes}

    def functions(self) -> list[str]:
        """What fetches batches ahead."""
        return [_AHEAD.format(count=self._ahead)] if self._streams else []

    def put_into(self, data_source: str) -> str:
        """The source of the data with those who decode."""
        if self._processes:
            made = _PROCESSES.format(count=self._count or None, way=self._way)
            threaded, _ = THREADED_IMPORTS
            data_source = data_source.replace(threaded, _BOTH_EXECUTORS)
            return data_source.replace(THREADED, made)
        if self._wanted and self._count:
            return data_source.replace(THREADED, _COUNTED.format(count=self._count))
        return data_source

    def behind_each_epoch(self) -> list[str]:
        """Lines that end processes which do not stay."""
        if self._stay or not self._processes:
            return []
        return ["        decoders().shutdown()", "        decoders.cache_clear()"]
