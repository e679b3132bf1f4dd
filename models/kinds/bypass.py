"""What a bypassed layer does in place of itself: it hands on its first input."""

from __future__ import annotations

from functools import lru_cache

from models.kinds.layer import Layer, Port, TensorType


class Bypassed(Layer):
    """Stands for a layer that is left out: its first input goes out again, at its first output alone."""

    accepts = ""
    keeps_shape = True
    keeps_values = True

    def __init__(self, inputs: tuple[Port, ...], outputs: tuple[str, ...]) -> None:
        super().__init__()
        ports = inputs[:1] + tuple(port._replace(optional=True) for port in inputs[1:])
        self.__dict__.update(inputs=ports, outputs=outputs[:1], key=(Bypassed, ports, outputs[:1]))

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return inputs[:1] if self.outputs else ()

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return arguments[0]


@lru_cache(maxsize=256)
def _bypassed(inputs: tuple[Port, ...], outputs: tuple[str, ...]) -> Bypassed:
    return Bypassed(inputs, outputs)


def bypass_of(layer: Layer) -> Layer:
    """What a layer does while it is bypassed: itself where nothing can pass through it."""
    return _bypassed(layer.inputs, layer.outputs) if layer.inputs and layer.outputs else layer
