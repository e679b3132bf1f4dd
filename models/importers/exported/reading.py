"""An exported program as the trace of a PyTorch network, and that as records."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from models.importers.exported.calls import ONE, RECURRENT, said
from models.importers.exported.constants import Constants
from models.importers.exported.files import Array, ProgramFile
from models.importers.exported.graph import DAMAGED, Given, Graph, Node, Ref, Symbol, damaged, read_graph
from models.importers.exported.recognizing import Attention, Turned, attentions, recurrent_settings, torn_write
from models.importers.exported.scopes import Scopes
from models.importers.exported.sizes import RESHAPES, Batches, Number, symbol_in, worked_out
from models.importers.pytorch import translated
from models.importers.pytorch.trace import BATCH, Call, Size, Sizes, Trace, Value
from models.importers.records import ImportFailed, Read, SizesNeeded
from models.importers.report import Report
from models.kinds.layer import Shape

FILLED = ("zeros", "full")


def read(path: Path, report: Report, inputs: Mapping[str, Shape] | None = None) -> Read:
    """Read a file; ``inputs`` gives sizes without the batch, by name ("" for the only one), where the file leaves them
    open. Raises `ImportFailed` with the place of what cannot be read."""
    file = ProgramFile(path)
    try:
        reader = Reader(file, report, inputs or {})
        recorded = translated(reader.trace(path.stem), report)
    except ImportFailed:
        raise
    except DAMAGED as error:  # names that nothing has, lists in place of numbers
        raise damaged(file, error) from error
    used = dict.fromkeys(source for record in recorded.records for source in record.weights.values())
    reader.tell_unused(used)
    return Read(recorded, reader.arrays(list(used)), reader.batch)


class Reader:
    """Reads one program."""

    def __init__(self, file: ProgramFile, report: Report, sizes: Mapping[str, Shape]) -> None:
        self.file, self.report, self.given = file, report, sizes
        self.graph: Graph = read_graph(file)
        self.symbols: dict[str, Number] = {}
        self.batch = 0
        """The size of the batch that it was exported for, 0 for any."""
        self.values: dict[str, Value] = {}
        self.weights: dict[str, Value] = {}
        self._turned, self._constants = Turned(), Constants(file, self.graph)
        self._fixed: dict[str, Array] = {}
        """Constants that layers read, by the names that they are given here."""
        self._zero: set[str] = set()
        self._first: dict[str, str] = {}
        """The first name of tensors that were written into."""
        self._whole = attentions(self.graph)
        self._enter()
        self._batches = self._followed() if self.batch else None
        self._scopes = Scopes()

    def trace(self, title: str) -> Trace:
        """What the program calls, as a run would have been recorded."""
        inputs = []
        for given in self.graph.given:
            value = self._given(given)
            if given.role == "input":
                inputs.append((given.name, value))
        calls = self._every()
        outputs = [(name, self.values[tensor]) for name, tensor in self.graph.outputs if tensor in self.values]
        if len(outputs) < len(self.graph.outputs) or not outputs:
            raise ImportFailed("expected a program that gives tensors, found one that gives none, or a number.")
        return Trace(title, inputs, calls, outputs, self._notes(), self.weights)

    def _notes(self) -> list[tuple[str, str, str]]:
        if not self.graph.in_training:
            return []
        return [("mode", "", "it was exported in training; outputs are compared as they are in evaluation")]

    # What goes in

    def _enter(self) -> None:
        """Find the batch in the inputs, and what other sizes of theirs are open."""
        inputs = [given for given in self.graph.given if given.role == "input"]
        firsts = {sizes[0] for given in inputs if (sizes := self.graph.tensors[given.name].sizes)}
        opened = {symbol for size in firsts if (symbol := symbol_in(size))}
        if len(opened) > 1:
            raise ImportFailed("its inputs have batches of different sizes; export it with one for all.")
        if not opened and len(firsts) != 1:
            raise ImportFailed(f"expected inputs with the batch first, found first sizes {sorted(map(str, firsts))}.")
        self.symbols |= dict.fromkeys(opened, BATCH)
        self.batch = 0 if opened else int(next(iter(firsts)))
        for given in inputs:
            self._take_sizes(given, alone=len(inputs) == 1)

    def _take_sizes(self, given: Given, *, alone: bool) -> None:
        wanted = self.given.get(given.source) or (self.given.get("") if alone else None)
        for place, size in enumerate(self.graph.tensors[given.name].sizes[1:]):
            symbol = symbol_in(size)
            if not symbol or symbol in self.symbols:
                continue
            if wanted is None or place >= len(wanted):
                raise SizesNeeded(f"the input {given.source:.40} has open sizes: give them, such as --input 3x224x224.")
            self.symbols[symbol] = wanted[place]

    def _followed(self) -> Batches:
        found = Batches(self.batch)
        sizes = {name: self._numbers(name) for name in self.graph.tensors}
        for given in self.graph.given:
            if given.role == "input":
                found.enter(given.name)
        for node in self.graph.nodes:
            found.follow(node, sizes)
            if node in self._whole:
                found.alike(self._whole[node].gives, self._whole[node].reads)
        return found

    def _numbers(self, name: str) -> tuple[int, ...]:
        found = (worked_out(size, self.symbols) for size in self.graph.tensors[name].sizes)
        return tuple(size if isinstance(size, int) else size.rest for size in found)

    def _sizes(self, name: str) -> Sizes:
        if self._batches is not None:
            return self._batches.sizes(name, self._numbers(name))
        return tuple(worked_out(size, self.symbols) for size in self.graph.tensors[name].sizes)

    def _given(self, given: Given) -> Value:
        known = self.graph.tensors.get(given.name)
        if known is None:
            return Value(())
        weight = "" if given.role == "input" else self.file.first_name(given.source)
        value = self.values[given.name] = Value(self._sizes(given.name), known.dtype, weight, given.role == "parameter")
        if weight and weight not in self.weights:
            self.weights[weight] = value
            self.report.total += prod(self._numbers(given.name)) if value.trains else 0
        elif weight:
            value = self.values[given.name] = self.weights[weight]
        return value

    # Calls

    def _every(self) -> list[Call]:
        """All calls in order; what is constant is worked out on the way."""
        within = {node for made in self._whole.values() for node in made.calls}
        found: list[Call] = []
        left: list[Node] = []
        for node in self.graph.nodes:
            if node in self._whole:
                found.append(self._attention(self._whole[node]))
            elif node not in within and not self._constants.take(node, self._value):
                left.append(node)
                found += self._calls(node)
        if (torn := torn_write(left)) is not None:
            raise ImportFailed(f"{_where(torn)}: it writes into a tensor (x[…] = y). Use torch.where or torch.cat.")
        return found

    def _calls(self, node: Node) -> list[Call]:
        names = [name for name in node.outputs if name in self.graph.tensors]
        if not names:
            return []  # it checks something, or works out a size
        if not node.operator:
            raise ImportFailed(f"{_where(node)}: {node.target:.60} is no function of PyTorch itself.")
        outputs = tuple(Value(self._sizes(name), self.graph.tensors[name].dtype) for name in names)
        call = self._call(node, outputs)
        self.values |= dict(zip(names, outputs, strict=True))
        if node.writes:
            self._written(node.args[0].name, names[0])
        return [call]

    def _written(self, name: str, into: str) -> None:
        """What is written into a tensor is found under all its names from here on."""
        first = self._first.get(name, name)
        self._first[into] = first
        self.values |= dict.fromkeys([key for key in (first, *self._first) if self._first.get(key, first) == first],
                                     self.values[into])  # fmt: skip

    def _call(self, node: Node, outputs: tuple[Value, ...]) -> Call:
        operator = node.operator.rstrip("_") or node.operator
        if operator in FILLED and (operator == "zeros" or node.args[1] == 0):
            self._zero.add(node.outputs[0])
        scope, called, path = self._scopes.place(node.modules)
        if operator in RECURRENT:
            return self._recurrent(node, outputs, path)
        args = tuple(self._value(item) for item in node.args)
        self._turned.note(node, args[0] if args else None)
        linear = self._turned.linear(node, args)
        kwargs = {name: self._value(item) for name, item in node.kwargs.items()}
        words = said("linear", linear, {}, outputs) if linear else said(node.operator, args, kwargs, outputs)
        args = words.args
        if self.batch and operator in RESHAPES and any(isinstance(size, Size) for size in outputs[0].shape):
            args = (args[0], list(outputs[0].shape))  # sizes that hold for the batch of the file alone stand there
            words = words._replace(name=f"torch.Tensor.{'expand' if operator == 'expand' else 'reshape'}")
        outputs = outputs[:1] if operator in ONE else outputs
        return Call(words.name, args, words.kwargs, outputs, scope, place=node.place, called=called)

    def _recurrent(self, node: Node, outputs: tuple[Value, ...], path: str) -> Call:
        scope, called, _ = self._scopes.place(node.modules)
        weights = [self._value(item) for item in node.args[2]]
        settings, names = recurrent_settings(node, weights)
        states = node.args[1] if isinstance(node.args[1], list) else [node.args[1]]
        begun = [self._value(item) for item in states if not self._is_zero(item.name)]
        path = path or next(iter(names.values()), "").rpartition(".")[0]
        return Call(f"torch.nn.{node.operator.partition('_')[0].upper()}", (self._value(node.args[0]), *begun), {},
                    outputs, scope, path, settings, names, node.place, called)  # fmt: skip

    def _is_zero(self, name: str) -> bool:
        return name in self._zero or (name in self._constants and not self._constants[name].any())

    def _attention(self, made: Attention) -> Call:
        last = made.calls[-1]
        place = next(at for at, (path, _) in enumerate(last.modules) if path.partition("@")[0] == made.path)
        scope, called, path = self._scopes.place(last.modules[: place + 1])
        read = self._value(Ref(made.reads))
        value = self.values[made.gives] = Value(read.shape, read.dtype)
        settings = {"num_heads": made.heads, "bias": "in_proj_bias" in made.weights}
        return Call("torch.nn.MultiheadAttention", (read, read, read), {}, (value,), scope, path, settings,
                    made.weights, made.calls[0].place, called)  # fmt: skip

    def _value(self, item: Any) -> Any:
        """An argument as traces have it."""
        if isinstance(item, Ref):
            return self._tensor(item.name)
        if isinstance(item, Symbol):
            return worked_out(self.graph.integers.get(item.name, item.name), self.symbols)
        return [self._value(inner) for inner in item] if type(item) is list else item

    def _tensor(self, name: str) -> Value:
        if name in self._constants and not (name in self.values and self.values[name].weight not in self._fixed):
            return self._constant(name)
        if name not in self.values:
            raise ImportFailed(f"the program is damaged: nothing gives {name:.40}.")
        return self.values[name]

    def _constant(self, name: str) -> Value:
        """A constant as it is now, as a weight that nobody learns."""
        array, known = self._constants[name], self.values.get(name)
        if known is None or not np.array_equal(self._fixed[known.weight], array):
            weight = f"fixed{len(self._fixed) + 1}"
            self._fixed[weight] = array.copy()
            known = self.values[name] = self.weights[weight] = Value(array.shape, str(array.dtype), weight)
        return known

    # What comes out

    def tell_unused(self, used: Mapping[str, None]) -> None:
        """Report the parameters that nothing reads."""
        for name, value in self.weights.items():
            if value.trains and name not in used:
                count = prod(Value.fixed(value.shape) or ())
                self.report.unused += count
                self.report.left_out("weight", name, f"{count:,} numbers that take no part in the answer")

    def arrays(self, used: list[str]) -> dict[str, Array]:
        """The weights that are used; half precision becomes float32, and that is reported."""
        found = self.file.arrays(name for name in used if name not in self._fixed)
        found |= {name: self._fixed[name] for name in used if name in self._fixed}
        for name, array in found.items():
            if array.dtype.kind == "f":
                found[name] = array.astype("float32")
        halves = {value.dtype for name, value in self.weights.items() if name in found} & {"float16", "bfloat16"}
        for dtype in sorted(halves):
            self.report.approximated("weights", "", f"they are {dtype} in the file, and float32 here")
        return found


def _where(node: Node) -> str:
    """The module and the line of a call."""
    path = node.modules[-1][0].partition("@")[0] if node.modules else ""
    return f"{path} ({node.place})" if path and node.place else path or node.place or "forward"
