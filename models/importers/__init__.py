"""Networks of others as documents: what a reader of a format records, how it is folded into blocks, and the report."""

from __future__ import annotations

from models.importers.folding import Folded, fold
from models.importers.records import ImportFailed, Record, Recorded, Recorder, Scope, SizesNeeded, Wire
from models.importers.report import Entry, Report

__all__ = [
    "Entry",
    "Folded",
    "ImportFailed",
    "Record",
    "Recorded",
    "Recorder",
    "Report",
    "Scope",
    "SizesNeeded",
    "Wire",
    "fold",
]
