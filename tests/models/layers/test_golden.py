"""Numbers and sentences that a course, an exam or a picture of the design fixes."""

from __future__ import annotations

import pytest

from models.kinds.layer import Formula, Layer, ShapeError, TensorType
from models.layers import LAYERS

EXAM: tuple[tuple[str, dict[str, object], tuple[int, ...], int], ...] = (
    ("Input", {"shape": [3, 32, 32]}, (3, 32, 32), 0),
    ("Conv2d", {"out_channels": 16, "kernel_size": 3, "stride": 1, "padding": 1}, (16, 32, 32), 448),
    ("ReLU", {}, (16, 32, 32), 0),
    ("MaxPool2d", {"kernel_size": 2, "stride": 2}, (16, 16, 16), 0),
    ("BatchNorm2d", {}, (16, 16, 16), 32),
    ("Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}, (16, 16, 16), 2320),
    ("ReLU", {}, (16, 16, 16), 0),
    ("MaxPool2d", {"kernel_size": 2}, (16, 8, 8), 0),
    ("Flatten", {}, (1024,), 0),
    ("Linear", {"out_features": 10}, (10,), 10_250),
    ("Output", {}, (10,), 0),
)


def parameters(layer: Layer, *inputs: TensorType) -> int:
    return sum(weight.elements for weight in layer.weights(inputs) if weight.trainable)


def test_exam_network() -> None:
    given: tuple[TensorType, ...] = ()
    total = 0
    for kind, settings, shape, count in EXAM:
        layer = LAYERS[kind](**settings)
        outputs = layer.output_types(given)
        assert outputs == (TensorType(shape),)
        assert parameters(layer, *given) == count
        total += count
        given = outputs
    assert total == 13_050


def test_pointwise_convolution() -> None:
    layer = LAYERS["Conv2d"](out_channels=1, kernel_size=1)
    assert parameters(layer, TensorType((3, 256, 256))) == 4


def as_text(formula: Formula) -> str:
    top, bottom, tail = (
        "".join(step.text for step in part) for part in (formula.numerator, formula.denominator, formula.tail)
    )
    return (
        f"{formula.symbol} = ⌊({top}) / {bottom}⌋{tail} = {formula.result}" if bottom else f"{top} = {formula.result}"
    )


def test_explain_as_in_the_picture() -> None:
    layer, given = LAYERS["Conv2d"](padding=1), (TensorType((3, 32, 32)),)
    size, count, cost = layer.formulas(given, layer.output_types(given))
    assert size.title == "Output height (width is the same)"
    assert as_text(size) == "H_out = ⌊(32 + 2·1 − 3) / 1⌋ + 1 = 32"
    assert [step.role for step in size.numerator if step.role] == ["size", "padding", "kernel"]
    assert [step.role for step in size.denominator] == ["stride"]
    assert as_text(count) == "16 · (3·3·3) + 16 = 448"
    assert count.note == "16 filters, each 3×3 over 3 channels, plus one bias per filter."
    assert as_text(cost) == "16·32·32 · (3·3·3) = 442,368"


@pytest.mark.parametrize(
    ("kind", "settings", "text"),
    [
        ("Conv2d", {"padding": 1}, "16 · 3×3 · s1 · p1"),
        ("Conv2d", {"padding": "same", "dilation": 2}, "16 · 3×3 · s1 · same · d2"),
        ("Conv2d", {"groups": 16, "kernel_size": [3, 1], "stride": [2, 1]}, "16 · 3×1 · s2×1 · p0 · g16"),
        ("Conv1d", {}, "16 · k3 · s1 · p0"),
        ("MaxPool2d", {}, "2×2 · s2"),
        ("AdaptiveAvgPool2d", {}, "to 1×1"),
        ("Dropout", {"p": 0.2}, "p 0.2"),
        ("Linear", {}, "10 features"),
        ("LSTM", {"num_layers": 2, "bidirectional": True, "dropout": 0.1}, "64 · 2 layers · both ways · p 0.1"),
        ("BatchNorm2d", {}, ""),
        ("BatchNorm2d", {"affine": False}, "not affine"),
        ("LeakyReLU", {"negative_slope": 0.2}, "negative_slope 0.2"),
        ("Input", {}, "3 channels"),
        ("Input", {"shape": [1, 28, 28]}, "1 channel"),
        ("Input", {"shape": [40], "dtype": "int"}, "integers · 40"),
        ("Output", {}, "CrossEntropyLoss"),
        ("Upsample", {}, "×2 · nearest"),
    ],
)
def test_card_text(kind: str, settings: dict[str, object], text: str) -> None:
    assert LAYERS[kind](**settings).summary() == text


@pytest.mark.parametrize(
    ("kind", "settings", "shapes", "sentence", "mend"),
    [
        ("Conv2d", {"kernel_size": 7}, [(3, 5, 5)], "Kernel 7 is larger than the 5×5 input. Add padding 1.", "padding"),
        ("Conv2d", {}, [(784,)], "Conv2d needs channels×height×width, but it receives 784.", "unflatten"),
        ("Conv2d", {"groups": 2}, [(3, 8, 8)], "2 groups do not divide the 3 input channels.", "groups"),
        ("Conv2d", {"groups": 3}, [(3, 8, 8)], "3 groups do not divide the 16 filters.", "groups"),
        (
            "Conv2d", {"padding": "same", "stride": 2}, [(3, 8, 8)],
            "Padding “same” needs stride 1, but the stride is 2×2.", "stride",
        ),
        ("MaxPool2d", {"padding": 2}, [(3, 8, 8)], "Padding 2 is more than half of kernel 2.", ""),
        ("MaxPool2d", {"kernel_size": 9}, [(3, 8, 8)],
         "Kernel 9 is larger than the 8×8 input. Add padding 1.", "padding"),
        ("Add", {}, [(16, 32, 32), (32, 16, 16)], "Add needs equal shapes: 16×32×32 and 32×16×16.", ""),
        ("Add", {}, [(4,)], "Add needs two or more wires, but it has 1.", ""),
        (
            "Concat", {}, [(4, 8), (4, 9)],
            "Concat needs equal sizes in every other dimension: 4×8 and 4×9.", "",
        ),
        ("LSTM", {}, [(5,)], "LSTM needs steps×features, but it receives 5.", "unflatten"),
        ("MultiheadAttention", {"num_heads": 3}, [(5, 8)], "3 heads do not divide the 8 features.", "heads"),
        ("Reshape", {"shape": [3, -1]}, [(8,)], "Reshape to 3×-1 does not fit 8 values.", ""),
        ("Softmax", {"dim": 0}, [(8,)], "Softmax over dimension 0 would mix the examples of a batch.", ""),
        ("PReLU", {"num_parameters": 5}, [(8,)], "PReLU has 5 slopes, but the input has 8 channels.", ""),
        ("GroupNorm", {}, [(6,)], "4 groups do not divide the 6 channels.", "groups"),
    ],
)  # fmt: skip
def test_refusals(
    kind: str, settings: dict[str, object], shapes: list[tuple[int, ...]], sentence: str, mend: str
) -> None:
    with pytest.raises(ShapeError) as refusal:
        LAYERS[kind](**settings).output_types(tuple(map(TensorType, shapes)))
    assert str(refusal.value) == sentence
    assert refusal.value.mend == mend
    assert refusal.value.expected and refusal.value.found


def test_numbers_of_the_wrong_kind() -> None:
    with pytest.raises(ShapeError) as refusal:
        LAYERS["Linear"]().output_types((TensorType((8,), "int"),))
    assert refusal.value.mend == "embedding" and refusal.value.port == "input"
    with pytest.raises(ShapeError, match="Embedding needs integers"):
        LAYERS["Embedding"]().output_types((TensorType((8,)),))


def test_absurd_sizes_are_refused() -> None:
    with pytest.raises(ShapeError, match="more than any computer holds"):
        LAYERS["Linear"](out_features=10**9).output_types((TensorType((10**9,)),))
    # Exactly at the limit is taken.
    assert LAYERS["Linear"](out_features=2**26).output_types((TensorType((2**27,)),))


def lines(kind: str, targets: tuple[str, ...], *shapes: tuple[int, ...], **settings: object) -> tuple[str, ...]:
    arguments = ("x", "y", "z")[: len(shapes)]
    return LAYERS[kind](**settings).lines("self.layer1", arguments, targets, tuple(map(TensorType, shapes)))


def test_generated_lines_read_well() -> None:
    assert lines("Conv2d", ("x",), (3, 8, 8)) == ("x = self.layer1(x)",)
    assert lines("Add", ("x",), (3, 8, 8), (3, 8, 8)) == ("x = x + y",)
    assert lines("Multiply", ("a",), (3, 8), (3, 8), (3, 8)) == ("a = x * y * z",)
    assert lines("Concat", ("x",), (3, 8, 8), (3, 8, 8)) == ("x = torch.cat((x, y), dim=1)",)
    assert lines("Reshape", ("x",), (3, 8, 8), shape=[3, -1]) == ("x = x.reshape(-1, 3, 64)",)
    assert lines("Permute", ("x",), (3, 8)) == ("x = x.permute(0, 2, 1)",)
    assert lines("LSTM", ("x", "", ""), (5, 8)) == ("x, _ = self.layer1(x)",)
    assert lines("LSTM", ("", "h", ""), (5, 8)) == ("_, (h, _) = self.layer1(x)", "h = h.transpose(0, 1)")
    assert lines("GRU", ("x", "h"), (5, 8)) == ("x, h = self.layer1(x)", "h = h.transpose(0, 1)")
    assert lines("MultiheadAttention", ("x", ""), (5, 8)) == ("x, _ = self.layer1(x, x, x, need_weights=False)",)
    assert lines("MultiheadAttention", ("a", "w"), (5, 8), (6, 8)) == ("a, w = self.layer1(x, y, y)",)


@pytest.mark.parametrize(
    ("kind", "settings", "shape", "source"),
    [
        ("Conv2d", {"padding": 1}, (3, 8, 8), "nn.Conv2d(3, 16, kernel_size=3, padding=1)"),
        ("Conv2d", {"padding": "same"}, (3, 8, 8), 'nn.Conv2d(3, 16, kernel_size=3, padding="same")'),
        ("Conv1d", {"stride": 2}, (3, 8), "nn.Conv1d(3, 16, kernel_size=3, stride=2)"),
        ("MaxPool2d", {"kernel_size": [2, 3]}, (3, 8, 8), "nn.MaxPool2d(kernel_size=(2, 3))"),
        ("BatchNorm2d", {"momentum": None}, (3, 8, 8), "nn.BatchNorm2d(3, momentum=None)"),
        ("LayerNorm", {"normalized_dims": 2}, (3, 8, 8), "nn.LayerNorm([8, 8])"),
        ("Linear", {"bias": False}, (8,), "nn.Linear(8, 10, bias=False)"),
        ("Dropout", {}, (8,), "nn.Dropout(p=0.5)"),
        ("LSTM", {"dropout": 0.5}, (5, 8), "nn.LSTM(8, 64, batch_first=True)"),
        ("GELU", {"approximate": "tanh"}, (8,), 'nn.GELU(approximate="tanh")'),
        ("Upsample", {"scale_factor": 1.5}, (3, 8, 8), "nn.Upsample(scale_factor=1.5)"),
        ("Upsample", {"scale_factor": None, "size": 9}, (3, 8, 8), "nn.Upsample(size=9)"),
    ],
)
def test_module_source(kind: str, settings: dict[str, object], shape: tuple[int, ...], source: str) -> None:
    assert LAYERS[kind](**settings).module((TensorType(shape),)) == source


def test_which_kinds_may_stand_in_a_sequential() -> None:
    for kind in ("Conv2d", "ReLU", "Flatten", "Linear", "Embedding", "TransformerEncoderLayer", "Identity"):
        assert LAYERS[kind]().chains, kind
    for kind in ("Input", "Output", "Add", "Concat", "LSTM", "MultiheadAttention", "Reshape", "Permute", "Bilinear"):
        assert not LAYERS[kind]().chains, kind


@pytest.mark.parametrize("text", ["FC", "dense", "fully connected"])
def test_search_finds_linear(text: str) -> None:
    assert LAYERS.search(text)[0].kind == "Linear"
