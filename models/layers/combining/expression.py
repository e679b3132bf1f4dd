"""A formula of one's own, value by value.

See https://docs.pytorch.org/docs/stable/torch.html#pointwise-ops for the functions.
"""

from __future__ import annotations

from models.kinds.arithmetic import settings
from models.kinds.keeping import Kept, kept_of
from models.kinds.layer import FLOAT, LAYERS, Layer, Port, ShapeError, TensorType, Window
from models.layers.merge import seen_through, stretched
from models.specs.elementwise import FUNCTIONS, NAMES, FormulaText, read_formula, statements


@LAYERS.register
class Expression(Layer):
    """Whatever the formula says."""

    family = "Merge / Shape"
    inputs = (Port("x"), Port("y", optional=True), Port("z", optional=True))
    title = "Element-wise expression"
    url = "https://docs.pytorch.org/docs/stable/torch.html"
    synonyms = ("formula", "custom function", "lambda", "own activation", "arithmetic")
    help = (
        "A formula over the inputs x, y and z, value by value: x * sigmoid(x), x + 0.5 * y, max(x, 0.1 * x). It knows "
        f"+ - * / **, brackets, min, max and {', '.join(FUNCTIONS)}. Shapes must be equal; a size of 1 is stretched."
    )
    formula = FormulaText(
        "x * sigmoid(x)", help="What it gives: a formula with x, and with y and z where these are wired."
    )

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        names = read_formula(self.formula).names
        wired = NAMES[: len(inputs)]
        if missing := [name for name in NAMES if name in names and name not in wired]:
            raise ShapeError(
                f"The formula has {missing[0]}, but nothing is wired to it.",
                expected=f"a wire at {missing[0]}",
                found="none",
                port=missing[0],
            )
        if idle := [name for name in wired if name not in names]:
            raise ShapeError(
                f"A wire leads to {idle[0]}, but the formula has no {idle[0]}.",
                expected=f"a formula with {idle[0]}",
                found="one without",
                port=idle[0],
            )
        return (TensorType(stretched("Expression", inputs)),)

    def keeps_of(self, inputs: tuple[TensorType, ...]) -> tuple[str, ...]:
        kept = self._kept(inputs)
        named = zip(("first", "second", "third"), NAMES, strict=True)
        return *(place for place, name in named if name in kept.names), *(("output",) if kept.result else ())

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return FLOAT * batch * self._kept(inputs).between

    def _kept(self, inputs: tuple[TensorType, ...]) -> Kept:
        shapes = {name: given.shape for name, given in zip(NAMES, inputs, strict=False)}
        return kept_of(read_formula(self.formula).tree, shapes)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return seen_through(inputs)

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        variables = dict(zip(NAMES, arguments, strict=False))
        return statements(read_formula(self.formula).tree, variables, targets[0])

    def summary(self) -> str:
        return settings(self.formula)
