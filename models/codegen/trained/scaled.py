"""A network that scales its inputs and its outputs itself, as plain PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.basics.text import Shape
from models.codegen.formatting import literal
from models.codegen.objectives import input_ids, objectives_of
from models.document import Document
from models.training.objectives import Objective

SCALED = '''class Scaled(nn.Module):
    """A network that takes values as the data holds them and scales them itself.

    `shapes` are those of mean and standard deviation of each input, None where an
    input is not scaled; with "int" it takes integers. `units` are the same of each
    output, None where it is in the unit of the data already. Those of `spreads` are
    numbers, then the logarithms of their variances.
    """

    def __init__(self, network, shapes, units, spreads=()):
        super().__init__()
        self.network = network
        self.shapes = shapes
        for place, shape in enumerate(shapes):
            if isinstance(shape, tuple):
                self.register_buffer(f"mean{place}", torch.zeros(shape))
                self.register_buffer(f"std{place}", torch.ones(shape))
        self.units, self.spreads = units, spreads
        for place, unit in enumerate(units):
            if unit is not None:
                self.register_buffer(f"target_mean{place}", torch.zeros(unit))
                self.register_buffer(f"target_std{place}", torch.ones(unit))

    def forward(self, *inputs):
        ready = [self.scaled(place, values) for place, values in enumerate(inputs)]
        outputs = self.network(*ready)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        found = tuple(self.in_unit(*item) for item in enumerate(outputs))
        return found if len(found) > 1 else found[0]

    def in_unit(self, place, output):
        if self.units[place] is None:
            return output
        mean = getattr(self, f"target_mean{place}")
        std = getattr(self, f"target_std{place}")
        if place in self.spreads:
            middle, spread = output.chunk(2, 1)
            return torch.cat((middle * std + mean, spread + 2 * std.log()), 1)
        return output * std + mean

    def scaled(self, place, values):
        shape = self.shapes[place]
        if shape == "int":
            return values.long()
        if shape is None:
            return values.float()
        mean, std = getattr(self, f"mean{place}"), getattr(self, f"std{place}")
        if mean.dtype == torch.float64:  # of numbers that float32 would merge
            return (values.double() - mean).float() / std
        return (values.float() - mean) / std
'''


class Part(NamedTuple):
    """A trained network: its document, its name, and the shape of the mean for each Input (None: not scaled) and for
    each Output that gives numbers in a unit of its own."""

    document: Document
    name: str
    scales: Mapping[str, Shape | None]
    units: Mapping[str, Shape]


def scaled_call(part: Part, name: str) -> str:
    """The expression that makes a network of the class ``name`` with the places for its scale."""
    shapes = [_shape(part, id) for id in input_ids(part.document)]
    objectives = objectives_of(part.document)
    outputs = [objective.output for objective in objectives]
    units = [literal(tuple(part.units[id])) if id in part.units else "None" for id in outputs]
    spreads = spreading(objectives)
    more = f", {literal(spreads)}" if spreads else ""
    return f"Scaled({name}(), ({', '.join(shapes)},), ({', '.join(units)},){more})"


def spreading(objectives: Sequence[Objective]) -> tuple[int, ...]:
    """The places of the Outputs that give numbers with their variances."""
    return tuple(place for place, objective in enumerate(objectives) if objective.loss.spreads)


def _shape(part: Part, id: str) -> str:
    output = part.document.analysis[id].outputs[0]
    if output is not None and output.dtype == "int":
        return '"int"'
    shape = part.scales.get(id)
    return literal(tuple(shape)) if shape is not None else "None"
