"""Every kind of data set, by being registered: it reads a good file, refuses broken ones, agrees with its script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_examples import BROKEN, GOOD

from studio.data import DATASETS, DataError, Dataset, dataset_from, kind_for
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
    assert kind_for(tmp_path / getattr(dataset, "path", "")) is DATASETS[kind]
    assert kind_for(tmp_path / "song.wav") is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_told_ahead_is_what_is_loaded(kind: str, tmp_path: Path) -> None:
    dataset = good(kind, tmp_path)
    data = dataset.load(tmp_path)
    assert dataset.facts(tmp_path) == data.facts()
    assert dataset.columns(tmp_path) == data.facts().columns
    assert len(data.train) > len(data.validation) > 0
    for column in (*data.inputs.values(), *data.targets.values()):
        assert {len(column.train), len(column.validation)} == {len(data.train), len(data.validation)}
    assert data.dtype in (np.uint8, np.float32, np.int64)
    assert (data.mean is None) == data.facts().tokens


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Dataset, Path]]:
    """Each kind with the folder in which its script has left what it loads, in a process that knows no Netloom."""
    found = {}
    for kind in KINDS:
        folder = tmp_path_factory.mktemp(kind)
        found[kind] = good(kind, folder), folder
        (folder / "script").write_text(found[kind][0].script_source(folder))
    done = run_python(LOAD, json.dumps([str(folder) for _, folder in found.values()]))
    assert not done.returncode, done.stderr
    return found


LOAD = """
import json, sys
for folder in json.loads(sys.argv[1]):
    names = {"__name__": "script"}
    exec(compile(open(folder + "/script").read(), "script.py", "exec"), names)
    parts = names["load_data"]()
    names["np"].savez(folder + "/loaded.npz", *(part for part in parts if part is not None))
assert not [name for name in sys.modules if name.partition(".")[0] in ("studio", "models", "widgets")]
"""


@pytest.mark.parametrize("kind", KINDS)
def test_its_script_gives_the_same_arrays(kind: str, scripted: dict[str, tuple[Dataset, Path]]) -> None:
    dataset, folder = scripted[kind]
    data = dataset.load(folder)
    ours = [data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std]
    with np.load(folder / "loaded.npz") as archive:
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
