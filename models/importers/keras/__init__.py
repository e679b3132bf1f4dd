"""Keras files (``.keras``) as records. Neither Keras nor anything of the file is run."""

from __future__ import annotations

from models.importers.keras.reading import read

__all__ = ["read"]
