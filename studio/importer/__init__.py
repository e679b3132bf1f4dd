"""Networks of others opened in the window: what is asked before a file runs, the import, and its report."""

from __future__ import annotations

from studio.importer.importer import Importer, is_code, is_model
from studio.running.holding import is_weights

__all__ = ["Importer", "is_code", "is_model", "is_weights"]
