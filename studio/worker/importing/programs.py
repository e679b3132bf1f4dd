"""`python -m studio.worker.importing.programs GIVEN ANSWER`: an imported document beside its ``.pt2`` file.

`torch.export.load` would run pickles that the file may hold. So the graph is gone through here, one ATen function after
the other, and none but those that only compute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.importers import ImportFailed
from models.importers.exported.calls import computes
from models.importers.exported.files import ProgramFile
from models.importers.exported.graph import Node, Ref, Symbol, read_graph
from models.importers.exported.sizes import symbol_in, worked_out
from models.importers.pytorch.trace import Named
from studio.worker.importing.beside import apart
from studio.worker.probing.errors import ProbeError
from studio.worker.process.apart import serve

FEW, MORE = 1, 3
"""How many batches of the size that a program is for the document is asked about at once."""


class Program:
    """A program that can be called with its inputs, in their order."""

    def __init__(self, file: ProgramFile) -> None:
        self.graph = read_graph(file)
        held = [given for given in self.graph.given if given.role not in ("input", "number")]
        arrays = file.arrays([given.source for given in held])
        self.inputs = [given.name for given in self.graph.given if given.role == "input"]
        self.symbols: dict[str, int] = {}
        self.held: dict[str, Tensor] = {}
        for given in held:
            tensor = torch.from_numpy(arrays[given.source].copy())
            self.held[given.name] = tensor.float() if tensor.is_floating_point() else tensor

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        values = dict(self.held)
        for name, tensor in zip(self.inputs, inputs, strict=True):
            for size, symbol in zip(tensor.shape, map(symbol_in, self.graph.tensors[name].sizes), strict=True):
                self.symbols |= {symbol: size} if symbol else {}
            values[name] = tensor.clone()  # programs may write into what they are given
        for node in self.graph.nodes:
            if any(name in self.graph.tensors for name in node.outputs):
                self._step(node, values)
        return tuple(values[name] for _, name in self.graph.outputs)

    def _step(self, node: Node, values: dict[str, Tensor]) -> None:
        args = tuple(self._value(item, values) for item in node.args)
        kwargs = {name: self._value(item, values) for name, item in node.kwargs.items()}
        result = _function(node)(*args, **{name: item for name, item in kwargs.items() if item is not _DEFAULT})
        found = list(result) if isinstance(result, list | tuple) else [result]
        values |= dict(zip(node.outputs, found, strict=False))

    def _value(self, item: Any, values: Mapping[str, Tensor]) -> Any:
        if isinstance(item, Ref):
            return values[item.name]
        if isinstance(item, Symbol):
            return worked_out(self.graph.integers.get(item.name, item.name), self.symbols)
        if isinstance(item, Named):
            return getattr(torch, item.text.removeprefix("torch."), _DEFAULT) if "." in item.text else _DEFAULT
        return [self._value(inner, values) for inner in item] if type(item) is list else item


_DEFAULT = object()
"""A device, layout or memory format, which are the usual ones here."""


def _function(node: Node) -> Callable[..., Any]:
    if not computes(node.operator):
        raise ProbeError(f"{node.target:.60} is not run")
    packet = getattr(torch.ops.aten, node.operator, None)
    found = getattr(packet, node.target.rpartition(".")[2], None)
    if found is None:
        raise ProbeError(f"this PyTorch has no {node.target:.60}")
    return found  # type: ignore[no-any-return]


def compare(given: Mapping[str, Any]) -> dict[str, Any]:
    """Run the program in the file ``original`` and a ``document`` with its ``weights`` on the same inputs; the fact
    ``difference`` is the largest between their outputs, as a share of the largest output. A program for one size of the
    ``batch`` answers larger ones in parts."""
    try:
        program = Program(ProgramFile(Path(given["original"])))
    except ImportFailed as error:
        raise ProbeError(str(error)) from error
    batch = given["batch"]

    def answer(*inputs: Tensor) -> tuple[Tensor, ...]:
        parts = zip(*(torch.split(tensor, batch or len(tensor)) for tensor in inputs), strict=True)
        return tuple(map(torch.cat, zip(*(program(*part) for part in parts), strict=True)))

    try:
        return {"difference": apart(given, answer, (batch * FEW, batch * MORE) if batch else ())}
    except (RuntimeError, TypeError, ValueError, IndexError, KeyError) as error:
        raise ProbeError(f"one of both could not be run: {' '.join(str(error).split())[:100]}") from error


if __name__ == "__main__":
    serve(compare, (ProbeError,))
