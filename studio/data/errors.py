"""The one error that data sets raise."""

from __future__ import annotations


class DataError(Exception):
    """Data can't be used; the text says what was expected, what was found, where, and what to do."""
