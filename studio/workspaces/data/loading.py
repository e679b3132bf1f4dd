"""Loading data for the window: on a thread of its own, the newest request wins, what was loaded is remembered.

Everything slow happens there: numpy and scikit-learn are imported, files are looked at and read, classes are counted.
"""

from __future__ import annotations

import gc
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal
from shiboken6 import isValid

from models.data import ColumnFacts
from models.specs.fields import Text
from models.storage.consent import CONSENT
from studio.data import DataError, Dataset, dataset_from
from studio.data.errors import ColumnMissing, ConsentNeeded
from studio.data.kept.noticing import find_moved
from studio.data.paths import now_at, resolved
from studio.services.ahead import may_read
from studio.workspaces.data.preview import Glimpse, Preview, glimpse_of, preview_of

REMEMBERED_BYTES = 256_000_000
REMEMBERED = 4
LONGEST_FAREWELL = 2.0
"""Seconds."""
LEFT_AFTER = 300
"""Milliseconds that a reading nobody wants any more may take to end before it is left behind."""
DRAWING = 0.04
"""Seconds that the reading rests while the window draws the first examples: both at once would take turns."""
TELL_EVERY = 0.03
"""Seconds between two words about how far a reading is: more of them would be painted than anybody sees."""
TOO_LARGE = "There is not enough memory to show the data. Use fewer or smaller examples."
UNEXPECTED = "The data could not be read for a reason that is not known here. The log has the details."


NOTHING: Mapping[str, Any] = MappingProxyType({})


class Request(NamedTuple):
    """What to load: the document's "data" and the folder where relative paths start; ``fresh`` reads files again.

    By ``noted``, what the document tells of their content, files that were moved are found.
    """

    settings: Mapping[str, Any]
    base: Path | None
    noted: Mapping[str, Any] = NOTHING
    fresh: bool = False


class _Canceled(Exception):
    """Ends a loading that nobody waits for."""


class _Job:
    """One loading on its thread. What it leaves is read on the window's thread, after the bell has rung."""

    def __init__(self, request: Request, remembered: _Memory) -> None:
        self.request = request
        self.wanted = True
        self.progress = (0, 0)
        self.glimpse: Glimpse | None = None
        self.preview: Preview | None = None
        self.error = UNEXPECTED
        self.mend: Mapping[str, Any] = {}
        self.question: ConsentNeeded | None = None
        self.offered: tuple[ColumnFacts, ...] = ()
        self.lacks_column = False
        self.ended = False
        self._told = 0.0
        self._remembered = remembered
        self.thread = threading.Thread(target=self._work, name="data", daemon=True)

    def _work(self) -> None:
        try:
            self.preview = self._load()
        except ConsentNeeded as question:
            self.question = question
        except DataError as error:
            self.error, self.mend = str(error), error.mend
            self.lacks_column = isinstance(error, ColumnMissing)
            self.offered = _offered(self.request)
        except MemoryError:
            self.error = TOO_LARGE
        except _Canceled:
            pass
        finally:
            self.ended = True
            _ring(self)

    def _load(self) -> Preview:
        request = self.request
        dataset, _ = dataset_from(request.settings)
        find_moved(request.settings, request.noted, request.base)
        key = _key(dataset, request.base)
        preview = None if request.fresh else self._remembered.find(key)
        if preview is None:
            self._glance(dataset)
            with _no_collections():
                preview = preview_of(dataset, dataset.load(request.base, self._tell))
            # The window draws with these next: 200 ms that its own thread need not spend.
            for charts in ("class_bars", "scatter") if may_read() else ():
                import_module(f"widgets.data.{charts}")
            self._remembered.keep(key, preview)
        return preview

    def _glance(self, dataset: Dataset) -> None:
        """Show the first of what takes a while to read."""
        with suppress(DataError, OSError):  # whoever reads all of it says why
            if (data := dataset.glance(self.request.base)) is not None and self.wanted:
                self.glimpse = glimpse_of(dataset, data)
                _ring(self)
                time.sleep(DRAWING)

    def _tell(self, done: int, total: int) -> None:
        if not self.wanted:
            raise _Canceled
        self.progress, now = (done, total), time.monotonic()
        if now - self._told > TELL_EVERY or done >= total > 0:
            self._told = now
            _ring(self)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Keep Python from looking for cycles: among the millions of cells of a table that takes 200 ms at a time, during
    which no thread may run."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _offered(request: Request) -> tuple[ColumnFacts, ...]:
    """The columns that data has which cannot be loaded: perhaps others only must be chosen."""
    with suppress(DataError, MemoryError):
        return dataset_from(request.settings)[0].columns(request.base)
    return ()


class _Memory:
    """The last few previews, as long as they are small; a thread that was left behind may still touch it."""

    def __init__(self) -> None:
        self._previews: OrderedDict[str, Preview] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str) -> Preview | None:
        with self._lock:
            if key in self._previews:
                self._previews.move_to_end(key)
            return self._previews.get(key)

    def keep(self, key: str, preview: Preview) -> None:
        with self._lock:
            self._previews[key] = preview
            self._previews.move_to_end(key)
            while len(self._previews) > REMEMBERED or sum(map(_size, self._previews.values())) > REMEMBERED_BYTES:
                self._previews.popitem(last=False)


