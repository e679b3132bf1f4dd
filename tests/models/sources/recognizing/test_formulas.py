from __future__ import annotations

import ast

import pytest
from code_edits import code, typed
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sources import read
from models.sources.recognizing.formulas import formula, formula_kind
from models.specs.elementwise import FUNCTIONS, read_formula, statements
from models.storage import templates

NAMES = ("a", "b", "c")
ATOMS = st.sampled_from(["x", "y", "z", "2", "0.5", "3.0"])
FORMULAS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from([*FUNCTIONS]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        inner.map(lambda text: f"-({text})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
    ),
    max_leaves=6,
)


def read_of(text: str) -> tuple[str, list[str], bool] | None:
    found = formula(ast.parse(text, mode="eval").body, {"F": "torch.nn.functional"}, {*NAMES, "x"})
    return (found.text, [ast.unparse(part) for part in found.operands], found.is_needed) if found else None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2 * a + b", ("2 * x + y", ["a", "b"], True)),
        ("a + b", ("x + y", ["a", "b"], False)),
        ("-a", ("-x", ["a"], True)),
        ("torch.sin(a) * a", ("sin(x) * x", ["a"], True)),
        ("a.exp()", ("exp(x)", ["a"], True)),
        ("F.softplus(a) * b", ("softplus(x) * y", ["a", "b"], False)),
        ("a.clamp(min=0, max=6)", ("min(max(x, 0), 6)", ["a"], True)),
        ("torch.clamp(a, -1, 1)", ("min(max(x, -1), 1)", ["a"], True)),
        ("torch.maximum(a, b) ** 2", ("max(x, y) ** 2", ["a", "b"], True)),
        ("a.pow(3)", ("x ** 3", ["a"], True)),
        ("self.conv1(a) * 0.5 + a", ("x * 0.5 + y", ["self.conv1(a)", "a"], True)),
    ],
)
def test_arithmetic_is_read_as_a_formula(text: str, wanted: tuple[str, list[str], bool]) -> None:
    assert read_of(text) == wanted


@pytest.mark.parametrize("text", ["2 + 3", "a", "a + True", "a + unknown", "a + b + c + x", "a / 0", "a + 'b'"])
def test_anything_else_is_none(text: str) -> None:
    assert read_of(text) is None


@settings(max_examples=60, deadline=None)
@given(FORMULAS)
def test_what_a_formula_writes_is_read_as_that_formula(text: str) -> None:
    try:
        wanted = read_formula(text)
    except ValueError:
        return
    lines = statements(wanted.tree, dict(zip(("x", "y", "z"), NAMES, strict=True)), "t")
    found = read_of(lines[0].partition(" = ")[2]) if len(lines) == 1 else None
    if found is None:
        return
    back = dict(zip(("x", "y", "z"), found[1], strict=False))
    again = statements(read_formula(found[0]).tree, back, "t")
    assert again == lines


def test_a_formula_in_code_is_one_layer_and_typing_on_changes_it() -> None:
    document = templates.load("small-resnet")
    assert typed(document, ("x = self.fc1(x)", "x = torch.sin(self.fc1(x)) * 2 + 1")) == ()
    kind, field = formula_kind()
    made = next(node for node in document.network if node.kind == kind.kind)
    assert made.params == {field: "sin(x) * 2 + 1"}
    assert typed(document, ("* 2 + 1", "* 3 - 1")) == ()
    assert document.network[made.id].params == {field: "sin(x) * 3 - 1"}
    assert typed(document, ("torch.sin(self.fc1(x))", "self.fc1(x).sin()")) == ()
    present = code(document)
    assert "self.fc1(x).sin() * 3" in present.text, "it stays as it was spelled"
    assert read(present.text, present.before) == ((), ())
