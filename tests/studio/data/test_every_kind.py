"""Every kind of data set, by being registered: it reads a good file, refuses broken ones, agrees with its script."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_examples import BROKEN, GOOD

from models.data import ColumnFacts, Facts
from studio.data import DATASETS, DataError, Dataset, dataset_from, kind_for
from studio.data.data import Column
from studio.data.formats.streamed import is_streamed
from studio.data.portable import medians, statistics
from support import ROOT, run_python

KINDS = list(DATASETS)
OWN = [name for name, kind in zip(DATASETS, DATASETS.values(), strict=True) if kind.path_field()]
BROKEN_ONES = [(name, place) for name, makers in BROKEN.items() for place in range(len(makers))]


class Left(Exception):
    """Ends a loading that nobody waits for."""


def good(kind: str, folder: Path, **settings: Any) -> Dataset:
    made = GOOD[kind](folder) if kind in GOOD else {}
    dataset, problems = dataset_from({"source": kind, **made, **settings})
    assert not problems
    return dataset


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_it_is(kind: str) -> None:
    found = DATASETS[kind]
    assert found.title and found.help.endswith(".")
    assert (ROOT / "resources" / "icons" / f"{found.icon}.svg").exists()
    assert found.is_bundled == (found.path_field() is None)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in found.suffixes)


@pytest.mark.parametrize("kind", OWN)
def test_it_comes_with_good_and_broken_files(kind: str) -> None:
    assert kind in GOOD, f"tests/data_examples.py lacks a good file of {kind}"
    assert len(BROKEN[kind]) >= 5


@pytest.mark.parametrize("kind", OWN)
def test_its_files_are_told_by_their_names(kind: str, tmp_path: Path) -> None:
    dataset = good(kind, tmp_path)
    told = kind_for(tmp_path / getattr(dataset, "path", ""))
    # What reads neither folders nor endings of its own reads the files of another kind, and is chosen by hand.
    field = dataset.path_field()
    assert (told is DATASETS[kind]) == bool(dataset.suffixes or (field and field.folder))
    assert kind_for(tmp_path / "song.wav") is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_told_ahead_is_what_is_loaded(kind: str, tmp_path: Path) -> None:
    dataset = good(kind, tmp_path)
    data = dataset.load(tmp_path)
    facts = dataset.facts(tmp_path)
    assert facts == data.facts()
    assert_measured_alike(facts, data.facts())
    assert dataset.columns(tmp_path) == tuple(
        replace(column, taken="", about="", where="") for column in data.facts().columns
    )
    assert len(data.train) > len(data.validation) > 0
    for column in (*data.inputs.values(), *data.targets.values()):
        assert {len(column.train), len(column.validation)} == {len(data.train), len(data.validation)}
    assert data.dtype in (np.uint8, np.float32, np.int64)
    assert (data.mean is None) == data.facts().tokens


def assert_measured_alike(ahead: Facts, loaded: Facts) -> None:
    """Counts have the shares, and spans the ends, of what is loaded, where they are known ahead."""
    for told, found in [*pairs(ahead.inputs, loaded.inputs), *pairs(ahead.targets, loaded.targets)]:
        assert not told.counts or len(told.counts) == len(found.counts)
        shares = [[count / sum(each) for count in each] for each in (told.counts, found.counts) if each]
        assert len(shares) < 2 or shares[0] == pytest.approx(shares[1], abs=0.02)
        if told.span and found.span:
            size = max(map(abs, found.span))
            assert told.span[0] <= found.span[0] + 0.05 * size and found.span[1] <= told.span[1] + 0.05 * size


def pairs(told: Mapping[str, ColumnFacts], found: Mapping[str, ColumnFacts]) -> list[tuple[ColumnFacts, ColumnFacts]]:
    return [(told[id], found[id]) for id in found]


def mended(dataset: Dataset, folder: Path) -> Dataset:
    """The same with other classes for two examples of each part, where it has classes, and one of each left out."""
    data = dataset.load(folder)
    assert data.rows is not None
    corrections = {}
    for rows, part in zip(data.rows, data.splits, strict=True):
        names = [data.classes[int(y)] if data.classes and part.y.ndim == 1 else "" for y in part.y[:3]]
        corrections[str(rows[0])] = [names[0], None]
        for row, name in zip(rows[1:3].tolist(), names[1:], strict=True):
            if name and data.classes:
                corrections[str(row)] = [name, next(other for other in data.classes if other != name)]
    found, problems = dataset_from({"source": dataset.kind, **dataset.settings(), "corrections": corrections})
    assert not problems and found.corrections
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_corrections_change_the_examples_that_they_name_alone(kind: str, tmp_path: Path) -> None:
    dataset = good(kind, tmp_path)
    before = dataset.load(tmp_path)
    changed = mended(dataset, tmp_path)
    after = changed.load(tmp_path)
    assert changed.facts(tmp_path) == after.facts()
    assert before.rows is not None and after.rows is not None
    named = {item.row: item for item in changed.corrections}
    for old, new, rows, kept in zip(before.splits, after.splits, before.rows, after.rows, strict=True):
        assert kept.tolist() == [row for row in rows.tolist() if row not in named or named[row].after is not None]
        stayed = np.isin(rows, kept)
        np.testing.assert_array_equal(old.x[stayed], new.x)
        pairs = zip(kept.tolist(), old.y[stayed], new.y, strict=True)
        for row, was, now in pairs:
            if row in named:
                assert before.classes and before.classes[int(was)] == named[row].before
                assert before.classes[int(now)] == named[row].after
            else:
                np.testing.assert_array_equal(was, now)


def fewer(dataset: Dataset, folder: Path) -> Dataset:
    """The corrected one, of whose training part a share is trained on."""
    return mended(dataset, folder).replace(training_share=0.4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_share_of_the_training_part_leaves_validation_whole(kind: str, tmp_path: Path) -> None:
    dataset = good(kind, tmp_path)
    whole, part = (make(dataset, tmp_path).load(tmp_path) for make in (mended, fewer))
    assert whole.rows is not None and part.rows is not None
    assert len(part.rows[0]) == round(0.4 * len(whole.rows[0])) and set(part.rows[0]) < set(whole.rows[0])
    np.testing.assert_array_equal(whole.validation.x, part.validation.x)
    np.testing.assert_array_equal(whole.train.x[np.isin(whole.rows[0], part.rows[0])], part.train.x)


def bagged(dataset: Dataset, folder: Path) -> Dataset:
    """The smaller one, whose training rows are drawn again."""
    return fewer(dataset, folder).replace(resample=3)


@pytest.mark.parametrize("kind", KINDS)
def test_resampling_draws_as_many_training_rows_again_and_leaves_validation(kind: str, tmp_path: Path) -> None:
    dataset = good(kind, tmp_path)
    plain, drawn, other = (
        made.load(tmp_path) for made in (dataset, dataset.replace(resample=3), dataset.replace(resample=4))
    )
    assert plain.rows is not None and drawn.rows is not None and other.rows is not None
    assert len(drawn.rows[0]) == len(plain.rows[0]) and set(drawn.rows[0]) <= set(plain.rows[0])
    assert drawn.rows[0].tolist() != other.rows[0].tolist()
    np.testing.assert_array_equal(plain.validation.x, drawn.validation.x)
    np.testing.assert_array_equal(plain.train.x[np.searchsorted(plain.rows[0], drawn.rows[0])], drawn.train.x)


def apart(dataset: Dataset, folder: Path) -> Dataset:
    """The bagged one, of which a part is kept apart and what is far out is drawn in."""
    return bagged(dataset, folder).replace(test=0.25, outliers="clip")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_apart_is_in_no_other_part_and_tells_nothing(kind: str, tmp_path: Path) -> None:
    dataset = good(kind, tmp_path)
    plain, data = (made.load(tmp_path) for made in (dataset, dataset.replace(test=0.25, validation=0.25)))
    assert data.test is not None and data.rows is not None and data.test_rows is not None and plain.rows is not None
    every = np.concatenate([*data.rows, data.test_rows])
    np.testing.assert_array_equal(np.sort(every), np.sort(np.concatenate(plain.rows)))
    assert data.sizes["test"] == len(data.test.x) == len(data.test.y) == len(data.test_rows) > 0
    assert data.facts() == dataset.replace(test=0.25, validation=0.25).facts(tmp_path)
    for column in data.inputs.values():
        assert_measured_by_training(column)


def assert_measured_by_training(column: Column) -> None:
    """Mean, deviation, medians and vocabulary are what the training part alone tells."""
    train: Any = column.train
    if column.mean is not None and column.std is not None:
        told = statistics(train.sample() if is_streamed(train) else train)
        np.testing.assert_array_equal(column.mean, told[0])
        np.testing.assert_array_equal(column.std, told[1])
    if column.middle is not None and column.missing is not None:
        whole = column.missing[0] == 0  # of others some of the training part were filled as well
        np.testing.assert_array_equal(column.middle[whole], medians(train)[whole])
    if column.vocabulary:
        assert {*range(2, len(column.vocabulary))} <= {*np.unique(train).tolist()}


def distinct(dataset: Dataset, folder: Path) -> Dataset:
    """The one with a part kept apart, in which no example is there twice."""
    streamed = any(is_streamed(column.train) for column in dataset.load(folder).inputs.values())
    return apart(dataset, folder).replace(duplicates="keep" if streamed else "drop", resample=0)


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Dataset, Path]]:
    """Each kind with the folder in which its script has left what it loads, in a process that knows no Netloom."""
    found = {}
    for kind in KINDS:
        folder = tmp_path_factory.mktemp(kind)
        found[kind] = good(kind, folder), folder
        (folder / "script").write_text(found[kind][0].script_source(folder))
        (folder / "mended").write_text(mended(found[kind][0], folder).script_source(folder))
        (folder / "fewer").write_text(fewer(found[kind][0], folder).script_source(folder))
        (folder / "bagged").write_text(bagged(found[kind][0], folder).script_source(folder))
        (folder / "apart").write_text(apart(found[kind][0], folder).script_source(folder))
        (folder / "distinct").write_text(distinct(found[kind][0], folder).script_source(folder))
    done = run_python(LOAD, json.dumps([str(folder) for _, folder in found.values()]))
    assert not done.returncode, done.stderr
    return found


LOAD = """
import json, sys
for folder in json.loads(sys.argv[1]):
    for which in ("script", "mended", "fewer", "bagged", "apart", "distinct"):
        names = {"__name__": "script"}
        exec(compile(open(f"{folder}/{which}").read(), "script.py", "exec"), names)
        parts = names["load_data"]()
        names["np"].savez(f"{folder}/{which}.npz", *(part for part in parts if part is not None))
