"""Data sets: one class a kind, one file a family. Importing this package registers every kind in `DATASETS`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from studio.data import kinds
from studio.data.base import DATASETS, Dataset, dataset_from, kind_for
from studio.data.data import Data, Split
from studio.data.errors import DataError
from studio.data.naming import ask_before_reading, named_paths, with_absolute_paths, with_relative_paths

__all__ = [
    "DATASETS",
    "Data",
    "DataError",
    "Dataset",
    "Split",
    "ask_before_reading",
    "dataset_from",
    "kind_for",
    "named_paths",
    "with_absolute_paths",
    "with_relative_paths",
]

# A family file joins by lying in that folder, so that a new data set touches no other file.
for _family in iter_modules(kinds.__path__):
    import_module(f"{kinds.__name__}.{_family.name}")
