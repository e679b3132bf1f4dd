"""Data that says itself what is for training, for validation and for the test, whatever kind it is of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_examples import program
from PIL import Image
from recordings import wav

from studio.data import DATASETS, Data, DataError, Dataset

SIZES = {"train": 12, "val": 6, "test": 4}
CLASSES = ("cat", "dog")


def _images(folder: Path) -> dict[str, Any]:
    for part, count in SIZES.items():
        for number in range(count):
            place = folder / part / CLASSES[number % 2] / f"{number}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (3, 2), (number, count, 0)).save(place)
    return {"source": "image_folder", "path": "."}


def _masks(folder: Path) -> dict[str, Any]:
    for part, count in SIZES.items():
        for kind, mode in (("images", "RGB"), ("masks", "L")):
            (folder / part / kind).mkdir(parents=True)
            for number in range(count):
                image = Image.new(mode, (3, 2), number)
                image.putpixel((0, 0), 0 if mode == "L" else (9, 9, 9))
                image.save(folder / part / kind / f"{number}.png")
    return {"source": "image_folder", "path": ".", "masks": "levels"}


def _recordings(folder: Path) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    for part, count in SIZES.items():
        (folder / part).mkdir()
        for number in range(count):
            (folder / part / f"{number % 2}_{number}.wav").write_bytes(wav(generator.normal(size=800) / 9))
    return {"source": "frames", "path": ".", "context": 1, "mel_bins": 8}


def _texts(folder: Path) -> dict[str, Any]:
    for part, count in SIZES.items():
        for number in range(count):
            place = folder / part / CLASSES[number % 2] / f"{number}.txt"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{CLASSES[number % 2]} in {part} {number}")
    return {"source": "text", "path": ".", "length": 5}


def _arrays(folder: Path, names: str = "{side}_{part}") -> dict[str, Any]:
    generator, arrays = np.random.default_rng(0), {}
    for part, count in SIZES.items():
        arrays[names.format(side="x", part=part)] = generator.normal(size=(count, 3))
        arrays[names.format(side="y", part=part)] = np.arange(count) % 2
    np.savez(folder / "a.npz", **arrays)
    return {"source": "numpy", "path": "a.npz"}


def _streamed(folder: Path) -> dict[str, Any]:
    return _arrays(folder, "{part}/{side}") | {"loading": "streamed"}


def _bound(folder: Path) -> dict[str, Any]:
    return _arrays(folder) | {"inputs": {"a": "x", "b": "x"}, "targets": {"c": "y", "d": "y"}}


def _program(folder: Path) -> dict[str, Any]:
    _arrays(folder)
    body = "    return {name: np.load('a.npz')[name] for name in np.load('a.npz')}\n"
    return {"source": "python", **program(folder, f"import numpy as np\ndef load_data():\n{body}")}


MAKERS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "images": _images, "masks": _masks, "recordings": _recordings, "texts": _texts, "arrays": _arrays,
    "streamed": _streamed, "bound": _bound, "program": _program,
}  # fmt: skip
every = pytest.mark.parametrize("kind", MAKERS)


def made(kind: str, folder: Path, **more: Any) -> Dataset:
    settings = MAKERS[kind](folder) if not any(folder.iterdir()) else MAKERS[kind].settings  # type: ignore[attr-defined]
    MAKERS[kind].settings = settings  # type: ignore[attr-defined]
    source = DATASETS[settings["source"]]
    found, problems = source.read({name: value for name, value in (settings | more).items() if name != "source"})
    assert not problems
    return found


def _values(part: Any) -> Any:
    return part.read() if hasattr(part, "read") else part


def arrays_of(data: Data) -> list[Any]:
    return [
        _values(part)
        for column in zip(*[column.every for column in (*data.inputs.values(), *data.targets.values())], strict=True)
        for part in column
    ]


def scripted(dataset: Dataset, folder: Path) -> list[Any]:
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    assert len(names["read_data"]()) == 4, "what is kept apart is not mixed in"
    x, y, x_held, y_held, _, _, x_test, y_test = names["load_data"]()
    parts = [(x, y), (x_held, y_held), (x_test, y_test)]
    sides = [[*side.values()] if isinstance(side, dict) else [side] for part in parts for side in part]
    return [_values(values) for side in sides for values in side]


@every
def test_each_part_is_what_it_says_and_the_script_agrees(kind: str, tmp_path: Path) -> None:
    dataset = made(kind, tmp_path)
    data = dataset.load(tmp_path)
    factor = len(data.train) // SIZES["train"]  # frames a recording
    assert data.sizes == {"training": 12 * factor, "validation": 6 * factor, "test": 4 * factor}
    assert data.own_split and data.own_test
    facts = dataset.facts(tmp_path)
    assert facts == data.facts() and (facts.has_test, facts.own_test, facts.training) == (True, 4 * factor, 12 * factor)
    for mine, other in zip(arrays_of(data), scripted(dataset, tmp_path), strict=True):
        np.testing.assert_array_equal(mine, other, strict=True)
    assert len(dataset.load_whole(tmp_path).train) == 22 * factor


@every
def test_corrections_and_dropped_examples_count_through_all_parts(kind: str, tmp_path: Path) -> None:
    data = made(kind, tmp_path).load(tmp_path)
    assert data.rows is not None and data.test_rows is not None
    rows, classes = [*data.rows, data.test_rows], data.classes or ()
    corrections: dict[str, list[str | None]] = {}
    for own, labels in zip(rows, data.first_target.every, strict=True):
        name = classes[int(labels[0])] if labels.ndim == 1 else ""
        corrections[str(own[0])] = [name, None]
        if name:
            before = classes[int(labels[1])]
            corrections[str(own[1])] = [before, next(other for other in classes if other != before)]
    drops = {} if kind in ("streamed", "recordings") else {"duplicates": "drop"}
    changed = made(kind, tmp_path, corrections=corrections, **drops)
    after = changed.load(tmp_path)
    assert after.facts().own_test == len(data.test_rows) - 1 == changed.facts(tmp_path).own_test
    if data.first_target.train.ndim == 1:
        assert [int(part[0]) for part in after.first_target.every] != [int(part[1]) for part in data.first_target.every]
    for mine, other in zip(arrays_of(after), scripted(changed, tmp_path), strict=True):
        np.testing.assert_array_equal(mine, other, strict=True)


@every
def test_another_test_part_is_refused_with_a_mend(kind: str, tmp_path: Path) -> None:
    for ask in (Dataset.facts, Dataset.load):
        if kind in ("arrays", "program") or ask is Dataset.load:
            with pytest.raises(DataError, match="has a test part of its own") as caught:
                ask(made(kind, tmp_path, test=0.2), tmp_path)
            assert caught.value.mend["test"] == 0


def test_resampling_draws_again_where_the_data_has_its_parts(tmp_path: Path) -> None:
    data = made("arrays", tmp_path, resample=3).load(tmp_path)
    assert data.rows is not None and len(set(data.rows[0].tolist())) < 12 == len(data.train)
    assert len(np.unique(data.train.x, axis=0)) < 12


@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        ({"x_train": 8, "x_valid": 4, "x_test": 2}, (8, 4, 2)),
        ({"X_train": 8, "X_val": 4}, (8, 4)),
        ({"train_images": 8, "test_images": 2}, (8, 2)),
        ({"x": 8, "x_test": 2}, (8, 2)),
    ],
)
def test_parts_by_the_names_of_arrays(tmp_path: Path, names: dict[str, int], sizes: tuple[int, ...]) -> None:
    arrays = {name: np.random.default_rng(0).normal(size=(count, 2)) for name, count in names.items()}
    targets = {name.lower().replace("images", "labels").replace("x", "y"): count for name, count in names.items()}
    np.savez(tmp_path / "a.npz", **arrays, **{name: np.arange(count) % 2 for name, count in targets.items()})
    assert tuple(DATASETS["numpy"](path="a.npz").load(tmp_path).sizes.values()) == sizes


def test_what_is_held_out_of_nothing_is_a_column_of_its_own(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.eye(8), y=np.arange(8) % 2, is_valid=np.arange(8) % 3)
    dataset = DATASETS["numpy"](path="a.npz", targets={"a": "is_valid"})
    assert [column.name for column in dataset.columns(tmp_path)] == ["x", "y", "is_valid"]
    assert dataset.load(tmp_path).classes == ("0", "1", "2")
