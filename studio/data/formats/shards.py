"""Data sets as Hugging Face's `datasets` keeps them: shards of Arrow or Parquet in a folder, read by pyarrow alone.

Scripts contain the plain functions here word for word.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

SHARDS = (".arrow", ".parquet")
IMAGES, TEXTS, TABLE = "images", "texts", "table"
KIND_OF = {IMAGES: "image_folder", TEXTS: "text", TABLE: "csv", "": "image_folder"}
"""The kind of data that reads a data set that holds these."""
_LOOKED_AT = 1 << 16
"""Bytes at both ends of a shard in which the description of its columns is looked for, without reading it."""
Found = dict[str, Any]
"""By name the bytes of an image, or the shard that holds them, where they begin and how many they are."""
Tree = dict[str, tuple[list[str], list[str]]]


def shard_files(folder: str) -> dict[str, list[str]]:
    """The shards in a folder, or in the folders in it, by the names of their splits; "" where
    they tell none."""
    found, names = {}, sorted(os.listdir(folder))  # type: ignore[var-annotated]
    for name in names:
        if name.endswith((".arrow", ".parquet")) and not name.startswith((".", "cache-")):
            stem = re.split(r"-\d+-of-\d+$", os.path.splitext(name)[0])[0]
            told = stem.lower() in ("train", "validation", "val", "test")
            split = stem if told or ("-of-" in name and stem != "data") else ""
            found.setdefault(split, []).append(os.path.join(folder, name))
    splits = ("train", "training", "validation", "valid", "val", "dev", "test")
    for name in names if not found else ():
        path = os.path.join(folder, name)
        of_split = "dataset_dict.json" in names or name.lower() in (*splits, "data")
        if os.path.isdir(path) and of_split:
            below = shard_files(path)
            found |= {split or name: files for split, files in below.items()}
    return found


def shard_table(path: str) -> tuple[pyarrow.Table, int]:
    """A shard as a table, and the address of its first byte; 0 where the table is a copy."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.endswith(".parquet"):
        return pq.read_table(path), 0
    with pa.memory_map(path) as file:
        content = file.read_buffer()
    try:
        return pa.ipc.open_stream(content).read_all(), content.address
    except pa.ArrowInvalid:
        return pa.ipc.open_file(content).read_all(), content.address


def features_of(table: pyarrow.Table) -> dict[str, Any]:
    """What `datasets` has noted of the columns of a table."""
    noted = (table.schema.metadata or {}).get(b"huggingface", b"{}")
    return dict(json.loads(noted).get("info", {}).get("features", {}))


def class_names(table: pyarrow.Table, column: str) -> list[str]:
    """The names of the classes that the numbers in a column mean, none where they are noted
    nowhere."""
    feature = features_of(table).get(column, {})
    return list(feature.get("names", [])) if feature.get("_type") == "ClassLabel" else []


def image_places(path: str) -> Iterator[tuple[str, Any]]:
    """The class of each image in a shard, and where in it that lies; its bytes where that is not
    said. What has no class or no bytes is passed over."""
    import numpy as np

    table, start = shard_table(path)
    kinds = {name: str(table.schema.field(name).type) for name in table.column_names}
    images = [name for name, kind in kinds.items() if "struct<bytes" in kind or "binary" in kind]
    named = [name for name in kinds if class_names(table, name)]
    labels = named or [name for name, kind in kinds.items() if kind in ("string", "int64", "int32")]
    if not images or not labels:
        return
    names = class_names(table, labels[0])
    for batch in table.select([images[0], labels[0]]).to_batches():
        column = batch.column(0)
        content = column.field("bytes") if "struct" in kinds[images[0]] else column
        data, offsets = content.buffers()[2], content.buffers()[1]
        width = np.int64 if "large_binary" in kinds[images[0]] else np.int32
        places = np.frombuffer(offsets, width)[content.offset :].tolist() if data else []
        for row, label in enumerate(batch.column(1).to_pylist()):
            known = label is not None and (not names or label >= 0)
            if known and column[row].is_valid and content[row].is_valid:
                first, size = places[row], places[row + 1] - places[row]
                where = (path, data.address - start + first, size) if start else content[row].as_py()
                yield (names[label] if names else str(label)).replace("/", "_"), where


