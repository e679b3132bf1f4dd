"""Images that stay files are the very images that are kept in memory otherwise."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.data import DATASETS, Data, DataError
from studio.data.baselines import baselines
from studio.data.formats.streamed import ImageFiles, is_streamed, joined
from studio.data.kinds.images import MANY, ImageFolder
from studio.data.portable import spread_rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve images of two classes, one of another size."""
    generator = np.random.default_rng(0)
    for name in ("cat", "dog"):
        for number in range(6):
            (tmp_path / name).mkdir(exist_ok=True)
            pixels = generator.integers(0, 255, (5 if number == 2 else 4, 6, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    return tmp_path


def load(folder: Path, loading: str, **settings: Any) -> Data:
    data: Data = DATASETS["image_folder"](path=str(folder), loading=loading, **settings).load()
    return data


@pytest.mark.parametrize("settings", [{}, {"color": "grayscale", "size": [3, 3]}, {"training_share": 0.5}])
def test_streamed_images_are_those_in_memory(folder: Path, settings: dict[str, Any]) -> None:
    resident, streamed = (load(folder, loading, **settings) for loading in ("resident", "streamed"))
    assert not is_streamed(resident.train.x) and is_streamed(streamed.train.x)
    for ours, theirs in zip(streamed.splits, resident.splits, strict=True):
        np.testing.assert_array_equal(np.asarray(ours.x), theirs.x, strict=True)
        np.testing.assert_array_equal(ours.y, theirs.y, strict=True)
        np.testing.assert_array_equal(ours.x[-1], theirs.x[-1], strict=True)
        assert (ours.x.shape, ours.x.dtype, ours.x.nbytes) == (theirs.x.shape, theirs.x.dtype, theirs.x.nbytes)
    # As few as these are all in the sample.
    np.testing.assert_array_equal(streamed.mean, resident.mean)  # type: ignore[arg-type]
    np.testing.assert_array_equal(streamed.std, resident.std)  # type: ignore[arg-type]
    assert streamed.size < resident.size
    assert streamed.facts().inputs[""].streamed and not resident.facts().inputs[""].streamed


@pytest.mark.parametrize("parts", [False, True])
def test_the_script_streams_the_same_images(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, parts: bool
) -> None:
    if parts:
        above = tmp_path_factory.mktemp("parts")
        for part in ("train", "test"):
            (above / part).symlink_to(folder)
        folder = above
    dataset = ImageFolder(path=str(folder), loading="streamed")
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    x, y, x_validation, y_validation, mean, std = names["load_data"]()
    data = dataset.load()
    for ours, theirs in zip((data.train, data.validation), ((x, y), (x_validation, y_validation)), strict=True):
        np.testing.assert_array_equal(np.asarray(ours.x), theirs[0].read(), strict=True)
        np.testing.assert_array_equal(ours.y, theirs[1], strict=True)
    np.testing.assert_array_equal((data.mean, data.std), (mean, std))  # type: ignore[arg-type]


def test_what_cannot_be_read_is_black_and_named_here_and_in_the_script(folder: Path) -> None:
    (folder / "dog" / "9.png").write_bytes(b"no image")
    dataset = ImageFolder(path=str(folder), loading="streamed", normalize=False, validation=0.1)
    data = dataset.load()
    images = data.train.x
    assert isinstance(images, ImageFiles) and not images.broken
    found = np.asarray(images)
    assert found[-1].max() == 0 < found[-2].max()
    assert [*images.broken] == [str(folder / "dog" / "9.png")]
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    np.testing.assert_array_equal(names["load_data"]()[0].read(), found)


def test_many_or_large_images_are_streamed_unasked() -> None:
    assert ImageFolder()._streams(MANY, (8, 8)) and not ImageFolder()._streams(MANY - 1, (8, 8))
    assert ImageFolder()._streams(6_000, (256, 256)) and not ImageFolder()._streams(5_000, (256, 256))
    assert not ImageFolder(loading="resident")._streams(MANY, (256, 256))
    assert ImageFolder(loading="streamed")._streams(2, (8, 8))


def test_a_checksum_tells_other_files(folder: Path) -> None:
    before = load(folder, "streamed").train.x
    assert isinstance(before, ImageFiles)
    value = before.checksum(0)
    assert before[::-1].checksum(0) != value
    with Path(before.files[0]).open("ab") as file:
        file.write(b"more")
    assert before.checksum(0) != value
    Path(before.files[0]).unlink()
    assert before.checksum(0) != value


def test_parts_are_joined_and_spread_without_reading(folder: Path) -> None:
    data = load(folder, "streamed")
    both = joined([data.train.x, data.validation.x])
    assert len(both) == 12 and is_streamed(both)
    assert joined([np.zeros(2), np.ones(1)]).tolist() == [0, 0, 1]
    assert spread_rows(5).tolist() == [0, 1, 2, 3, 4]
    many = spread_rows(100_000)
    assert len(many) == 1024 and many[0] == 0 and many[-1] == 99_999


def test_of_very_many_files_names_and_some_sizes_are_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.data.formats import streamed

    files = sorted(str(path) for path in folder.rglob("*.png"))
    monkeypatch.setattr(streamed, "MANY", len(files) - 1)
    images = streamed.ImageFiles(np.array(files, dtype=object), (4, 4), "RGB")
    value = images.checksum(0)
    assert value != images[::-1].checksum(0) and value == images.checksum(0)
    with open(files[0], "ab") as file:
        file.write(b"more")
    assert images.checksum(0) != value


def test_the_fastest_number_of_threads_is_found_and_shared_by_all_parts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.data.formats import streamed

    files = sorted(str(path) for path in folder.rglob("*.png"))
    monkeypatch.setattr(streamed, "workers", lambda: 3)
    monkeypatch.setattr(streamed, "TRIED", 2)
    images = streamed.ImageFiles(np.array(files, dtype=object), (4, 4), "RGB")
    part = images[2:]
    images.sample()
    assert images.workers == 3, "of so few images it cannot be told"
    monkeypatch.setattr(streamed, "ENOUGH", 8)
    clock = iter((0.0, 4.0, 10.0, 11.0, 20.0, 99.0))  # begin and end with 1, 2 and 3 threads
    monkeypatch.setattr(streamed.time, "perf_counter", lambda: next(clock))
    np.testing.assert_array_equal(images.sample(), images.read())
    assert (images.workers, part.workers) == (2, 2)
    assert part.told() == f"{len(part)} images of 3×4×4 are decoded as they come by 2 threads, about 2 a second."


def test_images_of_which_none_can_be_read_are_no_data(folder: Path) -> None:
    files = sorted(folder.rglob("*.png"))
    for path in files[1:]:
        path.write_bytes(b"broken")
    assert np.asarray(load(folder, "streamed", size=[4, 4]).train.x).any()
    files[0].write_bytes(b"broken")
    with pytest.raises(DataError, match=r"None of \d+ images can be read. First: .*png \(no image\)"):
        load(folder, "streamed", size=[4, 4])


def test_images_are_not_read_to_count_what_is_twice(folder: Path) -> None:
    resident, streamed = (load(folder, loading) for loading in ("resident", "streamed"))
    assert baselines(resident)["leaked"] == 0
    (folder / "cat" / "0.png").unlink()  # nobody looks
    assert baselines(streamed) == {name: value for name, value in baselines(resident).items() if name != "leaked"}
    assert not streamed.train.x.broken  # type: ignore[attr-defined]


def test_more_workers_than_help_are_told_and_more_processes_than_images_are_not_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.data.formats import streamed

    monkeypatch.setattr(streamed.os, "cpu_count", lambda: 2)
    files = np.array(sorted(str(path) for path in folder.rglob("*.png"))[:2], dtype=object)
    images = streamed.ImageFiles(files, (4, 4), "RGB")
    images.work_with(8, "threads")
    assert images.told().endswith("by 8 threads.")
    images.work_with(9, "spawn")
    assert images.told().endswith("by 9 processes; more than 2 cores can keep busy.")
    parts = [images[:1], images[1:]]
    threads = streamed.ImageFiles(files, (4, 4), "RGB").read()
    np.testing.assert_array_equal(np.concatenate([part.read() for part in parts]), threads)
    assert images.pace.crew is not None and len(images.pace.crew._members) == 2
    images.rest()
    assert images.joined([images]).whole == 4


@pytest.mark.parametrize(("threads", "faster", "who"), [
    (0.5, 1.2, "1 process, about"), (0.5, 1e9, "3 threads, about 0 a s"), (9.0, 1.2, "3 threads, about 9 a s"),
])  # fmt: skip
def test_processes_are_taken_where_threads_are_held_up_and_they_are_faster(
    folder: Path, monkeypatch: pytest.MonkeyPatch, threads: float, faster: float, who: str
) -> None:
    from studio.data.formats import streamed

    files = sorted(str(path) for path in folder.rglob("*.png"))
    monkeypatch.setattr(streamed, "MANY", len(files))
    monkeypatch.setattr(streamed, "SPAWN", "forkserver")  # starts sooner
    monkeypatch.setattr(streamed, "FASTER", faster)
    images = streamed.ImageFiles(np.array(files, dtype=object), (4, 4), "RGB")
    expected = images.read()
    images.pace.workers, images.pace.rate, images.pace.alone = 3, threads, 4.0
    monkeypatch.setattr(streamed, "workers", lambda: 1)
    images.work_with(0, "auto")
    assert who in images.told() and ("(threads: 0)" in images.told()) == ("process" in who)
    np.testing.assert_array_equal(images[::2].read(), expected[::2])
    images.rest()
    assert images.pace.crew is None


def test_one_image_is_decoded_without_a_thread(tmp_path: Path) -> None:
    """A thread would come to it later than it is decoded, while others keep the interpreter."""
    Image.new("RGB", (4, 4), (9, 8, 7)).save(tmp_path / "a.png")
    (tmp_path / "broken.png").write_bytes(b"no image")
    images = ImageFiles(np.array([str(tmp_path / name) for name in ("a.png", "broken.png")]), (4, 4), "RGB")
    threads: list[str] = []
    before = threading.Thread.start
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", lambda self: (threads.append(self.name), before(self)))
        assert images[0][:, 0, 0].tolist() == [9, 8, 7]
        assert not images[1].any() and [*images.broken] == [str(tmp_path / "broken.png")]
        assert not threads
        assert images.read().shape == (2, 3, 4, 4) and threads
