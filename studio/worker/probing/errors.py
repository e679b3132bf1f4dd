"""What cannot be answered."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from studio.runs.errors import RunError

# What computes is imported where it is used: a process says that it lives before torch is there.


class ProbeError(Exception):
    """A question that has no answer; the text is a sentence for the user, with what to do."""


class Failed(Exception):
    """There is no answer, whatever was raised; the text says why."""


@cache
def _kinds() -> tuple[tuple[type[Exception], ...], tuple[type[Exception], ...]]:
    """The errors whose text is a sentence, and the others that there may be."""
    from models.storage.files import FileError
    from studio.data import DataError
    from studio.worker.errors import TRAINING_FAILURES, TrainingError

    return (ProbeError, RunError, FileError, DataError, TrainingError), TRAINING_FAILURES


@contextmanager
def failures() -> Iterator[None]:
    """Whatever network, data or disk may raise as `Failed`, with a sentence; the log has the rest."""
    told, others = _kinds()
    try:
        yield
    except told as error:
        raise Failed(str(error)) from error
    except others as error:
        from studio.worker.errors import is_out_of_memory

        traceback.print_exc()
        if is_out_of_memory(error):
            raise Failed("The memory ran out. Choose fewer samples, or another device.") from error
        text = " ".join(str(error).split())[:300]
        raise Failed(f"The network could not be run: {type(error).__name__}: {text.rstrip('.')}.") from error
