"""What each layer of Keras comes to: channels last, kernels laid out as Keras has them, its own paddings and gates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from models.importers.keras.files import Array
from models.importers.keras.graph import Layer

Writing = Callable[[Layer, list[str]], list[str]]
LAYERS: dict[str, Writing] = {}


def layer(*kinds: str) -> Callable[[Writing], Writing]:
    """Register what writes some classes of layers."""

    def register(function: Writing) -> Writing:
        for kind in kinds:
            LAYERS[kind] = function
        return function

    return register


PLAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("Relu", {}), "sigmoid": ("Sigmoid", {}), "tanh": ("Tanh", {}), "selu": ("Selu", {}), "elu": ("Elu", {}),
    "softplus": ("Softplus", {}), "softsign": ("Softsign", {}), "mish": ("Mish", {}), "exponential": ("Exp", {}),
    "gelu": ("Gelu", {}), "softmax": ("Softmax", {"axis": -1}), "log_softmax": ("LogSoftmax", {"axis": -1}),
    "hard_sigmoid": ("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}), "hard_silu": ("HardSwish", {}),
    "hard_sigmoid_of_keras_2": ("HardSigmoid", {"alpha": 0.2, "beta": 0.5}),
    "hard_swish": ("HardSwish", {}), "leaky_relu": ("LeakyRelu", {"alpha": 0.2}),
}  # fmt: skip


def activated(item: Layer, values: list[str], name: Any) -> list[str]:
    """An activation by its name."""
    name = str(name.get("class_name") if isinstance(name, dict) else name)
    if name in ("linear", "None"):
        return values
    if name in ("silu", "swish"):
        return item.graph.op("Mul", values[0], item.graph.op("Sigmoid", values[0])[0])
    if name == "relu6":
        ends = [item.graph.number(end) for end in (0, 6)]
        return item.graph.op("Clip", values[0], *ends)
    if name not in PLAIN:
        raise item.fail(f"the activation “{name:.40}” is not read.")
    kind, attributes = PLAIN[name]
    return item.graph.op(kind, values[0], **attributes)


@layer("Activation")
def activation(item: Layer, values: list[str]) -> list[str]:
    return activated(item, values, item.get("activation"))


@layer("ReLU", "LeakyReLU", "ELU", "Softmax", "PReLU")
def activation_layer(item: Layer, values: list[str]) -> list[str]:
    if item.kind == "ReLU":
        slope, most = float(item.get("negative_slope") or 0), item.get("max_value")
        if item.get("threshold") or (slope and most is not None):
            raise item.fail("a threshold, or a slope with a largest value, is not read.")
        if most is not None:
            ends = [item.graph.number(end) for end in (0, most)]
            return item.own("Clip", values[0], *ends)
        return item.own("LeakyRelu", values[0], alpha=slope) if slope else item.own("Relu", values[0])
    if item.kind == "LeakyReLU":
        return item.own("LeakyRelu", values[0], alpha=float(item.get("negative_slope", item.get("alpha", 0.3))))
    if item.kind == "ELU":
        return item.own("Elu", values[0], alpha=float(item.get("alpha", 1.0)))
    if item.kind == "Softmax":
        return item.own("Softmax", values[0], axis=int(item.get("axis", -1)))
    slopes = item.weights[0]
    if slopes.size != slopes.shape[-1]:
        raise item.fail("a slope for each place is not read; share them over all axes but the channels.")
    turned = channels_first(item, values[0])
    alpha = item.weight(slopes.reshape(-1, *(1,) * (item.rank - 2)), "alpha")
    return channels_last(item, item.own("PRelu", turned, alpha))


def is_first(item: Layer) -> bool:
    """Whether channels come first in what a layer reads."""
    return bool(item.get("data_format") == "channels_first" or item.rank < 3)


def channels_first(item: Layer, value: str) -> str:
    """A value with its channels before the places."""
    if is_first(item):
        return value
    return item.graph.op("Transpose", value, perm=[0, item.rank - 1, *range(1, item.rank - 1)])[0]


def channels_last(item: Layer, values: list[str]) -> list[str]:
    """A value with its channels where the layer's own reader expects them."""
    if is_first(item):
        return values
    return item.graph.op("Transpose", values[0], perm=[0, *range(2, item.rank), 1])


@layer("Dense")
def dense(item: Layer, values: list[str]) -> list[str]:
    made = item.own("MatMul", values[0], item.weight(item.weights[0], "kernel"))
    if item.get("use_bias", True):
        made = item.graph.op("Add", made[0], item.weight(item.weights[1], "bias"))
    return activated(item, made, item.get("activation"))


