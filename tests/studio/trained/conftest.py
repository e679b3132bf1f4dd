"""Runs that answer together."""

from ensembles import members

__all__ = ["members"]
