"""Lists of specs: what a document holds, what people type, and the changes that a form makes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.specs.fields import FieldError, Int
from models.specs.lists import Entries, Entry, SpecList
from models.specs.spec import Registry, Spec

PETS: Registry[Spec] = Registry("pet")


@PETS.register
class Cat(Spec):
    """A kind with one setting."""

    lives = Int(9, minimum=1, maximum=9)


@PETS.register
class Dog(Spec):
    """A kind without settings."""


class Home(Spec):
    """Who lives there."""

    pets = SpecList(PETS, ("Dog",), longest=5)


FIELD = SpecList(PETS, longest=5)
entries = st.builds(Entry, st.builds(Cat, lives=st.integers(1, 9)) | st.just(Dog()), st.booleans())
lists = st.lists(entries, max_size=5).map(tuple)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["Cat", "Dog"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["kind", "params", "on", "lives"]), inner)
    ),
    max_leaves=8,
)


@given(value=lists)
def test_a_list_survives_the_document(value: Entries) -> None:
    stored = json.loads(json.dumps(FIELD.to_json(value)))
    assert FIELD.parse(stored) == FIELD.parse(value) == value
    assert all(item.keys() <= {"kind", "params", "on"} and item.get("on", False) is False for item in stored)


@given(value=json_values)
def test_anything_is_read_or_refused_in_a_sentence(value: object) -> None:
    try:
        parsed = FIELD.parse(value)
    except FieldError as error:
        assert str(error).startswith("expected ") and len(str(error)) < 200
    else:
        assert FIELD.parse(FIELD.to_json(parsed)) == parsed


@given(value=lists)
def test_what_is_written_as_text_is_read_again(value: Entries) -> None:
    assert FIELD.active(FIELD.parse_text(FIELD.text(value))) == FIELD.active(value)


@given(text=st.text(max_size=20) | st.text(alphabet="CatDog(), =lives9", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert FIELD.parse(FIELD.parse_text(text))
    except FieldError as error:
        assert str(error).endswith(".")
    except AssertionError:
        assert text.strip().lower() in {"", "none"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Cat", (Entry(Cat()),)),
        (["Dog", {"kind": "Cat", "params": {"lives": 3}}], (Entry(Dog()), Entry(Cat(lives=3)))),
        ([{"kind": "Dog", "on": False}], (Entry(Dog(), False),)),
        (Dog(), (Entry(Dog()),)),
        ([], ()),
    ],
)
def test_what_documents_hold(value: object, expected: Entries) -> None:
    assert FIELD.parse(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" none ", ()),
        ("Cat", (Entry(Cat()),)),
        ("Cat(lives=3), Dog", (Entry(Cat(lives=3)), Entry(Dog()))),
        ("Dog ,Cat ( lives = 1 )", (Entry(Dog()), Entry(Cat(lives=1)))),
    ],
)
def test_what_people_type(text: str, expected: Entries) -> None:
    assert FIELD.parse_text(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Bird", "expected one of Cat, Dog, found 'Bird'."),
        ("Cat(lives=0)", "expected 1 or more, found 0."),
        ("Dog(lives=1)", r"expected settings of Dog \(none\), found lives."),
        ("Cat Dog", "expected names such as Cat, found 'Cat Dog'."),
        ("Cat,Cat,Cat,Cat,Cat,Cat", "expected at most 5 entries, found 6."),
    ],
)
def test_refusals_say_what_was_expected(text: str, sentence: str) -> None:
    with pytest.raises(FieldError, match=sentence):
        FIELD.parse_text(text)


@pytest.mark.parametrize("value", [3, {"kind": "Cat"}, [3], [{"kind": "Cat", "on": 1}], Entry(Cat())])
def test_what_is_no_list_is_refused(value: object) -> None:
    with pytest.raises(FieldError, match="expected "):
        FIELD.parse(value)


@given(value=lists, data=st.data())
def test_a_move_can_be_moved_back_and_loses_nothing(value: Entries, data: st.DataObject) -> None:
    if not value:
        return
    place, to = (data.draw(st.integers(0, len(value) - 1)) for _ in range(2))
    moved = FIELD.moved(value, place, to)
    assert moved[to] == value[place]
    assert FIELD.moved(moved, to, place) == value


@given(value=lists, data=st.data())
def test_adding_and_removing_are_each_others_opposite(value: Entries, data: st.DataObject) -> None:
    if len(value) < FIELD.longest:
        added = FIELD.added(value, "Cat")
        assert added == (*value, Entry(Cat())) and FIELD.removed(added, len(value)) == value
    else:
        with pytest.raises(FieldError, match="at most 5"):
            FIELD.added(value, "Cat")


def test_one_entry_is_switched_or_set_and_the_others_stay() -> None:
    value = FIELD.parse(["Cat", "Dog", "Cat"])
    off = FIELD.switched(value, 1, False)
    assert off == (value[0], Entry(Dog(), False), value[2]) and FIELD.active(off) == (Cat(), Cat())
    assert FIELD.changed(off, 2, lives=2) == (off[0], off[1], Entry(Cat(lives=2)))
    with pytest.raises(FieldError, match="expected at most 9"):
        FIELD.changed(off, 0, lives=10)


@pytest.mark.parametrize("change", ["removed", "switched", "changed", "moved"])
@pytest.mark.parametrize("place", [-1, 2])
def test_a_place_that_there_is_not_is_refused(change: str, place: int) -> None:
    value = FIELD.parse(["Cat", "Dog"])
    arguments: dict[str, tuple[Any, ...]] = {"removed": (), "switched": (True,), "changed": (), "moved": (0,)}
    with pytest.raises(IndexError, match="expected a place from 0 to 1"):
        getattr(FIELD, change)(value, place, *arguments[change])


def test_a_spec_holds_lists_like_any_other_setting() -> None:
    assert Home().pets == (Entry(Dog()),) and Home().settings() == {}
    home = Home(pets=["Cat"])
    assert home.settings() == {"pets": [{"kind": "Cat", "params": {}}]}
    assert Home(**home.settings()) == home and hash(home) == hash(Home(pets=[Cat()]))
    read, problems = Home.read({"pets": ["Cat", "Bird"]})
    assert read == Home() and [problem.field for problem in problems] == ["pets"]
