"""The same arrays in every file that holds them by name: equal data, scripts that agree, and damage that is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from studio.data import DATASETS, Data, DataError, Dataset, kind_for

ROWS = 24
G = np.random.default_rng(0)
ARRAYS: dict[str, np.ndarray] = {
    "x_train": G.integers(0, 255, (ROWS, 1, 4, 5), dtype=np.uint8),
    "y_train": np.arange(ROWS) % 3,
    "x_test": G.integers(0, 255, (9, 1, 4, 5), dtype=np.uint8),
    "y_test": np.arange(9) % 3,
    "age_train": G.normal(size=(ROWS, 2)).astype(np.float16),
    "age_test": G.normal(size=(9, 2)).astype(np.float16),
    "price_train": G.normal(size=ROWS),
    "price_test": G.normal(size=9),
}


def write_hdf5(path: Path, arrays: dict[str, Any], **options: Any) -> None:
    with pytest.importorskip("h5py").File(path, "w") as file:
        for name, array in arrays.items():
            file.create_dataset(name, data=array, **options)


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    np.savez(path, **arrays)


def write_tensors(path: Path, arrays: dict[str, np.ndarray]) -> None:
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)


WRITERS: dict[str, Callable[[Path, dict[str, np.ndarray]], None]] = {
    "a.npz": write_npz, "a.h5": write_hdf5, "a.safetensors": write_tensors,
}  # fmt: skip


def arrays(path: Path, **about: Any) -> Dataset:
    return DATASETS["numpy"](path=str(path), **about)


def read(path: Path, **about: Any) -> Data:
    """The data, as load, facts and script agree on it."""
    dataset = arrays(path, **about)
    data = dataset.load()
    assert dataset.facts() == data.facts()
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    x, y, x_validation, y_validation, *_ = names["load_data"]()
    several = [bool(dataset.settings().get(side)) for side in ("inputs", "targets")]
    for columns, parts, by_id in zip(
        (data.inputs, data.targets), ((x, x_validation), (y, y_validation)), several, strict=True
    ):
        for id, column in columns.items():
            for mine, theirs in zip(column.parts, parts, strict=True):
                np.testing.assert_array_equal(mine, theirs[id] if by_id else theirs, strict=True)
    return data


@pytest.mark.parametrize("name", WRITERS)
def test_several_inputs_and_targets_by_name_from_every_file(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, ARRAYS)
    assert kind_for(tmp_path / name) is DATASETS["numpy"]
    plain = read(tmp_path / name)
    assert plain.own_split and plain.shape == (1, 4, 5) and plain.classes == ("0", "1", "2")
    data = read(tmp_path / name, inputs={"a": "x", "b": "age"}, targets={"c": "y", "d": "price"})
    np.testing.assert_array_equal(data.inputs["b"].train, ARRAYS["age_train"].astype(np.float32))
    np.testing.assert_array_equal(data.targets["d"].validation[:, 0], ARRAYS["price_test"].astype(np.float32))


@pytest.mark.parametrize("options", [{}, {"chunks": (5, 2), "compression": "gzip"}])
def test_groups_of_hdf5_are_parts_and_texts_are_classes(tmp_path: Path, options: dict[str, Any]) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        for part, rows in (("train", ROWS), ("test", 9)):
            file.create_dataset(f"{part}/x", data=G.normal(size=(rows, 3)), **options)
            labels = [("cat", "a longer dog")[row % 2] for row in range(rows)]
            file.create_dataset(f"{part}/y", data=labels)
        file["train"].attrs["note"] = "of 2024"
    data = read(tmp_path / "a.hdf5")
    assert data.own_split and data.classes == ("a longer dog", "cat") and len(data.validation) == 9


@pytest.mark.parametrize("dtype", ["?", "<f2", ">f4", ">i8", "u2", "f8"])
@pytest.mark.parametrize("name", ["a.npz", "a.h5"])
def test_numbers_of_any_kind_and_order_are_taken(name: str, dtype: str, tmp_path: Path) -> None:
    x = np.asfortranarray(G.integers(0, 2, (ROWS, 3)).astype(dtype))
    WRITERS[name](tmp_path / name, {"x": x, "y": np.arange(ROWS) % 2})
    data = read(tmp_path / name)
    assert data.rows is not None
    np.testing.assert_array_equal(data.train.x, x[data.rows[0]].astype(np.float32))


def test_what_is_no_array_of_numbers_in_the_file_itself_is_refused(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    write_hdf5(tmp_path / "other.h5", {"secret": np.ones((ROWS, 2))})
    layout = h5py.VirtualLayout((ROWS, 2), "f8")
    layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "secret", (ROWS, 2))
    makers: dict[str, Callable[[Any], Any]] = {
        "lies in another file": lambda file: file.__setitem__("x", h5py.ExternalLink("other.h5", "secret")),
        "lies in other files": lambda file: file.create_virtual_dataset("x", layout),
        "found an array of": lambda file: file.create_dataset("x", data=np.zeros(ROWS, [("a", "f4")])),
        "is a loop": lambda file: file.__setitem__("x", h5py.SoftLink("/y")),
        "GB of memory": lambda file: file.create_dataset("x", (ROWS, 1 << 36), "f4", chunks=(1, 1 << 20)),
    }
    for said, make in makers.items():
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file["y"] = np.arange(ROWS) % 2
            make(file)
        with pytest.raises(DataError) as caught:
            arrays(tmp_path / "a.h5", x_name="x").load()
        assert said in str(caught.value) or "expected an array" in str(caught.value)


@pytest.mark.parametrize("name", ["a.h5", "a.safetensors"])
def test_torn_files_are_a_sentence(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, ARRAYS)
    whole = (tmp_path / name).read_bytes()
    generator = np.random.default_rng(2)
    for share in (0.0, 0.1, 0.5, 0.97, 1.0, 1.0):
        torn = bytearray(whole[: int(share * len(whole))])
        for place in generator.integers(0, max(1, min(900, len(torn))), 9 if torn else 0):
            torn[place] = int(generator.integers(256))
        (tmp_path / name).write_bytes(bytes(torn))
        try:
            arrays(tmp_path / name).load()
        except DataError as error:
            assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (b"[1]", "its list of arrays is none"),
        (b"{", "its list of arrays is none"),
        (json.dumps({"x": {"dtype": "F32", "shape": [9], "data_offsets": [0, 4]}, "y": {}}).encode(), "not as long"),
        (json.dumps({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "y": {}}).encode(), "missing"),
        (json.dumps({"x": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}, "y": {}}).encode(), "found BF16"),
        (json.dumps({"x": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}, "y": {}}).encode(), "not as long"),
        (json.dumps({"x": 3, "y": {}}).encode(), "no array 'x'"),
    ],
)
def test_lists_of_safetensors_that_lie_are_named(tmp_path: Path, listed: bytes, said: str) -> None:
    (tmp_path / "a.safetensors").write_bytes(len(listed).to_bytes(8, "little") + listed)
    with pytest.raises(DataError, match=said):
        arrays(tmp_path / "a.safetensors").load()


def test_a_list_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes((1 << 60).to_bytes(8, "little"))
    with pytest.raises(DataError, match="its list of arrays is too long"):
        arrays(tmp_path / "a.safetensors").load()


def test_without_h5py_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setattr("studio.data.formats.arrays.hdf5.find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"needs h5py. Run pip install netloom\[hdf5\]"):
        arrays(tmp_path / "a.h5").load()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1, 8, 8), (1, 8, 8)), ((8, 8, 3), (3, 8, 8)), ((3, 8, 9), (3, 8, 9)), ((16, 8, 8), (16, 8, 8)),
        ((8, 9, 13), (8, 9, 13)), ((1, 30, 1), (1, 30, 1)),
        ((8, 8, 13), None), ((4, 4, 3), None), ((3, 3, 3), (3, 3, 3)),
    ],
)  # fmt: skip
def test_channels_first_and_last_are_told_apart_or_asked_for(
    tmp_path: Path, shape: tuple[int, ...], expected: tuple[int, ...] | None
) -> None:
    write_npz(tmp_path / "a.npz", {"x": G.normal(size=(ROWS, *shape)), "y": np.arange(ROWS) % 2})
    if expected:
        assert read(tmp_path / "a.npz").shape == expected
        return
    with pytest.raises(DataError, match="may hold channels first or last") as caught:
        arrays(tmp_path / "a.npz").load()
    assert read(tmp_path / "a.npz", **caught.value.mend).shape == (shape[2], *shape[:2])
    assert read(tmp_path / "a.npz", layout="as stored").shape == shape
