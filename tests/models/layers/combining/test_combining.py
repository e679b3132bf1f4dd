"""Layers that make one value of several wires, by numbers that can be worked in the head."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from layer_cases import Case, build

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS


def worked(kind: str, *given: Any, **settings: Any) -> torch.Tensor:
    """What a layer gives for inputs whose first dimension is the batch."""
    tensors = [torch.tensor(item) for item in given]
    types = tuple(TensorType(tuple(item.shape[1:]), "float" if item.is_floating_point() else "int") for item in tensors)
    layer = LAYERS[kind](**settings)
    (found,) = build(Case(layer, types, layer.output_types(types)))(*tensors)
    return found


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("Subtract", ([[5.0]], [[2.0]], [[1.0]]), [[2.0]]),
        ("Divide", ([[12.0]], [[2.0]], [[3.0]]), [[2.0]]),
        ("Divide", ([[1]], [[2]]), [[0.5]]),
        ("Maximum", ([[1.0, 5.0]], [[2.0, 4.0]], [[0.0, 6.0]]), [[2.0, 6.0]]),
        ("Minimum", ([[1.0, 5.0]], [[2.0, 4.0]]), [[1.0, 4.0]]),
        ("Average", ([[1]], [[2]], [[6]]), [[3.0]]),
        ("Gate", ([[4.0, 4.0]], [[0.0, 100.0]]), [[2.0, 4.0]]),
        ("MatMul", ([[[1.0, 2.0]]], [[[3.0], [4.0]]]), [[[11.0]]]),
        ("CosineSimilarity", ([[3.0, 0.0]], [[4.0, 4.0]]), [0.7071068]),
    ],
)
def test_numbers(kind: str, given: tuple[Any, ...], expected: Any) -> None:
    assert torch.allclose(worked(kind, *given), torch.tensor(expected))


def test_a_distance_is_that_of_pythagoras_or_of_a_city() -> None:
    pair = [[0.0, 0.0]], [[3.0, 4.0]]
    assert worked("PairwiseDistance", *pair).item() == pytest.approx(5, abs=1e-4)
    assert worked("PairwiseDistance", *pair, p=1.0).item() == pytest.approx(7, abs=1e-4)
    assert worked("PairwiseDistance", *pair, keepdim=True).shape == (1, 1)


@pytest.mark.parametrize(("dim", "shape"), [(1, (2, 3, 4)), (2, (3, 2, 4)), (-1, (3, 4, 2)), (3, (3, 4, 2))])
def test_a_stack_has_a_new_dimension_where_it_was_asked_for(dim: int, shape: tuple[int, ...]) -> None:
    given = (TensorType((3, 4)),) * 2
    assert LAYERS["Stack"](dim=dim).output_types(given) == (TensorType(shape),)


@pytest.mark.parametrize(
    ("kind", "settings", "shapes", "sentence"),
    [
        ("MatMul", {}, [(2, 3), (2, 3)], "Matrices of 2×3 and 2×3 do not multiply."),
        ("MatMul", {}, [(3,), (3,)], "Matrices of 3 and 3 do not multiply."),
        ("Stack", {}, [(2,), (3,)], "Stack needs equal shapes: 2 and 3."),
        ("Stack", {"dim": 0}, [(2,), (2,)], "Stack over dimension 0 would mix the examples of a batch."),
        ("Subtract", {}, [(2,), (3,)], "Subtract needs equal shapes: 2 and 3."),
        ("CosineSimilarity", {}, [(2,), (3,)], "CosineSimilarity needs equal shapes: 2 and 3."),
        ("PairwiseDistance", {}, [(), ()], "PairwiseDistance needs vectors, but it receives single numbers."),
    ],
)
def test_refusals(kind: str, settings: dict[str, Any], shapes: list[tuple[int, ...]], sentence: str) -> None:
    with pytest.raises(ShapeError) as refusal:
        LAYERS[kind](**settings).output_types(tuple(map(TensorType, shapes)))
    assert str(refusal.value) == sentence


def test_products_of_matrices_are_counted() -> None:
    layer, given = LAYERS["MatMul"](), (TensorType((4, 5, 8)), TensorType((4, 8, 6)))
    assert layer.multiply_adds(given, layer.output_types(given)) == 4 * 5 * 6 * 8


def test_a_formula_works_on_what_is_wired() -> None:
    assert worked("Expression", [[1.0, -2.0]], formula="max(x, 0.5 * x)").tolist() == [[1.0, -1.0]]
    assert worked("Expression", [[1.0, 2.0]], [[10.0]], formula="x * y + 1").tolist() == [[11.0, 21.0]]


@pytest.mark.parametrize(
    ("formula", "wires", "sentence"),
    [
        ("x + y", 1, "The formula has y, but nothing is wired to it."),
        ("x + 1", 2, "A wire leads to y, but the formula has no y."),
        ("x + z", 2, "The formula has z, but nothing is wired to it."),
    ],
)
def test_a_formula_and_its_wires_go_together(formula: str, wires: int, sentence: str) -> None:
    with pytest.raises(ShapeError, match=sentence):
        LAYERS["Expression"](formula=formula).output_types((TensorType((3,)),) * wires)
