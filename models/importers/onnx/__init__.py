"""ONNX files as records. No torch: the package onnx reads them, with the extra ``onnx``."""

from __future__ import annotations

from models.importers.onnx.reading import read

__all__ = ["read"]
