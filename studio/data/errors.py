"""The one error that data sets raise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from models.storage.consent import CONSENT


class DataError(Exception):
    """Data can't be used; the text says what was expected, what was found, where, and what to do.

    ``mend`` holds settings of the data with which it could be used, where one can be named.
    """

    def __init__(self, text: str, **mend: Any) -> None:
        super().__init__(text)
        self.mend = mend


class ConsentNeeded(DataError):
    """The user has not said yet that `path` may be read; ``why`` says it alone, the text also where to allow it.

    ``deed`` is the word for saying so, ``request`` what is to be thought of before.
    """

    deed: ClassVar[str] = "Read it"
    request: ClassVar[str] = "Read it if you trust it."
    program = ""
    """The text of what would be run, for the user to look at before."""

    def __init__(self, why: str, how: str, path: Path) -> None:
        super().__init__(f"{why} {how}")
        self.why, self.path = why, path

    def allow(self) -> None:
        """The user has said so."""
        CONSENT.give(self.path)


class ColumnMissing(DataError):
    """There is no column of a name that is bound, or of a name that is usual where none is bound."""


@contextmanager
def said(title: str) -> Iterator[None]:
    """What the computer lacks, or takes away while data of that title is read, in a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # raised by who does not want the data any more
            raise
        raise DataError(f"Could not read {error.filename or title}: {error.strerror}. Read it again.") from error
    except MemoryError:
        raise DataError(f"{title} needs more memory than there is. Use fewer or smaller examples.") from None
