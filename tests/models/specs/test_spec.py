"""Specs and registries: values with declared fields, found by name, title or synonym."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.specs.fields import Bool, Choice, FieldError, Float, Int
from models.specs.spec import (
    MOST_UNKNOWN,
    NOT_FOUND,
    Registry,
    Spec,
    SpecOf,
    SpecProblem,
    closeness,
    spec_from,
)


class Oven(Spec):
    """A spec for these tests."""

    title = "Baking oven"
    synonyms = ("stove", "AGA cooker")
    degrees = Int(180, minimum=20, maximum=300)
    fan = Bool(False)
    mode = Choice("both", ("top", "both"))


class Kiln(Oven):
    """Inherits fields, changes one, adds one."""

    title = "Kiln"
    degrees = Int(1000, minimum=20, maximum=1400)
    glaze = Float(0.5)


SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "degrees": st.integers(20, 300),
        "fan": st.booleans(),
        "mode": st.sampled_from(["top", "both"]),
    },
)


@given(SETTINGS)
def test_settings_round_trip(settings: dict[str, object]) -> None:
    oven = Oven(**settings)
    again, problems = Oven.read(oven.settings())
    assert again == oven and hash(again) == hash(oven) and not problems
    assert Oven(**oven.settings(all_fields=True)) == oven
    assert set(oven.settings()) <= set(settings)


@given(SETTINGS, SETTINGS)
def test_specs_are_equal_exactly_when_their_settings_are(first: dict[str, object], second: dict[str, object]) -> None:
    same = Oven(**first).settings() == Oven(**second).settings()
    assert (Oven(**first) == Oven(**second)) is same
    assert (Oven(**first).key == Oven(**second).key) is same


def test_defaults_are_left_out_of_settings() -> None:
    assert Oven(degrees=180, fan=True).settings() == {"fan": True}
    assert Oven().settings(all_fields=True) == {"degrees": 180, "fan": False, "mode": "both"}


def test_inherited_fields_keep_their_place() -> None:
    assert list(Kiln.fields) == ["degrees", "fan", "mode", "glaze"]
    assert Kiln().degrees == 1000 and Oven().degrees == 180
    assert Kiln() != Oven(degrees=180)


def test_replace_makes_a_changed_copy() -> None:
    oven = Oven(fan=True)
    assert oven.replace(degrees=200) == Oven(fan=True, degrees=200)
    assert oven == Oven(fan=True)
    with pytest.raises(FieldError):
        oven.replace(degrees=1)


def test_unknown_settings_are_refused_by_name() -> None:
    with pytest.raises(FieldError, match=r"Oven has no setting ‘color’\. It has: degrees, fan, mode\."):
        Oven(color="red")


def test_settings_named_as_arguments_of_python_are_as_unknown_as_others() -> None:
    for name in ("self", "cls", "settings"):
        with pytest.raises(FieldError, match=f"has no setting ‘{name}’"):
            Oven(**{name: 1})


def test_of_unknown_settings_the_first_few_are_named_after_the_refused_ones() -> None:
    _, problems = Oven.read({**{f"x{place}": 1 for place in range(1_000)}, "fan": "fast"})
    assert [problem.field for problem in problems] == ["fan", *(f"x{place}" for place in range(MOST_UNKNOWN))]


def test_reading_falls_back_to_defaults_and_lists_what_was_refused() -> None:
    oven, problems = Oven.read({"degrees": 5000, "fan": True, "color": "red"})
    assert oven == Oven(fan=True)
    assert problems == [
        SpecProblem("degrees", "Degrees: expected at most 300, found 5000.", 5000, "at most 300"),
        SpecProblem("color", "Oven has no setting ‘color’; it is kept unused.", "red", "one of degrees, fan, mode"),
    ]


def test_long_unknown_names_are_cut_in_messages() -> None:
    _, (problem,) = Oven.read({"x" * 10_000: 1})
    assert len(problem.message) < 120


@given(st.dictionaries(st.text(max_size=5) | st.sampled_from(["degrees", "fan", "mode"]), st.integers() | st.text()))
def test_reading_never_raises(settings: dict[str, object]) -> None:
    oven, problems = Oven.read(settings)
    assert oven.degrees in range(20, 301)
    assert {problem.field for problem in problems} <= set(settings)


def test_a_spec_shows_what_differs() -> None:
    assert repr(Oven(fan=True, degrees=200)) == "Oven(degrees=200, fan=True)"


def test_kind_may_differ_from_the_class_name() -> None:
    class Special(Spec, kind="special/oven"):
        """Named otherwise."""

    assert Special.kind == "special/oven" and Special().key == (Special,)


@pytest.fixture
def kitchen() -> Registry[Spec]:
    registry: Registry[Spec] = Registry("device")
    registry.register(Oven)
    registry.register(Kiln)
    return registry


class TestRegistry:
    def test_look_up(self, kitchen: Registry[Spec]) -> None:
        assert kitchen["Oven"] is Oven and kitchen.get("Fridge") is None
        assert "Kiln" in kitchen and "kiln" not in kitchen and 3 not in kitchen
        assert list(kitchen) == ["Oven", "Kiln"] and kitchen.values() == (Oven, Kiln) and len(kitchen) == 2

    def test_names_are_unique(self, kitchen: Registry[Spec]) -> None:
        with pytest.raises(ValueError, match="already a device called ‘Oven’"):
            kitchen.register(Oven)

    def test_unregister(self, kitchen: Registry[Spec]) -> None:
        kitchen.unregister("Oven")
        assert "Oven" not in kitchen
        kitchen.register(Oven)
        assert list(kitchen) == ["Kiln", "Oven"]

    def test_did_you_mean(self, kitchen: Registry[Spec]) -> None:
        assert kitchen.closest("oven") == "Oven"
        assert kitchen.closest("Kilm") == "Kiln"
        assert kitchen.closest("refrigerator") is None
        assert kitchen.closest("x" * 10**6) is None

    @pytest.mark.parametrize("text", ["oven", "OVEN", "baking", "stove", "aga", "cooker", "Baking oven"])
    def test_search_by_name_title_and_synonym(self, kitchen: Registry[Spec], text: str) -> None:
        assert Oven in kitchen.search(text)

    def test_search_ranks_exact_before_prefix_before_inside(self, kitchen: Registry[Spec]) -> None:
        assert kitchen.search("kiln")[0] is Kiln
        assert kitchen.search("") == [Oven, Kiln]
        assert kitchen.search("nothing like it") == []
        word = max(Oven.synonyms, key=len)
        ranks = [closeness(Oven, text) for text in ("OVEN", "ov", word, "ve", word[:-1], word[1:-1], "nothing like it")]
        assert ranks == list(range(NOT_FOUND + 1))


def test_a_name_of_before_still_leads_to_its_kind() -> None:
    registry: Registry[Spec] = Registry("oven")

    class Grill(Oven):
        formerly = ("Broiler",)

    registry.register(Grill)
    assert registry.called("Broiler") is registry.called("Grill") is Grill
    assert registry.called("Toaster") is registry.called(["Grill"]) is None
    assert "Broiler" not in registry and registry.get("Broiler") is None
    read = spec_from(registry, {"kind": "Broiler", "params": {"degrees": 200}})
    assert read == Grill(degrees=200)
    assert SpecOf(registry, "Grill").to_json(read) == {"kind": "Grill", "params": {"degrees": 200}}
