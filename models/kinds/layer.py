"""The contract of a layer kind: fields, ports, shape rule, weights, cost, code and the formulas that explain it.

Shapes are tuples of sizes without the batch dimension, which always comes first and is written N. A kind's methods
are pure functions of its fields and its input types, so that their answers can be remembered. Methods other than
`output_types` are only called with inputs that `output_types` accepted.
"""

from __future__ import annotations

from math import prod
from typing import ClassVar, NamedTuple

from models.basics.text import Shape as Shape
from models.basics.text import brief as brief
from models.basics.text import call as call
from models.basics.text import literal as literal
from models.basics.text import times as times
from models.kinds.formula import ROLES as ROLES
from models.kinds.formula import Formula as Formula
from models.kinds.formula import Step as Step
from models.kinds.initialization import BIAS_INITIALIZATIONS, INITIALIZATIONS, Initialization
from models.kinds.initialization import Gain as Gain
from models.specs.fields import Bool, Float
from models.specs.spec import Registry, Spec, SpecOf


class TensorType(NamedTuple):
    """What flows along a wire: the sizes without the batch, and the kind of numbers ("float" or "int")."""

    shape: Shape
    dtype: str = "float"


class Port(NamedTuple):
    """A place where wires end or start. ``variadic`` inputs take many wires, ``optional`` ones may stay free.

    ``accepts`` is the kind of numbers that it must hold, where that is another than the layer's.
    """

    name: str
    optional: bool = False
    variadic: bool = False
    accepts: str | None = None


class Weight(NamedTuple):
    """A tensor that the layer owns: a parameter, or a buffer if it is not ``trainable``."""

    name: str
    shape: Shape
    trainable: bool = True

    @property
    def elements(self) -> int:
        """Number of elements."""
        return prod(self.shape)

    @property
    def is_bias(self) -> bool:
        """Whether it is added to something, by PyTorch's names: ``bias``, ``in_proj_bias``, ``bias_hh_l0``."""
        return "bias" in self.name.rpartition(".")[2]


class Window(NamedTuple):
    """How far one output element looks along each spatial dimension (all but the first), for the receptive field.

    Tuples of length 1 stand for every spatial dimension of the input. The first window begins ``before`` so many
    positions before the input, in its padding; () means with it.
    """

    kernel: Shape
    stride: Shape
    dilation: Shape
    before: Shape = ()


LONGEST_MESSAGE = 90
LARGEST_COUNT = 2**53
"""Tensors with more elements are typing errors; up to here counts are exact in every JSON reader, too."""


FLOAT, INT = 4, 8
"""Bytes of a number: torch.float32 and torch.int64."""


def bytes_of(given: TensorType) -> int:
    """Bytes of an example of a type."""
    return prod(given.shape) * (INT if given.dtype == "int" else FLOAT)


