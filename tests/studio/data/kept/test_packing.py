"""Sets that are published in formats of their own become one file of arrays, and nothing else remains of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import ssl
import struct
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bad_server import Server, serving

from studio.data import DATASETS, DataError
from studio.data.kept.download import fetch
from studio.data.kept.packing.images import cifar, idx, mat_arrays
from studio.data.kept.packing.making import packed, whole
from studio.data.kept.ready_set import ReadySet, datasets_folder

IMAGES = np.random.default_rng(0).integers(0, 255, (9, 28, 28), np.uint8)


def as_idx(values: np.ndarray) -> bytes:
    head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return gzip.compress(head + values.tobytes())


def test_files_as_mnist_has_them(tmp_path: Path) -> None:
    arrays = (IMAGES, np.arange(9, dtype=np.uint8) % 3, IMAGES[:4], np.arange(4, dtype=np.uint8) % 3)
    files = [tmp_path / f"{number}.gz" for number in range(4)]
    for file, values in zip(files, arrays, strict=True):
        file.write_bytes(as_idx(values))
    packed(tmp_path / "a.npz", idx(files, "a"))
    data = DATASETS["numpy"](path="a.npz").load(tmp_path)
    assert data.shape == (1, 28, 28) and data.sizes == {"training": 9, "validation": 4}
    np.testing.assert_array_equal(data.train.x[:, 0], IMAGES)
    assert not (tmp_path / "a.part").exists()


@pytest.mark.parametrize("labels", [1, 2])
def test_files_as_cifar_has_them(tmp_path: Path, labels: int) -> None:
    generator = np.random.default_rng(0)
    rows = {name: generator.integers(0, 255, (5, labels + 3072), np.uint8) for name in ("b_2", "b_1", "test_batch")}
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        for name, content in {**{f"{n}.bin": r.tobytes() for n, r in rows.items()}, "readme.html": b"about"}.items():
            member = tarfile.TarInfo(f"cifar/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    found = cifar([tmp_path / "a.tar.gz"], "a")
    assert found["x_train"].shape == (10, 3, 32, 32) and found["x_test"].shape == (5, 3, 32, 32)
    np.testing.assert_array_equal(found["y_train"], np.concatenate([rows["b_1"], rows["b_2"]])[:, labels - 1])
    np.testing.assert_array_equal(found["x_test"].reshape(5, -1), rows["test_batch"][:, labels:])


@pytest.mark.parametrize("packed", [True, False])
def test_files_of_matlab_are_read_as_scipy_reads_them(tmp_path: Path, packed: bool) -> None:
    io_of = pytest.importorskip("scipy.io")
    generator = np.random.default_rng(0)
    arrays = {"X": generator.integers(0, 255, (4, 3, 3, 5), np.uint8), "y": np.array([[10], [1]], np.uint8)}
    arrays |= {"few": np.array([[7]], np.int16), "wide": generator.normal(size=(3, 2)), "n": np.array([[70_000]])}
    io_of.savemat(tmp_path / "a.mat", arrays, do_compression=packed)
    found = dict(mat_arrays((tmp_path / "a.mat").read_bytes()))
    assert found.keys() == arrays.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values)


def test_what_is_made_half_is_not_left(tmp_path: Path) -> None:
    for make in (Path.mkdir, Path.touch):
        with pytest.raises(OSError, match="full"), whole(tmp_path / "a") as part:
            make(part)
            raise OSError("the disk is full")
        assert not list(tmp_path.iterdir())
    (tmp_path / "a.part").mkdir()  # of a program that was killed
    with whole(tmp_path / "a") as part:
        part.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, ssl.SSLContext]]:
    monkeypatch.setenv("NETLOOM_DATASETS", str(tmp_path / "sets"))
    with serving(as_idx(IMAGES)) as found:
        yield found


def test_all_files_come_with_one_progress_and_a_broken_one_stops_it(served: tuple[Server, ssl.SSLContext]) -> None:
    server, trust = served
    digest, size = hashlib.sha256(server.content).hexdigest(), len(server.content)
    parts = tuple(ReadySet(f"toy-{n}.gz", "Toy", "", "", server.url(), digest, size, "") for n in range(4))
    toy = ReadySet("toy", "Toy", "9 images", "CC0", server.url(), "", 4 * size, ".npz", parts, "idx")
    told: list[tuple[int, int]] = []
    server.way = "other"
    with pytest.raises(DataError, match="is not that file"):
        fetch(toy, trust=trust)
    assert list(datasets_folder().iterdir()) == []
    server.way = "good"
    path = fetch(toy, lambda done, total: told.append((done, total)), trust=trust)
    assert told == sorted(told) and told[-1] == (4 * size, 4 * size)
    assert [file.name for file in datasets_folder().iterdir()] == ["toy.npz"]
    with np.load(path) as found:
        np.testing.assert_array_equal(found["x_test"], IMAGES)
