"""Data sets as Hugging Face's `datasets` keeps them, written by pyarrow as that does: images, texts, tables."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.data import DATASETS, Data, DataError, Dataset, dataset_from, kind_for
from studio.data.formats.shards import holds, image_places, shard_files

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

PETS = {"_type": "ClassLabel", "names": ["cat", "dog"]}
TEXT = {"dtype": "string", "_type": "Value"}


def image(seed: int, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (6, 5, 3), np.uint8)).save(file, kind)
    return file.getvalue()


def write(path: Path, columns: Mapping[str, Any], features: Mapping[str, Any], suffix: str) -> None:
    """A shard: a stream of Arrow, a file of it, or Parquet, with what `datasets` notes of the columns."""
    noted = {"huggingface": json.dumps({"info": {"features": features}})}
    table = pa.table(dict(columns)).replace_schema_metadata(noted if features else None)
    path.parent.mkdir(parents=True, exist_ok=True)
    if suffix == "parquet":
        pq.write_table(table, path)
        return
    new = pa.ipc.new_stream if suffix == "arrow" else pa.ipc.new_file
    with pa.OSFile(str(path), "wb") as file, new(file, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=5):
            writer.write_batch(batch)


def photos(rows: int, seed: int) -> dict[str, Any]:
    content = [{"bytes": image(seed + row), "path": f"{row}.png"} for row in range(rows)]
    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    labels = [-1 if row == 3 and seed == 1_000 else row % 2 for row in range(rows)]
    return {"image": pa.array(content, kind), "label": pa.array(labels, pa.int64())}


def reviews(rows: int, seed: int) -> dict[str, Any]:
    texts = [f"A {('dull', 'fine')[row % 2]} film, {seed + row}." for row in range(rows)]
    return {"text": texts, "label": pa.array([row % 2 for row in range(rows)], pa.int64())}


def made(folder: Path, layout: str, suffix: str, columns: Callable[[int, int], Any], features: Any) -> Path:
    """A data set with a folder a split as `save_to_disk` makes it (saved), with all shards in one folder as the Hub has
    them, or of one split alone."""
    root = folder / "set"
    parts = {"train": (12, 0), "test": (6, 1_000)} if layout != "one" else {"train": (18, 0)}
    for part, (rows, seed) in parts.items():
        half = columns(rows, seed)
        for number, part_of in enumerate((slice(0, rows // 2), slice(rows // 2, rows))):
            name = f"{part}-0000{number}-of-00002" if layout == "hub" else f"data-0000{number}-of-00002"
            place = root / "data" if layout == "hub" else root if layout == "one" else root / part
            write(place / f"{name}.{suffix}", {key: value[part_of] for key, value in half.items()}, features, suffix)
    if layout == "saved":
        (root / "dataset_dict.json").write_text(json.dumps({"splits": [*parts]}))
        (root / "train" / "cache-0123.arrow").write_bytes(b"what datasets has worked out")
    return root


def opened(root: Path, **settings: Any) -> Dataset:
    kind = kind_for(root)
    assert kind is not None
    dataset, problems = dataset_from({"source": kind.kind, "path": str(root), "normalize": False, **settings})
    assert not problems
    return dataset


def agreed(dataset: Dataset) -> Data:
    """The data as load, facts and script agree on it, to the bit."""
    data = dataset.load()
    assert dataset.facts() == data.facts()
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    found = names["load_data"]()
    for part, x, y in zip(data.splits, found[:4:2], found[1:4:2], strict=True):
        values = [each.read() if hasattr(each, "read") else each for each in (part.x, x)]
        np.testing.assert_array_equal(*values, strict=True)
        np.testing.assert_array_equal(part.y, y, strict=True)
    return data


@pytest.mark.parametrize(("layout", "suffix"), [("saved", "arrow"), ("hub", "parquet"), ("one", "arrow")])
def test_images_are_read_with_the_names_of_their_classes(layout: str, suffix: str, tmp_path: Path) -> None:
    root = made(tmp_path, layout, suffix, photos, {"image": {"_type": "Image"}, "label": PETS})
    dataset = opened(root)
    assert dataset.kind == "image_folder" and holds(root) == "images"
    data = agreed(dataset)
    assert data.classes == ("cat", "dog") and data.shape == (3, 6, 5)
    assert data.own_split == (layout != "one")
    if layout == "one":
        assert sum(data.sizes.values()) == 18
        return
    assert data.sizes == {"training": 12, "validation": 5}, "what has no label is passed over"
    with Image.open(io.BytesIO(image(0))) as first:
        np.testing.assert_array_equal(data.train.x[0].transpose(1, 2, 0), np.asarray(first))
    streamed = agreed(dataset.replace(loading="streamed"))  # type: ignore[call-arg]
    np.testing.assert_array_equal(streamed.train.y, data.train.y)


def test_images_of_arrow_stay_where_they_lie(tmp_path: Path) -> None:
    root = made(tmp_path, "one", "arrow", photos, {"image": {"_type": "Image"}, "label": PETS})
    shard = shard_files(str(root))[""][0]
    for number, (label, (path, start, size)) in enumerate(image_places(shard)):
        assert path == shard and label == ("cat", "dog")[number % 2]
        assert Path(path).read_bytes()[start : start + size] == image(number)


@pytest.mark.parametrize(("layout", "suffix"), [("saved", "arrow"), ("hub", "parquet"), ("one", "parquet")])
def test_texts_are_read_in_their_parts(layout: str, suffix: str, tmp_path: Path) -> None:
    root = made(tmp_path, layout, suffix, reviews, {"text": TEXT, "label": PETS})
    dataset = opened(root, length=8)
    assert dataset.kind == "text" and dataset.fields["path"]
    data = agreed(dataset)
    assert data.classes == ("cat", "dog") and data.own_split == (layout != "one")
    if layout != "one":
        assert data.sizes == {"training": 12, "validation": 6}
        alone = agreed(dataset.replace(table="train"))  # type: ignore[call-arg]
        assert sum(alone.sizes.values()) == 12 and not alone.own_split
    following = agreed(dataset.replace(task="next token", length=4))  # type: ignore[call-arg]
    assert following.target_shape == (4,)


def test_tables_are_read_split_by_split(tmp_path: Path) -> None:
    def flowers(rows: int, seed: int) -> dict[str, Any]:
        return {"size": [seed + row / 4 for row in range(rows)], "kind": [row % 2 for row in range(rows)]}

    root = made(tmp_path, "saved", "arrow", flowers, {"kind": PETS})
    dataset = opened(root)
    assert dataset.kind == "csv"
    data = agreed(dataset)
    assert data.classes == ("cat", "dog") and sum(data.sizes.values()) == 12
    assert data.warnings == ("set: the split “train” is read; others are test.",)
    assert sum(agreed(dataset.replace(table="test")).sizes.values()) == 6  # type: ignore[call-arg]
    with pytest.raises(DataError, match="expected a split “dev”, found train, test"):
        dataset.replace(table="dev").load()  # type: ignore[call-arg]
    write(tmp_path / "a.feather", flowers(20, 0), {}, "feather")
    assert kind_for(tmp_path / "a.feather") is DATASETS["csv"]
    assert sum(agreed(opened(tmp_path / "a.feather")).sizes.values()) == 20


@pytest.mark.parametrize("content", [b"", b"ARROW1", b"\xff\xff\xff\xff\x10\x00\x00\x00 cut"])
@pytest.mark.parametrize("kind", ["image_folder", "text", "csv"])
def test_shards_that_are_broken_are_a_sentence(kind: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "data-00000-of-00001.arrow").write_bytes(content)
    with pytest.raises(DataError) as caught:
        DATASETS[kind](path=str(tmp_path)).load()  # type: ignore[call-arg]
    assert str(caught.value).endswith((".", "?"))


def test_a_path_in_a_shard_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(image(1))
    content = [{"bytes": None, "path": str(tmp_path / "secret.png")}, {"bytes": image(2), "path": "../secret.png"}] * 6
    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    columns = {"image": pa.array(content, kind), "label": [0, 1] * 6}
    write(
        tmp_path / "set" / "data-00000-of-00001.arrow", columns, {"image": {"_type": "Image"}, "label": PETS}, "arrow"
    )
    assert {label for label, _ in image_places(shard_files(str(tmp_path / "set"))[""][0])} == {"dog"}
