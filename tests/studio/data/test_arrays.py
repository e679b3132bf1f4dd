from __future__ import annotations

import io
import os
import pickle
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.data import DATASETS, Data, DataError, Dataset
from support import REAL_DATA

MNIST = REAL_DATA / "mnist.npz"
Y = np.arange(20) % 3


class Left(Exception):
    """Ends a loading that nobody waits for."""


def check(dataset: Dataset, base: Path) -> Data:
    """The data, as load, facts and script agree on it."""
    data = dataset.load(base)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(base), "script.py", "exec"), names)
    ours = (data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std)
    for mine, theirs in zip(ours, names["load_data"](), strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=mine is not None)
    assert dataset.facts(base) == data.facts()
    return data


def numpy(**settings: object) -> Dataset:
    return DATASETS["numpy"](**{"path": "data.npz", **settings})


def random(*shape: int, dtype: type = np.float32) -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 250, shape).astype(dtype)


@pytest.mark.parametrize(
    ("x", "settings", "shape", "dtype"),
    [
        (random(20, 5), {}, (5,), np.float32),
        (random(20), {}, (1,), np.float32),
        (random(20, 6, 4), {}, (6, 4), np.float32),
        (random(20, 6, 6, dtype=np.uint8), {}, (1, 6, 6), np.uint8),
        (random(20, 6, 6), {"layout": "add channel"}, (1, 6, 6), np.float32),
        (random(20, 6, 6, 3, dtype=np.uint8), {}, (3, 6, 6), np.uint8),
        (random(20, 3, 6, 6, dtype=np.uint8), {}, (3, 6, 6), np.uint8),
        (random(20, 3, 6, 4), {"layout": "channels last"}, (4, 3, 6), np.float32),
        (random(20, 6, 6, 3), {"layout": "as stored"}, (6, 6, 3), np.float32),
        (random(20, 5, dtype=np.int32), {}, (5,), np.float32),
        (random(20, 5, dtype=np.int32), {"tokens": True}, (5,), np.int64),
        (random(20, 5, dtype=np.dtype(">f8")), {}, (5,), np.float32),
    ],
)
def test_layouts(
    tmp_path: Path, x: np.ndarray, settings: dict[str, object], shape: tuple[int, ...], dtype: type
) -> None:
    np.savez(tmp_path / "data.npz", x=x, y=Y)
    data = check(numpy(**settings), tmp_path)
    assert data.shape == shape
    assert data.dtype == dtype
    assert data.classes == ("0", "1", "2")
    assert (data.mean is None) == bool(settings.get("tokens"))


@pytest.mark.parametrize(
    ("y", "settings", "classes", "target_shape"),
    [
        (Y, {}, ("0", "1", "2"), ()),
        (Y[:, None], {}, ("0", "1", "2"), ()),
        (Y * 5 - 5, {}, ("-5", "0", "5"), ()),
        (np.array(["cat", "dog"])[Y % 2], {}, ("cat", "dog"), ()),
        (np.array([b"cat", "dög".encode()])[Y % 2], {}, ("cat", "dög"), ()),
        (Y % 2 == 0, {}, ("False", "True"), ()),
        (Y.astype(np.float64), {}, None, (1,)),
        (Y, {"task": "regression"}, None, (1,)),
        (Y.astype(np.float64), {"task": "classification"}, ("0.0", "1.0", "2.0"), ()),
        (random(20, 4), {}, None, (4,)),
        (random(20, 5, dtype=np.int64) % 2, {}, None, (5,)),
        (random(20, 5, dtype=np.int64) % 3, {}, ("0", "1", "2"), (5,)),
        (np.eye(4, dtype=np.int64)[Y], {}, ("0", "1", "2", "3"), ()),
        (np.eye(3)[Y], {}, ("0", "1", "2"), ()),
        (np.eye(3, dtype=bool)[Y], {"task": "classification"}, ("0", "1", "2"), ()),
        (np.eye(3)[Y], {"task": "regression"}, None, (3,)),
    ],
)
def test_targets(
    tmp_path: Path, y: np.ndarray, settings: dict[str, object], classes: Any, target_shape: tuple[int, ...]
) -> None:
    np.savez(tmp_path / "data.npz", x=random(20, 5), y=y)
    data = check(numpy(**settings), tmp_path)
    assert data.classes == classes
    assert data.target_shape == target_shape


