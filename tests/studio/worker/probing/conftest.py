"""Runs that are trained once, and somebody to ask about them."""

from __future__ import annotations

from trained_runs import asking, run

__all__ = ["asking", "run"]
