"""ONNX files, read without trust: nothing outside their folder, nothing larger than memory, nothing run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.importers.records import ImportFailed

LARGEST = (1 << 31) - 1
"""Bytes: no larger message can be read, so that weights of larger networks lie in files of their own."""
MOST_NODES = 200_000
PACKAGE = "onnx"


def read_model(path: Path) -> Any:
    """The model in a file, with its weights, wherever in its folder they lie, and functions put in the place of their
    calls. Raises `ImportFailed`."""
    onnx = package()
    from google.protobuf.message import DecodeError

    try:
        if path.stat().st_size > LARGEST:
            raise ImportFailed(f"{path.name} has over 2 GB: save its weights as external data.")
        model = onnx.load_model_from_string(path.read_bytes())
    except OSError as error:
        raise ImportFailed(f"{path.name} cannot be read: {error.strerror}.") from error
    except (DecodeError, ValueError, TypeError) as error:
        raise ImportFailed(f"{path.name} is no ONNX model, or it is cut off.") from error
    if not model.graph.node and not model.graph.output:
        raise ImportFailed(f"{path.name} is no ONNX model: it holds no graph.")
    if model.functions:
        model = _inlined(model, path)
    if len(model.graph.node) > MOST_NODES:
        raise ImportFailed(f"{path.name} has {len(model.graph.node):,} operators; {MOST_NODES:,} are the most.")
    for tensor in _tensors(model.graph):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            _fetch(tensor, path)
    return model


def package() -> Any:
    """The package onnx; raises `ImportFailed` where it is missing."""
    try:
        import onnx
        import onnx.inliner
        import onnx.numpy_helper
        import onnx.reference
    except ModuleNotFoundError as error:
        raise ImportFailed(f"this needs {error.name}: pip install “netloom[onnx]”") from error
    return onnx


def _inlined(model: Any, path: Path) -> Any:
    onnx = package()
    try:
        return onnx.inliner.inline_local_functions(model)
    except (RuntimeError, ValueError, onnx.checker.ValidationError) as error:
        raise ImportFailed(
            f"{path.name} defines functions that call each other in a circle, or are damaged."
        ) from error


def _tensors(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t


def _fetch(tensor: Any, path: Path) -> None:
    """Read a tensor that lies in another file of the folder."""
    about = {entry.key: entry.value for entry in tensor.external_data}
    location = about.get("location", "")
    folder = Path(os.path.realpath(path.parent))
    place = Path(os.path.realpath(folder / location))
    if not location or not place.is_relative_to(folder):
        raise ImportFailed(f"weights of {tensor.name:.40} lie outside the folder of {path.name}: {location!r:.60}.")
    if not place.is_file():
        raise ImportFailed(f"weights of {tensor.name:.40} are missing: there is no file {location:.60}.")
    try:
        offset, size = int(about.get("offset", 0)), place.stat().st_size
        length = int(about.get("length", size - offset))
        if offset < 0 or length < 0 or offset + length > size:
            raise ValueError
        with place.open("rb") as file:
            file.seek(offset)
            tensor.raw_data = file.read(length)
    except ValueError:
        raise ImportFailed(f"weights of {tensor.name:.40} end beyond {location:.60}, which is cut off.") from None
    except OSError as error:
        raise ImportFailed(f"{location:.60} cannot be read: {error.strerror}.") from error
    tensor.data_location = 0
    del tensor.external_data[:]
