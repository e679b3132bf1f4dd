"""Layers that pick, add, take away and sum up dimensions."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from layer_cases import Case, build

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS

SEQUENCE = torch.arange(24.0).reshape(2, 3, 4)


def given_by(kind: str, x: torch.Tensor = SEQUENCE, **settings: Any) -> tuple[torch.Tensor, ...]:
    layer, types = LAYERS[kind](**settings), (TensorType(tuple(x.shape[1:])),)
    return build(Case(layer, types, layer.output_types(types)))(x)


@pytest.mark.parametrize(
    ("kind", "settings", "expected"),
    [
        ("Slice", {"start": 1}, SEQUENCE[:, 1:]),
        ("Slice", {"dim": -1, "start": -3, "stop": -1}, SEQUENCE[..., -3:-1]),
        ("Slice", {"dim": 2, "step": 2}, SEQUENCE[..., ::2]),
        ("Select", {}, SEQUENCE[:, -1]),
        ("Select", {"dim": 2, "at": 0}, SEQUENCE[..., 0]),
        ("Mean", {}, SEQUENCE.mean(1)),
        ("Sum", {"dim": [1, 2]}, SEQUENCE.sum((1, 2))),
        ("Max", {"dim": -1, "keepdim": True} | {"dim": [-1]}, SEQUENCE.amax(2, keepdim=True)),
        ("Norm", {"dim": [2], "ord": 1.0}, SEQUENCE.abs().sum(2)),
        ("GlobalPool", {}, SEQUENCE.mean(2)),
        ("GlobalPool", {"mode": "max", "keepdim": True}, SEQUENCE.amax(2, keepdim=True)),
        ("Unsqueeze", {"dim": -1}, SEQUENCE[..., None]),
        ("Unflatten", {"dim": -1, "unflattened_size": [2, -1]}, SEQUENCE.reshape(2, 3, 2, 2)),
    ],
)
def test_values(kind: str, settings: dict[str, Any], expected: torch.Tensor) -> None:
    (found,) = given_by(kind, **settings)
    assert torch.equal(found, expected)


def test_pieces_are_on_ports_and_are_the_whole_together() -> None:
    for kind, settings in (("Chunk", {"chunks": 3}), ("Split", {"sizes": [1, 2]})):
        layer = LAYERS[kind](**settings)
        pieces = given_by(kind, **settings)
        assert len(layer.outputs) == len(pieces) and layer.outputs[:2] == ("output", "output2")
        assert torch.equal(torch.cat(pieces, 1), SEQUENCE)
    assert LAYERS["Chunk"].outputs == LAYERS["Chunk"]().outputs == ("output", "output2")


def test_squeeze_leaves_other_sizes_as_torch_does() -> None:
    assert given_by("Squeeze", SEQUENCE[:, :1])[0].shape == (2, 4)
    assert given_by("Squeeze")[0].shape == SEQUENCE.shape


def test_patches_are_those_of_a_vit_and_fold_puts_them_back() -> None:
    image = torch.randn(2, 3, 8, 8)
    (columns,) = given_by("Unfold", image, kernel_size=4, stride=4)
    assert columns.shape == (2, 48, 4)
    (back,) = given_by("Fold", columns, output_size=8, kernel_size=4, stride=4)
    assert torch.equal(back, image)


def test_shuffled_channels_take_turns() -> None:
    x = torch.arange(6.0).reshape(1, 6, 1)
    assert given_by("ChannelShuffle", x, groups=3)[0].flatten().tolist() == [0, 2, 4, 1, 3, 5]


@pytest.mark.parametrize(
    ("kind", "settings", "shape", "sentence"),
    [
        ("Slice", {"start": 5}, (3, 4), "From 5 to the end there is nothing of 3."),
        ("Select", {"at": 3}, (3, 4), "There is no place 3 among 3."),
        ("Chunk", {"chunks": 4}, (5,), "5 cannot be cut into 4 pieces of one size."),
        ("Split", {"sizes": [2, 2]}, (3,), "Pieces of 2, 2 are 4 in all, not 3."),
        ("Mean", {"dim": [1, -2]}, (3, 4), "Mean names a dimension twice: 1, -2."),
        ("Mean", {"dim": [0]}, (3, 4), "Mean over dimension 0 would mix the examples of a batch."),
        ("Expand", {"sizes": [5]}, (3,), "3 cannot be stretched to 5: only sizes of 1 can."),
        ("Unflatten", {"unflattened_size": [2, -1]}, (3,), "Sizes of 2×-1 do not multiply to 3."),
        ("ChannelShuffle", {}, (3, 4), "2 groups do not divide the channels of 3×4."),
        ("Fold", {}, (8, 9), "Fold to 8×8 needs 49 windows of 4 numbers a channel."),
        ("GlobalPool", {}, (3,), "GlobalPool needs channels×height×width or the like, but it receives 3."),
    ],
)
def test_refusals(kind: str, settings: dict[str, Any], shape: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(ShapeError) as refusal:
        LAYERS[kind](**settings).output_types((TensorType(shape),))
    assert str(refusal.value) == sentence


def lines(kind: str, *shape: int, targets: tuple[str, ...] = ("x",), **settings: Any) -> tuple[str, ...]:
    return LAYERS[kind](**settings).lines("self.layer1", ("x",), targets, (TensorType(shape),))


def test_generated_lines_read_well() -> None:
    assert lines("Select", 5, 8) == ("x = x[:, -1]",)
    assert lines("Slice", 3, 8, 8, dim=2, start=1, stop=-1, step=2) == ("x = x[:, :, 1:-1:2]",)
    assert lines("Chunk", 6, targets=("a", ""), dim=1) == ("a, _ = x.chunk(2, dim=1)",)
    assert lines("Split", 3, targets=("a", "b"), sizes=[1, 2]) == ("a, b = x.split((1, 2), dim=1)",)
    assert lines("Mean", 3, 8, 8, dim=[2, 3], keepdim=True) == ("x = x.mean(dim=(2, 3), keepdim=True)",)
    assert lines("Norm", 8) == ("x = torch.linalg.vector_norm(x, dim=1)",)
    assert lines("GlobalPool", 16, 7, 7) == ("x = x.mean(dim=(2, 3))",)
    assert lines("Expand", 1, 8, sizes=[4, -1]) == ("x = x.expand(-1, 4, -1)",)
