"""Functions that are given their weights: convolutions, linear maps and normalizations as code calls them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.importers.pytorch.known import NoLayer
from models.importers.pytorch.trace import Value
from models.importers.pytorch.translating import Site, translates
from models.importers.records import Wire


def weights_of(site: Site, **given: object) -> dict[str, str]:
    """The names of weights that a function is given as they are; raises `NoLayer` for what was computed from them."""
    found = {}
    for name, value in given.items():
        if value is None:
            continue
        if not isinstance(value, Value) or not value.weight:
            raise NoLayer(f"its {name} is computed, and not a weight of the network")
        if name in ("weight", "bias") and not value.trains:
            raise NoLayer(f"its {name} is no parameter, which nobody learns")
        found[name] = value.weight
    return found


def weighted(site: Site, kind: str, params: Mapping[str, Any], input: object, **given: object) -> Wire:
    """A layer with weights that a function was given."""
    weights = weights_of(site, **given)
    first = next(iter(weights.values()), "")
    return site.add(kind, params, [site.wire(input)], path=first, weights=weights)


@translates("linear")
def _linear(site: Site, input: object, weight: object, bias: object = None) -> Wire:
    features = weight.shape[0] if isinstance(weight, Value) else 0
    return weighted(
        site, "Linear", {"out_features": features, "bias": bias is not None}, input, weight=weight, bias=bias
    )


@translates("conv1d", "conv2d", "conv3d")
def _conv(
    site: Site, input: object, weight: object, bias: object = None, stride: Any = 1, padding: Any = 0,
    dilation: Any = 1, groups: int = 1,
) -> Wire:  # fmt: skip
    if not isinstance(weight, Value):
        raise NoLayer("its weight is no tensor")
    params = {"out_channels": weight.shape[0], "kernel_size": list(weight.shape[2:]), "stride": stride,
              "padding": padding, "dilation": dilation, "groups": groups, "bias": bias is not None}  # fmt: skip
    return weighted(site, f"Conv{site.call.function[-2]}d", params, input, weight=weight, bias=bias)


@translates("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def _conv_transpose(
    site: Site, input: object, weight: object, bias: object = None, stride: Any = 1, padding: Any = 0,
    output_padding: Any = 0, groups: int = 1, dilation: Any = 1,
) -> Wire:  # fmt: skip
    if not isinstance(weight, Value) or not isinstance(weight.shape[1], int):
        raise NoLayer("its weight is no tensor")
    params = {"out_channels": weight.shape[1] * groups, "kernel_size": list(weight.shape[2:]), "stride": stride,
              "padding": padding, "output_padding": output_padding, "dilation": dilation, "groups": groups,
              "bias": bias is not None}  # fmt: skip
    return weighted(site, f"ConvTranspose{site.call.function[-2]}d", params, input, weight=weight, bias=bias)


@translates("prelu")
def _prelu(site: Site, input: object, weight: object) -> Wire:
    count = weight.shape[0] if isinstance(weight, Value) and weight.shape else 1
    return weighted(site, "PReLU", {"num_parameters": count}, input, weight=weight)


@translates("instance_norm")
def _instance_norm(
    site: Site, input: object, running_mean: object = None, running_var: object = None, weight: object = None,
    bias: object = None, use_input_stats: bool = True, momentum: float = 0.1, eps: float = 1e-5,
) -> Wire:  # fmt: skip
    rank = len(site.type_of(site.wire(input)).shape) - 1
    tracked = running_mean is not None
    if not use_input_stats and not tracked:
        raise NoLayer("only with means of its own or of its input")
    params = {"eps": eps, "momentum": momentum, "affine": weight is not None, "track_running_stats": tracked}
    return weighted(site, f"InstanceNorm{rank}d", params, input, weight=weight, bias=bias,
                    running_mean=running_mean, running_var=running_var)  # fmt: skip


@translates("layer_norm")
def _layer_norm(
    site: Site, input: object, normalized_shape: Any, weight: object = None, bias: object = None, eps: float = 1e-5
) -> Wire:
    params = {"normalized_dims": len(normalized_shape), "eps": eps, "elementwise_affine": weight is not None,
              "bias": bias is not None}  # fmt: skip
    if weight is None:
        params.pop("bias")
    return weighted(site, "LayerNorm", params, input, weight=weight, bias=bias)


@translates("rms_norm")
def _rms_norm(site: Site, input: object, normalized_shape: Any, weight: object = None, eps: Any = None) -> Wire:
    params = {"normalized_dims": len(normalized_shape), "eps": eps, "elementwise_affine": weight is not None}
    return weighted(site, "RMSNorm", params, input, weight=weight)


@translates("group_norm")
def _group_norm(
    site: Site, input: object, num_groups: int, weight: object = None, bias: object = None, eps: float = 1e-5
) -> Wire:
    params = {"num_groups": num_groups, "eps": eps, "affine": weight is not None}
    return weighted(site, "GroupNorm", params, input, weight=weight, bias=bias)


@translates("batch_norm")
def _batch_norm(
    site: Site, input: object, running_mean: object, running_var: object, weight: object = None, bias: object = None,
    training: bool = False, momentum: Any = 0.1, eps: float = 1e-5,
) -> Wire:  # fmt: skip
    rank = len(site.type_of(site.wire(input)).shape) - 1
    params = {"eps": eps, "momentum": momentum, "affine": weight is not None}
    return weighted(site, f"BatchNorm{max(rank, 1)}d", params, input, weight=weight, bias=bias,
                    running_mean=running_mean, running_var=running_var)  # fmt: skip


@translates("embedding")
def _embedding(
    site: Site, input: object, weight: object, padding_idx: Any = None, max_norm: Any = None, norm_type: float = 2.0,
    scale_grad_by_freq: bool = False, sparse: bool = False,
) -> Wire:  # fmt: skip
    if not isinstance(weight, Value):
        raise NoLayer("its weight is no tensor")
    params = {"num_embeddings": weight.shape[0], "embedding_dim": weight.shape[1]}
    params |= {} if padding_idx in (None, -1) else {"padding_idx": padding_idx}
    return weighted(site, "Embedding", params, input, weight=weight)
