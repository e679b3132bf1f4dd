"""Weights of a file found in a network: by name, as a part of something larger, and by the order of layers."""

from __future__ import annotations

from models.training.naming import Shapes, by_order, layers_of, names_for

NET: Shapes = {
    "conv1.weight": (8, 3, 3, 3),
    "bn1.weight": (8,),
    "bn1.bias": (8,),
    "bn1.running_mean": (8,),
    "bn1.num_batches_tracked": (),
    "stage.0.conv.weight": (8, 8, 3, 3),
    "stage.1.conv.weight": (8, 8, 3, 3),
    "fc1.weight": (10, 8),
    "fc1.bias": (10,),
}
THEIRS = ("features.0", "features.1", "layer1.0.conv1", "layer1.1.conv1", "classifier")


def renamed(shapes: Shapes, layers: tuple[str, ...] = THEIRS) -> Shapes:
    """The same weights, with other names of their layers."""
    own = list(layers_of(shapes, {name.rpartition(".")[2] for name in shapes}))
    names = dict(zip(own, layers, strict=True))
    return {f"{names[layer]}.{end}": shape for (layer, _, end), shape in _parted(shapes)}


def _parted(shapes: Shapes) -> list[tuple[tuple[str, str, str], tuple[int, ...]]]:
    return [(name.rpartition("."), shape) for name, shape in shapes.items()]


def fits(given: Shapes, own: Shapes = NET) -> int:
    return sum(own.get(name) == given[old] for old, name in names_for(own, given).items())


def test_names_that_are_the_networks_stay() -> None:
    assert names_for(NET, NET) == {name: name for name in NET}
    assert names_for(NET, {}) == {} and names_for({}, {"a.bias": (1,)}) == {"a.bias": "a.bias"}


def test_what_stands_before_names_is_left_out() -> None:
    given = {f"model.encoder.{name}": shape for name, shape in NET.items()} | {"head.bias": (1,)}
    assert names_for(NET, given) == {**{f"model.encoder.{name}": name for name in NET}, "head.bias": "head.bias"}


def test_other_names_in_the_same_order_are_the_same_layers() -> None:
    assert fits(renamed(NET)) == len(NET)
    assert names_for(NET, renamed(NET))["layer1.1.conv1.weight"] == "stage.1.conv.weight"


def test_the_first_and_the_last_layer_may_have_other_sizes() -> None:
    given = renamed(NET) | {
        "classifier.weight": (1000, 8),
        "classifier.bias": (1000,),
        "features.0.weight": (8, 1, 3, 3),
    }
    assert fits(given) == len(NET) - 3
    assert names_for(NET, given)["classifier.bias"] == "fc1.bias", "so that its other size is told of"


def test_files_of_before_have_no_counters() -> None:
    given = {name: shape for name, shape in renamed(NET).items() if not name.endswith("tracked")}
    assert fits(given) == len(NET) - 1


def test_weights_alone_are_compared_where_a_side_knows_no_buffers() -> None:
    own = {name: shape for name, shape in NET.items() if name.endswith(("weight", "bias"))}
    assert fits(renamed(NET), own) == len(own)


def test_anything_that_differs_leaves_names_as_they_are() -> None:
    inner = renamed(NET) | {"layer1.0.conv1.weight": (8, 8, 1, 1)}
    fewer = {name: shape for name, shape in renamed(NET).items() if "layer1.1" not in name}
    others = renamed(NET) | {"features.1.offset": (8,), "classifier.scale": (1,)}
    bias = {name: shape for name, shape in renamed(NET).items() if name != "classifier.bias"}
    for given in (inner, fewer, bias):
        assert by_order(NET, given) == {} and fits(given) == 0
    assert fits(others) == len(NET), "ends of names that the network does not know are left alone"


def test_a_name_that_both_have_is_one_layer() -> None:
    turned = renamed(NET, ("conv1", "bn1", "stage.1.conv", "stage.0.conv", "fc1"))
    assert by_order(NET, turned) == {}
    assert names_for(NET, turned)["stage.1.conv.weight"] == "stage.1.conv.weight"
    flat = renamed(NET, ("conv1", "bn1", "stage_0.conv", "stage_1.conv", "fc1"))
    assert fits(flat) == len(NET), "as code that was imported is named beside its file of weights"
