"""What a ``.pt2`` file holds: a zip with a program as JSON and tensors as plain bytes, read without trust.

The format is that of PyTorch 2.8 and later: https://docs.pytorch.org/docs/stable/export/pt2_archive.html
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models.importers.records import ImportFailed

LARGEST_PROGRAM, LARGEST_TENSOR = 1 << 28, 1 << 34
"""Bytes, unpacked."""
MAJOR = 8
"""The version of the program's JSON that is known here."""
DTYPES = {1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32", 8: "float64",
          12: "bool", 13: "bfloat16", 28: "uint16", 34: "uint32", 35: "uint64"}  # fmt: skip
"""PyTorch's types of numbers by the numbers that the file has for them."""
OLD = "serialized_exported_program.json"
ZIPPED = (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
Array = np.ndarray[Any, Any]


class Payload(NamedTuple):
    """Where a tensor lies in the file, and what the file says of it."""

    member: str
    is_pickle: bool
    meta: Mapping[str, Any]


class ProgramFile:
    """An opened file. Raises `ImportFailed` where it holds no program that can be read."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        try:
            with zipfile.ZipFile(path) as archive:
                self._members = {item.filename.partition("/")[2]: item for item in archive.infolist()}
                self._root = next(iter(archive.namelist()), "").partition("/")[0]
                self.program = self._json(archive, f"models/{self._model(archive)}.json")
                self._payloads = self._listed(archive)
                self._first: dict[str, str] = {}
        except ZIPPED as error:
            raise ImportFailed(f"{self.name} is no exported program, or it is cut off.") from error
        version = self.program.get("schema_version")
        major = version.get("major") if isinstance(version, dict) else None
        if major != MAJOR:
            made = f"by PyTorch {str(self.program.get('torch_version'))[:20]}"
            raise ImportFailed(f"{self.name} was saved {made} in format {major}; format {MAJOR} can be read.")

    def _model(self, archive: zipfile.ZipFile) -> str:
        """The name of the only program in the file."""
        found = [match[1] for name in self._members if (match := re.fullmatch(r"models/([^/]+)\.json", name))]
        if len(found) == 1:
            self._only = found[0]
            return found[0]
        if found:
            raise ImportFailed(f"{self.name} holds {len(found)} programs; save the one that is wanted by itself.")
        if any(name.rpartition("/")[2] == OLD for name in archive.namelist()):
            raise ImportFailed(f"{self.name} was saved before PyTorch 2.8: load it there, and save it anew.")
        if any("aotinductor" in name for name in self._members):
            raise ImportFailed(f"{self.name} holds compiled code alone. Import what torch.export.save writes.")
        raise ImportFailed(f"{self.name} is no exported program: it holds no models/….json.")

    def _json(self, archive: zipfile.ZipFile, name: str) -> Mapping[str, Any]:
        try:
            found = json.loads(self._bytes(archive, name, LARGEST_PROGRAM))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ImportFailed(f"{name} in {self.name} is no JSON object.")
        return found

    def _bytes(self, archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
        about = self._members.get(name)
        if about is None:
            raise ImportFailed(f"{self.name} is cut off: it holds no {name:.60}.")
        if about.file_size > largest:
            raise ImportFailed(f"{name:.60} in {self.name} has {about.file_size:,} bytes, too many to read.")
        return archive.read(about)

    def _listed(self, archive: zipfile.ZipFile) -> dict[str, Payload]:
        """By their names all tensors of the file: weights, buffers and constants."""
        found: dict[str, Payload] = {}
        for folder in ("weights", "constants"):
            name = f"data/{folder}/{self._only}_{folder}_config.json"
            config = self._json(archive, name).get("config") if name in self._members else None
            for key, item in config.items() if isinstance(config, dict) else ():
                if isinstance(item, dict) and isinstance(item.get("tensor_meta"), dict):
                    place = f"data/{folder}/{item.get('path_name')}"
                    found[str(key)] = Payload(place, bool(item.get("use_pickle")), item["tensor_meta"])
        return found

    def first_name(self, name: str) -> str:
        """The first of the names under which the file has the very same numbers, as tied weights have."""
        payload = self._payloads.get(name)
        return self._first.setdefault(f"{payload.member} {payload.meta}", name) if payload else name

    def arrays(self, names: Iterable[str]) -> dict[str, Array]:
        """Tensors by their names; bfloat16 comes as float32. Raises `ImportFailed` for one that is missing or cut."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                return {name: self._array(archive, name) for name in names}
        except ZIPPED as error:
            raise ImportFailed(f"the weights in {self.name} are damaged or cut off.") from error

    def _array(self, archive: zipfile.ZipFile, name: str) -> Array:
        payload = self._payloads.get(name)
        if payload is None:
            raise ImportFailed(f"{self.name} is cut off: it has no weights for {name:.40}.")
        if payload.is_pickle:
            raise ImportFailed(f"the weights {name:.40} are a pickle, which is not run: save plain tensors.")
        try:
            sizes, strides = (tuple(int(item["as_int"]) for item in payload.meta[key]) for key in ("sizes", "strides"))
            offset = int(payload.meta["storage_offset"]["as_int"])
            dtype = DTYPES[payload.meta["dtype"]]
        except (KeyError, TypeError, ValueError):
            raise ImportFailed(f"the weights {name:.40} in {self.name} are of a type that cannot be read.") from None
        content = self._bytes(archive, payload.member, LARGEST_TENSOR)
        return self._strided(numbers_from(content, dtype), sizes, strides, offset, name)

    def _strided(self, flat: Array, sizes: tuple[int, ...], strides: tuple[int, ...], offset: int, name: str) -> Array:
        if min(sizes, default=1) == 0:
            return np.zeros(sizes, flat.dtype)
        end = offset + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=False))
        sound = len(sizes) == len(strides) and min((offset, *strides), default=0) >= 0 and end < flat.size
        if not sound or min(sizes, default=1) < 0:
            raise ImportFailed(f"the weights {name:.40} in {self.name} are cut off.")
        steps = [stride * flat.itemsize for stride in strides]
        return np.lib.stride_tricks.as_strided(flat[offset:], sizes, steps, writeable=False)


def numbers_from(content: bytes, dtype: str) -> Array:
    """Numbers in a row out of their bytes, the lowest byte first."""
    size = 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize
    content = content[: len(content) // size * size]
    if dtype == "bfloat16":  # the upper half of a float32
        return (np.frombuffer(content, "<u2").astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(content, np.dtype(dtype).newbyteorder("<"))
