"""Calls of ATen functions as those of PyTorch's public functions, which `models.importers.pytorch` can take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from models.importers.pytorch.functions import load
from models.importers.pytorch.trace import Named, Slice, Value
from models.importers.pytorch.translating import TRANSLATIONS
from models.specs.tensor_code import FUNCTIONS

LAST = (1 << 63) - 1
"""What stands in slices for the end."""
WHOLE = Slice(None, None, None)
Args = Sequence[Any]


class Said(NamedTuple):
    """A function by its public name, and what it is given."""

    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


Form = Callable[[Args, Mapping[str, Any], Sequence[Value]], Said]
"""Takes arguments and results of an ATen function."""
FORMS: dict[str, Form] = {}
SAME = {
    "_unsafe_view": "reshape", "view": "reshape", "lift_fresh": "clone", "lift_fresh_copy": "clone",
    "detach": "clone", "detach_": "clone", "alias": "clone", "clone": "clone", "contiguous": "clone",
    "_conj": "clone", "resolve_conj": "clone", "log_sigmoid": "logsigmoid",
    "_adaptive_avg_pool2d": "adaptive_avg_pool2d", "_adaptive_avg_pool3d": "adaptive_avg_pool3d",
}  # fmt: skip
METHODS = ("expand", "permute", "repeat", "view_as", "expand_as", "type_as", "new_zeros", "new_ones", "new_full",
           "masked_fill", "unfold", "to")  # fmt: skip
"""Those that are functions of a tensor alone."""
FUNCTIONAL = (
    "linear", "gelu", "silu", "elu", "leaky_relu", "mish", "hardswish", "hardsigmoid", "hardtanh", "relu6", "softplus",
    "glu", "logsigmoid", "pad", "scaled_dot_product_attention", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
    "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
    "max_pool1d", "max_pool2d", "max_pool3d", "one_hot", "celu", "hardshrink", "softshrink", "threshold", "rms_norm",
)  # fmt: skip
FIRST = {"linear": 3, "clone": 1, "layer_norm": 5, "group_norm": 5, "expand": 2, "adaptive_max_pool1d": 2,
         "adaptive_max_pool2d": 2, "adaptive_max_pool3d": 2, "elu": 2, "selu": 1, "to": 2, "logsigmoid": 1}  # fmt: skip
"""How many arguments of some functions are public."""
ONE = ("native_layer_norm", "native_group_norm", "native_batch_norm", "_native_batch_norm_legit", "native_dropout",
       "_native_batch_norm_legit_no_training", "max_pool1d_with_indices", "max_pool2d_with_indices",
       "max_pool3d_with_indices", "_scaled_dot_product_flash_attention_for_cpu")  # fmt: skip
"""Functions of which the first result alone is public."""
RECURRENT = ("lstm", "gru", "rnn_tanh", "rnn_relu")
UNDRAWN = ("scalar_tensor", "eye", "fill_", "copy_", "zero_", "bitwise_not", "bitwise_and", "bitwise_or", *RECURRENT)
"""Functions that layers or constants stand for, and that no card may call."""
UNSAID = ("memory_format", "non_blocking", "copy", "device", "layout", "pin_memory", "implicit")


def said(operator: str, args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    """The public function that an ATen function is."""
    plain = operator.rstrip("_") or operator
    if plain in FORMS:
        return FORMS[plain](args, kwargs, results)
    plain = SAME.get(operator, SAME.get(plain, plain))
    return named(plain, args, kwargs)


def named(plain: str, args: Args, kwargs: Mapping[str, Any] | None = None) -> Said:
    """A public function by its plain name."""
    room = "torch.nn.functional" if plain in FUNCTIONAL else "torch.Tensor" if plain in METHODS else "torch"
    words = {name: value for name, value in (kwargs or {}).items() if name not in UNSAID}
    return Said(f"{room}.{plain}", tuple(args[: FIRST.get(plain, len(args))]), words)


def computes(operator: str) -> bool:
    """Whether an ATen function is one of those that are known here, and so reads and writes no file."""
    plain = operator.rstrip("_") or operator
    load()
    known = plain in FORMS or plain in TRANSLATIONS or operator in UNDRAWN
    return known or SAME.get(operator, SAME.get(plain, plain)) in FUNCTIONS


def form(*names: str) -> Callable[[Form], Form]:
    """Register how some ATen functions are said."""

    def register(function: Form) -> Form:
        for name in names:
            FORMS[name] = function
        return function

    return register


def at(args: Args, place: int, default: Any = None) -> Any:
    """An argument that may not be given."""
    return args[place] if place < len(args) else default


@form("convolution", "_convolution")
def _convolution(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    x, weight, bias, stride, padding, dilation, turned, more, groups = args[:9]
    rank = len(weight.shape) - 2
    if turned:
        return Said(f"torch.conv_transpose{rank}d", (x, weight, bias, stride, padding, more, groups, dilation), {})
    return Said(f"torch.conv{rank}d", (x, weight, bias, stride, padding, dilation, groups), {})


@form("batch_norm", "_native_batch_norm_legit_no_training", "native_batch_norm", "_native_batch_norm_legit")
def _batch_norm(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    x, weight, bias, mean, spread, *rest = args
    rest = [value for value in rest if not isinstance(value, bool)]
    more = {"momentum": rest[0], "eps": rest[1]}
    return Said("torch.nn.functional.batch_norm", (x, mean, spread, weight, bias), more)


@form("instance_norm")
def _instance_norm(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    x, weight, bias, mean, spread, by_input, momentum, eps = args[:8]
    more = {"use_input_stats": by_input, "momentum": momentum, "eps": eps}
    return Said("torch.nn.functional.instance_norm", (x, mean, spread, weight, bias), more)


@form("layer_norm", "native_layer_norm")
def _layer_norm(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said("torch.nn.functional.layer_norm", tuple(args[:5]), {})


@form("group_norm")
def _group_norm(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said("torch.nn.functional.group_norm", tuple(args[:5]), {})


@form("native_group_norm")
def _native_group_norm(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    x, weight, bias, _, _, _, groups, eps = args
    return Said("torch.nn.functional.group_norm", (x, groups, weight, bias, eps), {})


@form("embedding")
def _embedding(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said("torch.nn.functional.embedding", (args[1], args[0], at(args, 2)), {})


def _drops(operator: str, name: str = "") -> None:
    @form(operator)
    def dropped(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
        plain = name or f"dropout{max(1, len(results[0].shape) - 2)}d"
        return Said(f"torch.nn.functional.{plain}", (args[0], args[1]), {})


_drops("dropout", "dropout")
_drops("native_dropout", "dropout")
_drops("alpha_dropout", "alpha_dropout")
_drops("feature_alpha_dropout", "feature_alpha_dropout")
_drops("feature_dropout")


@form("softmax", "_softmax")
def _softmax(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said("torch.softmax", (args[0], args[1]), {})


@form("log_softmax", "_log_softmax")
def _log_softmax(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said("torch.log_softmax", (args[0], args[1]), {})


@form("slice")
def _slice(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    x, dim, start, stop, step = (at(args, place, usual) for place, usual in enumerate((None, 0, None, None, 1)))
    dim = dim % len(x.shape)
    part = Slice(start or None, None if stop == LAST else stop, None if step == 1 else step)
    return Said("torch.Tensor.__getitem__", (x, (*(WHOLE,) * dim, part)), {})


@form("index")
def _index(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said("torch.Tensor.__getitem__", (args[0], tuple(WHOLE if item is None else item for item in args[1])), {})


@form("_to_copy", "to")
def _to(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said("torch.Tensor.to", (args[0], Named(f"torch.{results[0].dtype}")), {})


@form("constant_pad_nd")
def _constant_pad(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said("torch.nn.functional.pad", (args[0], args[1], "constant", at(args, 2, 0)), {})


def _pads(name: str, mode: str) -> None:
    @form(*(f"{name}_pad{rank}d" for rank in (1, 2, 3)))
    def padded(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
        return Said("torch.nn.functional.pad", (args[0], args[1], mode), {})


_pads("reflection", "reflect")
_pads("replication", "replicate")


@form("max_pool1d_with_indices", "max_pool2d_with_indices", "max_pool3d_with_indices")
def _max_pool(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said(f"torch.nn.functional.max_pool{len(results[0].shape) - 2}d", tuple(args), {})


@form("_scaled_dot_product_flash_attention_for_cpu")
def _attention(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    causal, mask = at(args, 4, False), kwargs.get("attn_mask")
    more = {"attn_mask": mask, "is_causal": causal} | ({"scale": kwargs["scale"]} if kwargs.get("scale") else {})
    return Said("torch.nn.functional.scaled_dot_product_attention", tuple(args[:3]), more)


def _resizes(mode: str, *names: str) -> None:
    @form(*names)
    def resized(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
        factors = next((item for item in args[2:] if isinstance(item, list) and item), None)
        more: dict[str, Any] = {"size": list(results[0].shape[2:])}
        if factors and not at(args, 1) and len(set(factors)) == 1:
            more = {"scale_factor": factors[0]}
        aligned = next((item for item in args[2:] if isinstance(item, bool)), None)
        more |= {"mode": mode} | ({} if aligned is None else {"align_corners": aligned})
        return Said("torch.nn.functional.interpolate", (args[0],), more)


_resizes("nearest", "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d")
_resizes("bilinear", "upsample_bilinear2d")
_resizes("bicubic", "upsample_bicubic2d")
_resizes("linear", "upsample_linear1d")
_resizes("trilinear", "upsample_trilinear3d")


@form("prelu")
def _prelu(args: Args, kwargs: Mapping[str, Any], results: Sequence[Value]) -> Said:
    return Said("torch.prelu", tuple(args), {})
