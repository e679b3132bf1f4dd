"""ONNX by torch's exporter; onnxruntime opens the file again, which must answer as the network does."""

from __future__ import annotations

import os
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.codegen.objectives import input_ids
from models.network import output_nodes
from models.storage.atomic import refusal
from studio.worker.exporting.subject import SIZES, compared, inputs_for
from studio.worker.onnx.leaving import Leaving, of_document, of_run
from studio.worker.probing.errors import ProbeError

NOT_THERE = re.compile(r"No ONNX function found for <OpOverload\(op='aten\.(\w+)'")
FAILED = re.compile(r"translating node .*?torch\.ops\.aten\.(\w+)")
BATCH = "batch"
TRACED = 2
"""Examples with which the network is traced, where any number of them is to do."""


def write(given: Mapping[str, Any]) -> dict[str, Any]:
    """Write the network of a ``run`` or a ``document`` to ``path`` in an ``opset``, for a ``batch_size`` or any.

    Facts: ``wrote`` (places), ``notes`` (sentences), ``figures`` (none). Raises `ProbeError` and what the run raises.
    """
    leaving = of_run(given) if given["run"] else of_document(given)
    path, batch = Path(given["path"]), given["batch_size"]
    program = exported(leaving, given["opset"], batch)
    try:
        with tempfile.TemporaryDirectory(prefix=".netloom-", dir=path.parent) as folder:
            made = Path(folder, path.name)
            program.save(made)
            answer = opened(made)
            sizes = (batch,) if batch else SIZES
            worst = compared(leaving, leaving.network, answer, sizes)
            # Weights beyond 2 GB lie in a file of their own, which must be there first.
            names = sorted(os.listdir(folder), key=lambda name: name == path.name)
            for name in names:
                os.replace(Path(folder, name), path.parent / name)
    except OSError as error:
        raise ProbeError(refusal(path.name, error)) from error
    batches = f"batches of {batch:,}" if batch else "any batch size"
    notes = [
        f"ONNX opset {given['opset']}, for {batches}.",
        f"onnxruntime answers as the network does, to {worst:.1g} of the largest output.",
    ]
    return {"wrote": [str(path.parent / name) for name in reversed(names)], "notes": notes, "figures": []}


def exported(leaving: Leaving, opset: int, batch: int | None) -> Any:
    """The program of torch's exporter, with what is constant worked out and batch normalization kept as it is."""
    from onnxscript import optimizer

    network = leaving.network
    inputs = inputs_for(leaving, batch or TRACED)
    shapes: Any = None
    if batch is None:
        size = torch.export.Dim(BATCH)
        shapes = tuple({0: size} for _ in inputs)
        # One that scales takes any number of inputs, which is one argument to the exporter.
        shapes = (shapes,) if leaving.is_scaled else shapes
    outputs = [node.id for node in output_nodes(leaving.document.network)]
    try:
        with warnings.catch_warnings(action="ignore"), torch.no_grad():
            program = torch.onnx.export(
                network, inputs, input_names=input_ids(leaving.document), output_names=outputs or None,
                opset_version=opset, dynamo=True, dynamic_shapes=shapes, optimize=False, verbose=False,
            )  # fmt: skip
    except torch.onnx.OnnxExporterError as error:
        raise ProbeError(_why(error)) from error
    assert program is not None
    optimizer.fold_constants(program.model)
    optimizer.remove_unused_nodes(program.model)
    return program


def opened(path: Path) -> Callable[..., tuple[Tensor, ...]]:
    """An ONNX file as a function of tensors; raises `ProbeError` where onnxruntime cannot run it."""
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as native

    failures = tuple(kind for kind in vars(native).values() if isinstance(kind, type) and issubclass(kind, Exception))
    onnxruntime.set_default_logger_severity(4)
    try:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except failures as error:
        raise ProbeError(f"onnxruntime cannot open what was written: {_brief(error)}") from error
    names = [item.name for item in session.get_inputs()]

    def answer(*inputs: Tensor) -> tuple[Tensor, ...]:
        try:
            found = session.run(None, {name: one.numpy() for name, one in zip(names, inputs, strict=True)})
        except failures as error:
            raise ProbeError(f"onnxruntime cannot run what was written: {_brief(error)}") from error
        return tuple(map(torch.from_numpy, found))

    return answer


def _why(error: Exception) -> str:
    """What of a network the exporter has no words for."""
    whole = " ".join(map(str, _causes(error)))
    if found := NOT_THERE.search(whole):
        return f"ONNX has no operator for {found[1].strip('_')} as it is set here. Use another layer."
    if found := FAILED.search(whole):
        what = f"torch {torch.__version__} fails at {found[1].strip('_')} on its way to ONNX"
        return f"{what}. A newer torch may not: pip install --upgrade torch."
    return f"torch does not export this network to ONNX: {_brief(error.__cause__ or error)}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and what led to it."""
    while error:
        yield error
        error = error.__cause__


def _brief(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{text[:160].rstrip('.')}."