@layer("TimeDistributed")
def each_step(item: Layer, values: list[str]) -> list[str]:
    inner = item.get("layer") or {}
    if inner.get("class_name") != "Dense":
        raise item.fail("only Dense is read within it.")
    config = dict(inner.get("config") or {})
    return dense(
        Layer(item.graph, "Dense", item.name, config, item.inner("layer"), item.path, item.rank, item.inner), values
    )


def border(item: Layer, rank: int) -> dict[str, Any]:
    """The padding of a window as ONNX says it."""
    padding = str(item.get("padding", "valid"))
    if padding == "causal":
        spread = _sizes(item, "dilation_rate", 1)[0] * (_sizes(item, "kernel_size", 1)[0] - 1)
        return {"pads": [spread, 0]}
    if padding not in ("same", "valid"):
        raise item.fail(f"the padding “{padding:.30}” is not read.")
    return {"auto_pad": "SAME_UPPER"} if padding == "same" else {"pads": [0] * 2 * rank}


def _sizes(item: Layer, name: str, rank: int, default: Any = 1) -> list[int]:
    found = item.get(name)
    found = default if found is None else found
    return [int(size) for size in found] if isinstance(found, list | tuple) else [int(found)] * rank


@layer("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv2D", "DepthwiseConv1D", "SeparableConv1D", "SeparableConv2D")
def convolution(item: Layer, values: list[str]) -> list[str]:
    rank = int(item.kind[-2])
    weights = list(item.weights)
    bias = [item.weight(weights.pop(), "bias")] if item.get("use_bias", True) else []
    about: dict[str, Any] = {"strides": _sizes(item, "strides", rank), **border(item, rank)}
    about["dilations"] = _sizes(item, "dilation_rate", rank)
    value = channels_first(item, values[0])
    if item.kind.startswith("Conv"):
        kernel = item.weight(_turned(weights[0]), "kernel")
        made = item.own("Conv", value, kernel, *bias, group=int(item.get("groups", 1)), **about)
    else:
        depth = _turned(weights[0]).swapaxes(0, 1)  # channels × multiplier × places
        channels = depth.shape[0]
        kernel = item.weight(depth.reshape(-1, 1, *depth.shape[2:]), "depthwise_kernel")
        last = bias if item.kind.startswith("Depthwise") else []
        made = item.own("Conv", value, kernel, *last, group=channels, **about)
        if item.kind.startswith("Separable"):
            made = item.own("Conv", made[0], item.weight(_turned(weights[1]), "pointwise_kernel"), *bias)
    return activated(item, channels_last(item, made), item.get("activation"))


def _turned(kernel: Array) -> Array:
    """A kernel, places × inputs × outputs, as outputs × inputs × places."""
    places = kernel.ndim - 2
    return kernel.transpose(places + 1, places, *range(places))


