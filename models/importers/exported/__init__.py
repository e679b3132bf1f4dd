"""Programs that `torch.export` saved (``.pt2``) as records: a zip with JSON, read without torch, and never run."""

from __future__ import annotations

from models.importers.exported.reading import read

__all__ = ["read"]
