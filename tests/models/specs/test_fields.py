"""Fields: every value comes in through `parse`, goes out through `to_json`, and is refused in a sentence."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.specs.bindings import Bindings
from models.specs.fields import (
    Bool,
    Choice,
    Dims,
    Field,
    FieldError,
    Float,
    Int,
    OptionalFloat,
    OptionalInt,
    OptionalSize,
    OptionalSizes,
    Padding,
    Size,
    Text,
)
from models.specs.spec import Registry, Spec, SpecOf
from models.specs.values import LARGEST_INT, number_from, numbers_from, shown, whole

PETS: Registry[Spec] = Registry("pet")


@PETS.register
class Cat(Spec):
    """A kind with one setting."""

    lives = Int(9, minimum=1, maximum=9)


@PETS.register
class Dog(Spec):
    """A kind without settings."""


FIELDS: dict[str, Field[Any]] = {
    "int": Int(3, minimum=1, maximum=10),
    "optional int": OptionalInt(None, minimum=-4),
    "float": Float(0.5, minimum=0.0, maximum=1.0),
    "open float": Float(0.5, above=0.0, below=1.0),
    "optional float": OptionalFloat(None, above=0.0),
    "bool": Bool(True),
    "choice": Choice("a", ("a", "b")),
    "text": Text("hello"),
    "size": Size(2, 3),
    "optional size": OptionalSize(2),
    "optional sizes": OptionalSizes(longest=3),
    "padding": Padding(2),
    "dims": Dims((3, 32), minimum=-1, shortest=1, longest=3),
    "bindings": Bindings(),
    "spec": SpecOf(PETS, "Cat"),
}

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["a", "same", "Cat"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["kind", "params", "lives"]), inner),
    max_leaves=6,
)

every_field = pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)


@every_field
def test_the_default_is_a_value_of_the_field(field: Field[Any]) -> None:
    assert field.parse(field.default) == field.default
    assert field.parse(field.to_json(field.default)) == field.default


@given(value=JSON, name=st.sampled_from(list(FIELDS)))
def test_anything_is_read_or_refused_in_a_short_sentence(value: object, name: str) -> None:
    field = FIELDS[name]
    try:
        parsed = field.parse(value)
    except FieldError as error:
        assert str(error).endswith(".") and len(str(error)) < 200
    else:
        stored = field.to_json(parsed)
        assert field.parse(json.loads(json.dumps(stored))) == parsed


@given(text=st.text(max_size=30), name=st.sampled_from(list(FIELDS)))
def test_typed_text_is_read_or_refused(text: str, name: str) -> None:
    field = FIELDS[name]
    try:
        parsed = field.parse_text(text)
    except FieldError as error:
        assert str(error).endswith(".")
    else:
        assert field.parse(parsed) == parsed


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("int", " 7 ", 7),
        ("optional int", "", None),
        ("optional int", "None", None),
        ("optional int", "1,000", 1000),
        ("float", "1e-3", 0.001),
        ("optional float", "null", None),
        ("optional float", "2.5", 2.5),
        ("bool", "Yes", True),
        ("bool", "off", False),
        ("choice", "b", "b"),
        ("text", "as it is", "as it is"),
        ("size", "5", (5, 5)),
        ("size", "5×3", (5, 3)),
        ("size", "(5, 3)", (5, 3)),
        ("optional size", "none", None),
        ("optional size", "2x4", (2, 4)),
        ("optional sizes", "", None),
        ("optional sizes", "7", (7,)),
        ("optional sizes", "7 8 9", (7, 8, 9)),
        ("padding", "same", "same"),
        ("padding", " Valid", (0, 0)),
        ("padding", "1", (1, 1)),
        ("dims", "3×28×28", (3, 28, 28)),
        ("dims", "-1", (-1,)),
    ],
)
def test_what_people_type(name: str, text: str, value: object) -> None:
    assert FIELDS[name].parse_text(text) == value


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("int", 0, "expected 1 or more, found 0."),
        ("int", 11, "expected at most 10, found 11."),
        ("int", "3", "expected an integer, found '3'."),
        ("int", True, "expected an integer, found True."),
        ("int", 2.5, "expected an integer, found 2.5."),
        ("float", 1.5, "expected a number from 0 to 1, found 1.5."),
        ("float", math.nan, "expected a number, found nan."),
        ("float", math.inf, "expected a number, found inf."),
        ("open float", 0.0, "expected a number above 0 below 1, found 0.0."),
        ("bool", 1, "expected true or false, found 1."),
        ("choice", "c", "expected one of a, b, found 'c'."),
        ("text", 5, "expected text of at most 4,096 letters, found 5."),
        ("size", [1, 2, 3], "expected 2 numbers or a single one, found 3."),
        ("size", [1, 0], "expected 1 or more, found 0."),
        ("padding", "full", "expected integers, same or valid, found 'full'."),
        ("dims", 3, "expected a list of integers, found 3."),
        ("dims", [], "expected 1 to 3 numbers, found 0."),
        ("spec", "Bird", "expected one of Cat, Dog, found 'Bird'."),
        ("spec", {"kind": "Cat", "params": 3}, "expected the settings of Cat, found 3."),
        ("spec", 3, "expected one of Cat, Dog, found 3."),
    ],
)
def test_refusals_say_what_was_expected_and_found(name: str, value: object, sentence: str) -> None:
    with pytest.raises(FieldError) as refusal:
        FIELDS[name].parse(value)
    assert str(refusal.value) == sentence


def test_whole_numbers_may_be_written_as_decimals() -> None:
    assert whole(3.0, 0, 10) == 3
    assert isinstance(whole(3.0, 0, 10), int)


@given(st.integers())
def test_whole_keeps_to_its_bounds(value: int) -> None:
    try:
        assert 0 <= whole(value, 0, LARGEST_INT) <= LARGEST_INT
    except FieldError:
        assert not 0 <= value <= LARGEST_INT


def test_numbers_with_thousands_separators() -> None:
    assert number_from("1,234") == number_from("1_234") == number_from("1 234".replace(" ", "\u202f")) == 1234
    with pytest.raises(FieldError, match="expected a number"):
        number_from("many")


def test_numbers_of_a_shape_in_any_notation() -> None:
    for text in ("3×32×32", "3, 32, 32", "3x32x32", "[3 32 32]", "3*32*32", "(3;32;32)"):
        assert numbers_from(text) == [3, 32, 32]
    with pytest.raises(FieldError, match="found nothing"):
        numbers_from("  ")


@given(JSON)
def test_values_in_messages_stay_short(value: object) -> None:
    assert len(shown(value)) <= 60
    assert "\n" not in shown(value)


def test_deep_values_in_messages_stay_short() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    assert len(shown(deep)) <= 60
    assert len(shown("x" * 10**6)) <= 60
    assert len(shown(10**4000)) <= 60
    assert shown([10**5000]) == "[a number of over 300 digits]"


class TestSize:
    def test_one_number_stands_for_all_dimensions(self) -> None:
        assert Size(3, 1).parse(4) == (4, 4, 4)

    def test_equal_sizes_are_stored_as_one_number(self) -> None:
        assert Size(2, 1).to_json((4, 4)) == 4
        assert Size(2, 1).to_json((4, 5)) == [4, 5]

    def test_rank_comes_from_the_class_that_owns_the_field(self) -> None:
        class Window(Spec):
            rank: int
            kernel = Size(default=3)
            step = OptionalSize()
            border = Padding()

        class Line(Window):
            rank = 1

        class Cube(Window):
            rank = 3

        assert Line().kernel == (3,) and Cube().kernel == (3, 3, 3)
        assert Line().border == (0,) and Cube().border == (0, 0, 0)
        assert Cube(step=2).step == (2, 2, 2) and Line(step=[2]).step == (2,)
        assert Cube(kernel=[1, 2, 3]).settings() == {"kernel": [1, 2, 3]}
        assert list(Line.fields) == list(Cube.fields) == ["kernel", "step", "border"]
        with pytest.raises(FieldError):
            Line(kernel=[1, 2])


class TestSpecOf:
    def test_a_name_stands_for_the_kind_with_its_defaults(self) -> None:
        assert FIELDS["spec"].parse("Cat") == Cat()

    def test_settings_of_the_inner_spec(self) -> None:
        value = FIELDS["spec"].parse({"kind": "Cat", "params": {"lives": 7}})
        assert value == Cat(lives=7)
        assert FIELDS["spec"].to_json(value) == {"kind": "Cat", "params": {"lives": 7}}

    def test_specs_of_other_registries_are_refused(self) -> None:
        class Bird(Spec):
            """Not a pet here."""

        with pytest.raises(FieldError):
            FIELDS["spec"].parse(Bird())

    def test_hostile_settings_of_the_inner_spec_are_refused(self) -> None:
        for params in ({"self": 1}, {"lives": 10**400}, {"lives": float("inf")}, {"": 1}):
            with pytest.raises(FieldError):
                FIELDS["spec"].parse({"kind": "Cat", "params": params})


class TestDescription:
    def test_labels_follow_from_names(self) -> None:
        assert Cat.fields["lives"].label == "Lives"

        class Named(Spec):
            out_channels = Int(1, label="Filters", role="channels")
            kernel_size = Size(2, 3)

        assert [field.label for field in Named.fields.values()] == ["Filters", "Kernel size"]
        assert Named.fields["out_channels"].role == "channels"

    def test_a_field_is_itself_on_the_class_and_its_value_on_an_instance(self) -> None:
        assert isinstance(Cat.lives, Int)
        assert Cat(lives=3).lives == 3

    def test_bounds_in_words(self) -> None:
        assert Float(0.5, minimum=0.0, maximum=1.0).bounds() == "from 0 to 1"
        assert Float(0.5, above=0.0).bounds() == "above 0"
        assert Float(0.5, below=2.0).bounds() == "below 2"
        assert Float(0.5).bounds() == ""


@pytest.mark.parametrize("number", [10**400, -(10**400), math.inf, -math.inf, math.nan])
def test_numbers_beyond_a_float_are_refused(number: float) -> None:
    with pytest.raises(FieldError, match="expected a number"):
        Float(0.0).parse(number)


NAMES = {"width": 4, "half": 0.5, "text": "wide"}
COMPUTING = [name for name, field in FIELDS.items() if field.computes]


@pytest.mark.parametrize("name", COMPUTING)
def test_numbers_may_be_expressions(name: str) -> None:
    field = FIELDS[name]
    plain = next(value for value in (2, 0.5, [2], [2, 2]) if not refused(field, value))
    written = [f"={item} * width / 4" for item in plain] if isinstance(plain, list) else f"={plain} * width / 4"
    assert field.parse_with(written, NAMES) == field.parse(plain)
    assert field.from_text(field.as_text(written)) == written
    with pytest.raises(FieldError, match="expected"):
        field.parse(written)


def refused(field: Field[Any], value: object) -> bool:
    try:
        field.parse(value)
    except FieldError:
        return True
    return False


@given(value=JSON, name=st.sampled_from(list(FIELDS)))
def test_what_holds_no_expression_is_read_as_without_names(value: object, name: str) -> None:
    field = FIELDS[name]
    assert field.work_out(value, NAMES) is value
    if not refused(field, value):
        assert field.parse_with(value, NAMES) == field.parse(value)


@pytest.mark.parametrize(
    ("name", "text", "stored"),
    [
        ("int", " = width*2 ", "=width*2"),
        ("int", "7", 7),
        ("float", "=half", "=half"),
        ("size", "=width", "=width"),
        ("size", "=width×3", ["=width", 3]),
        ("size", "3", 3),
        ("padding", "=width // 2", "=width // 2"),
        ("padding", "same", "same"),
        ("dims", "3, =max(1, min(width, 2)), =width", [3, "=max(1, min(width, 2))", "=width"]),
        ("dims", "[3×=width]", [3, "=width"]),
        ("dims", "=width", ["=width"]),
        ("dims", "3×4", [3, 4]),
        ("optional sizes", "=width, 2", ["=width", 2]),
        ("choice", "b", "b"),
    ],
)
def test_typed_expressions_are_kept(name: str, text: str, stored: object) -> None:
    assert FIELDS[name].from_text(text) == stored


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("int", "=width / 8", "expected an integer, found 0.5 from =width / 8."),
        ("int", "=width * 3", "expected at most 10, found 12 from =width * 3."),
        ("int", "=wdith", "expected a named number of the network, found ‘wdith’."),
        ("int", "=text", "expected a number in text, found 'wide'."),
        ("int", "=(", "expected a number or a name, found the end."),
        ("float", "=width", "expected a number from 0 to 1, found 4 from =width."),
        ("size", ["=width", "=half"], "expected an integer, found 0.5 from =width, =half."),
        ("size", ["=width"], "expected 2 numbers or a single one, found 1 from =width."),
        ("bool", "=1", "expected true or false, found '=1'."),
        ("choice", "=width", "expected one of a, b, found '=width'."),
    ],
)
def test_what_an_expression_comes_to_may_be_refused(name: str, value: object, sentence: str) -> None:
    with pytest.raises(FieldError) as refusal:
        FIELDS[name].parse_with(value, NAMES)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("text", ["=", "=1 +", "2 = 3", "=width)", "3, =, 4", "=1e5"])
@pytest.mark.parametrize("name", COMPUTING)
def test_typed_nonsense_is_refused(name: str, text: str) -> None:
    with pytest.raises(FieldError):
        FIELDS[name].from_text(text)


def test_the_settings_of_a_nested_spec_may_be_expressions() -> None:
    field, written = FIELDS["spec"], {"kind": "Cat", "params": {"lives": "=width + 1", "purr": "=1"}}
    assert field.work_out(written, NAMES) == {"kind": "Cat", "params": {"lives": 5, "purr": "=1"}}
    assert field.parse_with({"kind": "Cat", "params": {"lives": "=width + 1"}}, NAMES) == Cat(lives=5)
    spec, problems = Cat.read({"lives": "=width"}, NAMES)
    assert spec == Cat(lives=4) and not problems
    _, problems = Cat.read({"lives": "=width"})
    assert problems[0].message == "Lives: expected an integer, found '=width'."


@pytest.mark.parametrize(
    ("field", "value", "takes"),
    [(Int(1), 3, True), (Int(1), "3", False), (Int(1), "=width", True), (Bool(True), "=width", False)],
)
def test_a_field_tells_what_it_takes(field, value, takes):
    assert field.takes(value) is takes
