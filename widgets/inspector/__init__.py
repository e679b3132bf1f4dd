"""The inspector: everything about what is selected, with the form that changes it."""

from __future__ import annotations

from widgets.inspector.inspector import Inspector

__all__ = ["Inspector"]
