"""What decodes images in a training script, where these are streamed."""

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
_COUNTED = THREADED.replace("Executor()", "Executor({count})")
_PROCESSES = '''@cache
def decoders():
    """Processes that decode images; they start with the first of these."""
    return ProcessPoolExecutor({count}, mp_context=get_context("{way}"))
'''


class Decoders:
    """Who decodes by the settings of a script, where the source of its data says that images are decoded."""

    def __init__(self, settings: TrainingSettings, data_source: str) -> None:
        self._way, self._count = str(settings.multiprocessing_context), settings.num_workers
        self._wanted = THREADED in data_source
        self._processes = self._wanted and self._way not in (MEASURED, THREADS)
        self._stay = bool(settings.persistent_workers)

    def imports(self) -> set[str]:
        """What processes need to be imported."""
        return {"from multiprocessing import get_context"} if self._processes else set()

    def put_into(self, data_source: str) -> str:
        """The source of the data with those who decode."""
        if self._processes:
            made = _PROCESSES.format(count=self._count or None, way=self._way)
            threaded, _ = THREADED_IMPORTS
            data_source = data_source.replace(threaded, threaded.replace("Thread", "Process"))
            return data_source.replace(THREADED, made)
        if self._wanted and self._count:
            return data_source.replace(THREADED, _COUNTED.format(count=self._count))
        return data_source

    def behind_each_epoch(self) -> list[str]:
        """Lines that end processes which do not stay."""
        if self._stay or not self._processes:
            return []
        return ["        decoders().shutdown()", "        decoders.cache_clear()"]
