"""ONNX files: what onnxruntime makes of them, for every template and kind of layer, and what has no place in ONNX."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from documents import chain, mlp, two_ended
from layer_cases import alone, cases
from safetensors.numpy import save_file

from models.document import Document
from models.layers import LAYERS
from models.storage import templates
from studio.exports import EXPORTS
from studio.worker.errors import TrainingError
from studio.worker.exporting.subject import CLOSE
from studio.worker.onnx.writing import _why, write
from studio.worker.probing.errors import ProbeError
from support import scaled

pytest.importorskip("onnxscript")
onnxruntime = pytest.importorskip("onnxruntime")

NOT_IN_ONNX = {"RReLU"}
"""Kinds that torch has no operators for, whatever their settings."""
ENDS = {"Input", "Output"}
MOST = 100_000_000
"""Parameters of a template."""


def order(document: Document, path: Path, **settings: Any) -> dict[str, Any]:
    """What a process is told to do with a document."""
    return dict(EXPORTS["onnx"](**settings).of_document(document, None, "Network", path).arguments)  # type: ignore[attr-defined]


def outputs(path: Path, *arrays: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """What onnxruntime answers."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [item.name for item in session.get_inputs()]
    found: list[np.ndarray[Any, Any]] = session.run(None, dict(zip(names, arrays, strict=True)))
    return found


def test_inputs_and_outputs_are_called_as_they_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "two.onnx"
    facts = write(order(two_ended(tmp_path), path, opset=18))
    assert facts["wrote"] == [str(path)] and "opset 18, for any batch size" in facts["notes"][0]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert [(item.name, item.shape) for item in session.get_inputs()] == [
        ("picture", ["batch", 1, 4, 4]), ("size", ["batch", 3]),
    ]  # fmt: skip
    assert [item.name for item in session.get_outputs()] == ["kind", "price"]
    assert not [item for item in tmp_path.iterdir() if item.name.startswith(".")], "nothing is left behind"


def test_a_batch_size_may_be_fixed_and_batch_normalization_stays(tmp_path: Path) -> None:
    import onnx

    layers = [("input1", "Input", {"shape": [3, 6, 6]}), ("conv1", "Conv2d", {}), ("bn1", "BatchNorm2d", {})]
    path = tmp_path / "one.onnx"
    write(order(chain([*layers, ("output1", "Output", {})]), path, batch_size=4))
    graph = onnx.load(path).graph
    assert [node.op_type for node in graph.node] == ["Conv", "BatchNormalization"]
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_value == 4
    assert {"conv1.weight", "bn1.running_var"} <= {item.name for item in graph.initializer}


def test_a_document_leaves_with_the_weights_it_starts_from(tmp_path: Path) -> None:
    values = {
        "fc1.weight": np.eye(16, 4),
        "fc1.bias": np.ones(16),
        "fc2.weight": np.ones((3, 16)),
        "fc2.bias": np.zeros(3),
    }
    save_file({name: array.astype(np.float32) for name, array in values.items()}, tmp_path / "given.safetensors")
    document = mlp(start_from="file", start_file=str(tmp_path / "given.safetensors"))
    write(order(document, tmp_path / "net.onnx"))
    (found,) = outputs(tmp_path / "net.onnx", np.array([[1, 2, 3, -4]], np.float32))
    np.testing.assert_allclose(found, [[2 + 3 + 4 + 0 + 12] * 3], rtol=1e-6)
    (tmp_path / "other.safetensors").write_bytes(b"no weights")
    with pytest.raises(TrainingError, match="cannot be read"):
        write(dict(order(document, tmp_path / "net.onnx"), weights=str(tmp_path / "other.safetensors")))


@pytest.mark.soak
def test_every_template_is_read_by_onnxruntime_as_the_network_answers(tmp_path: Path) -> None:
    every = [template.name for template in templates.available() if template.parameters < scaled(MOST)]
    for name in Random(0).sample(every, scaled(len(every))):
        facts = write(order(templates.load(name), tmp_path / "net.onnx"))
        assert "onnxruntime answers as the network does" in facts["notes"][1]


@pytest.mark.soak
def test_every_kind_is_written_or_the_operator_that_lacks_is_named(tmp_path: Path) -> None:
    kinds = [kind for kind in LAYERS if kind not in ENDS]
    for kind in Random(1).sample(kinds, scaled(len(kinds))):
        told, written = [], 0
        for case in [case for case in cases(kind, 12, "onnx") if case.outputs is not None][: scaled(3)]:
            try:
                written += bool(write(order(alone(case), tmp_path / "net.onnx"))["wrote"])
            except ProbeError as error:
                told.append(str(error))
        assert (written == 0) == (kind in NOT_IN_ONNX), (kind, told)
        assert all(sentence.endswith(".") for sentence in told)


def test_what_onnx_has_no_operator_for_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    layers = [("input1", "Input", {"shape": [4]}), ("noisy1", "RReLU", {}), ("output1", "Output", {})]
    with pytest.raises(ProbeError, match="no operator for rrelu"):
        write(order(chain(layers), tmp_path / "net.onnx"))
    with pytest.raises(ProbeError, match=r"^\w+ has an error"):
        write(order(chain([("input1", "Input", {"shape": [4]}), ("conv1", "Conv2d", {})]), tmp_path / "net.onnx"))
    assert not list(tmp_path.iterdir())


def test_what_the_exporter_of_another_torch_fails_at_is_not_told_as_missing_in_onnx() -> None:
    node = "Error when translating node %bn : call_function[target=torch.ops.aten._native_batch_norm.default]"
    within, inner = torch.onnx.OnnxExporterError(node), AttributeError("'tuple' object has no attribute 'dtype'")
    outer = torch.onnx.OnnxExporterError("Failed to convert the exported program.")
    outer.__cause__, within.__cause__ = within, inner
    said = _why(outer)
    assert said.startswith(f"torch {torch.__version__} fails at native_batch_norm") and "newer torch" in said


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match=r"net\.onnx was not saved"):
        write(order(mlp(), tmp_path / "no" / "net.onnx", batch_size=1))


def test_what_was_written_is_held_against_the_network(tmp_path: Path) -> None:
    from studio.worker.exporting.subject import compared
    from studio.worker.onnx.leaving import of_document
    from studio.worker.onnx.writing import opened

    write(order(mlp(seed=1), tmp_path / "net.onnx"))
    other = of_document(order(mlp(seed=2), tmp_path / "net.onnx"))
    with pytest.raises(ProbeError, match="answers otherwise"):
        compared(other, other.network, opened(tmp_path / "net.onnx"))
    same = of_document(order(mlp(seed=1), tmp_path / "net.onnx"))
    assert compared(same, same.network, opened(tmp_path / "net.onnx")) <= CLOSE
    (tmp_path / "net.onnx").write_bytes(b"torn")
    with pytest.raises(ProbeError, match="cannot open"):
        opened(tmp_path / "net.onnx")
    assert torch.is_grad_enabled()