@lru_cache(maxsize=2)
def shard_index(folder: str, changed: int) -> tuple[Found, Tree]:
    """Where the images in shards are, and what lies in each folder that they stand for: a folder a
    class, in one a split where there are several."""
    found, tree = {}, {"": ([], [])}  # type: ignore[var-annotated]
    shards = shard_files(folder)
    for split, files in shards.items():
        top = f"{split}/" if len(shards) > 1 else ""
        pairs = [pair for file in files for pair in image_places(file)]
        for number, (label, where) in enumerate(pairs):
            name = f"{number:08}.png"
            found[f"{top}{label}/{name}"] = where
            tree.setdefault(f"{top}{label}", ([], []))[1].append(name)
    for name in list(tree):
        parts = [part for part in name.split("/") if part]
        for depth in range(len(parts)):
            below = tree.setdefault("/".join(parts[:depth]), ([], []))[0]
            if parts[depth] not in below:
                below.append(parts[depth])
    return found, {name: (sorted(below), files) for name, (below, files) in tree.items()}


def in_shards(path: str) -> tuple[tuple[Found, Tree], str]:
    """The index of the shards in whose folder a path leads, and the name behind that folder."""
    folder = path
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    changed = [os.stat(file).st_mtime_ns for files in shard_files(folder).values() for file in files]
    return shard_index(folder, sum(changed)), path[len(folder) + 1 :].replace(os.sep, "/")


def shard_entries(folder: str) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files in a folder, or in one that shards stand for."""
    names = os.listdir(folder) if os.path.isdir(folder) else [".arrow"]
    if not any(name.endswith((".arrow", ".parquet")) for name in names):
        folders = [name for name in names if os.path.isdir(os.path.join(folder, name))]
        return sorted(folders), sorted(set(names) - set(folders))
    (_, tree), name = in_shards(folder)
    return tree.get(name, ([], []))


def shard_content(path: str) -> Any:
    """The content of an image in shards as `Image.open` takes it."""
    (found, _), name = in_shards(path)
    where = found[name]
    if isinstance(where, bytes):
        return io.BytesIO(where)
    shard, start, size = where
    if size > 1 << 28:
        raise ValueError("an image of over 268 MB is not read")
    with open(shard, "rb") as file:
        file.seek(start)
        return io.BytesIO(file.read(size))


def shard_size(path: str) -> int:
    """The bytes of an image in shards."""
    (found, _), name = in_shards(path)
    where = found[name]
    return len(where) if isinstance(where, bytes) else int(where[2])


SHARED: tuple[Callable[..., Any], ...] = (shard_files, shard_table, features_of, class_names)
OF_IMAGES: tuple[Callable[..., Any], ...] = (image_places, shard_index, in_shards)
IMPORTS = ("import io", "import json", "import os", "import re", "from functools import lru_cache")


def has_shards(folder: Path) -> bool:
    """Whether a folder is such a data set: shards in it, or in the folders of its splits."""
    try:
        return folder.is_dir() and bool(shard_files(str(folder)))
    except OSError:
        return False


def holds(folder: Path) -> str:
    """What such a data set holds, by what it says of itself: `IMAGES`, `TEXTS` or a `TABLE`; "" for other folders."""
    if not has_shards(folder):
        return ""
    first = next(iter(shard_files(str(folder)).values()))[0]
    try:
        with open(first, "rb") as file:
            start = file.read(_LOOKED_AT)
            file.seek(max(0, os.path.getsize(first) - _LOOKED_AT))
            about = start + file.read()
    except OSError:
        return ""
    if re.search(rb'"_type": ?"Image"', about):
        return IMAGES
    return TEXTS if re.search(rb'"dtype": ?"(large_)?string"', about) and b'"ClassLabel"' in about else TABLE
