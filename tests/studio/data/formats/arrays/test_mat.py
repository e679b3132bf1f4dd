"""MATLAB's files as arrays: examples that come last, labels as doubles, cells of texts, version 7.3, torn files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from agreed_arrays import read

from studio.data import DATASETS, Data, DataError, kind_for
from studio.data.formats.arrays import mat
from studio.data.formats.arrays.door import array_names, blocks, header
from studio.data.formats.npy import Place

io = pytest.importorskip("scipy.io")
ROWS = 40
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 255, (6, 5, 3, ROWS), dtype=np.uint8)
DIGITS = (np.arange(ROWS, dtype=np.uint8) % 10 + 1)[:, None]


def saved(folder: Path, **arrays: Any) -> Path:
    io.savemat(folder / "a.mat", arrays, do_compression=True)
    return folder / "a.mat"


def late(folder: Path, **arrays: np.ndarray) -> Path:
    """As MATLAB writes version 7.3: HDF5 behind 512 bytes that say so, directions the other way round."""
    h5py = pytest.importorskip("h5py")
    classes = {"float64": "double", "float32": "single", "bool": "logical"}
    with h5py.File(folder / "a.mat", "w", userblock_size=512) as file:
        for name, array in arrays.items():
            kind = classes.get(array.dtype.name, array.dtype.name)
            file[name] = array.T.astype(np.uint8) if kind == "logical" else array.T
            file[name].attrs["MATLAB_class"] = np.bytes_(kind)
        group = file.create_group("#refs#")
        group["a"] = np.zeros(3)
    with open(folder / "a.mat", "r+b") as file:
        file.write(mat.LATE_MAGIC + b", Platform: GLNXA64".ljust(100))
    return folder / "a.mat"


def every(data: Data) -> np.ndarray:
    assert data.rows is not None
    found = np.empty((sum(map(len, data.rows)), *data.shape), data.dtype)
    for rows, part in zip(data.rows, data.splits, strict=True):
        found[rows] = part.x
    return found


@pytest.mark.parametrize("write", [saved, late])
def test_images_with_the_examples_last_as_street_numbers_have_them(write: Any, tmp_path: Path) -> None:
    path = write(tmp_path, X=IMAGES, y=DIGITS)
    assert kind_for(path) is DATASETS["numpy"] and array_names(path) == ["X", "y"]
    data = read(path)
    assert data.shape == (3, 6, 5) and data.dtype == np.uint8
    np.testing.assert_array_equal(every(data), IMAGES.transpose(3, 2, 0, 1))
    assert data.classes == tuple(map(str, range(1, 11))), "10 stands for the digit 0, and stays what it is"


@pytest.mark.parametrize("write", [saved, late])
@pytest.mark.parametrize("shape", [(ROWS, 1), (1, ROWS)])
@pytest.mark.parametrize("turned", [False, True])
def test_tables_either_way_round_with_labels_of_doubles(
    write: Any, shape: tuple[int, int], turned: bool, tmp_path: Path
) -> None:
    x = RANDOM.normal(size=(ROWS, 4))
    y = (np.arange(ROWS) % 3 + 1.0).reshape(shape)
    data = read(write(tmp_path, X=x.T if turned else x, y=y))
    assert data.classes == ("1", "2", "3") and data.shape == (4,)
    np.testing.assert_array_equal(every(data), x.astype(np.float32))


@pytest.mark.parametrize("write", [saved, late])
def test_many_integers_and_fractions_are_measured(write: Any, tmp_path: Path) -> None:
    x = RANDOM.normal(size=(ROWS, 4))
    for y in (np.arange(ROWS, dtype=float), np.arange(ROWS) % 3 / 2):
        assert read(write(tmp_path, X=x, y=y[:, None])).task == "regression"


def test_cells_of_texts_and_matrices_of_letters_are_classes(tmp_path: Path) -> None:
    x = RANDOM.normal(size=(ROWS, 2))
    cells = np.array([["setosa", "it's"][row % 2] for row in range(ROWS)], dtype=object)[:, None]
    assert read(saved(tmp_path, X=x, y=cells)).classes == ("it's", "setosa")
    letters = np.array([["ab", "cd"][row % 2] for row in range(ROWS)])
    assert read(saved(tmp_path, X=x, y=letters)).classes == ("ab", "cd")


def test_yes_and_no_and_sparse_matrices(tmp_path: Path) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    x = RANDOM.integers(0, 2, (ROWS, 5)).astype(float)
    data = read(saved(tmp_path, X=sparse.csc_matrix(x), y=(np.arange(ROWS) % 2 == 1)[:, None]))
    np.testing.assert_array_equal(every(data), x.astype(np.float32))
    assert data.classes is not None and len(data.classes) == 2
    assert len(read(late(tmp_path, X=x, y=(np.arange(ROWS) % 2 == 1)[:, None])).classes or ()) == 2


def test_structures_beside_arrays_are_passed_over_and_alone_refused(tmp_path: Path) -> None:
    assert array_names(saved(tmp_path, X=np.ones((4, 2)), about={"who": "me"})) == ["X"]
    with pytest.raises(DataError, match=r"found struct. In MATLAB save arrays by themselves"):
        read(saved(tmp_path, about={"who": "me"}))
    with pytest.raises(DataError, match="expected arrays of numbers, found none"):
        read(saved(tmp_path))


@pytest.mark.parametrize("write", [saved, late])
def test_torn_files_are_a_sentence(write: Any, tmp_path: Path) -> None:
    path = write(tmp_path, X=IMAGES, y=DIGITS)
    whole = path.read_bytes()
    for length in (0, 4, 100, 130, 200, len(whole) // 2, len(whole) - 9):
        path.write_bytes(whole[:length])
        try:
            read(path)
        except DataError as error:
            assert len(str(error)) < 400
    generator = np.random.default_rng(1)
    for _ in range(30):
        changed = bytearray(whole)
        for place in generator.integers(128, len(whole), 6).tolist():
            changed[place] ^= int(generator.integers(1, 255))
        path.write_bytes(bytes(changed))
        try:
            [*blocks(Place(path, "X"))]
        except DataError as error:
            assert len(str(error)) < 400


def test_what_unpacks_to_very_much_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mat, "SUSPECT_SIZE", 1 << 16)
    path = saved(tmp_path, X=np.zeros((1 << 16, 8)), y=DIGITS)
    with pytest.raises(DataError, match="X would unpack to"):
        header(Place(path, "X"))


@pytest.mark.parametrize(("write", "package", "extra"), [(saved, "scipy", "matlab"), (late, "h5py", "hdf5")])
def test_without_its_reader_a_file_says_what_to_install(
    write: Any, package: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, X=IMAGES, y=DIGITS)
    monkeypatch.setattr(mat, "find_spec", lambda name: None if name == package else name)
    with pytest.raises(DataError, match=rf"reading it needs {package}. Run pip install netloom\[{extra}\], or save"):
        array_names(path)


def test_arrays_that_do_not_say_what_they_are_of_are_passed_over(tmp_path: Path) -> None:
    path = late(tmp_path, x=np.ones((20, 3)), y=np.arange(20.0)[:, None] % 2)
    with pytest.importorskip("h5py").File(path, "r+") as file:
        del file["x"].attrs["MATLAB_class"]
        file["x"].attrs["MATLAB_class"] = 5
    assert array_names(path) == ["y"]


def test_very_many_arrays_are_refused_before_they_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = {f"a{number}": np.ones((20, number + 1)) for number in range(6)}
    for compressed in (False, True):
        io.savemat(tmp_path / f"{compressed}.mat", some, do_compression=compressed)
        assert len(array_names(tmp_path / f"{compressed}.mat")) == 6
    monkeypatch.setattr(mat, "MOST_ARRAYS", 6)
    io.savemat(tmp_path / "as many.mat", some)
    assert len(array_names(tmp_path / "as many.mat")) == 6
    monkeypatch.setattr(mat, "MOST_ARRAYS", 5)
    for compressed in (False, True):
        io.savemat(tmp_path / f"other {compressed}.mat", some, do_compression=compressed)
        with pytest.raises(DataError, match="at most 5 arrays, found more"):
            array_names(tmp_path / f"other {compressed}.mat")
    with pytest.raises(DataError, match="at most 5 arrays, found more"):
        array_names(late(tmp_path, **some))
