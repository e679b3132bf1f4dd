from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data import DATASETS, Dataset
from studio.data.paths import stored_path
from studio.workspaces.data.sources import (
    detail_of,
    groups,
    is_missing,
    kind_of,
    own_sources,
    same_place,
    switched,
    title,
)
from widgets.theme.icons import ICONS


def test_every_kind_stands_in_one_group() -> None:
    listed = [kind for _, kinds in groups() for kind in kinds]
    assert sorted(kind.kind for kind in listed) == sorted(DATASETS)


def test_groups_are_what_people_look_for() -> None:
    found = {heading: [kind.kind for kind in kinds] for heading, kinds in groups()}
    assert found["Ready to use"][0] == "digits"
    toys = ["moons", "circles", "spirals", "xor", "blobs"]
    assert found["Synthetic"] == ["curve", "sine_waves", "copy_task", "adding_task", *toys, "reviews", "word_tags"]
    assert set(found["Bring your own"]) == {"image_folder", "image_table", "csv", "frames", "numpy", "python", "text"}


@pytest.mark.parametrize("kind", DATASETS.values(), ids=lambda kind: kind.kind)
def test_every_kind_has_an_icon_and_words(kind: type[Dataset]) -> None:
    assert (ICONS / f"{kind.icon}.svg").exists()
    assert bool(detail_of(kind)) == (kind.path_field() is None)


@pytest.mark.parametrize(
    ("kind", "detail"),
    [("digits", "1,797 images, 1×8×8"), ("iris", "150 rows, 3 classes"), ("diabetes", "442 rows, 1 number"),
     ("moons", "2 numbers in, 2 classes out")],
)  # fmt: skip
def test_details_are_facts(kind: str, detail: str) -> None:
    assert detail_of(DATASETS[kind]) == detail


def test_without_a_word_it_is_the_digits() -> None:
    assert kind_of({}) is DATASETS["digits"]
    assert title({}) == "Handwritten digits"


@pytest.mark.parametrize("source", ["nonsense", 7, None, ["digits"]])
def test_an_unknown_source_is_no_kind(source: object) -> None:
    assert kind_of({"source": source}) is None
    assert title({"source": source})
    assert not is_missing({"source": source})


@given(
    st.sampled_from(list(DATASETS)),
    st.fixed_dictionaries(
        {},
        optional={
            "validation": st.floats(0.1, 0.9),
            "seed": st.integers(0, 9),
            "normalize": st.booleans(),
            "noise": st.just(0.3),
        },
    ),
)
def test_another_source_takes_over_what_all_have(kind: str, settings: dict[str, object]) -> None:
    found = switched({"source": "moons", **settings}, DATASETS[kind], "here")
    assert found["source"] == kind
    assert {name: found[name] for name in settings if name != "noise"} == {
        name: value for name, value in settings.items() if name != "noise"
    }
    assert "noise" not in found
    assert ("path" in found) == (DATASETS[kind].path_field() is not None)


def test_a_source_without_its_path_is_missing() -> None:
    assert is_missing({"source": "csv"})
    assert is_missing({"source": "csv", "path": "  "})
    assert not is_missing({"source": "csv", "path": "a.csv"})
    assert not is_missing({})


def test_paths_near_the_document_are_kept_relative(tmp_path: Path) -> None:
    assert stored_path(tmp_path / "data" / "a.csv", tmp_path) == "data/a.csv"
    assert stored_path(tmp_path, tmp_path) == "."
    assert stored_path(tmp_path.parent / "a.csv", tmp_path) == "../a.csv"
    assert stored_path(tmp_path / "data" / "a.csv", tmp_path / "nets" / "old") == "../../data/a.csv"
    far = tmp_path / "nets" / "very" / "old"
    assert stored_path(tmp_path / "data" / "a.csv", far) == str(tmp_path / "data" / "a.csv")
    for home in (Path.home(), Path.home().parent, Path("/")):  # what lies there is no project
        assert stored_path(home / "a.csv", home / "nets") == str(home / "a.csv")
    assert stored_path(tmp_path / "a.csv", None) == str(tmp_path / "a.csv")
    assert stored_path(Path("a.csv"), tmp_path) == "a.csv"


def test_own_sources_are_remembered_once_with_their_latest_settings() -> None:
    first = {"source": "csv", "path": "a.csv"}
    known = own_sources([], first)
    assert known == [first]
    later = {**first, "target": "price"}
    known = own_sources(known, later)
    assert known == [later]
    assert own_sources(known, {"source": "digits"}) == [later]
    assert own_sources(known, {"source": "csv"}) == [later]
    assert own_sources(known, {"source": "csv", "path": "b.csv"}) == [later, {"source": "csv", "path": "b.csv"}]


def test_the_same_place_is_kind_and_path() -> None:
    assert same_place({}, {"source": "digits", "seed": 3})
    assert same_place({"source": "csv", "path": "a", "task": "auto"}, {"source": "csv", "path": "a"})
    assert not same_place({"source": "csv", "path": "a"}, {"source": "csv", "path": "b"})
    assert not same_place({"source": "x"}, {"source": "x"})
