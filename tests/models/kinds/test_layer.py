"""The contract of layer kinds: what the base does for every kind, shown on kinds made here."""

from __future__ import annotations

import pytest

from models.kinds.layer import FAMILIES, Layer, Port, ShapeError, TensorType, Weight, Window, changed
from models.layers import LAYERS
from models.specs.fields import Int


class Scale(Layer):
    """A kind as a plug-in would write it."""

    family = "Activation"
    title = "Scale"
    url = "https://example.org/scale"
    factor = Int(2)
    offset = Int(0)

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return (Weight("scale", (*inputs[0].shape, self.factor)), Weight("seen", (), False))

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return "nn.Identity()"


class Split(Layer):
    """Two outputs of the same shape."""

    outputs = ("left", "right")
    accepts = ""

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return inputs * 2

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return "Split()"


class Bare(Layer):
    """Nothing declared at all."""


IMAGE = TensorType((3, 8, 8))


def test_defaults_of_the_base() -> None:
    bare = Bare()
    assert bare.output_types((IMAGE,)) == (IMAGE,)
    assert bare.weights((IMAGE,)) == () and bare.multiply_adds((IMAGE,), (IMAGE,)) == 0
    assert bare.window((IMAGE,)) == Window((1,), (1,), (1,))
    assert bare.module((IMAGE,)) == "" and bare.formulas((IMAGE,), (IMAGE,)) == () and bare.summary() == ""
    assert Bare.inputs == (Port("input"),) and Bare.outputs == ("output",)


def test_the_page_of_pytorch_follows_from_the_kind() -> None:
    assert Bare.url == "https://docs.pytorch.org/docs/stable/generated/torch.nn.Bare.html"
    assert Scale.url == "https://example.org/scale"

    class Inherits(Scale):
        """Has a page of its own again."""

    assert Inherits.url.endswith("torch.nn.Inherits.html")


def test_whole_numbers_are_refused_where_decimals_are_needed() -> None:
    with pytest.raises(ShapeError) as refusal:
        Scale().output_types((TensorType((3,), "int"),))
    assert (refusal.value.expected, refusal.value.found, refusal.value.port) == ("float", "int", "input")
    assert Split().output_types((TensorType((3,), "int"),)) == (TensorType((3,), "int"),) * 2


def test_weights_larger_than_any_computer_are_refused() -> None:
    fits = TensorType((2**52,))
    assert Scale().output_types((fits,)) == (fits,)
    with pytest.raises(ShapeError) as refusal:
        Scale(factor=4).output_types((fits,))
    assert refusal.value.expected == "at most 9,007,199,254,740,992 numbers"
    assert len(str(refusal.value)) <= 90


def test_long_sentences_are_cut() -> None:
    error = ShapeError("x" * 200, expected="e", found="f", port="p", mend="m")
    assert len(str(error)) == 90 and str(error).endswith("…")
    assert (error.expected, error.found, error.port, error.mend) == ("e", "f", "p", "m")


def test_weights_count_their_elements() -> None:
    assert Weight("w", (2, 3, 4)).elements == 24
    assert Weight("count", (), False).elements == 1


def test_lines_assign_every_port_in_order() -> None:
    assert Scale().lines("self.scale1", ("x",), ("y",), (IMAGE,)) == ("y = self.scale1(x)",)
    assert Split().lines("self.split1", ("x",), ("a", "b"), (IMAGE,)) == ("a, b = self.split1(x)",)
    assert Split().lines("self.split1", ("x",), ("", "b"), (IMAGE,)) == ("_, b = self.split1(x)",)


def test_chains_needs_a_module_and_nothing_else() -> None:
    assert Scale().chains
    assert not Split().chains and not Bare().chains


def test_changed_settings_as_arguments() -> None:
    assert changed(Scale(factor=3, offset=0)) == {"factor": 3}
    assert changed(Scale(factor=3, offset=1), but=("factor",)) == {"offset": 1}


def test_every_registered_kind_has_a_family_and_every_family_but_blocks_a_kind() -> None:
    found = {kind.family for kind in LAYERS.values()}
    assert found == set(FAMILIES) - {"Blocks"}


REQUIRED = """Input Output Conv1d Conv2d Conv3d ConvTranspose2d MaxPool1d MaxPool2d AvgPool1d AvgPool2d
    AdaptiveAvgPool2d AdaptiveMaxPool2d BatchNorm1d BatchNorm2d LayerNorm GroupNorm Linear Flatten Reshape Permute
    Upsample Dropout Dropout2d ReLU ReLU6 LeakyReLU PReLU ELU GELU SiLU Sigmoid Tanh Hardtanh Softplus Softmax
    LogSoftmax Identity Embedding RNN LSTM GRU MultiheadAttention TransformerEncoderLayer Add Multiply Concat"""


@pytest.mark.parametrize("kind", REQUIRED.split())
def test_kind_is_there(kind: str) -> None:
    assert kind in LAYERS


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("conv", "Conv2d"), ("norm", "BatchNorm2d"), ("bn", "BatchNorm2d"), ("pool", "MaxPool2d"),
        ("max pool", "MaxPool2d"), ("attention", "MultiheadAttention"), ("self-attention", "MultiheadAttention"),
        ("swish", "SiLU"), ("residual", "Add"), ("cat", "Concat"), ("transpose", "Permute"), ("view", "Flatten"),
        ("deconvolution", "ConvTranspose2d"), ("global average pooling", "AdaptiveAvgPool2d"),
        ("GAP", "AdaptiveAvgPool2d"),
        ("word vectors", "Embedding"), ("lstm", "LSTM"), ("data", "Input"), ("loss", "Output"), ("relu", "ReLU"),
    ],
)  # fmt: skip
def test_search_puts_the_usual_kind_first(text: str, kind: str) -> None:
    found = [found.kind for found in LAYERS.search(text)]
    assert kind in found[:2], found[:5]