class ShapeError(ValueError):
    """Inputs that a layer cannot take: a sentence within 90 letters, what was expected, what was found, which port.

    ``mend`` names the usual remedy for `models.checks`: "flatten", "unflatten", "padding", "stride" (set it to 1),
    "groups", "heads", "embedding", "" for none known.
    """

    def __init__(self, message: str, *, expected: str = "", found: str = "", port: str = "", mend: str = "") -> None:
        super().__init__(message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…")
        self.expected, self.found, self.port, self.mend = expected, found, port, mend


class Layer(Spec):
    """Base of all layer kinds; see `models.layers.convolution` for a full example and docs/architecture.md.

    A kind implements `infer`, and where it has them `weights`, `multiply_adds`, `window`, `module`, `formulas` and
    `summary`. Its page in PyTorch's documentation is ``torch.nn.<kind>`` unless ``url`` says otherwise.

    Generated code calls ``lines``, which for most kinds comes to ``x = self.conv1(x)``. Kinds without a module
    (``module`` gives "") override `forward`; kinds whose module returns more than its ports override `lines`.
    """

    family: ClassVar[str] = ""
    inputs: ClassVar[tuple[Port, ...]] = (Port("input"),)
    outputs: ClassVar[tuple[str, ...]] = ("output",)
    accepts: ClassVar[str] = "float"
    """The kind of numbers that every input must hold: "float", "int", or "" for any."""
    keeps_shape: ClassVar[bool] = False
    """True for kinds whose output always has the input's shape (drawn as slim cards)."""

    # What a kind is, for those that must tell kinds apart: they ask for these and never for a name.
    is_input: ClassVar[bool] = False
    """True for kinds that give the network the examples of the data."""
    is_output: ClassVar[bool] = False
    """True for kinds where answers leave the network and meet their loss."""
    linear: ClassVar[bool] = False
    """True for kinds that multiply the last dimension by a matrix: two in a row are one linear map."""
    keeps_values: ClassVar[bool] = False
    """True for kinds that, once trained, hand on every value in its place, at most in another shape."""
    flattens: ClassVar[bool] = False
    """True for kinds that lay out an image in one vector."""
    reorders: ClassVar[bool] = False
    """True for kinds that hand on every value and only change the order of the dimensions."""
    nonnegative: ClassVar[bool] = False
    """True for kinds whose outputs are never below 0."""
    flat: ClassVar[bool] = False
    """True for kinds whose slope is 0 everywhere, so that nothing before them learns."""
    rectifies: ClassVar[bool] = False
    """True for kinds that turn every negative value into 0, so that no gradient passes there."""
    applies: ClassVar[str] = ""
    """The function that a loss may apply itself, or wait for: "softmax", "log-softmax" or "sigmoid"."""
    normalizes_batch: ClassVar[bool] = False
    """True for kinds that, while training, take from each channel its mean over the batch."""
    bias_dim: ClassVar[int | None] = None
    """The dimension, the batch not counted, along which the field ``bias`` adds a number each; None for no such."""
    is_module: ClassVar[bool] = True
    """Whether it gives what its module gives; False where the module is a part that the statement works with."""
    has_bias: ClassVar[bool] = True
    """Whether a bias may be among the weights, where it has any."""
    keeps: ClassVar[tuple[str, ...]] = ()
    """What autograd keeps for the backward pass: "inputs" for all of them, "first", "second" or "third" for one of
    them, "output", a "copy" as large as the output (a mask, a value between), "indices" of each output value;
    `keeps_beside` tells of more."""
    views: ClassVar[bool] = False
    """True for kinds whose outputs are the very memory of their input, read in another way."""
    nonlinearity: ClassVar[str] = ""
    """What `torch.nn.init.calculate_gain` calls an activation, by which weights before it begin; "" for none."""

    # What every kind with weights can be told, behind its own settings: these alone are not in its module.
    weight_init = SpecOf(
        INITIALIZATIONS, "Default", label="Weights begin", advanced=True, help="What weights are before training."
    )
    bias_init = SpecOf(
        BIAS_INITIALIZATIONS, "Default", label="Biases begin", advanced=True, help="What biases are before training."
    )
    frozen = Bool(
        False, advanced=True, help="Learns nothing: its weights stay. Running statistics of normalizations go on."
    )
    lr_factor = Float(
        1.0,
        above=0.0,
        maximum=1e6,
        label="Rate factor",
        advanced=True,
        help="How many times the learning rate of the training this layer learns at; 0.1 for layers learned before.",
    )

    def __init_subclass__(cls, kind: str | None = None, **kwargs: object) -> None:
        super().__init_subclass__(kind, **kwargs)
        of_weights = {name: cls.fields.pop(name) for name in OF_WEIGHTS}
        if cls.weights is not Layer.weights:
            cls.fields |= {name: field for name, field in of_weights.items() if cls.has_bias or name != "bias_init"}
        if "url" not in vars(cls):
            cls.url = f"https://docs.pytorch.org/docs/stable/generated/torch.nn.{cls.kind}.html"

    def output_types(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        """The type at each output port; raises `ShapeError`. Absent optional inputs are left out at the end.

        Checks what holds for every kind (kind of numbers, sizes within reason) around the kind's own `infer`.
        """
        for port, given in zip(self.inputs, inputs, strict=False):
            self._check_numbers(port, given)
        outputs = self.infer(inputs)
        weights = self.weights(inputs)
        self._check_beginning(weights)
        for shape in (*(given.shape for given in outputs), *(weight.shape for weight in weights)):
            if prod(shape) > LARGEST_COUNT:
                raise ShapeError(
                    f"{self.kind} would need a tensor of {brief(shape)}, more than any computer holds.",
                    expected=f"at most {LARGEST_COUNT:,} numbers",
                    found=times(shape),
                )
        return outputs

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        """The kind's own shape rule: the type at each output port; raises `ShapeError`."""
        return inputs[:1]

    def suits(self, inputs: tuple[TensorType, ...]) -> bool:
        """Whether inputs that fit are such as the layer is meant for; what suits is offered first."""
        return True

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        """Parameters, then buffers, in the order and with the names of ``named_parameters`` and ``named_buffers``."""
        return ()

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int | None:
        """Multiply-add operations per example; elementwise work without multiplications by weights counts 0. None where
        they are not known."""
        return 0

    def keeps_of(self, inputs: tuple[TensorType, ...]) -> tuple[str, ...]:
        """`keeps`, for kinds in which that hangs on what comes in."""
        return self.keeps

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        """Bytes that autograd keeps for the backward pass of a batch, beside `keeps`: masks, means, values between.

        ``inputs`` that are the same value are the same object; ``outputs`` end with the last that is read.
        """
        return 0

    def calls(self, inputs: tuple[TensorType, ...]) -> int:
        """How many layers of one step each it is made of, for how long a small batch takes."""
        return 0 if self.views else 1

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        """The local neighborhood seen; None where the notion has no meaning (the whole input, or sequences)."""
        return Window((1,), (1,), (1,))

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        """The PyTorch expression that makes the module, such as ``nn.Conv2d(3, 16, kernel_size=3)``; "" if none."""
        return ""

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        """The expression computing the output; ``name`` is ``self.conv1``, ``arguments`` are names of variables."""
        return f"{name}({', '.join(arguments)})"

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        """The statements of the generated ``forward`` that compute this layer.

        ``targets`` names a variable for each output port, in order, or "" where nobody reads the port; at least one is
        named. Every variable that gets assigned holds the batch first, but for those that begin with ``_``, as no layer
        can be called: they serve the layer's own statements. An LSTM whose states are not read gives
        ``("x, _ = self.lstm1(x)",)``.
        """
        return (f"{', '.join(target or '_' for target in targets)} = {self.forward(name, arguments, inputs)}",)

    def begins(self, name: str, inputs: tuple[TensorType, ...], gain: Gain) -> tuple[str, ...]:
        """The statements behind the making of the module ``name`` that give its weights their first values.

        ``gain`` is that of the activation behind the layer.
        """
        learned = [weight for weight in self.weights(inputs) if weight.trainable]
        pairs = [(weight, self.bias_init if weight.is_bias else self.weight_init) for weight in learned]
        return tuple(
            way.statement(_attribute(name, weight.name), gain)
            for weight, way in pairs
            if isinstance(way, Initialization) and way.function and len(weight.shape) >= way.fewest_dims
        )

    @property
    def draws(self) -> bool:
        """Whether it may draw numbers while training, so that two passes differ."""
        return False

    @property
    def begins_otherwise(self) -> bool:
        """Whether it may begin with other weights than its module does by itself."""
        ways = (self.weight_init, self.bias_init)
        return any(isinstance(way, Initialization) and way.function for way in ways)

    @property
    def gain(self) -> Gain | None:
        """What initializations of layers before an activation are told of it; None for what is none."""
        return Gain(self.nonlinearity) if self.nonlinearity else None

    @property
    def has_module(self) -> bool:
        """Whether generated code makes a module for it, which several nodes may call."""
        return type(self).module is not Layer.module

    @property
    def ends(self) -> tuple[float, float] | None:
        """The ends of a function that rises around 0 from one flat end to another; None for all others."""
        return None

    @property
    def chains(self) -> bool:
        """Whether the module, called on one tensor, is all there is: it may stand in an ``nn.Sequential``."""
        kind = type(self)
        plain = kind.forward is Layer.forward and kind.lines is Layer.lines and kind.module is not Layer.module
        return plain and len(self.inputs) == len(self.outputs) == 1 and not self.inputs[0].variadic

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        """The formulas of output sizes and counts with the numbers put in, for Explain."""
        return ()

    def summary(self) -> str:
        """The settings in a card's second row, such as ``16 · 3×3 · s1 · p1``; at most 40 letters."""
        return ""

    def _check_beginning(self, weights: tuple[Weight, ...]) -> None:
        """Raise `ShapeError` where no weight can begin as it is told to."""
        for way in (self.weight_init, self.bias_init) if self.begins_otherwise else ():
            if not isinstance(way, Initialization):
                continue
            if objection := way.objection():
                raise ShapeError(objection, expected="bounds in their order", found=way.kind)
            mine = [weight for weight in weights if weight.trainable and not weight.is_bias]
            if way.fewest_dims and mine and all(len(weight.shape) < way.fewest_dims for weight in mine):
                raise ShapeError(
                    f"{way.kind} needs weights of {way.fewest_dims} dimensions; those of {self.kind} have fewer.",
                    expected=f"{way.fewest_dims} dimensions",
                    found=times(mine[0].shape),
                )

    def _check_numbers(self, port: Port, given: TensorType) -> None:
        accepts = self.accepts if port.accepts is None else port.accepts
        if accepts == "float" and given.dtype != "float":
            raise ShapeError(
                f"{self.kind} needs decimal numbers, but it receives integers. Add an Embedding first.",
                expected="float", found=given.dtype, port=port.name, mend="embedding",
            )  # fmt: skip
        if accepts == "int" and given.dtype != "int":
            raise ShapeError(
                f"{self.kind} needs integers such as token IDs, but it receives decimals.",
                expected="int", found=given.dtype, port=port.name,
            )  # fmt: skip


LAYERS: Registry[Layer] = Registry("layer kind")

FAMILIES = (
    "Input / Output", "Convolution", "Pooling", "Normalization", "Activation", "Linear", "Regularization",
    "Recurrent", "Attention", "Merge / Shape", "Blocks",
)  # fmt: skip
"""Families in the order in which palettes list them; a kind's family that is not named here comes last."""


OF_WEIGHTS = ("weight_init", "bias_init", "frozen", "lr_factor")
"""The settings of `Layer` that are about its weights, and no arguments of its module."""


def _attribute(module: str, weight: str) -> str:
    """A weight of a module as source: ``0.weight`` of an `nn.Sequential` is ``[0].weight`` behind it."""
    return module + "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in weight.split("."))


def changed(layer: Layer, but: tuple[str, ...] = ()) -> dict[str, object]:
    """The fields that differ from their defaults, ``but`` the named ones: arguments as people write them.

    They come in the order of the fields, which is that of PyTorch's signature.
    """
    values = {name: getattr(layer, name) for name in layer.fields if name not in (*but, *OF_WEIGHTS)}
    return {name: value for name, value in values.items() if value != layer.fields[name].default}


def batch_first(arguments: dict[str, object], after: tuple[str, ...]) -> dict[str, object]:
    """The arguments with ``batch_first=True`` behind those named ``after``, where PyTorch's signature has it."""
    before = {name: arguments[name] for name in after if name in arguments}
    return {**before, "batch_first": True, **arguments}
