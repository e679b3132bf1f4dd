"""What modules of `torch.nn` say of themselves, as the fields of the layer of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn

from models.kinds.layer import LAYERS, OF_WEIGHTS

RANDOM_DEPTH = ("DropPath", "StochasticDepth")
"""Modules of libraries that pass over whole examples at random, by their class."""


def layer_of(module: nn.Module) -> str:
    """The kind of layer that a module is, "" if it is none."""
    kind = type(module)
    if (
        kind.__module__.startswith("torch.nn.modules.")
        and kind.__name__ in LAYERS
        and _tells_all(module, kind.__name__)
        and not _computed(module)
    ):
        return kind.__name__
    is_path = kind.__name__ in RANDOM_DEPTH and not any(True for _ in module.parameters())
    return "DropPath" if is_path and _drop_probability(module) is not None else ""


def _computed(module: nn.Module) -> bool:
    """Whether a weight of a module is made anew before each call, as `weight_norm` does by a hook."""
    names = module._flat_weights_names if isinstance(module, nn.RNNBase) else ("weight", "bias")
    held = {*module._parameters, *module._buffers}
    return any(name not in held and isinstance(getattr(module, name, None), Tensor) for name in names)


def _tells_all(module: nn.Module, name: str) -> bool:
    """Whether every setting of the layer can be read from the module."""
    fields = [field for field in LAYERS[name].fields if field not in OF_WEIGHTS and not hasattr(module, field)]
    return not fields or set(fields) <= set(_SPECIAL.get(name, _nothing)(module))


def is_layer(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether a call of a module is a layer's; otherwise one looks into the module."""
    name = layer_of(module)
    if name == "TransformerEncoderLayer":
        plain = len(args) == 1 and all(value is None or value is False for value in kwargs.values())
        return plain and "refused" not in settings_of(module)
    if name == "MultiheadAttention":
        masks = (*args[3:4], *args[5:6], kwargs.get("key_padding_mask"), kwargs.get("attn_mask"))
        return all(mask is None for mask in masks)
    return bool(name)


def _drop_probability(module: nn.Module) -> float | None:
    value = getattr(module, "p", getattr(module, "drop_prob", None))
    return float(value) if isinstance(value, int | float) else None


def settings_of(module: nn.Module) -> dict[str, Any]:
    """The settings of the layer that a module is; ``refused`` says why none can be like it."""
    name = layer_of(module)
    if name == "DropPath":
        return {"p": round(_drop_probability(module) or 0.0, 6)}
    found = {field: plain(getattr(module, field)) for field in LAYERS[name].fields
             if field not in OF_WEIGHTS and hasattr(module, field)}  # fmt: skip
    return found | _SPECIAL.get(name, _nothing)(module)


def plain(value: Any) -> Any:
    """An attribute as JSON data: a bias is whether there is one."""
    if isinstance(value, Tensor):
        return True
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def _nothing(module: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if getattr(module, "bias", True) is None:
        found["bias"] = False
    if getattr(module, "return_indices", False) and "return_indices" not in LAYERS[layer_of(module)].fields:
        found["refused"] = "only without indices"
    return found


def _layer_norm(module: Any) -> dict[str, Any]:
    found = {"normalized_dims": len(module.normalized_shape)}
    return found | ({"bias": module.bias is not None} if module.elementwise_affine else {"bias": True})


def _rms_norm(module: Any) -> dict[str, Any]:
    return {"normalized_dims": len(module.normalized_shape)}


def _batch_norm(module: Any) -> dict[str, Any]:
    return {"refused": "only with a momentum"} if module.momentum is None else {}


def _recurrent(module: Any) -> dict[str, Any]:
    return _first(module) | ({"refused": "only without a projection"} if module.proj_size else {})


def _first(module: Any) -> dict[str, Any]:
    """Whether it has the steps of a sequence in front of the batch."""
    return {} if module.batch_first else {"batch_first": False}


def _attention(module: Any) -> dict[str, Any]:
    return {"bias": module.in_proj_bias is not None, "add_bias_kv": module.bias_k is not None} | _first(module)


def _encoder(module: Any) -> dict[str, Any]:
    activation = getattr(module.activation, "__name__", type(module.activation).__name__.lower())
    found = {
        "nhead": module.self_attn.num_heads, "dim_feedforward": module.linear1.out_features,
        "dropout": module.dropout.p, "activation": activation, "layer_norm_eps": module.norm1.eps,
        "norm_first": module.norm_first, "bias": module.linear1.bias is not None,
    }  # fmt: skip
    found |= _first(module.self_attn)
    return found if activation in ("relu", "gelu") else found | {"refused": "only with relu or gelu"}


def _padding(module: Any) -> dict[str, Any]:
    """How much goes to both sides of each dimension; where these differ, pairs of both, the last dimension first."""
    sides = list(module.padding)
    pairs = list(zip(sides[::2], sides[1::2], strict=True))
    if any(side < 0 for side in sides):
        return {"refused": "only borders, and none that are cut off"}
    if any(before != after for before, after in pairs):
        return {"padding": pairs}
    return {"padding": [before for before, _ in reversed(pairs)]}


def _upsample(module: Any) -> dict[str, Any]:
    factor = module.scale_factor
    if isinstance(factor, tuple):
        factor = factor[0] if len(set(factor)) == 1 else None
    size = None if module.size is None else plain(module.size)
    return {"size": size, "scale_factor": factor, "align_corners": bool(module.align_corners)}


def _unpool(module: Any) -> dict[str, Any]:
    return {"output_size": None}


def _softmax(module: Any) -> dict[str, Any]:
    return {} if module.dim is not None else {"refused": "only with a dimension"}


_SPECIAL: dict[str, Callable[[Any], dict[str, Any]]] = {
    "LayerNorm": _layer_norm, "RMSNorm": _rms_norm, "MultiheadAttention": _attention, "Upsample": _upsample,
    "TransformerEncoderLayer": _encoder,
    **dict.fromkeys(("Softmax", "LogSoftmax", "Softmin"), _softmax),
    **dict.fromkeys(("RNN", "LSTM", "GRU"), _recurrent),
    **{f"MaxUnpool{rank}d": _unpool for rank in (1, 2, 3)},
    **{f"BatchNorm{rank}d": _batch_norm for rank in (1, 2, 3)},
    **{f"{way}Pad{rank}d": _padding for way in ("Zero", "Reflection", "Replication", "Circular", "Constant")
       for rank in (1, 2, 3)},
}  # fmt: skip
