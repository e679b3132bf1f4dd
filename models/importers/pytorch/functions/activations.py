"""Functions that change every value by itself, and softmax."""

from __future__ import annotations

from typing import Any

from models.importers.pytorch.known import NoLayer
from models.importers.pytorch.translating import Site, translates
from models.importers.records import Wire

SIMPLE = {
    "relu": "ReLU", "relu6": "ReLU6", "sigmoid": "Sigmoid", "tanh": "Tanh", "silu": "SiLU", "selu": "SELU",
    "mish": "Mish", "hardswish": "Hardswish", "hardsigmoid": "Hardsigmoid", "logsigmoid": "LogSigmoid",
    "softsign": "Softsign", "tanhshrink": "Tanhshrink",
}  # fmt: skip


def _simple(kind: str) -> None:
    @translates(*(name for name, its in SIMPLE.items() if its == kind))
    def translate(site: Site, input: object, inplace: bool = False) -> Wire:
        return site.add(kind, {}, [site.wire(input)])


for _kind in SIMPLE.values():
    _simple(_kind)


FORMULAS = {
    **{name: f"{name}(x)" for name in ("exp", "log", "sqrt", "abs", "sign", "sin", "cos")},
    "absolute": "abs(x)", "reciprocal": "1 / x", "rsqrt": "1 / sqrt(x)",
}  # fmt: skip


@translates(*FORMULAS)
def _formula(site: Site, input: object) -> Wire:
    return site.add("Expression", {"formula": FORMULAS[site.call.function]}, [site.wire(input)])


@translates("pow")
def _power(site: Site, input: object, exponent: object) -> Wire:
    if isinstance(exponent, bool) or not isinstance(exponent, int | float):
        raise NoLayer("only a number as the exponent")
    wire = site.wire(input)
    if exponent == 2:
        return site.add("Multiply", {}, [wire, wire])
    return site.add("Expression", {"formula": f"x ** {exponent!r}"}, [wire])


@translates("gelu")
def _gelu(site: Site, input: object, approximate: str = "none") -> Wire:
    return site.add("GELU", {"approximate": approximate}, [site.wire(input)])


@translates("elu")
def _elu(site: Site, input: object, alpha: float = 1.0, inplace: bool = False) -> Wire:
    return site.add("ELU", {"alpha": alpha}, [site.wire(input)])


@translates("leaky_relu")
def _leaky(site: Site, input: object, negative_slope: float = 0.01, inplace: bool = False) -> Wire:
    return site.add("LeakyReLU", {"negative_slope": negative_slope}, [site.wire(input)])


@translates("softplus")
def _softplus(site: Site, input: object, beta: float = 1.0, threshold: float = 20.0) -> Wire:
    return site.add("Softplus", {"beta": beta, "threshold": threshold}, [site.wire(input)])


@translates("celu")
def _celu(site: Site, input: object, alpha: float = 1.0, inplace: bool = False) -> Wire:
    return site.add("CELU", {"alpha": alpha}, [site.wire(input)])


@translates("hardshrink", "softshrink")
def _shrink(site: Site, input: object, lambd: float = 0.5) -> Wire:
    return site.add(site.call.function.capitalize(), {"lambd": lambd}, [site.wire(input)])


@translates("threshold")
def _threshold(site: Site, input: object, threshold: float, value: float, inplace: bool = False) -> Wire:
    return site.add("Threshold", {"threshold": threshold, "value": value}, [site.wire(input)])


@translates("glu")
def _glu(site: Site, input: object, dim: int = -1) -> Wire:
    return site.add("GLU", {"dim": dim}, [site.wire(input)])


@translates("hardtanh")
def _hardtanh(site: Site, input: object, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Wire:
    if (min_val, max_val) == (0, 6):
        return site.add("ReLU6", {}, [site.wire(input)])
    return site.add("Hardtanh", {"min_val": min_val, "max_val": max_val}, [site.wire(input)])


@translates("clamp", "clip")
def _clamp(site: Site, input: object, min: Any = None, max: Any = None) -> Wire:
    if min == 0 and max is None:
        return site.add("ReLU", {}, [site.wire(input)])
    if not isinstance(min, int | float) or not isinstance(max, int | float):
        raise NoLayer("only bounds on both sides are known")
    return site.add("Hardtanh", {"min_val": min, "max_val": max}, [site.wire(input)])


@translates("softmax", "log_softmax", "softmin")
def _softmax(site: Site, input: object, dim: Any = None, _stacklevel: int = 3, dtype: object = None) -> Wire:
    kind = {"softmax": "Softmax", "log_softmax": "LogSoftmax", "softmin": "Softmin"}[site.call.function]
    wire = site.wire(input)
    if dim is None:  # as torch.nn.functional chooses it
        dim = 0 if len(site.type_of(wire).shape) in (0, 2) else 1
    return site.add(kind, {"dim": dim}, [wire])


DROPS = {"dropout": "Dropout", "dropout1d": "Dropout1d", "dropout2d": "Dropout2d", "dropout3d": "Dropout3d",
         "alpha_dropout": "AlphaDropout", "feature_alpha_dropout": "FeatureAlphaDropout"}  # fmt: skip


@translates(*DROPS)
def _dropout(site: Site, input: object, p: float = 0.5, training: bool = True, inplace: bool = False) -> Wire:
    wire = site.wire(input)
    return site.add(DROPS[site.call.function], {"p": p}, [wire]) if p else wire
