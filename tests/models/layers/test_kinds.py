"""The kinds that there are: none is missing, each is found by the words that people type, none guesses."""

from __future__ import annotations

import pytest

from models.kinds.layer import batch_first, changed
from models.layers import LAYERS
from models.network import name_problem

PROMISED = {
    "Input", "Output", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d", "MaxPool1d", "MaxPool2d", "AvgPool1d",
    "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "BatchNorm1d", "BatchNorm2d", "LayerNorm",
    "GroupNorm", "Linear", "Flatten", "Reshape", "Permute", "Upsample", "Dropout", "Dropout2d", "ReLU", "ReLU6",
    "LeakyReLU", "PReLU", "ELU", "GELU", "SiLU", "Sigmoid", "Tanh", "Hardtanh", "Softplus", "Softmax",
    "LogSoftmax", "Identity", "Embedding", "RNN", "LSTM", "GRU", "MultiheadAttention",
    "TransformerEncoderLayer", "Add", "Multiply", "Concat",
}  # fmt: skip


def test_none_is_missing() -> None:
    assert set(LAYERS) >= PROMISED


@pytest.mark.parametrize("kind", LAYERS)
def test_each_describes_itself_to_people(kind: str) -> None:
    layer = LAYERS[kind]
    assert layer.title and 40 < len(layer.help) < 700 and layer.help.endswith(".")
    assert layer.url.startswith("https://docs.pytorch.org/")
    assert len(layer.synonyms) == len(set(layer.synonyms)) >= 1
    assert not set(layer.synonyms) & {kind, layer.title}, "a synonym is another word"


@pytest.mark.parametrize("kind", LAYERS)
def test_each_is_found_by_its_name_title_and_synonyms(kind: str) -> None:
    layer = LAYERS[kind]
    for words in (kind, kind.lower(), kind.upper(), layer.title, *layer.synonyms):
        assert layer in LAYERS.search(words), words
    assert LAYERS.search(kind)[0] is layer
    assert LAYERS.closest(kind.lower()) == kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("FC", "Linear"), ("dense", "Linear"), ("fully connected", "Linear"), ("CNN", "Conv2d"),
        ("convolution", "Conv2d"), ("batchnorm", "BatchNorm2d"), ("skip", "Add"), ("residual", "Add"),
        ("deconvolution", "ConvTranspose2d"), ("swish", "SiLU"), ("global", "AdaptiveAvgPool2d"),
        ("self-attention", "MultiheadAttention"), ("word", "Embedding"), ("concatenate", "Concat"), ("loss", "Output"),
    ],
)  # fmt: skip
def test_words_that_people_type_lead_to_the_kind_they_mean(words: str, kind: str) -> None:
    assert kind in [found.kind for found in LAYERS.search(words)[:4]]


def test_nonsense_finds_nothing() -> None:
    assert LAYERS.search("qqzzxx") == [] and LAYERS.closest("qqzzxx") is None
    assert LAYERS.closest("Frobnicate") is None and LAYERS.closest("Dense") == LAYERS.closest("FC") == "Linear"
    assert LAYERS.closest("convolution") == "Conv2d"
    assert LAYERS.closest("conv2D") == "Conv2d" and LAYERS.closest("Relu") == "ReLU"


@pytest.mark.parametrize("kind", LAYERS)
def test_a_layer_of_each_kind_can_be_called_after_it(kind: str) -> None:
    assert not name_problem(f"{kind.lower()}1")


def test_arguments_are_the_settings_that_differ_in_order() -> None:
    layer = LAYERS["Conv2d"](bias=False, padding=1, stride=2)
    assert list(changed(layer)) == ["stride", "padding", "bias"]
    assert changed(layer, but=("bias",)) == {"stride": (2, 2), "padding": (1, 1)}
    assert changed(LAYERS["Conv2d"](stride=1)) == {}


def test_batch_first_comes_where_the_signature_has_it() -> None:
    arguments: dict[str, object] = {"num_layers": 2, "dropout": 0.5}
    assert list(batch_first(arguments, ("num_layers", "bias"))) == ["num_layers", "batch_first", "dropout"]
    assert list(batch_first(arguments, ())) == ["batch_first", "num_layers", "dropout"]
    assert batch_first({}, ("bias",)) == {"batch_first": True}