assert not [name for name in sys.modules if name.partition(".")[0] in ("studio", "models", "widgets")]
"""


CHANGES: dict[str, Callable[[Dataset, Path], Dataset]] = {
    "script": lambda dataset, _: dataset,
    "mended": mended,
    "fewer": fewer,
    "bagged": bagged,
    "apart": apart,
    "distinct": distinct,
}


@pytest.mark.parametrize("which", CHANGES)
@pytest.mark.parametrize("kind", KINDS)
def test_its_script_gives_the_same_arrays(kind: str, which: str, scripted: dict[str, tuple[Dataset, Path]]) -> None:
    dataset, folder = scripted[kind]
    data = CHANGES[which](dataset, folder).load(folder)
    ours = [data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std]
    ours += [data.test.x, data.test.y] if data.test else []
    with np.load(folder / f"{which}.npz") as archive:
        theirs = list(archive.values())
    for mine, other in zip((part for part in ours if part is not None), theirs, strict=True):
        np.testing.assert_array_equal(mine, other, strict=True)


@pytest.mark.parametrize(("kind", "place"), BROKEN_ONES)
def test_broken_files_are_a_sentence_whatever_is_asked(kind: str, place: int, tmp_path: Path) -> None:
    dataset, _ = dataset_from({"source": kind, **BROKEN[kind][place](tmp_path)})
    for ask in (dataset.facts, dataset.load, dataset.script_source):
        with pytest.raises(DataError) as caught:
            ask(tmp_path)
        assert str(caught.value).endswith(".") and 20 < len(str(caught.value)) < 400


@pytest.mark.parametrize("kind", OWN)
def test_reading_tells_its_progress_and_can_be_left(kind: str, tmp_path: Path) -> None:
    dataset = good(kind, tmp_path)
    told: list[tuple[int, int]] = []
    dataset.load(tmp_path, lambda done, total: told.append((done, total)))
    assert told and all(0 <= done <= total for done, total in told)

    def leave(done: int, total: int) -> None:
        raise Left

    with pytest.raises(Left):
        dataset.load(tmp_path, leave)


@pytest.mark.parametrize("kind", KINDS)
def test_its_columns_can_be_bound_to_several_ids(kind: str, tmp_path: Path) -> None:
    dataset = good(kind, tmp_path)
    offered = dataset.columns(tmp_path)
    x, y = (next(column.name for column in offered if column.role == role) for role in ("input", "target"))
    bound = dataset.replace(inputs={"a": x, "b": x}, targets={"c": y, "d": y})
    facts = bound.facts(tmp_path)
    assert list(facts.inputs) == ["a", "b"] and list(facts.targets) == ["c", "d"]
    assert bound.load(tmp_path).facts() == facts
