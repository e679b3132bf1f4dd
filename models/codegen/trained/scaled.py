"""A network that scales its inputs and its outputs itself, as plain PyTorch."""

from __future__ import annotations

SCALED = '''class Scaled(nn.Module):
    """A network that takes values as the data holds them and scales them itself.

    `shapes` are those of mean and standard deviation of each input, None where an
    input is not scaled; with "int" it takes integers. `units` are the same of each
    output, None where it is in the unit of the data already.
    """

    def __init__(self, network, shapes, units):
        super().__init__()
        self.network = network
        self.shapes = shapes
        for place, shape in enumerate(shapes):
            if isinstance(shape, tuple):
                self.register_buffer(f"mean{place}", torch.zeros(shape))
                self.register_buffer(f"std{place}", torch.ones(shape))
        self.units = units
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
        std = getattr(self, f"target_std{place}")
        return output * std + getattr(self, f"target_mean{place}")

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
