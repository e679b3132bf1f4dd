"""How cells and steps are named, and which lines belong to a number."""

from __future__ import annotations

import numpy as np
import pytest
from documents import chain

from models.byhand.pen import Line, Page, low, symbol, weight_symbol
from models.byhand.terms import Leaf, constant
from models.byhand.walk import Pass, Walk, cell
from models.training import TrainingSettings


@pytest.fixture
def page() -> Page:
    document = chain([("input1", "Input", {"shape": [2]}), ("fc1", "Linear", {"out_features": 2})], "moons")
    now = Pass(values={"fc1": np.array([[1.0, 2.0]])}, weights={"fc1.weight": np.eye(2)}, losses=(0.5,))
    settings, _ = TrainingSettings.read(document.training)
    return Page(document.network, settings, Walk([now], {}), 0)


@pytest.mark.parametrize(
    ("place", "rows", "text"),
    [((0, 0), 1, "fc1₁"), ((1, 0), 2, "fc1₁⁽²⁾"), ((0, 0, 11), 1, "fc1₁,₁₂"), ((0,), 1, "fc1")],
)
def test_a_number_of_a_layer_is_named_by_its_place(place: tuple[int, ...], rows: int, text: str) -> None:
    assert symbol("fc1", place, rows) == text


def test_weights_are_called_as_books_call_them() -> None:
    assert weight_symbol("fc1.weight", (0, 1)) == "W₁₂"
    assert weight_symbol("lstm1.weight_ih_l0", (3, 0)) == "W_ih₄₁"
    assert weight_symbol("gru1.bias_hh_l1_reverse", (0,)) == "b_hh_l1_reverse₁"
    assert weight_symbol("attn1.out_proj.weight", (0, 1)) == "out_proj.W₁₂"
    assert low(9, 0) == "₁₀,₁"


@pytest.mark.parametrize(
    ("table", "turn", "name"),
    [
        ("value/fc1", 0, "value/fc1/0/1"),
        ("value/fc1", 1, "value/fc1/0/1@2"),
        ("weight/fc1.weight", 0, "weight/fc1.weight/0/1"),
        ("weight/fc1.weight", 1, "next/fc1.weight/0/1"),
        ("weight/fc1.weight", 2, "next/fc1.weight/0/1@2"),
    ],
)
def test_a_weight_before_a_later_pass_is_the_new_one_of_the_pass_before(table: str, turn: int, name: str) -> None:
    assert cell(table, (0, 1), turn) == name


def test_cells_of_later_passes_are_found_by_their_names() -> None:
    passes = [Pass(losses=(float(turn),), state={"w": {"exp_avg": np.array([turn])}}) for turn in range(3)]
    walk = Walk(passes, {})
    assert [walk.cell(name) for name in ("loss", "loss@1", "loss@2", "loss@3")] == [0, 0, 1, 2]
    assert walk.cell("state/w/exp_avg/0@3") == 2
    assert walk.cell("loss@4") is None and walk.cell("loss@0") is None and walk.cell("loss@two") is None


def test_a_line_says_nothing_twice() -> None:
    a, b = Leaf("a", 1.0, "value/a/0"), Leaf("b", 2.0, "value/b/0")
    assert Line("L", a + b, 3.0).text == "L = a + b = 1 + 2 = 3"
    assert Line("L", b, 2.0).text == "L = b = 2"


def test_steps_are_made_once_and_written_before_what_hangs_on_them(page: Page) -> None:
    made: list[str] = []

    def make() -> Leaf:
        made.append("middle")
        return page.value("fc1", (0, 0))

    for _ in range(2):
        middle = page.step("fc1/mean", "μ", lambda: (make() + page.value("fc1", (0, 1))) / 2)
    lines = page.lines("y₁", page.value("fc1", (0, 1)) - middle, 0.5)
    assert made == ["middle"]
    assert [line.text for line in lines] == ["μ = (fc1₁ + fc1₂)/2 = (1 + 2)/2 = 1.5", "y₁ = fc1₂ − μ = 2 − 1.5 = 0.5"]
    assert lines[0].cells == ("value/fc1/0/0", "value/fc1/0/1") and lines[1].cells == ("value/fc1/0/1",)


def test_steps_of_an_earlier_moment_are_numbers_with_the_cell_that_shows_them(page: Page) -> None:
    old = page.step("h/0", "h₁", lambda: constant(0.5), group=0, shown="value/lstm1/0/0/0")
    gate = page.step("i/1", "i₂", lambda: old * 2, group=1)
    new = page.step("h/1", "h₂", lambda: gate + old, group=1, shown="value/lstm1/0/1/0")
    lines = page.lines("h₂", new, 1.5)
    assert [line.name for line in lines] == ["i₂", "h₂"], "h₁ was written in its own moment"
    assert lines[1].numbers == "1 + 0.5"
    assert lines[1].cells == ("value/lstm1/0/0/0",)
