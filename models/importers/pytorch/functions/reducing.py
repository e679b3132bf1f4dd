"""Functions that make one number of many along some dimensions, pooling and resizing among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.importers.pytorch.known import NoLayer
from models.importers.pytorch.translating import Site, dimensions, translates
from models.importers.records import Wire

KINDS = {"mean": "Mean", "sum": "Sum", "amax": "Max"}


@translates(*KINDS)
def _reduce(site: Site, input: object, dim: Any = None, keepdim: bool = False, *, dtype: object = None) -> Wire:
    return reduced(site, KINDS[site.call.function], input, dim, keepdim)


@translates("max")
def _max(site: Site, input: object, dim: Any = None, keepdim: bool = False) -> list[Wire | None]:
    if not isinstance(dim, int):
        raise NoLayer("only along a dimension")
    return [reduced(site, "Max", input, dim, keepdim), None]


def reduced(site: Site, kind: str, input: object, dim: Any, keepdim: bool) -> Wire:
    """A reduction along dimensions other than the batch."""
    wire = site.wire(input)
    if dim is None:
        raise NoLayer("without a dimension it mixes the batch")
    places = dimensions(site, dim, len(site.type_of(wire).shape) + 1)
    return site.add(kind, {"dim": places, "keepdim": keepdim}, [wire])


@translates("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
@translates("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def _adaptive(site: Site, input: object, output_size: Any, return_indices: bool = False) -> Wire:
    name = site.call.function
    value = site.call.outputs[0]
    if value.type is None or return_indices:
        raise NoLayer("only without indices")
    kind = f"Adaptive{'Avg' if 'avg' in name else 'Max'}Pool{name[-2]}d"
    return site.add(kind, {"output_size": list(value.type.shape[1:])}, [site.wire(input)])


@translates("max_pool1d", "max_pool2d", "max_pool3d", "boolean_dispatch")
def _max_pool(
    site: Site, input: object, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Wire:  # fmt: skip
    if return_indices:
        raise NoLayer("only without indices")
    params = {"kernel_size": kernel_size, "stride": stride or None, "padding": padding, "dilation": dilation,
              "ceil_mode": ceil_mode}  # fmt: skip
    wire = site.wire(input)
    return site.add(f"MaxPool{len(site.type_of(wire).shape) - 1}d", params, [wire])


@translates("avg_pool1d", "avg_pool2d", "avg_pool3d")
def _avg_pool(
    site: Site, input: object, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: Any = None,
) -> Wire:  # fmt: skip
    params = {"kernel_size": kernel_size, "stride": stride or None, "padding": padding, "ceil_mode": ceil_mode,
              "count_include_pad": count_include_pad}  # fmt: skip
    if divisor_override is not None:
        params["divisor_override"] = divisor_override
    return site.add(f"AvgPool{site.call.function[-2]}d", params, [site.wire(input)])


@translates("interpolate", "upsample")
def _interpolate(
    site: Site, input: object, size: Any = None, scale_factor: Any = None, mode: str = "nearest",
    align_corners: Any = None, recompute_scale_factor: Any = None, antialias: bool = False,
) -> Wire:  # fmt: skip
    value = site.call.outputs[0]
    if value.type is None or antialias:
        raise NoLayer("only without antialiasing")
    params: dict[str, Any] = {"mode": mode, "align_corners": bool(align_corners)}
    same = isinstance(scale_factor, int | float) and size is None and not recompute_scale_factor
    params |= {"scale_factor": scale_factor} if same else {"size": list(value.type.shape[1:]), "scale_factor": None}
    return site.add("Upsample", params, [site.wire(input)])


PADS = {"constant": "ZeroPad", "reflect": "ReflectionPad", "replicate": "ReplicationPad", "circular": "CircularPad"}


@translates("pad")
def _pad(site: Site, input: object, pad: Any, mode: str = "constant", value: Any = None) -> Wire:
    wire = site.wire(input)
    pairs = list(zip(pad[::2], pad[1::2], strict=True))
    rank = len(pairs)
    if not any(pad):
        return wire
    if mode not in PADS or not 1 <= rank <= 3 or any(side < 0 for side in pad):
        raise NoLayer("only borders of one to three dimensions, and none that are cut off")
    if value and mode == "constant":
        return padded(site, wire, f"ConstantPad{rank}d", pairs, value=value)
    return padded(site, wire, f"{PADS[mode]}{rank}d", pairs)


def padded(site: Site, wire: Wire, kind: str, pairs: Sequence[tuple[int, int]], **about: Any) -> Wire:
    """A border of so much before and behind each of the last dimensions, the last one first. Where one side gets less,
    both get as much as the other, and what is too much is cut off."""
    wide = [max(pair) for pair in reversed(pairs)]
    wire = site.add(kind, {**about, "padding": wide}, [wire])
    sizes = site.type_of(wire).shape
    for place, (before, behind) in enumerate(pairs, 1):
        if before != behind:
            dim, most = len(sizes) - place, max(before, behind)
            ends = {"start": most - before, "stop": sizes[dim] - (most - behind)}
            wire = site.add("Slice", {"dim": dim + 1, **ends}, [wire])
    return wire


@translates("pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "native_channel_shuffle")
def _shuffle(site: Site, input: object, factor: int) -> Wire:
    name = site.call.function.removeprefix("native_")
    kind, field = {
        "pixel_shuffle": ("PixelShuffle", "upscale_factor"),
        "pixel_unshuffle": ("PixelUnshuffle", "downscale_factor"),
        "channel_shuffle": ("ChannelShuffle", "groups"),
    }[name]
    return site.add(kind, {field: factor}, [site.wire(input)])
