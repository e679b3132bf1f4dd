"""Arithmetic of tensors, weights and numbers, and products of matrices."""

from __future__ import annotations

from math import isclose, sqrt
from typing import Any

from models.importers.pytorch.known import NoLayer
from models.importers.pytorch.trace import Value
from models.importers.pytorch.translating import Site, translates
from models.importers.records import Wire

KINDS = {
    "add": "Add", "mul": "Multiply", "multiply": "Multiply", "sub": "Subtract", "subtract": "Subtract",
    "div": "Divide", "truediv": "Divide", "divide": "Divide", "maximum": "Maximum", "minimum": "Minimum",
}  # fmt: skip
NEUTRAL = {"Add": 0, "Subtract": 0, "Multiply": 1, "Divide": 1}


@translates(*KINDS)
def _arithmetic(site: Site, input: object, other: object, *, alpha: Any = 1, rounding_mode: Any = None) -> Wire:
    if alpha != 1 or rounding_mode is not None:
        raise NoLayer("only without a factor and without rounding")
    return combine(site, KINDS[site.call.function], input, other)


@translates("rsub", "rtruediv", "rdiv")
def _reversed(site: Site, input: object, other: object, *, alpha: Any = 1) -> Wire:
    if alpha != 1:
        raise NoLayer("only without a factor")
    return combine(site, "Subtract" if site.call.function == "rsub" else "Divide", other, input)


def combine(site: Site, kind: str, first: object, second: object) -> Wire:
    """Two operands, of which one at least is a tensor for each example."""
    if isinstance(second, int | float) and not isinstance(second, bool) and second == NEUTRAL.get(kind):
        return site.wire(first)
    beside = site.wire(second if not isinstance(first, Value) or site.alias(first) is not None else first)
    return site.add(kind, {}, [site.operand(first, beside), site.operand(second, beside)])


@translates("addcmul")
def _plus_product(site: Site, input: object, tensor1: object, tensor2: object, *, value: Any = 1) -> Wire:
    if value != 1:
        raise NoLayer("only without a factor")
    beside = next(site.wire(item) for item in (tensor1, tensor2, input) if site.alias(item) is None)
    product = site.add("Multiply", {}, [site.operand(tensor1, beside), site.operand(tensor2, beside)])
    return site.add("Add", {}, [site.operand(input, beside), product])


@translates("neg", "negative")
def _negative(site: Site, input: object) -> Wire:
    wire = site.wire(input)
    return site.add("Multiply", {}, [wire, site.operand(-1, wire)])


@translates("square")
def _square(site: Site, input: object) -> Wire:
    wire = site.wire(input)
    return site.add("Multiply", {}, [wire, wire])


@translates("matmul", "bmm", "mm")
def _matmul(site: Site, input: object, other: object) -> Wire:
    return site.add("MatMul", {}, [site.wire(input), site.wire(other)])


@translates("scaled_dot_product_attention")
def _attention(
    site: Site, query: object, key: object, value: object, attn_mask: object = None, dropout_p: float = 0.0,
    is_causal: bool = False, scale: object = None, enable_gqa: bool = False,
) -> Wire:  # fmt: skip
    width = query.shape[-1] if isinstance(query, Value) else 0
    usual = (
        isinstance(scale, int | float) and isinstance(width, int) and isclose(scale * sqrt(width), 1.0, rel_tol=1e-9)
    )
    if (scale is not None and not usual) or enable_gqa:
        raise NoLayer("only with the usual scale, and as many key as query heads")
    wires = [site.wire(item) for item in (query, key, value)]
    if attn_mask is not None:
        wires.append(site.operand(attn_mask, wires[0]))
    return site.add("ScaledDotProductAttention", {"is_causal": is_causal}, wires)
