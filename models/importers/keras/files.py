"""What a ``.keras`` file holds: a zip with the configuration as JSON and the weights as HDF5, read without trust."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.importers.records import ImportFailed

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
LARGEST_CONFIG, LARGEST_WEIGHTS = 1 << 26, 1 << 33
"""Bytes, unpacked."""
HOLDERS = ("layers", "_layer_checkpoint_dependencies")
"""The group in which a model keeps its layers, and what it was called before Keras 3."""
Array = np.ndarray[Any, Any]


class KerasFile:
    """An opened file. Raises `ImportFailed` where it is none."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            with zipfile.ZipFile(path) as archive:
                self.config = self._json(self._member(archive, CONFIG, LARGEST_CONFIG))
                content = self._member(archive, WEIGHTS, LARGEST_WEIGHTS)
        except (
            OSError,
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            RuntimeError,
            EOFError,
        ) as error:
            raise ImportFailed(f"{path.name} is no Keras file, or it is cut off.") from error
        self._weights = self._opened(content)

    def _member(self, archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
        try:
            about = archive.getinfo(name)
        except KeyError:
            raise ImportFailed(f"{self.name} is no Keras file: it holds no {name}.") from None
        if about.file_size > largest:
            raise ImportFailed(f"{name} in {self.name} has {about.file_size:,} bytes, too many to read.")
        return archive.read(about)

    def _json(self, content: bytes) -> Mapping[str, Any]:
        try:
            found = json.loads(content)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ImportFailed(f"{CONFIG} in {self.name} is no JSON object.")
        return found

    def _opened(self, content: bytes | Path) -> Any:
        try:
            import h5py
        except ModuleNotFoundError as error:
            raise ImportFailed("this needs h5py: pip install “netloom[hdf5]”") from error
        self._h5py = h5py
        try:
            return h5py.File(io.BytesIO(content) if isinstance(content, bytes) else content, "r")
        except OSError as error:
            what = f"{WEIGHTS} in {self.name}" if isinstance(content, bytes) else self.name
            raise ImportFailed(f"{what} is damaged or cut off.") from error

    def holder(self, place: str) -> str:
        """Where a model at a place keeps its layers."""
        return next(
            (f"{place}{name}" for name in HOLDERS if self._at(f"{place}{name}") is not None), place + HOLDERS[0]
        )

    def places(self, layers: Sequence[Mapping[str, Any]], holder: str) -> list[str]:
        """Where each layer keeps its weights: called after its class, with a number from the second on."""
        counts: dict[str, int] = {}
        found = []
        for about in layers:
            stem = snake_case(str(about.get("class_name")))
            number = counts.get(stem, 0)
            counts[stem] = number + 1
            found.append(f"{holder}/{stem}" + (f"_{number}" if number else ""))
        return found

    def arrays(self, place: str) -> list[Array]:
        """The weights of a layer in their order."""
        group = self._at(f"{place}/vars")
        names = sorted(group, key=lambda name: (len(name), name)) if isinstance(group, self._h5py.Group) else []
        found = [self._at(f"{place}/vars/{name}") for name in names]
        return [np.asarray(item[()]) for item in found if isinstance(item, self._h5py.Dataset)]

    def _at(self, place: str) -> Any:
        """What lies at a place in the file itself: what leads to other files is not followed."""
        item = self._weights
        for part in place.split("/"):
            link = item.get(part, getlink=True) if isinstance(item, self._h5py.Group) else None
            if link is None:
                return None
            if not isinstance(link, self._h5py.HardLink):
                raise ImportFailed(f"weights at {place:.60} in {self.name} lead to another file, which is not read.")
            item = item[part]
        if isinstance(item, self._h5py.Dataset) and (item.external or item.is_virtual):
            raise ImportFailed(f"weights at {place:.60} in {self.name} lie in another file, which is not read.")
        return item


def snake_case(name: str) -> str:
    """How Keras calls the weights of a class: Conv2DTranspose is conv2d_transpose."""
    parts = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parts).lower()