def test_held_out_parts_are_used_as_such(tmp_path: Path) -> None:
    other = random(6, 5) + 1
    np.savez(tmp_path / "data.npz", x_train=random(20, 5), y_train=Y, x_test=other, y_test=[0, 1, 2, 0, 1, 3])
    data = check(numpy(), tmp_path)
    assert (len(data.train), len(data.validation)) == (20, 6)
    assert data.classes == ("0", "1", "2", "3")
    assert data.warnings == ("NumPy arrays: the training part has no example of 3.",)
    named = check(numpy(x_name="x_test", y_name="y_test", validation=0.5), tmp_path)
    assert len(named.train) + len(named.validation) == 6


def test_two_npy_files(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", random(20, 5))
    np.save(tmp_path / "y.npy", Y)
    data = check(numpy(path="x.npy", y_path="y.npy"), tmp_path)
    assert len(data.train) + len(data.validation) == 20
    with pytest.raises(DataError, match="No target file"):
        numpy(path="x.npy").load(tmp_path)


@pytest.mark.skipif(not MNIST.exists(), reason="MNIST is not on this computer")
def test_mnist_in_two_seconds() -> None:
    start = time.perf_counter()
    data = numpy(path=str(MNIST)).load()
    assert time.perf_counter() - start < 2.0
    assert (len(data.train), len(data.validation), data.shape) == (60_000, 10_000, (1, 28, 28))
    assert data.mean is not None and data.mean.shape == (1, 1, 1)
    assert data.mean.item() == pytest.approx(33.3184)
    assert data.std is not None and data.std.item() == pytest.approx(78.5675)


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("/tmp/netloom-pickle-ran",)


def pickles(tmp_path: Path) -> list[str]:
    bomb = np.array([Bomb()], dtype=object)
    np.save(tmp_path / "objects.npy", bomb, allow_pickle=True)
    np.savez(tmp_path / "objects.npz", x=bomb, y=Y)
    np.savez(tmp_path / "labels.npz", x=random(20, 5), y=bomb)
    (tmp_path / "plain.npy").write_bytes(pickle.dumps(Bomb()))
    (tmp_path / "plain.npz").write_bytes(pickle.dumps(Bomb()))
    with zipfile.ZipFile(tmp_path / "inner.npz", "w") as archive:
        archive.writestr("x.npy", pickle.dumps(Bomb()))
        archive.writestr("y.npy", pickle.dumps(Bomb()))
    return ["objects.npy", "objects.npz", "labels.npz", "plain.npy", "plain.npz", "inner.npz"]


def test_pickles_are_refused_and_never_run(tmp_path: Path) -> None:
    np.save(tmp_path / "y.npy", Y)
    for name in pickles(tmp_path):
        for use in (Dataset.load, Dataset.facts, Dataset.script_source):
            with pytest.raises(DataError) as caught:
                use(numpy(path=name, y_path="y.npy"), tmp_path)
            if name != "inner.npz":
                assert "pickle, which could run anything, so it is not opened" in str(caught.value)
    assert not Path("/tmp/netloom-pickle-ran").exists()


def test_what_is_missing_or_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No data file is chosen"):
        numpy(path="").load(tmp_path)
    with pytest.raises(DataError, match=r"nothing is there. Choose it again"):
        numpy().load(tmp_path)
    with pytest.raises(DataError, match=r"Expected a file at .*, found a folder"):
        numpy(path=".").load(tmp_path)
    np.savez(tmp_path / "data.npz", a=random(3), b=Y)
    with pytest.raises(DataError, match=r"expected an array x \(such as x_train\), found a, b"):
        numpy().load(tmp_path)
    with pytest.raises(DataError, match=r"expected an array “q”, found a, b. Name the one to use as y"):
        numpy(x_name="a", y_name="q").load(tmp_path)
    with pytest.raises(DataError, match="found 3 examples in a and 20 targets in b"):
        numpy(x_name="a", y_name="b").load(tmp_path)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": random(0, 5), "y": Y[:0]}, "nothing in it"),
        ({"x": random(20, 5), "y": Y * 0}, "expected two classes or more, found only “0”"),
        ({"x": np.float32(3), "y": Y}, "expected an array of examples, found a single value"),
        ({"x": random(20, 5), "y": np.arange(20) / np.nan}, "20 NaN or infinite in y"),
        ({"x": random(20, 5).astype(np.complex64), "y": Y}, "expected numbers, found an array of complex64"),
        ({"x": np.zeros(20, "M8[s]"), "y": Y}, "expected numbers, found an array of datetime64"),
        ({"x": np.array(["a"] * 20), "y": Y}, "expected numbers"),
        (
            {"x_train": random(20, 5), "y_train": Y, "x_test": random(20, 4), "y_test": Y},
            r"x_test\]: expected validation examples of 5 as those for training, found 4",
        ),
        (
            {"x_train": random(20, 6, 6, 3), "y_train": Y, "x_test": random(20, 5), "y_test": Y},
            r"x_test\]: expected validation examples of 6×6×3 as those for training, found 5",
        ),
        ({"x_train": random(20, 5), "y_train": Y, "x_test": random(0, 5), "y_test": Y[:0]}, "expected validation ex"),
        ({"x": random(20, 5), "y": Y[:19]}, "found 20 examples in x and 19 targets in y"),
        ({"x": random(0, 5), "y": random(0)}, "nothing in it"),
        ({"x": random(20, 5), "y": np.int64(3)}, r"y\]: expected an array of examples, found a single value"),
        ({"x": random(2, 5), "y": Y[:2]}, "no example of 2 is left for validation"),
    ],
)
def test_arrays_that_can_not_be_trained_on(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    np.savez(tmp_path / "data.npz", **arrays)
    for use in (Dataset.load, Dataset.facts):
        with pytest.raises(DataError, match=message):
            use(numpy(), tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing"])
def test_an_archive_cut_short_is_named_before_anything_else_is_asked_for(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"data.npz: expected a NumPy file, but .* no whole .npz archive"):
        numpy().facts(tmp_path)


def test_nan_is_counted_and_the_first_is_named(tmp_path: Path) -> None:
    x = random(9000, 5)
    x[5000, 2] = np.nan
    x[7000] = np.inf
    np.savez(tmp_path / "data.npz", x=x, y=np.arange(9000) % 2)
    for use in (Dataset.load, Dataset.facts):
        with pytest.raises(DataError, match=r"found 6 NaN or inf.* in x, the first \(nan\) in row 5000 at \[5000, 2\]"):
            use(numpy(), tmp_path)


def test_numbers_that_are_too_large_count_as_infinite(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=random(20, 5).astype(np.float64) * 1e300, y=Y)
    for use in (Dataset.load, Dataset.facts):
        with pytest.raises(DataError, match=r"the first \(inf\) .* Numbers beyond 3.4e38 count as infinite"):
            use(numpy(), tmp_path)


def test_looking_ahead_ends_after_some_megabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x = random(9000, 5)
    x[5000, 2] = np.nan
    monkeypatch.setattr("studio.data.formats.npy.BLOCK", 20_000)
    monkeypatch.setattr("studio.data.arrays.base.LOOKED_AT", 80_000)
    for order in (np.ascontiguousarray, np.asfortranarray):
        np.savez(tmp_path / "data.npz", x=order(x), y=np.arange(9000) % 2)
        assert numpy().facts(tmp_path).examples == 9000
        with pytest.raises(DataError, match="found 1 NaN"):
            numpy().load(tmp_path)


def test_arrays_without_names_of_their_own_are_x_and_y(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", random(20, 5), Y)
    assert check(numpy(), tmp_path).classes == ("0", "1", "2")


def test_tokens_must_be_whole(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.floor(random(20, 5)), y=Y)
    assert check(numpy(tokens=True), tmp_path).facts().token_range is not None
    np.savez(tmp_path / "data.npz", x=random(20, 5) + 0.5, y=Y)
    for use in (Dataset.load, Dataset.facts):
        with pytest.raises(DataError, match="Expected integers as tokens, found") as caught:
            use(numpy(tokens=True), tmp_path)
        assert caught.value.mend == {"tokens": False}


@pytest.mark.parametrize("order", [np.ascontiguousarray, np.asfortranarray])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_it_is_read_in_pieces_and_can_be_left(
    tmp_path: Path, order: Any, save: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.data.formats.npy.BLOCK", 1000)
    x = random(500, 5, 5, 3, dtype=np.uint8)
    save(tmp_path / "data.npz", x=order(x), y=np.arange(500) % 2)
    data = check(numpy(), tmp_path)
    rows = np.moveaxis(x, -1, 1)
    assert {row.tobytes() for split in data.splits for row in split.x} == {row.tobytes() for row in rows}

    def leave(done: int, total: int) -> None:
        raise Left

    with pytest.raises(Left):
        numpy().load(tmp_path, leave)


def test_a_layout_that_does_not_fit_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=random(20, 5), y=Y)
    with pytest.raises(DataError, match="layout “channels last” expects 4 dimensions, found 20×5"):
        numpy(layout="channels last").load(tmp_path)


def test_a_file_cut_or_changed_anywhere_gives_data_or_a_sentence(tmp_path: Path) -> None:
    whole = io.BytesIO()
    np.savez_compressed(whole, x=random(20, 5), y=Y)
    content = whole.getvalue()
    path = tmp_path / "data.npz"
    generator = np.random.default_rng(0)
    for number in range(200):
        data = bytearray(content)
        if number % 2:
            data = data[: int(generator.integers(len(data)))]
        else:
            data[int(generator.integers(len(data)))] ^= 1 << int(generator.integers(8))
        path.write_bytes(data)
        for use in (Dataset.load, Dataset.facts):
            try:
                use(numpy(), tmp_path)
            except DataError as error:
                assert len(str(error)) < 1000


def test_an_absurd_size_takes_no_memory(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**9, 10**6)})
    (tmp_path / "x.npy").write_bytes(header.getvalue())
    np.save(tmp_path / "y.npy", Y)
    with pytest.raises(DataError, match="4,000,000,000,000,000 bytes are missing"):
        numpy(path="x.npy", y_path="y.npy").load(tmp_path)


def test_a_file_of_holes_takes_no_memory(tmp_path: Path) -> None:
    """As many zeros as its header says, which take no room on the disk."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**9, 250)})
    (tmp_path / "x.npy").write_bytes(header.getvalue())
    os.truncate(tmp_path / "x.npy", len(header.getvalue()) + 10**12)
    np.save(tmp_path / "y.npy", Y)
    with pytest.raises(DataError, match="found 1,000,000,000 examples in x and 20 targets"):
        numpy(path="x.npy", y_path="y.npy").load(tmp_path)
    with pytest.raises(DataError, match="of memory, more than is free"):
        numpy(path="x.npy", y_path="x.npy", loading="resident").load(tmp_path)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_rows_of_several_labels_are_a_number_each(tmp_path: Path, dtype: type) -> None:
    y = np.random.default_rng(1).integers(0, 2, (20, 4)).astype(dtype)
    np.savez(tmp_path / "data.npz", x=random(20, 5), y=y)
    data = check(numpy(), tmp_path)
    assert data.classes is None and data.target_shape == (4,)
    assert check(numpy(task="classification"), tmp_path).classes is not None
