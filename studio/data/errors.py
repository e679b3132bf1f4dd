"""The one error that data sets raise."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class DataError(Exception):
    """Data can't be used; the text says what was expected, what was found, where, and what to do.

    ``mend`` holds settings of the data with which it could be used, where one can be named.
    """

    def __init__(self, text: str, **mend: Any) -> None:
        super().__init__(text)
        self.mend = mend


class ConsentNeeded(DataError):
    """The user has not said yet that `path` may be read; ``why`` says it alone, the text also where to allow it."""

    def __init__(self, why: str, how: str, path: Path) -> None:
        super().__init__(f"{why} {how}")
        self.why, self.path = why, path


class ColumnMissing(DataError):
    """There is no column of a name that is bound, or of a name that is usual where none is bound."""
