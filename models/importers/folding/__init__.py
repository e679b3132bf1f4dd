"""From records to a document: modules become blocks, equal ones one definition, equal ones in a row one use of it."""

from __future__ import annotations

from models.importers.folding.building import Folded, fold

__all__ = ["Folded", "fold"]
