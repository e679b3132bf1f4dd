"""Normalizations: what is learned, what is remembered, over which values."""

from __future__ import annotations

import pytest

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS

IMAGE = TensorType((6, 8, 8))


def names(kind: str, given: TensorType = IMAGE, **settings: object) -> dict[str, tuple[int, ...]]:
    return {weight.name: weight.shape for weight in LAYERS[kind](**settings).weights((given,))}


def test_batch_norm_learns_two_numbers_a_channel_and_remembers_three_buffers() -> None:
    assert names("BatchNorm2d") == {
        "weight": (6,),
        "bias": (6,),
        "running_mean": (6,),
        "running_var": (6,),
        "num_batches_tracked": (),
    }
    assert list(names("BatchNorm2d", affine=False)) == ["running_mean", "running_var", "num_batches_tracked"]
    assert list(names("BatchNorm2d", track_running_stats=False)) == ["weight", "bias"]


def test_instance_norm_learns_nothing_unless_asked() -> None:
    assert names("InstanceNorm2d") == {}
    assert list(names("InstanceNorm2d", affine=True)) == ["weight", "bias"]
    with pytest.raises(ShapeError, match="InstanceNorm2d needs more than one value a channel"):
        LAYERS["InstanceNorm2d"]().output_types((TensorType((6, 1, 1)),))


@pytest.mark.parametrize(("kind", "ranks"), [("BatchNorm1d", {1, 2}), ("BatchNorm2d", {3}), ("BatchNorm3d", {4})])
def test_ranks(kind: str, ranks: set[int]) -> None:
    for rank in range(6):
        given = TensorType((6,) * rank)
        if rank in ranks:
            assert LAYERS[kind]().output_types((given,)) == (given,)
        else:
            with pytest.raises(ShapeError):
                LAYERS[kind]().output_types((given,))


def test_layer_norm_infers_its_shape_from_the_last_dimensions() -> None:
    assert names("LayerNorm") == {"weight": (8,), "bias": (8,)}
    assert names("LayerNorm", normalized_dims=3) == {"weight": (6, 8, 8), "bias": (6, 8, 8)}
    assert names("LayerNorm", bias=False) == {"weight": (8,)}
    assert names("LayerNorm", elementwise_affine=False) == {}
    with pytest.raises(ShapeError, match="LayerNorm over 4 dimensions receives only 3"):
        LAYERS["LayerNorm"](normalized_dims=4).output_types((IMAGE,))


def test_rms_norm_has_no_shift() -> None:
    assert names("RMSNorm") == {"weight": (8,)}
    assert LAYERS["RMSNorm"]().module((IMAGE,)) == "nn.RMSNorm(8)"


def test_group_norm_needs_a_divisor_of_the_channels() -> None:
    assert names("GroupNorm", num_groups=3) == {"weight": (6,), "bias": (6,)}
    assert LAYERS["GroupNorm"](num_groups=3).module((IMAGE,)) == "nn.GroupNorm(3, 6)"
    with pytest.raises(ShapeError, match="4 groups do not divide the 6 channels"):
        LAYERS["GroupNorm"]().output_types((IMAGE,))


def test_cards_show_what_differs() -> None:
    assert LAYERS["InstanceNorm2d"]().summary() == ""
    assert LAYERS["InstanceNorm2d"](affine=True, track_running_stats=True).summary() == "affine · running statistics"
    assert LAYERS["LayerNorm"](normalized_dims=2).summary() == "last 2 dims"
