"""The first examples of much data, before the rest is read."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from recordings import tone, wav

from studio.data import DATASETS, Data, DataError
from studio.data.frames import first as first_frames
from studio.data.frames.windows import are_windows
from studio.data.images import first
from studio.data.kinds import tables

ROWS = [f"{row},{row % 7},{'ab'[row % 2]},2024-01-{row % 28 + 1:02}\n" for row in range(400)]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "GLANCED_FROM", 1_000)
    monkeypatch.setattr(first, "MANY", 40)


def table(folder: Path, text: str, **settings: object) -> Data | None:
    (folder / "a.csv").write_text(text)
    return DATASETS["csv"](path="a.csv", target="kind", **settings).glance(folder)


def test_the_first_rows_of_a_table_are_read_as_all_are(tmp_path: Path) -> None:
    text = "size,age,kind,day\n" + "".join(ROWS)
    found = table(tmp_path, text)
    assert found is not None and len(found.train) == tables.GLANCED
    assert found.inputs[""].features == ("size", "age", "day year", "day month", "day day", "day weekday")
    np.testing.assert_array_equal(found.train.x[:, 0], np.arange(tables.GLANCED))
    assert found.first_target.classes == ("a", "b")


def test_what_stands_further_back_is_not_looked_at(tmp_path: Path) -> None:
    text = "size,age,kind,day\n" + "".join(ROWS) + "oops,\n"
    assert table(tmp_path, text) is not None
    with pytest.raises(DataError, match="expected 4 columns in row 402"):
        DATASETS["csv"](path="a.csv", target="kind").load(tmp_path)
    with pytest.raises(DataError, match="expected a number"):  # as it is read, it is said
        table(tmp_path, text.replace("\n3,", "\nthree,"), types={"size": "number"})


def test_small_tables_and_other_formats_have_no_first_rows(tmp_path: Path) -> None:
    assert table(tmp_path, "size,kind\n1,a\n2,b\n") is None
    (tmp_path / "a.csv").write_bytes(b"PAR1" + bytes(2_000))
    assert DATASETS["csv"](path="a.csv").glance(tmp_path) is None


def draw_classes(root: Path, classes: int = 5, each: int = 12) -> None:
    for place in range(classes):
        (root / f"c{place}").mkdir(parents=True)
        Image.new("RGB", (6, 4), (10 * place, 0, 0)).save(root / f"c{place}" / "0.png")
        for number in range(1, each):
            os.link(root / f"c{place}" / "0.png", root / f"c{place}" / f"{number}.png")


@pytest.mark.parametrize("below", ["", "train"])
def test_some_images_of_each_class_come_first(tmp_path: Path, below: str) -> None:
    draw_classes(tmp_path / "images" / below)
    (tmp_path / "images" / below / "c0" / "0.png").unlink()
    (tmp_path / "images" / below / "c0" / "0.png").write_bytes(b"no image")
    found = DATASETS["image_folder"](path="images").glance(tmp_path)
    assert found is not None and found.train.x.shape[1:] == (3, 4, 6)
    assert found.first_target.classes == tuple(f"c{place}" for place in range(5))
    assert found.train.x[:, 0, 0, 0].tolist() == [10 * label for label in found.train.y]
    assert set(found.train.y.tolist()) == set(range(5))


def test_there_are_none_of_few_images_masks_and_archives(tmp_path: Path) -> None:
    draw_classes(tmp_path / "few", each=3)
    draw_classes(tmp_path / "many")
    kind = DATASETS["image_folder"]
    assert kind(path="few").glance(tmp_path) is kind(path="many", task="segmentation").glance(tmp_path) is None
    assert kind(path="many.zip").glance(tmp_path) is None
    (tmp_path / "flat").mkdir()
    assert kind(path="flat").glance(tmp_path) is None
    with pytest.raises(DataError, match="nothing is there"):
        kind(path="gone").glance(tmp_path)


def test_large_images_do_not_hold_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_classes(tmp_path / "many")
    monkeypatch.setattr(first, "LONGEST", 0.0)
    found = DATASETS["image_folder"](path="many").glance(tmp_path)
    assert found is not None and len(found.train) == 1


def speak(root: Path, name: str, seconds: float = 0.2, hertz: float = 300.0) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(wav(tone(hertz, seconds)))


@pytest.mark.parametrize("below", ["", "train/"])
def test_some_recordings_of_each_folder_come_first(tmp_path: Path, below: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_frames, "MANY", 20)
    for word in ("yes", "no", "up"):
        for number in range(8):
            speak(tmp_path / "words", f"{below}{word}/{number}.wav")
    if below:
        speak(tmp_path / "words", "test/yes/9.wav")
    (tmp_path / "words" / below / "no" / "0.wav").write_bytes(b"no sound")
    dataset = DATASETS["frames"](path="words", context=2, mel_bins=20)
    found = dataset.glance(tmp_path)
    assert found is not None and found.first_target.classes == ("no", "up", "yes")
    whole = dataset.load(tmp_path)
    assert found.shape == whole.shape == (5, 20)
    windows = found.train.x
    assert are_windows(windows) and windows.waves is not None and len(windows.waves()) == len(windows.frames)
    assert 0 < len(found.train) < len(whole.train) + len(whole.validation)


def test_of_long_recordings_the_beginnings_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_frames, "LARGE", 100_000)
    for number in range(2):
        speak(tmp_path, f"{number}_a.wav", seconds=8)
    found = DATASETS["frames"](path=str(tmp_path)).glance(None)
    assert found is not None and len(found.train) == 2 * first_frames.FRAMES
    assert found.first_target.classes == ("0", "1")
    whole = DATASETS["frames"](path=str(tmp_path)).load_whole()
    np.testing.assert_allclose(found.train.x[0], whole.train.x[0], atol=1e-4)


@pytest.mark.parametrize("labels", ["list", "each frame"])
def test_spectrograms_with_labels_of_any_place_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labels: str
) -> None:
    monkeypatch.setattr(first_frames, "MANY", 3)
    generator = np.random.default_rng(0)
    (tmp_path / "some").mkdir()
    (tmp_path / "told").mkdir()
    for number in range(6):
        np.save(tmp_path / "some" / f"r{number}.npy", generator.random((500, 7)))
        np.save(tmp_path / "told" / f"r{number}.npy", np.arange(500) % 3)
    (tmp_path / "some" / "labels.csv").write_text("".join(f"r{number},{'ab'[number % 2]}\n" for number in range(6)))
    dataset = DATASETS["frames"](path="some", labels=labels, label_folder="told")
    found = dataset.glance(tmp_path)
    assert found is not None and found.shape == (25, 7) and len(found.train) % first_frames.FRAMES == 0
    assert found.first_target.classes == (("a", "b") if labels == "list" else ("0", "1", "2"))


def test_few_recordings_have_no_first_ones_and_none_that_can_be_read_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(tmp_path / "few", "a_1.wav")
    kind = DATASETS["frames"]
    assert kind(path="few").glance(tmp_path) is None
    monkeypatch.setattr(first_frames, "MANY", 1)
    assert kind(path="few").glance(tmp_path) is not None
    (tmp_path / "few" / "a_1.wav").write_bytes(b"no sound")
    assert kind(path="few").glance(tmp_path) is None
    with pytest.raises(DataError, match="nothing is there"):
        kind(path="gone").glance(tmp_path)


def test_a_slow_recording_does_not_hold_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_frames, "MANY", 2)
    monkeypatch.setattr(first_frames, "LONGEST", 0.0)
    for number in range(3):
        speak(tmp_path, f"{number}_a.wav")
    found = DATASETS["frames"](path=str(tmp_path)).glance(None)
    assert found is not None and len({*found.train.y.tolist()}) == 1
