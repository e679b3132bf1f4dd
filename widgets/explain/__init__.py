"""Explain: where the numbers of a layer come from, as formulas and as a picture."""

from __future__ import annotations

from widgets.explain.view import ExplainView

__all__ = ["ExplainView"]
