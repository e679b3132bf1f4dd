"""ONNX graphs as documents: each operator answers as onnxruntime does, and what cannot be read is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.codegen.module import generate
from models.document import Document
from models.importers import ImportFailed, Report, fold
from models.importers.onnx import read
from studio.worker.training.plan import load_model

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

Array = np.ndarray[Any, Any]
RANDOM = np.random.default_rng(0)
BATCH = "N"


def drawn(*shape: int) -> Array:
    return RANDOM.normal(size=shape).astype(np.float32)


def op(kind: str, *inputs: str, out: str = "y", name: str = "", **attributes: Any) -> Any:
    return helper.make_node(kind, list(inputs), out.split(), name=name or f"{kind}_{out}", **attributes)


def model(
    nodes: Sequence[Any], shape: Sequence[int | str], weights: Mapping[str, Array] | None = None, *,
    opset: int = 20, dtype: int = 1, batch: int | str = BATCH, outputs: str = "y",
) -> Any:  # fmt: skip
    """A model with one input x."""
    entries = [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()]
    graph = helper.make_graph(
        list(nodes), "net", [helper.make_tensor_value_info("x", dtype, [batch, *shape])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs.split()], entries,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def imported(
    path: Path, sizes: Mapping[str, tuple[int, ...]] | None = None
) -> tuple[Document, dict[str, Array], Report]:
    report = Report(path.name)
    found = read(path, report, sizes)
    folded = fold(found.recorded, report)
    return folded.document, folded.arrays(found.weights, report), report


def kinds(document: Document) -> list[str]:
    return [node.kind for node in document.network if node.kind not in ("Input", "Output")]


def check(made: Any, folder: Path, sizes: Mapping[str, tuple[int, ...]] | None = None) -> tuple[Document, Report]:
    """Import a model and hold what it answers against onnxruntime, at two batch sizes where it takes any."""
    path = folder / "net.onnx"
    path.write_bytes(made.SerializeToString())
    document, arrays, report = imported(path, sizes)
    source = generate(document.network, document.analysis, "Net")
    assert not source.left_out, source.left_out
    network = load_model(source.text, path, source.class_name).eval()
    unexpected = network.load_state_dict({name: torch.tensor(a) for name, a in arrays.items()}, strict=False)
    assert not unexpected.unexpected_keys
    onnxruntime.set_default_logger_severity(4)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    shape = (sizes or {}).get("", tuple(entry.shape[1:]))
    for batch in [entry.shape[0]] if isinstance(entry.shape[0], int) else [1, 3]:
        given = RANDOM.integers(0, 4, (batch, *shape)) if "int" in entry.type else drawn(batch, *shape)
        with torch.no_grad():
            found = network(torch.from_numpy(given))
        found = found if isinstance(found, tuple) else (found,)
        for mine, theirs in zip(found, session.run(None, {"x": given}), strict=True):
            assert mine.shape == theirs.shape
            np.testing.assert_allclose(mine.numpy(), theirs, atol=2e-6, rtol=1e-5)
    return document, report


W = {"w": drawn(6, 4, 3, 3), "b": drawn(6)}
GATES = {"w": drawn(1, 20, 3), "r": drawn(1, 20, 5), "b": drawn(1, 40)}
INT = np.int64
CASES: dict[str, tuple[list[Any], Sequence[int], dict[str, Array], list[str]]] = {
    "convolution": ([op("Conv", "x", "w", "b", strides=[2, 2], pads=[1, 1, 1, 1])], (4, 7, 7), W, ["Conv2d"]),
    "border on one side": (
        [op("Conv", "x", "w", auto_pad="SAME_UPPER", strides=[2, 2])], (4, 8, 8), {"w": W["w"]},
        ["ZeroPad2d", "Slice", "Slice", "Conv2d"],
    ),
    "pool with a border on one side": (
        [op("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])], (2, 8, 8), {},
        ["ConstantPad2d", "Slice", "Slice", "MaxPool2d"],
    ),
    "averages": ([op("AveragePool", "x", kernel_shape=[2, 2], strides=[2, 2])], (2, 8, 8), {}, ["AvgPool2d"]),
    "transposed convolution": (
        [op("ConvTranspose", "x", "w", strides=[2, 2], pads=[1, 1, 0, 0])], (6, 5, 5), {"w": W["w"]},
        ["ConvTranspose2d"],
    ),
    "gemm": (
        [op("Gemm", "x", "m", "b", alpha=0.5, beta=2.0)], (5,), {"m": drawn(5, 6), "b": drawn(6)}, ["Linear"],
    ),
    "matrix and bias": (
        [op("MatMul", "x", "m", out="a"), op("Add", "b", "a")], (3, 5), {"m": drawn(5, 6), "b": drawn(6)}, ["Linear"],
    ),
    "silu": ([op("Sigmoid", "x", out="s"), op("Mul", "x", "s")], (4,), {}, ["SiLU"]),
    "gelu": (
        [
            op("Div", "x", "r", out="a"), op("Erf", "a", out="e"), op("Add", "e", "one", out="p"),
            op("Mul", "x", "p", out="q"), op("Mul", "q", "half"),
        ],
        (4,), {"r": np.float32(2**0.5), "one": np.float32(1), "half": np.float32(0.5)}, ["GELU"],
    ),
    "layer normalization": (
        [
            op("ReduceMean", "x", out="m", axes=[-1]), op("Sub", "x", "m", out="d"), op("Pow", "d", "two", out="s"),
            op("ReduceMean", "s", out="v", axes=[-1]), op("Add", "v", "eps", out="t"), op("Sqrt", "t", out="u"),
            op("Div", "d", "u", out="n"), op("Mul", "n", "w", out="k"), op("Add", "k", "b"),
        ],
        (3, 6), {"two": np.float32(2), "eps": np.float32(1e-5), "w": drawn(6), "b": drawn(6)}, ["LayerNorm"],
    ),
    "clip on one side": ([op("Clip", "x", "low")], (4,), {"low": np.float32(-0.25)}, ["Expression"]),
    "relu six": ([op("Clip", "x", "low", "high")], (4,), {"low": np.float32(0), "high": np.float32(6)}, ["ReLU6"]),
    "a number first": ([op("Sub", "one", "x")], (2, 3), {"one": np.float32(1)}, ["Expression"]),
    "a learned tensor": ([op("Add", "x", "p")], (2, 3), {"p": drawn(1, 2, 3)}, ["LearnedTensor", "Add"]),
    "channels last and back": (
        [
            op("Transpose", "x", out="a", perm=[0, 2, 3, 1]), op("Relu", "a", out="r"),
            op("Transpose", "r", perm=[0, 3, 1, 2]),
        ],
        (2, 3, 4), {}, ["ReLU"],
    ),
    "heads with the batch among them": (
        [
            op("Transpose", "x", out="a", perm=[1, 0, 2]), op("Reshape", "a", "in", out="h"),
            op("Transpose", "h", out="t", perm=[1, 0, 2]), op("Transpose", "h", out="u", perm=[1, 2, 0]),
            op("MatMul", "t", "u", out="s"), op("Softmax", "s", out="p"), op("MatMul", "p", "t", out="o"),
            op("Transpose", "o", out="v", perm=[1, 0, 2]), op("Reshape", "v", "out", out="w"),
            op("Transpose", "w", perm=[1, 0, 2]),
        ],
        (5, 8), {"in": np.array([5, -1, 4], INT), "out": np.array([5, -1, 8], INT)},
        ["Reshape", "Permute", "Permute", "Reshape", "MatMul", "Softmax", "MatMul", "Permute", "Reshape"],
    ),
    "both ends of a shape": (
        [
            op("Shape", "x", out="s"), op("Gather", "s", "zero", out="n"), op("Concat", "n", "rest", out="t", axis=0),
            op("Reshape", "x", "t"),
        ],
        (2, 6), {"zero": np.array([0], INT), "rest": np.array([-1], INT)}, ["Flatten"],
    ),
    "picked": ([op("Gather", "x", "last", axis=1)], (5, 3), {"last": np.array(-1, INT)}, ["Select"]),
    "sliced": (
        [op("Slice", "x", "from", "to", "axis", "step")], (7, 3),
        {"from": np.array([1], INT), "to": np.array([6], INT), "axis": np.array([1], INT), "step": np.array([2], INT)},
        ["Slice"],
    ),
    "split and joined": (
        [op("Split", "x", out="a b", axis=1, num_outputs=2), op("Concat", "b", "a", axis=1)], (4, 3), {},
        ["Split", "Concat"],
    ),
    "resized": (
        [op("Resize", "x", "", "by", mode="linear", coordinate_transformation_mode="half_pixel")], (2, 3, 3),
        {"by": np.array([1, 1, 2, 2], np.float32)}, ["Upsample"],
    ),
    "depth to space": ([op("DepthToSpace", "x", blocksize=2)], (8, 2, 3), {}, ["Reshape", "Permute", "Reshape"]),
    "means": ([op("ReduceMean", "x", "axes", keepdims=0)], (2, 3, 4), {"axes": np.array([2, 3], INT)}, ["Mean"]),
    "lstm": (
        [op("Transpose", "x", out="t", perm=[1, 0, 2]), op("LSTM", "t", "w", "r", "b", out="o", hidden_size=5),
         op("Squeeze", "o", "one", out="q"), op("Transpose", "q", perm=[1, 0, 2])],
        (4, 3), GATES | {"one": np.array([1], INT)}, ["LSTM"],
    ),
    "last state of a gru": (
        [op("Transpose", "x", out="t", perm=[1, 0, 2]),
         op("GRU", "t", "w", "r", "b", out="o h", hidden_size=5, linear_before_reset=1), op("Squeeze", "h", "zero")],
        (4, 3), {"w": drawn(1, 15, 3), "r": drawn(1, 15, 5), "b": drawn(1, 30), "zero": np.array([0], INT)},
        ["GRU", "Flatten"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_answers_as_onnxruntime_does(name: str, tmp_path: Path) -> None:
    nodes, shape, weights, expected = CASES[name]
    opset = 17 if name == "layer normalization" else 20
    document, report = check(model(nodes, shape, weights, opset=opset), tmp_path)
    assert kinds(document) == expected
    assert not report.of("left out") and not report.of("approximated")


def test_batch_normalization_is_kept_with_its_statistics(tmp_path: Path) -> None:
    weights = {name: drawn(4) for name in ("g", "b", "m")} | {"v": np.abs(drawn(4))}
    made = model([op("BatchNormalization", "x", *weights, epsilon=1e-3, momentum=0.99)], (4, 2, 2), weights)
    document, report = check(made, tmp_path)
    (node,) = (node for node in document.network if node.kind == "BatchNorm2d")
    assert node.params == {"eps": 0.001, "momentum": 0.01}
    assert report.parameters == report.total == 8


def test_a_batch_of_a_fixed_size_becomes_any(tmp_path: Path) -> None:
    nodes = [op("Reshape", "x", "to", out="f"), op("MatMul", "f", "m")]
    made = model(nodes, (2, 3), {"to": np.array([1, 6], INT), "m": drawn(6, 2)}, batch=1)
    document, _ = check(made, tmp_path)
    assert kinds(document) == ["Flatten", "Linear"]


def test_open_sizes_are_asked_for(tmp_path: Path) -> None:
    made = model([op("Conv", "x", "w", "b"), op("GlobalAveragePool", "y", out="z")], (4, "h", "w"), W, outputs="z")
    check(made, tmp_path, {"": (4, 9, 9)})
    with pytest.raises(ImportFailed, match="x has open sizes: give them"):
        imported(tmp_path / "net.onnx")
    with pytest.raises(ImportFailed, match=r"is \[4, 0, 0\] in the file, not \[3, 9, 9\]"):
        imported(tmp_path / "net.onnx", {"": (3, 9, 9)})


def test_weights_that_two_layers_share_are_shared(tmp_path: Path) -> None:
    nodes = [op("MatMul", "x", "m", out="a"), op("Relu", "a", out="r"), op("MatMul", "r", "m")]
    document, report = check(model(nodes, (4,), {"m": drawn(4, 4)}), tmp_path)
    assert report.parameters == report.total == 16
    assert len({node.attribute for node in document.network if node.kind == "Linear"}) == 1


def test_scopes_become_blocks(tmp_path: Path) -> None:
    nodes, weights, last = [], {}, "x"
    for place in range(3):
        weights |= {f"w{place}": drawn(4, 4)}
        path = f"/blocks.{place}"
        nodes += [
            op("MatMul", last, f"w{place}", out=f"a{place}", name=f"{path}/fc/MatMul"),
            op("Relu", f"a{place}", out=f"r{place}", name=f"{path}/act/Relu"),
            op("Add", f"r{place}", last, out=f"o{place}", name=f"{path}/Add"),
        ]
        last = f"o{place}"
    document, _ = check(model(nodes, (4,), weights, outputs=last), tmp_path)
    assert kinds(document) == ["Blocks"] and document.analysis.totals().parameters == 48


BAD: dict[str, tuple[list[Any], str]] = {
    "a loop": (
        [op("If", "c", then_branch=helper.make_graph([], "t", [], []))],
        r"If_y \(If\) holds a graph of its own",
    ),
    "a custom operator": ([op("Fancy", "x", domain="com.example")], "“com.example”, which ONNX does not define"),
    "no layer": ([op("Det", "x")], r"Det_y \(Det\): there is no layer"),
    "a name that nothing gives": ([op("Add", "x", "gone")], "reads 'gone', which nothing gives"),
    "a constant alone": ([op("Relu", "one")], "does not depend on any input"),
    "a damaged operator": ([op("Transpose", "x", perm=[0, 7])], "is damaged"),
    "an order that no layer has": ([op("Gather", "x", "mixed", axis=1)], "no layer picks values in this order"),
    "the batch moved": ([op("Transpose", "x", perm=[1, 0])], "the batch is not its first dimension"),
    "over the batch": ([op("ReduceMean", "x", "zero")], "no layer reduces over the batch"),
    "too large": ([op("Expand", "one", "huge", out="h"), op("Add", "x", "h")], "makes a constant of over"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    nodes, sentence = BAD[name]
    weights = {
        "one": np.ones(1, np.float32), "mixed": np.array([2, 0, 1], INT), "zero": np.array([0], INT),
        "huge": np.array([1 << 40], INT),
    }  # fmt: skip
    path = tmp_path / "net.onnx"
    path.write_bytes(model(nodes, (4,), weights).SerializeToString())
    with pytest.raises(ImportFailed, match=sentence):
        imported(path)


def external(location: str, **more: str) -> Any:
    made = model([op("MatMul", "x", "m")], (2,), {"m": drawn(2, 2)})
    (tensor,) = made.graph.initializer
    content = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **more}.items():
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return made, content


def test_weights_in_a_file_beside_it_are_read(tmp_path: Path) -> None:
    made, content = external("w.bin", offset="4", length="16")
    (tmp_path / "w.bin").write_bytes(bytes(4) + content)
    check(made, tmp_path)


@pytest.mark.parametrize(
    ("location", "more", "sentence"),
    [
        ("../secret.bin", {}, "lie outside the folder"),
        ("/etc/passwd", {}, "lie outside the folder"),
        ("link.bin", {}, "lie outside the folder"),
        ("gone.bin", {}, "there is no file gone.bin"),
        ("w.bin", {"offset": "12"}, "cut off|damaged"),
        ("w.bin", {"offset": "-1"}, "cut off"),
        ("w.bin", {"length": "many"}, "cut off"),
    ],
)
def test_weights_elsewhere_are_refused(tmp_path: Path, location: str, more: dict[str, str], sentence: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(bytes(16))
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    (folder / "w.bin").write_bytes(bytes(16))
    made, _ = external(location, **more)
    (folder / "net.onnx").write_bytes(made.SerializeToString())
    with pytest.raises(ImportFailed, match=sentence):
        imported(folder / "net.onnx")


def test_torn_and_foreign_files_are_named(tmp_path: Path) -> None:
    whole = model([op("MatMul", "x", "m")], (8,), {"m": drawn(8, 8)}).SerializeToString()
    path = tmp_path / "net.onnx"
    for content in (b"", b"PK\x03\x04 no model", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(ImportFailed, match=r"net\.onnx is no ONNX model"):
            imported(path)
    with pytest.raises(ImportFailed, match="cannot be read: No such file"):
        imported(tmp_path / "none.onnx")


def test_weights_of_one_number_count(tmp_path: Path) -> None:
    weights = {"m": drawn(3, 1), "b": drawn(1), "half": np.array(0.5, np.float32)}
    nodes = [op("Gemm", "x", "m", "b", out="a"), op("Mul", "a", "half")]
    _, report = check(model(nodes, (3,), weights), tmp_path)
    assert report.parameters == report.total == 4


def test_zeros_that_stand_for_no_bias_are_none(tmp_path: Path) -> None:
    nodes = [op("Conv", "x", "w", "zeros", out="a"), op("Conv", "a", "v", "zeros")]
    weights = {"w": drawn(4, 4, 3, 3), "v": drawn(4, 4, 1, 1), "zeros": np.zeros(4, np.float32)}
    document, report = check(model(nodes, (4, 5, 5), weights), tmp_path)
    assert not any(node.params.get("bias", True) for node in document.network if node.kind == "Conv2d")
    assert report.parameters == report.total == 160
