"""Folders and archives (`.zip`, `.tar`) by one door: what lies in them, and the content of a file.

What lies in an archive has a path that goes on behind the archive's own. Nothing is unpacked: a file is found by where
its bytes begin. The plain functions here are what scripts contain, those for folders or those for archives.
"""

from __future__ import annotations

import io
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from studio.data.formats.shards import (
    IMPORTS,
    OF_IMAGES,
    SHARDS,
    SHARED,
    has_shards,
    shard_content,
    shard_entries,
    shard_size,
)
from studio.data.script import function_source

ARCHIVES = (".zip", ".tar")
Members = dict[str, tuple[int, int, int, int, int]]
"""By name where a file begins, its bytes as stored and unpacked, how it is packed (-1: not at all), its checksum."""
Tree = dict[str, tuple[list[str], list[str]]]
"""By name the folders and the files in a folder."""
# What zipfile and tarfile raise on archives that are cut short or altered.
_BROKEN = (OSError, ValueError, EOFError, LookupError, NotImplementedError, OverflowError)
BROKEN = (*_BROKEN, zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error)


def folder_entries(folder: str) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files in a folder."""
    folders, files = [], []
    here = os.path.join(os.path.realpath(folder), "")
    if os.path.isdir(folder):
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_symlink():
                    there = os.path.join(os.path.realpath(entry.path), "")
                    if here.startswith(there) or not os.path.exists(entry.path):
                        continue  # a circle, or it leads nowhere
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.is_file():  # what is a pipe or a device may never end
                    files.append(entry.name)
    return sorted(folders), sorted(files)


def file_content(path: str) -> Any:
    """A file as `Image.open` takes it, unless it is too large for an image."""
    if os.path.getsize(path) > 1 << 28:
        raise ValueError("a file of over 268 MB is no image")
    return path


def zip_members(path: str) -> Members:
    """Where the files of a .zip lie; links and encrypted ones are passed over."""
    members = {}
    with zipfile.ZipFile(path) as archive:
        for item in archive.infolist():
            plain = not item.is_dir() and item.external_attr >> 28 in (0, 8)
            if plain and not item.flag_bits & 1 and item.compress_type in (0, 8):
                packed = item.file_size, item.compress_type, item.CRC
                where = item.header_offset, item.compress_size
                members[item.filename] = *where, *packed
    return members


def tar_members(path: str) -> Members:
    """Where the files of a .tar lie; links and devices are passed over."""
    members = {}
    with tarfile.open(path, "r:") as archive:
        for item in archive:
            if item.isreg() and not item.issparse():
                name = item.name.removeprefix("./")
                members[name] = item.offset_data, item.size, item.size, -1, 0
    return members


@lru_cache(maxsize=4)
def archive_index(path: str, changed: int) -> tuple[Members, Tree]:
    """Where the files in an archive lie, and what lies in each folder.

    Names that lead out of it are in no folder.
    """
    members = zip_members(path) if zipfile.is_zipfile(path) else tar_members(path)
    folders = {"": {}}  # type: ignore[var-annotated]
    files = {"": []}  # type: ignore[var-annotated]
    for name in members:
        parts = name.split("/")
        if "" in parts or ".." in parts or "\\" in name:
            continue
        for depth in range(1, len(parts)):
            above = "/".join(parts[: depth - 1])
            folders.setdefault(above, {})[parts[depth - 1]] = True
        files.setdefault("/".join(parts[:-1]), []).append(parts[-1])
    tree = {}
    for name in {*folders, *files}:
        tree[name] = sorted(folders.get(name, {})), sorted(files.get(name, []))
    return members, tree


def in_archive(path: str) -> tuple[tuple[Members, Tree], str, str]:
    """The index of the archive that a path leads into, the archive's own path, and the name behind it."""
    archive = path
    while not os.path.isfile(archive) and os.path.dirname(archive) != archive:
        archive = os.path.dirname(archive)
    name = path[len(archive) + 1 :].replace(os.sep, "/")
    return archive_index(archive, os.stat(archive).st_mtime_ns), archive, name


def archive_entries(folder: str) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files in a folder of an archive."""
    (_, tree), _, name = in_archive(folder)
    return tree.get(name, ([], []))


def archive_content(path: str) -> Any:
    """The content of a file in an archive as `Image.open` takes it."""
    (members, _), archive, name = in_archive(path)
    start, stored, size, method, checksum = members[name]
    if max(stored, size) > 1 << 28:
        raise ValueError("a file of over 268 MB is no image")
    with open(archive, "rb") as file:
        if method >= 0:  # in a .zip a name and more stand before it
            file.seek(start + 26)
            start += 30 + sum(struct.unpack("<HH", file.read(4)))
        file.seek(start)
        content = file.read(stored)
    if method == 8:
        content = zlib.decompressobj(-15).decompress(content, size)
    if method >= 0 and zlib.crc32(content) != checksum:
        raise ValueError("its checksum in the archive is another")
    return io.BytesIO(content)


def entries(folder: str) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files in a folder, or in one of an archive."""
    if os.path.isdir(folder):
        found = folder_entries(folder)
        return shard_entries(folder) if any(name.endswith(SHARDS) for name in found[1]) else found
    if _leads_into_archive(folder):
        return archive_entries(folder)
    return shard_entries(folder) if _leads_into_shards(folder) else ([], [])


def content(path: str) -> Any:
    """A file, or one in an archive, as `Image.open` takes it; raises `ValueError` for one that is too large."""
    if os.path.exists(path):
        return file_content(path)
    if _leads_into_archive(path):
        return archive_content(path)
    return shard_content(path) if _leads_into_shards(path) else file_content(path)


def size_of(path: str) -> int:
    """The bytes of a file as stored, -1 for one that is not there."""
    try:
        if not os.path.exists(path) and _leads_into_archive(path):
            (members, _), _, name = in_archive(path)
            return members[name][1]
        return shard_size(path) if _leads_into_shards(path) else os.path.getsize(path)
    except BROKEN:
        return -1


def _leads_into_shards(path: str) -> bool:
    """Whether a path that is not there goes on behind a folder with shards."""
    above = Path(path).parent
    while not above.is_dir() and above.parent != above:
        above = above.parent
    return not os.path.exists(path) and any(name.endswith(SHARDS) for name in os.listdir(above))


def _leads_into_archive(path: str) -> bool:
    return any(part.lower().endswith(ARCHIVES) for part in Path(path).parts)


def sources(root: Path) -> tuple[list[str], list[str]]:
    """The imports and the functions with which a script lists and reads a folder, or an archive."""
    if has_shards(root):
        functions = [function_source(function) for function in (*SHARED, *OF_IMAGES)]
        own = [_named(shard_entries, "entries"), _named(shard_content, "content")]
        return [*IMPORTS], [*functions, *own]
    if root.is_dir():
        return ["import os"], [_named(folder_entries, "entries"), _named(file_content, "content")]
    imports = ["import io", "import os", "import struct", "import tarfile", "import zipfile", "import zlib"]
    functions = [function_source(function) for function in (zip_members, tar_members)]
    functions += [function_source(archive_index), function_source(in_archive)]
    functions += [_named(archive_entries, "entries"), _named(archive_content, "content")]
    return [*imports, "from functools import lru_cache"], functions


def _named(function: Callable[..., Any], name: str) -> str:
    return function_source(function).replace(f"def {function.__name__}(", f"def {name}(", 1)
