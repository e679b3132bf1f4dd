"""NumPy files that nobody should trust."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data.errors import DataError
from studio.data.formats.arrays.door import read_array
from studio.data.formats.memory import free_memory
from studio.data.formats.npy import Place, array_names, header


def saved(array: np.ndarray, version: tuple[int, int] | None = None) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=version, allow_pickle=True)
    return buffer.getvalue()


def archive(path: Path, compression: int = zipfile.ZIP_STORED, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.zeros((0, 4), np.uint8),
        np.float32(3),
        np.array(["a", "é"]),
        np.array([b"a", b"bc"]),
        np.array([True, False]),
        np.arange(3, dtype=">u2"),
    ],
)
def test_shape_and_type_are_told_without_reading(tmp_path: Path, array: np.ndarray, version: tuple[int, int]) -> None:
    content = saved(np.asarray(array), version)
    (tmp_path / "a.npy").write_bytes(content)
    for place in (Place(tmp_path / "a.npy"), Place(archive(tmp_path / "a.npz", a=content), "a")):
        assert header(place) == (np.shape(array), np.asarray(array).dtype)
        np.testing.assert_array_equal(read_array(place), array)


def test_names_of_an_archive_are_those_of_its_arrays(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", x=saved(np.zeros(1)), y=saved(np.zeros(1)))
    assert array_names(path) == ["x", "y"]
    assert str(Place(path, "x")) == "a.npz[x]" and str(Place(path)) == "a.npz"
    with pytest.raises(DataError, match=r"a.npz\[z\]: expected a NumPy file, but it can't be read"):
        header(Place(path, "z"))


@pytest.mark.parametrize(
    "array",
    [
        np.array([{}], dtype=object),
        np.array([1, "a", None], dtype=object),
        np.array([(1, [2])], dtype=[("a", "i4"), ("b", "O")]),
    ],
)
def test_python_objects_are_never_opened(tmp_path: Path, array: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(array)
    monkeypatch.setattr(pickle, "load", pytest.fail)
    monkeypatch.setattr(pickle, "loads", pytest.fail)
    (tmp_path / "a.npy").write_bytes(content)
    for place in (Place(tmp_path / "a.npy"), Place(archive(tmp_path / "a.npz", a=content), "a")):
        for use in (header, read_array):
            with pytest.raises(DataError, match="Python objects as a pickle, which could run anything"):
                use(place)


@pytest.mark.parametrize("kind", ["c8", "c16", "M8[s]", "m8[s]", "V4", [("a", "f4"), ("b", "i2")]])
def test_what_is_no_number_is_named(tmp_path: Path, kind: object) -> None:
    (tmp_path / "a.npy").write_bytes(saved(np.zeros(3, dtype=kind)))  # type: ignore[call-overload]
    with pytest.raises(DataError, match="expected numbers, found an array of"):
        header(Place(tmp_path / "a.npy"))


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_plain_pickle_is_told_from_a_broken_file(tmp_path: Path, protocol: int) -> None:
    (tmp_path / "a.npy").write_bytes(pickle.dumps([1, 2], protocol))
    with pytest.raises(DataError, match=r"a.npy is a pickle, .* Save it with numpy.save or savez"):
        header(Place(tmp_path / "a.npy"))
    (tmp_path / "a.npy").write_bytes(b"\x80" * 8)
    with pytest.raises(DataError, match="can't be read"):
        header(Place(tmp_path / "a.npy"))


@pytest.mark.parametrize(
    ("descr", "shape"), [("<f4", (10**9, 10**6)), ("|u1", (2**62,)), ("<f8", (10**30,)), ("<U1000", (10**12,))]
)
def test_a_header_that_promises_too_much_takes_no_memory(tmp_path: Path, descr: str, shape: tuple[int, ...]) -> None:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": False, "shape": shape})
    (tmp_path / "a.npy").write_bytes(buffer.getvalue())
    for place in (Place(tmp_path / "a.npy"), Place(archive(tmp_path / "a.npz", a=buffer.getvalue()), "a")):
        for use in (header, read_array):
            with pytest.raises(DataError, match=r"of memory, more than is free|can't be read"):
                use(place)
    assert 2**26 < free_memory() < 2**50


def test_a_small_archive_that_unpacks_to_much_is_only_as_large_as_its_header(tmp_path: Path) -> None:
    content = saved(np.arange(3)) + bytes(200_000_000)
    path = archive(tmp_path / "a.npz", zipfile.ZIP_DEFLATED, a=content)
    assert path.stat().st_size < 1_000_000
    assert header(Place(path, "a"))[0] == (3,)
    assert read_array(Place(path, "a")).tolist() == [0, 1, 2]


def test_an_archive_with_a_password_is_a_sentence(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", a=saved(np.zeros(2)))
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag in both headers of the member
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="can't be read"):
        header(Place(path, "a"))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=120), st.booleans())
def test_noise_behind_the_magic_is_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, begins: bool
) -> None:
    path = tmp_path_factory.mktemp("noise") / "a.npy"
    path.write_bytes((b"\x93NUMPY\x01\x00" if begins else b"") + noise)
    for use in (header, read_array):
        with pytest.raises(DataError) as caught:
            use(Place(path))
        assert "a.npy" in str(caught.value) and len(str(caught.value)) < 2000


def test_every_cut_of_a_file_is_a_sentence(tmp_path: Path) -> None:
    content = saved(np.arange(4))
    for length in range(0, len(content), 7):
        (tmp_path / "a.npy").write_bytes(content[:length])
        with pytest.raises(DataError):
            read_array(Place(tmp_path / "a.npy"))
