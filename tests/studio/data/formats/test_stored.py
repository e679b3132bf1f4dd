"""Rows of a file of arrays that are read as they come are those of the array in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data import DATASETS, DataError, Dataset
from studio.data.arrays.layouts import arrange
from studio.data.formats.arrays import door
from studio.data.formats.arrays.stored import StoredRows
from studio.data.formats.npy import Place
from studio.data.formats.streamed import joined

COUNT = 40
X = np.random.default_rng(0).normal(size=(COUNT, 3, 2))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    path = tmp_path_factory.mktemp("stored") / "x.npy"
    np.save(path, X)
    return Place(path)


@pytest.fixture
def rows(place: Place) -> StoredRows:
    return StoredRows(place, partial(arrange, layout="as stored"))


@given(chosen=st.lists(st.integers(0, COUNT - 1)))
def test_any_rows_in_any_order_are_those_of_the_array(place: Place, chosen: list[int]) -> None:
    wanted = X.astype(np.float32)[np.array(chosen, np.int64)]
    part = StoredRows(place, partial(arrange, layout="as stored"))[np.array(chosen, np.int64)]
    assert len(part) == len(chosen) and part.shape == wanted.shape and part.dtype == wanted.dtype
    np.testing.assert_array_equal(part.read(), wanted, strict=True)
    room = np.empty_like(wanted)
    assert part.read(room) is room
    np.testing.assert_array_equal(room, wanted)


def _npz(path: Path) -> Place:
    np.savez(path, y=np.arange(3), x=X)
    return Place(path, "x")


def _safetensors(path: Path) -> Place:
    from safetensors.numpy import save_file

    save_file({"a": np.ones(5), "x": X}, path)
    return Place(path, "x")


def _hdf5(path: Path, **how: Any) -> Place:
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        file.create_dataset("train/x", data=X, **how)
    return Place(path, "train/x")


FILES: dict[str, Callable[[Path], Place]] = {
    "a.npz": _npz,
    "a.safetensors": _safetensors,
    "a.h5": _hdf5,
    "chunks.h5": lambda path: _hdf5(path, chunks=(7, 3, 1), compression="gzip"),
}


@pytest.mark.parametrize("name", FILES)
def test_rows_of_every_kind_of_file_are_those_of_the_array(tmp_path: Path, name: str) -> None:
    place = FILES[name](tmp_path / name)
    chosen = np.random.default_rng(1).integers(0, COUNT, 60)
    part = StoredRows(place, partial(arrange, layout="as stored"))[chosen]
    np.testing.assert_array_equal(part.read(), X.astype(np.float32)[chosen], strict=True)
    names: dict[str, Any] = {"np": np}
    source = (
        f"from safetensors.numpy import load_file\narchive = {door.opening(place.path)}\nx = {door.rows_source(place)}"
    )
    exec("\n".join([*door.imports(place.path), source]), names)
    self = SimpleNamespace(stored=names["x"], rows=chosen)
    np.testing.assert_array_equal(eval(door.picking(place), {"self": self, "np": np}), X[chosen])
    assert door.in_chunks(place) == (name == "chunks.h5")


def test_what_is_packed_does_not_stay(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=X, name=np.array(["a"]))
    assert not door.can_stay(Place(tmp_path / "a.npz", "x")) and not door.can_stay(Place(tmp_path / "a.npz", "name"))
    with pytest.raises(DataError, match="cannot be read by themselves"):
        StoredRows(Place(tmp_path / "a.npz", "x"), partial(arrange, layout="as stored"))


def test_slices_single_rows_and_parts_together(rows: StoredRows) -> None:
    whole = X.astype(np.float32)
    np.testing.assert_array_equal(rows[3], whole[3])
    np.testing.assert_array_equal(joined([rows[:5], rows[30:]]).read(), np.concatenate((whole[:5], whole[30:])))
    np.testing.assert_array_equal(np.asarray(rows), whole)
    assert rows.kept == 8 * COUNT, "nothing but the numbers of its rows lies in memory"
    assert rows.checksum(0) == rows[:].checksum(0) != rows[1:].checksum(0)


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(path.read_bytes()[:-9]), lambda path: path.unlink()])
def test_a_file_that_is_cut_or_moved_meanwhile_is_a_sentence(damage: Callable[[Path], object], tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    found = StoredRows(Place(tmp_path / "x.npy"), partial(arrange, layout="as stored"))
    damage(tmp_path / "x.npy")
    assert len(found[:5]) == 5
    with pytest.raises(DataError, match=r"x\.npy can no longer be read"):
        found.read()


# The data set


def saved(folder: Path, x: Any) -> Callable[..., Dataset]:
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", np.arange(len(x)) % 3)
    return lambda **more: DATASETS["numpy"](path="x.npy", y_path="y.npy", **more)


@pytest.mark.parametrize(
    ("x", "settings"),
    [
        (X, {}),
        (X[:, 0, 0], {}),
        (np.arange(COUNT * 12, dtype=np.uint8).reshape(COUNT, 4, 3), {}),
        (np.arange(COUNT * 48, dtype=np.uint16).reshape(COUNT, 4, 4, 3), {"layout": "channels last"}),
    ],
)
def test_it_is_what_it_is_in_memory_and_the_script_agrees(x: Any, settings: dict[str, Any], tmp_path: Path) -> None:
    made = saved(tmp_path, x)
    streamed, resident = made(loading="streamed", **settings), made(loading="resident", **settings)
    data, expected = streamed.load(tmp_path), resident.load(tmp_path)
    assert streamed.facts(tmp_path) == data.facts() and data.first_input.facts("input").streamed
    for part, other in zip(data.splits, expected.splits, strict=True):
        np.testing.assert_array_equal(part.x.read(), other.x, strict=True)  # type: ignore[attr-defined]
        np.testing.assert_array_equal(part.y, other.y)
    np.testing.assert_array_equal(data.mean, expected.mean)  # of so few all are the sample
    names: dict[str, Any] = {}
    exec(compile(streamed.script_source(tmp_path), "script.py", "exec"), names)
    x_train, _, x_validation, _, mean, std = names["load_data"]()
    np.testing.assert_array_equal(x_train.read(), data.train.x.read(), strict=True)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(x_validation.read(), data.validation.x.read())  # type: ignore[attr-defined]
    np.testing.assert_array_equal(mean, data.mean)
    np.testing.assert_array_equal(std, data.std)


def test_what_cannot_be_streamed_says_so_and_large_files_are_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = saved(tmp_path, np.asfortranarray(X[:, :, 0]))
    with pytest.raises(DataError, match="Fortran order") as caught:
        made(loading="streamed").load(tmp_path)
    assert caught.value.mend == {"loading": "auto"}
    assert not made().load(tmp_path).first_input.facts("input").streamed
    monkeypatch.setattr("studio.data.arrays.base.MUCH", 100)
    assert not made().load(tmp_path).first_input.facts("input").streamed
    assert saved(tmp_path, X)().load(tmp_path).first_input.facts("input").streamed
    assert not made(loading="resident").load(tmp_path).first_input.facts("input").streamed


def test_a_file_larger_than_memory_is_streamed_or_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = saved(tmp_path, X)
    monkeypatch.setattr("studio.data.formats.memory.free_memory", lambda: 500)
    with pytest.raises(DataError, match="set loading to streamed"):
        made().facts(tmp_path)
    assert made(loading="streamed").load(tmp_path).size < X.nbytes
