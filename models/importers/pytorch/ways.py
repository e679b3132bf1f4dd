"""How tensors lie whose batch is not in front by itself: behind the steps of a sequence, or one with another dimension.

What works on each place by itself does to such a tensor what it does to the same numbers with the batch in front.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from models.importers.pytorch.trace import CHANNELS, MERGED, SECOND, Trace, Value, values_in
from models.importers.records import Wire

READ = {SECOND: ".transpose(0, 1)", MERGED: ".flatten(0, 1)", CHANNELS: ".transpose(1, 2).flatten(0, 1)"}
"""What makes such a tensor of one with the batch in front."""


class Laid(NamedTuple):
    """A value that lies in a ``way``, by the wire that has its numbers with the batch in front."""

    wire: Wire
    way: str


EACH = frozenset({
    "Identity", "Linear", "LayerNorm", "RMSNorm", "Embedding", "Dropout", "ReLU", "SiLU", "Sigmoid", "Tanh", "Mish",
    "ReLU6", "Hardswish", "Hardsigmoid", "SELU", "LeakyReLU", "ELU", "CELU", "GELU", "Softplus", "Hardtanh", "Softsign",
    "LogSigmoid", "Tanhshrink",
})  # fmt: skip
"""Layers that work on numbers, or on the last dimensions, by themselves."""
LAST = frozenset({"Linear", "LayerNorm", "RMSNorm", "linear", "layer_norm", "rms_norm"})
"""Those of them that need the last dimensions where they were."""
ALONE = frozenset({
    "relu", "relu6", "sigmoid", "tanh", "silu", "selu", "mish", "hardswish", "hardsigmoid", "logsigmoid", "softsign",
    "tanhshrink", "gelu", "elu", "leaky_relu", "softplus", "celu", "hardtanh", "clamp", "add", "sub", "mul", "div",
    "truediv", "neg", "square", "dropout", "linear", "layer_norm", "rms_norm", "contiguous", "clone", "detach", "to",
    "float", "type", "type_as", "requires_grad", "cpu", "data",
})  # fmt: skip
"""Functions that do so."""
PIECES = re.compile(r"(Conv|ConvTranspose|MaxPool|AvgPool|AdaptiveAvgPool|AdaptiveMaxPool|BatchNorm)([12])d")
"""Layers that work on pieces in the batch as one of a higher rank does that leaves the pieces apart."""


def in_pieces(trace: Trace) -> set[Value]:
    """Values with other dimensions in the batch that come to a layer which has a form for that, or are given back."""
    found = {value for _, value in trace.outputs if value.seen(MERGED) is not None}
    for call in reversed(trace.calls):
        kind = call.name.rpartition(".")[2] if call.path else ""
        given = [value for value in values_in(call.args) if value.seen(MERGED) is not None]
        if PIECES.fullmatch(kind):
            found.update(given[:1])
        elif found.intersection(call.outputs) and (kind in EACH or call.function in ALONE):
            found.update(given)
    return found
