"""Folders of recordings: where labels come from, what is left out, and how they are parted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recordings import spoken, tone, wav

from studio.data import DATASETS, Data, DataError, dataset_from, kind_for
from studio.data.frames.files import listed_labels
from studio.data.portable import split_groups

SETTINGS = {"source": "frames", "path": ".", "context": 1, "mel_bins": 4}


def load(folder: Path, **settings: Any) -> Data:
    dataset, problems = dataset_from({**SETTINGS, **settings})
    assert not problems
    facts, data = dataset.facts(folder), dataset.load(folder)
    assert facts == data.facts()
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    ours = (data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std)
    for mine, theirs in zip(ours, names["load_data"](), strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    return data


def sounds(folder: Path, *names: str, seconds: float = 0.1) -> None:
    for place, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(wav(tone(300.0 + 40 * place, seconds)))


def spectrograms(folder: Path, frames: int = 9, **labels: object) -> None:
    """A spectrogram and the labels of its frames for each name."""
    generator = np.random.default_rng(0)
    (folder / "labels").mkdir()
    for name, label in labels.items():
        np.save(folder / f"{name}.npy", generator.uniform(0, 1, (frames, 28)).astype(np.float16))
        if isinstance(label, str):
            (folder / "labels" / f"{name}.txt").write_text(label)
        else:
            np.save(folder / "labels" / f"{name}.npy", label)


def test_all_frames_of_a_recording_go_to_one_part_in_the_shares_of_the_classes(tmp_path: Path) -> None:
    spoken(tmp_path, each=10)
    data = load(tmp_path, validation=0.3)
    assert data.classes == ("high", "low")
    first, second = (set(part.groups.tolist()) for part in (data.train.x, data.validation.x))  # type: ignore[attr-defined]
    assert not first & second and (len(first), len(second)) == (14, 6)
    for y in (0, 1):
        assert len(set(data.validation.x.groups[data.validation.y == y])) == 3  # type: ignore[attr-defined]


def test_mean_and_standard_deviation_are_of_the_training_frames_without_zeros_around_them(tmp_path: Path) -> None:
    spoken(tmp_path)
    data = load(tmp_path, context=3)
    middle = np.asarray(data.train.x)[:, 3]
    assert data.mean is not None and data.std is not None and data.mean.shape == (1, 4)
    np.testing.assert_allclose(data.mean[0], middle.mean(0, dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(data.std[0], middle.std(0, dtype=np.float64), rtol=1e-6)


def test_labels_are_folders_where_recordings_lie_in_them(tmp_path: Path) -> None:
    sounds(tmp_path, *(f"{name}/{number}.WAV" for name in ("yes", "no", "10") for number in range(3)))
    assert load(tmp_path).classes == ("10", "no", "yes")


def test_labels_are_a_part_of_the_file_name(tmp_path: Path) -> None:
    sounds(tmp_path, *(f"{digit}_{name}_0.wav" for digit in (10, 9) for name in ("ann", "bob", "cy")))
    assert load(tmp_path).classes == ("9", "10")
    assert load(tmp_path, name_part=2, validation=0.5).classes == ("ann", "bob", "cy")


@pytest.mark.parametrize("sign", [",", "\t", ";", " "])
def test_labels_stand_in_a_list(sign: str, tmp_path: Path) -> None:
    sounds(tmp_path, "x/a.wav", "x/b.wav", "x/c.wav", "d.wav", "e.wav")
    rows = [
        ("name", "label"),
        ("x/a.wav", "cat"),
        ("x\\b.wav", "dog"),
        ("c", "cat"),
        ("d.wav", "dog"),
        ("f.wav", "emu"),
    ]
    (tmp_path / "labels.csv").write_text("\ufeff" + "\n".join(map(sign.join, rows)))
    data = load(tmp_path, validation=0.5)
    assert data.classes == ("cat", "dog")
    assert data.warnings[0] == "1 recording left out: e (it has no label)"


def test_each_frame_has_a_label_of_an_array_or_of_words(tmp_path: Path) -> None:
    numbers = np.arange(9) % 3
    spectrograms(tmp_path, a=numbers, b="0 1 2 " * 3, c=numbers.astype("S1"), d=numbers)
    data = load(tmp_path, labels="each frame", label_folder="labels", context=12)
    assert data.classes == ("0", "1", "2") and data.shape == (25, 28)
    assert np.asarray(data.train.x)[0, :12].sum() == 0 != np.asarray(data.train.x)[0, 12].sum()
    assert (data.train.y[:9] == numbers).all()


def test_labels_that_are_too_few_are_named(tmp_path: Path) -> None:
    spectrograms(tmp_path, a=np.arange(9) % 3, b="0 1 2")
    with pytest.raises(DataError, match=r"b\.txt: expected 9 labels, one for each frame of b\.npy, found 3"):
        load(tmp_path, labels="each frame", label_folder="labels")


def test_no_pickle_is_opened_for_labels(tmp_path: Path) -> None:
    spectrograms(tmp_path, a=np.arange(9) % 3, b=np.array([{}] * 9))
    with pytest.raises(DataError, match="pickle"):
        load(tmp_path, labels="each frame", label_folder="labels")


def test_folders_of_parts_are_the_parts(tmp_path: Path) -> None:
    sounds(tmp_path, *(f"{part}/{name}_{n}.wav" for part in ("train", "test") for name in ("a", "b") for n in (1, 2)))
    data = load(tmp_path)
    assert data.own_split and len(data.train) == len(data.validation) and data.classes == ("a", "b")


def test_what_cannot_be_used_is_left_out_and_named(tmp_path: Path) -> None:
    spoken(tmp_path)
    sounds(tmp_path, "short_1.wav", seconds=0.01)
    (tmp_path / "broken_1.wav").write_bytes(b"RIFF")
    (tmp_path / "._low_1.wav").write_bytes(b"RIFF")
    sounds(tmp_path, "__MACOSX/low_1.wav")
    (warning,) = load(tmp_path).warnings
    assert warning == "2 recordings left out: broken_1 (no WAV file), short_1 (shorter than a frame)"


def test_rates_and_codings_may_differ(tmp_path: Path) -> None:
    for number, (rate, kind) in enumerate([(8000, "i2"), (16_000, "u1"), (44_100, "i3"), (48_000, "f4")] * 2):
        samples = tone(400.0 + 800 * (number % 2), 0.1, rate)
        (tmp_path / f"{'ab'[number % 2]}_{number}.wav").write_bytes(wav(samples, kind, rate))
    data = load(tmp_path, mel_bins=8)
    assert np.isfinite(np.asarray(data.train.x)).all()
    means = [np.asarray(data.train.x)[data.train.y == y].mean((0, 1)).argmax() for y in (0, 1)]
    assert means[0] < means[1]


def test_numbers_that_are_not_finite_are_named(tmp_path: Path) -> None:
    spectrograms(tmp_path, a_1=0, b_1=0)
    np.save(tmp_path / "b_2.npy", np.full((9, 28), np.nan))
    with pytest.raises(DataError, match=r"b_2\.npy holds NaN"):
        load(tmp_path, labels="file name")


def test_bands_that_no_frequency_falls_into_are_refused(tmp_path: Path) -> None:
    spoken(tmp_path)
    with pytest.raises(DataError, match=r"300 mel bins are too many .* Set fewer mel bins or a longer window\."):
        load(tmp_path, mel_bins=300)


def test_a_folder_is_told_by_what_lies_in_it(tmp_path: Path) -> None:
    sounds(tmp_path, "sound/a/1.wav")
    (tmp_path / "images" / "a").mkdir(parents=True)
    (tmp_path / "images" / "a" / "1.png").write_bytes(b"")
    assert kind_for(tmp_path / "sound") is DATASETS["frames"]
    assert kind_for(tmp_path / "images") is DATASETS["image_folder"]


def test_groups_stay_together_whatever_their_classes() -> None:
    groups = np.repeat(np.arange(10), 3)
    y = np.arange(30) % 3
    training, validation = split_groups(y, groups, 0.2, 0, True)
    assert len(validation) == 6 and not set(groups[training]) & set(groups[validation])
    assert np.array_equal(np.sort(np.concatenate((training, validation))), np.arange(30))
    by_class = np.repeat([0, 1], 15)
    held = split_groups(by_class, groups, 0.4, 1, True)[1]
    assert np.bincount(by_class[held]).tolist() == [6, 6]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.wav dog\nb.wav cat\n", {"a": "dog", "b": "cat"}),
        ("filename,fold,target,category\n1-100-A-0.wav,1,0,dog\n", {"1-100-A-0": "dog"}),
        ("slice_file_name,fsID,start,class\n100-3.wav,100,0,bark\n", {"100-3": "bark"}),
        ("fname,label,checked\nx.wav,Saxophone,1\n", {"x": "Saxophone"}),
        ("class\tpath\nsiren\tin/y.wav\n", {"in/y": "siren"}),
    ],
)
def test_a_line_of_names_tells_which_column_has_the_labels(text: str, found: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "meta.csv").write_text(text)
    assert found.items() <= listed_labels(str(tmp_path / "meta.csv")).items()
