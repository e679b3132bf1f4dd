"""Power-average pooling: the p-norm of each window.

Formula: https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html.
"""

from __future__ import annotations

from models.kinds.arithmetic import check_fits, settings
from models.kinds.layer import LAYERS, ShapeError, TensorType, bytes_of, call, changed
from models.layers.pooling import CEIL_MODE, WindowPooling
from models.specs.fields import Float


class PowerPooling(WindowPooling):
    """(Σ xᵖ)^(1/p) over each window."""

    synonyms = ("power average", "p-norm pooling", "Lp pooling", "L2 pooling")
    norm_type = Float(2.0, minimum=1.0, label="Norm p", help="1 is the sum, 2 the length; large ones near the maximum.")
    ceil_mode = CEIL_MODE

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if self.norm_type != 1 and self.norm_type % 2:
            raise ShapeError(
                f"With p = {self.norm_type:.4g} negative values give NaN. Use 1 or an even number.",
                expected="1 or an even number",
                found=f"{self.norm_type:g}",
            )
        return super().infer(inputs)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return batch * (bytes_of(inputs[0]) + 4 * bytes_of(outputs[0]))

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        others = changed(self, but=("norm_type", "kernel_size"))
        return call(f"nn.{self.kind}", self.norm_type, self.kernel_size, **others)

    def summary(self) -> str:
        return settings(f"p {self.norm_type:g}", super().summary())


_HELP = (
    "Replaces each window by its p-norm: the sum of the p-th powers, and of that the p-th root. With p = 1 that is the "
    "sum, with 2 the length, and the larger p is, the nearer it comes to the maximum. It has no weights. "
)


@LAYERS.register
class LPPool2d(PowerPooling):
    """See `PowerPooling`."""

    rank, title = 2, "2-D power-average pooling"
    help = _HELP + "Takes channels×height×width."


@LAYERS.register
class LPPool1d(PowerPooling):
    """See `PowerPooling`."""

    rank, title = 1, "1-D power-average pooling"
    help = _HELP + "Takes channels×length."


@LAYERS.register
class LPPool3d(PowerPooling):
    """See `PowerPooling`."""

    rank, title = 3, "3-D power-average pooling"
    help = _HELP + "Takes channels×depth×height×width."

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        # As the mean that it is made of, this kind of PyTorch needs room for a whole window.
        check_fits(self.check_rank(inputs[0]), self.kernel_size, ((0, 0),) * self.rank, (1,) * self.rank)
        return super().infer(inputs)