@layer("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
def transposed(item: Layer, values: list[str]) -> list[str]:
    rank, kernel = int(item.kind[4]), item.weights[0]
    strides = _sizes(item, "strides", rank)
    if item.get("output_padding") is not None or set(_sizes(item, "dilation_rate", rank)) != {1}:
        raise item.fail("an output padding or dilation of its own is not read.")
    spare = [size - step for size, step in zip(kernel.shape[:rank], strides, strict=True)]
    same = item.get("padding") == "same"
    cut = [max(0, size) if same else 0 for size in spare]
    about: dict[str, Any] = {
        "strides": strides, "pads": [size // 2 for size in cut] + [size - size // 2 for size in cut],
        "output_padding": [max(0, -size) for size in spare],
    }  # fmt: skip
    bias = [item.weight(item.weights[1], "bias")] if item.get("use_bias", True) else []
    turned = item.weight(_turned(kernel), "kernel")  # places × outputs × inputs becomes inputs × outputs × places
    made = item.own("ConvTranspose", channels_first(item, values[0]), turned, *bias, **about)
    return activated(item, channels_last(item, made), item.get("activation"))


@layer(*(f"{way}Pooling{rank}D" for way in ("Max", "Average") for rank in (1, 2, 3)))
def pooling(item: Layer, values: list[str]) -> list[str]:
    rank = int(item.kind[-2])
    kernel = _sizes(item, "pool_size", rank, 2)
    about: dict[str, Any] = {
        "kernel_shape": kernel,
        "strides": _sizes(item, "strides", rank, kernel),
        **border(item, rank),
    }
    kind = "MaxPool" if item.kind.startswith("Max") else "AveragePool"
    return channels_last(item, item.own(kind, channels_first(item, values[0]), **about))


@layer(*(f"Global{way}Pooling{rank}D" for way in ("Max", "Average") for rank in (1, 2, 3)))
def pooled_whole(item: Layer, values: list[str]) -> list[str]:
    first = 2 if item.get("data_format") == "channels_first" else 1
    axes = item.graph.integers(*range(first, first + int(item.kind[-2])))
    kind = "ReduceMax" if "Max" in item.kind else "ReduceMean"
    return item.own(kind, values[0], axes, keepdims=int(bool(item.get("keepdims"))))


@layer("BatchNormalization")
def batch_normalization(item: Layer, values: list[str]) -> list[str]:
    axis = item.get("axis", -1)
    axis = int(axis[0] if isinstance(axis, list) else axis) % item.rank
    if axis not in (1, item.rank - 1):
        raise item.fail(f"axis {axis} is not that of the channels.")
    weights = list(item.weights)
    count = weights[-1].size
    gamma = weights.pop(0) if item.get("scale", True) else np.ones(count)
    beta = weights.pop(0) if item.get("center", True) else np.zeros(count)
    names = [
        item.weight(array, name)
        for name, array in zip(("gamma", "beta", "mean", "variance"), (gamma, beta, *weights), strict=True)
    ]
    about: dict[str, Any] = {"epsilon": float(item.get("epsilon", 1e-3)), "momentum": float(item.get("momentum", 0.99))}
    if axis == 1:
        return item.own("BatchNormalization", values[0], *names, **about)
    return channels_last(item, item.own("BatchNormalization", channels_first(item, values[0]), *names, **about))


@layer("LayerNormalization")
def layer_normalization(item: Layer, values: list[str]) -> list[str]:
    axis = item.get("axis", -1)
    axes = axis if isinstance(axis, list) else [axis]
    if [int(place) % item.rank for place in axes] != [item.rank - 1] or item.get("rms_scaling"):
        raise item.fail("only the last axis, with mean and variance, is read.")
    weights = list(item.weights)
    width = weights[-1].size
    gamma = weights.pop(0) if item.get("scale", True) else np.ones(width)
    beta = weights.pop(0) if item.get("center", True) else np.zeros(width)
    names = [item.weight(array, name) for name, array in (("gamma", gamma), ("beta", beta))]
    return item.own("LayerNormalization", values[0], *names, axis=-1, epsilon=float(item.get("epsilon", 1e-3)))


@layer("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout")
def dropout(item: Layer, values: list[str]) -> list[str]:
    if item.kind != "Dropout":
        item.graph.report.approximated(item.kind, item.name, "drops single values here, which answers do not show")
    return item.own("Dropout", values[0], item.graph.number(item.get("rate", 0.5)))


@layer("GaussianNoise", "GaussianDropout", "ActivityRegularization", "InputLayer", "Masking")
def only_training(item: Layer, values: list[str]) -> list[str]:
    item.graph.report.left_out(item.kind, item.name, "acts in training alone, or masks, which no layer does")
    return values


@layer("Flatten")
def flatten(item: Layer, values: list[str]) -> list[str]:
    return item.own("Flatten", values[0], axis=1)


@layer("Reshape")
def reshape(item: Layer, values: list[str]) -> list[str]:
    return item.own("Reshape", values[0], item.graph.integers(0, *map(int, item.get("target_shape", []))))


@layer("Permute")
def permute(item: Layer, values: list[str]) -> list[str]:
    return item.own("Transpose", values[0], perm=[0, *map(int, item.get("dims", []))])


@layer("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def zeros(item: Layer, values: list[str]) -> list[str]:
    sides = item.get("padding")
    sides = sides if isinstance(sides, list) else [sides]
    pairs = [side if isinstance(side, list) else [side, side] for side in sides]
    pairs = [sides] if item.kind == "ZeroPadding1D" and len(sides) == 2 else pairs
    outer = [[0, 0], *pairs, [0, 0]] if not is_first(item) else [[0, 0], [0, 0], *pairs]
    pads = [int(before) for before, _ in outer] + [int(after) for _, after in outer]
    return item.own("Pad", values[0], item.graph.integers(*pads))


@layer("UpSampling1D", "UpSampling2D", "UpSampling3D")
def larger(item: Layer, values: list[str]) -> list[str]:
    rank = int(item.kind[-2])
    by = item.graph.constant(np.array([1, 1, *_sizes(item, "size", rank, 2)], np.float32))
    ways = {"nearest": ("nearest", "asymmetric", "floor"), "bilinear": ("linear", "half_pixel", "round_prefer_floor")}
    way = str(item.get("interpolation", "nearest"))
    if way not in ways:
        raise item.fail(f"the interpolation “{way:.30}” is not read.")
    mode, how, nearest = ways[way]
    about: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": how, "nearest_mode": nearest}
    return channels_last(item, item.own("Resize", channels_first(item, values[0]), "", by, **about))


MERGES = {"Add": "Sum", "Average": "Mean", "Maximum": "Max", "Minimum": "Min"}


@layer("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "Concatenate")
def merge(item: Layer, values: list[str]) -> list[str]:
    if item.kind == "Concatenate":
        return item.own("Concat", *values, axis=int(item.get("axis", -1)))
    if item.kind in MERGES:
        return item.own(MERGES[item.kind], *values)
    made = values[:1]
    for other in values[1:]:
        made = item.own("Mul" if item.kind == "Multiply" else "Sub", made[0], other)
    return made


@layer("Embedding")
def embedding(item: Layer, values: list[str]) -> list[str]:
    if item.get("mask_zero"):
        item.graph.report.approximated("Embedding", item.name, "masks nothing: token 0 counts as any other")
    return item.own("Gather", item.weight(item.weights[0], "embeddings"), values[0], axis=0)


@layer("Rescaling")
def rescaling(item: Layer, values: list[str]) -> list[str]:
    scaled = item.own("Mul", values[0], item.graph.number(item.get("scale", 1.0)))
    return item.graph.op("Add", scaled[0], item.graph.number(item.get("offset", 0.0)))


GATES = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2), "SimpleRNN": (0,)}
"""Which gate of Keras stands at each place of ONNX: i o f c of i f c o; z r h as they are."""


@layer("LSTM", "GRU", "SimpleRNN")
def recurrent(item: Layer, values: list[str]) -> list[str]:
    return _recurrent(item, item.kind, item.config, [item.inner("cell")], values)


@layer("Bidirectional")
def both_ways(item: Layer, values: list[str]) -> list[str]:
    inner = item.get("layer") or {}
    kind = str(inner.get("class_name"))
    if kind not in GATES or item.get("merge_mode") != "concat":
        raise item.fail("only LSTM, GRU and SimpleRNN whose outputs are joined are read within it.")
    cells = [item.inner(f"{way}_layer/cell") for way in ("forward", "backward")]
    return _recurrent(item, kind, dict(inner.get("config") or {}), cells, values)


def _recurrent(
    item: Layer, kind: str, config: dict[str, Any], cells: Sequence[list[Array]], values: list[str]
) -> list[str]:
    size, ways = int(config["units"]), len(cells)
    if config.get("go_backwards") or config.get("return_state"):
        raise item.fail("going backwards alone, or states as outputs, are not read.")
    if kind == "GRU" and not config.get("reset_after", True):
        raise item.fail("it resets before its matrix, PyTorch’s GRU after it. Train it with reset_after=True.")
    inputs = [np.stack([_ordered(kind, cell[place].T, size) for cell in cells]) for place in (0, 1)]
    bias = np.stack([_biases(kind, cell, size) for cell in cells])
    names = [
        item.weight(array, name) for name, array in (("kernel", inputs[0]), ("recurrent", inputs[1]), ("bias", bias))
    ]
    about: dict[str, Any] = {"hidden_size": size, "direction": "bidirectional" if ways == 2 else "forward"}
    about["activations"] = _functions(item, kind, config) * ways
    about |= {"linear_before_reset": 1} if kind == "GRU" else {}
    steps = item.graph.op("Transpose", values[0], perm=[1, 0, 2])
    every, last = item.own(kind.removeprefix("Simple"), steps[0], *names, made=2, **about)[:2]
    if kind != "GRU":
        why = "PyTorch has a second bias, which begins at 0"
        item.graph.report.approximated(item.kind, item.name, why)
    if config.get("return_sequences"):
        turned = item.graph.op("Transpose", every, perm=[2, 0, 1, 3])
        return item.graph.op("Reshape", turned[0], item.graph.integers(0, 0, -1))
    turned = item.graph.op("Transpose", last, perm=[1, 0, 2])
    return item.graph.op("Reshape", turned[0], item.graph.integers(0, -1))


def _functions(item: Layer, kind: str, config: dict[str, Any]) -> list[str]:
    names = {"tanh": "Tanh", "sigmoid": "Sigmoid", "relu": "Relu"}
    own, gates = (names.get(str(config.get(name)), "") for name in ("activation", "recurrent_activation"))
    if not own or (kind != "SimpleRNN" and gates != "Sigmoid"):
        raise item.fail("gates other than sigmoid, or another activation than tanh, are not read.")
    return {"LSTM": [gates, own, own], "GRU": [gates, own], "SimpleRNN": [own]}[kind]


def _ordered(kind: str, rows: Array, size: int) -> Array:
    return np.concatenate([rows[place * size : (place + 1) * size] for place in GATES[kind]])


def _biases(kind: str, cell: Sequence[Array], size: int) -> Array:
    """Both biases one behind the other: of the input, and of the state before."""
    rows = len(GATES[kind]) * size
    given = np.atleast_2d(cell[2]) if len(cell) > 2 else np.zeros((1, rows))
    second = given[1] if len(given) > 1 else np.zeros(rows)
    return np.concatenate([_ordered(kind, given[0], size), _ordered(kind, second, size)])