def _size(preview: Preview) -> int:
    return preview.size


class _Bell(QObject):
    """Carries news from any thread to the window's; as it lives as long as the program, a thread may outlive who
    waited for it."""

    rang = Signal(object)


@cache
def _bell() -> _Bell:
    return _Bell()


def _ring(job: _Job) -> None:
    """Tell the window of a job; at the very end of the program there is none left to tell."""
    if isValid(_bell()):
        _bell().rang.emit(job)


class DataLoader(QObject):
    """`glimpsed` carries a `Glimpse` of what takes a while, `loaded` a `Preview`, `failed` a sentence, `asked` what may
    be read or run only if the user says so (`ConsentNeeded`), `progressed` what is done and what there is to do (0 of 0
    as long as that is not known). Of several requests only the last is answered.

    A reading that nobody wants any more is asked to end; one that does not, as a file may hang, is left behind on its
    thread, and the next one gets a thread of its own.
    """

    started = Signal()
    progressed = Signal(int, int)
    glimpsed = Signal(object)
    loaded = Signal(object)
    failed = Signal(str)
    asked = Signal(object)
    canceled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._memory = _Memory()
        self._job: _Job | None = None
        self.offered: tuple[ColumnFacts, ...] = ()
        """Columns that could be bound where the data could not be loaded as it is."""
        self.lacks_column = False
        """Whether it could not because a column must be chosen."""
        self.mend: Mapping[str, Any] = {}
        """The settings with which it could be loaded, where some can be named."""
        self._next: Request | None = None
        self._left = QTimer(self, singleShot=True, interval=LEFT_AFTER)
        self._left.timeout.connect(self._leave)
        _bell().rang.connect(self._heard)
        self.destroyed.connect(_stopper(self))
        application = QCoreApplication.instance()
        if application:
            application.aboutToQuit.connect(self.finish)

    @property
    def is_loading(self) -> bool:
        """Whether an answer is still to come."""
        return self._next is not None or (self._job is not None and self._job.wanted)

    def request(
        self,
        settings: Mapping[str, Any],
        base: Path | None,
        noted: Mapping[str, Any] = NOTHING,
        *,
        fresh: bool = False,
    ) -> None:
        """Load that; a request before it is not answered any more. The rest is as of `Request`."""
        self._next = Request(dict(settings), base, noted, fresh)
        if self._job is None:
            self._start()
        else:
            self._job.wanted = False
            self._left.start()
        self.started.emit()

    def cancel(self) -> None:
        """Want nothing any more; a folder that is being read is left at once."""
        if not self.is_loading:
            return
        self._next = None
        if self._job:
            self._job.wanted = False
        self.canceled.emit()

    def stop(self) -> None:
        """As `cancel`, without a word: for the end of the window."""
        self._next = None
        if self._job:
            self._job.wanted = False

    def finish(self) -> None:
        """As `stop`, and wait a moment: what reads a folder may use no thread any more once the program ends."""
        self.stop()
        if self._job:
            self._job.thread.join(LONGEST_FAREWELL)

    def _start(self) -> None:
        assert self._next is not None
        self._job = _Job(self._next, self._memory)
        self._next = None
        self._job.thread.start()

    def _leave(self) -> None:
        if self._job is not None and not self._job.wanted and self._next is not None:
            self._start()

    def _heard(self, job: object) -> None:
        if job is not self._job or self._job is None:
            return
        if not self._job.ended:
            if self._job.wanted and self._job.glimpse is not None:
                glimpse, self._job.glimpse = self._job.glimpse, None
                self.glimpsed.emit(glimpse)
            elif self._job.wanted:
                self.progressed.emit(*self._job.progress)
            return
        ended, self._job = self._job, None
        if self._next is not None:
            self._start()
        elif ended.wanted:
            self._answer(ended)

    def _answer(self, job: _Job) -> None:
        self.offered, self.lacks_column, self.mend = job.offered, job.lacks_column, job.mend
        if job.preview is not None:
            self.loaded.emit(job.preview)
        elif job.question is not None:
            self.asked.emit(job.question)
        else:
            self.failed.emit(job.error)


def _stopper(loader: DataLoader) -> Callable[[], None]:
    # The loader is gone when `destroyed` comes; its Python side is what the thread still looks at.
    state = loader.__dict__

    def stop() -> None:
        job = state.get("_job")
        if job:
            job.wanted = False

    return stop


def _key(dataset: Dataset, base: Path | None) -> str:
    """Equal keys mean equal data: kind, settings, and when its files were last changed."""
    names = (name for name, field in dataset.fields.items() if isinstance(field, Text) and field.path)
    places = [resolved(path, base) for name in names if (path := getattr(dataset, name))]
    stamps = [[] if CONSENT.missing(place, base) else _stamp(now_at(place)) for place in places]
    return json.dumps([dataset.kind, dataset.settings(all_fields=True), str(base), stamps], default=str)


def _stamp(path: Path) -> list[int]:
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_mtime_ns, found.st_size]
