from __future__ import annotations

import ast

import pytest

from models.kinds.layer import TensorType
from models.layers import LAYERS
from models.sources.recognizing.examples import accepted_inputs, by_kind
from models.sources.recognizing.guesses import searched
from models.sources.syntax.values import KEPT

IMAGE = (TensorType((4, 6, 8)),)


@pytest.mark.parametrize(
    ("kind", "source", "settings"),
    [
        ("Permute", "a.permute(0, 3, 1, 2)", {"dims": [3, 1, 2]}),
        ("Slice", "a[:, :, 1:5:2]", {"dim": 2, "start": 1, "stop": 5, "step": 2}),
        ("Select", "a[:, :, -2]", {"dim": 2, "at": -2}),
        ("Mean", "a.mean(dim=(2, 3), keepdim=True)", {"dim": [2, 3], "keepdim": True}),
        ("Norm", "torch.linalg.vector_norm(a, ord=3.0, dim=1)", {"ord": 3.0, "dim": [1]}),
        ("GlobalPool", "a.amax(dim=(2, 3))", {"mode": "max"}),
    ],
)
def test_settings_are_found_by_writing(kind: str, source: str, settings: dict[str, object]) -> None:
    wanted = ast.unparse(ast.parse(source))
    made = LAYERS[kind]

    def writes(layer: object) -> bool:
        assert isinstance(layer, made)
        try:
            layer.output_types(IMAGE)
            return ast.unparse(ast.parse(layer.forward("", ("a",), IMAGE))) == wanted
        except ValueError:
            return False

    found = searched(made, [ast.parse(source)], None, writes)
    assert found is not None and writes(made(**found))
    present = made(**settings)
    assert set((searched(made, [ast.parse(source)], present, writes) or {}).values()) == {KEPT}
    assert searched(made, [ast.parse("a.nothing(3)")], None, lambda layer: False) is None


def test_most_kinds_take_some_usual_inputs() -> None:
    without = [kind.kind for kind in LAYERS.values() if kind.inputs and accepted_inputs(kind()) is None]
    assert len(without) <= 12, without


def test_what_is_said_of_a_kind_is_asked_once() -> None:
    asked: list[str] = []

    @by_kind
    def name(kind: type) -> str:
        asked.append(kind.__name__)
        return kind.__name__

    assert [name(LAYERS["ReLU"]), name(LAYERS["ReLU"]), name(LAYERS["Tanh"])] == ["ReLU", "ReLU", "Tanh"]
    assert asked == ["ReLU", "Tanh"]
