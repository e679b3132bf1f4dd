"""Calls as the text of a function in the closed part of Python that cards take (`models.specs.tensor_code`)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.importers.pytorch.forms import COUNTED, DROPS, MODULES, SPOKEN, About, dropped
from models.importers.pytorch.known import WRITES, NoLayer
from models.importers.pytorch.trace import (
    MERGED,
    SECOND,
    Call,
    Named,
    Opaque,
    Size,
    Slice,
    Value,
    family,
    spread,
    values_in,
    whole,
)
from models.importers.pytorch.ways import READ
from models.importers.report import Report
from models.kinds.layer import Shape, TensorType
from models.specs.tensor_code import BATCH, FUNCTIONS, OWN, TYPES, CodeError, read_code

OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "matmul": "@", "pow": "**", "floordiv": "//", "mod": "%",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "and": "&", "or": "|", "xor": "^",
}  # fmt: skip
SIGNS = {"neg": "-", "invert": "~", "pos": "+"}
UNSAID = ("device", "layout", "pin_memory", "requires_grad", "memory_format", "inplace", "out", "non_blocking", "copy")
"""Arguments that a card does not need."""
ROOMS = {
    "torch.nn.functional.": "nn.functional.", "torch.linalg.": "torch.linalg.", "torch.fft.": "torch.fft.",
    "torch._C._fft.fft_": "torch.fft.", "torch._C._linalg.linalg_": "torch.linalg.",
}  # fmt: skip


class Writer:
    """Writes one card: names its arguments as they are met, and its statements."""

    def __init__(self, known: Mapping[str, Value], report: Report) -> None:
        self.known, self.report = known, report
        self.names: dict[Value, str] = {}
        self.arguments: list[str] = []
        self.weights: dict[str, str] = {}
        """The names of tensors that the card holds, with those of the source."""
        self._held: dict[str, str] = {}
        self._wired = self._made = 0

    def read(self, value: Value, given: TensorType, way: str = "") -> None:
        """A value that is wired to the card, with the batch in front; code has it where it lies."""
        self._wired += 1
        self.names[value] = f"x{self._wired}{READ.get(way, '')}"
        self.arguments.append(f"x{self._wired}: {given.dtype}[{_sizes(given.shape) or '()'}]")

    def hold(self, value: Value, weight: Value, shape: Shape) -> None:
        """A weight, buffer or constant, perhaps under other sizes."""
        name = self._weight(weight)
        own = Value.fixed(weight.shape)
        self.names[value] = name if own == shape else f"{name}.reshape({_sizes(shape) or '()'})"

    def _weight(self, weight: Value) -> str:
        if weight.weight in self._held:
            return self._held[weight.weight]
        parts = re.sub(r"[^A-Za-z0-9_.]", "_", weight.weight).split(".")[-2:]
        name = "_".join(parts).strip("_") or "w"
        name = name if name[0].isalpha() and name not in OWN else f"w_{name}"
        while name in self.weights or re.fullmatch(r"[xv]\d+", name):
            name += "_"
        name = name.rstrip("_") if name.rstrip("_") not in self.weights else f"{name.rstrip('_')}{len(self.weights)}"
        role = "mask" if weight.dtype == "bool" else "buffer" if family(weight.dtype) == "float" else "index"
        role = "weight" if weight.trains else role
        shape, said = Value.fixed(weight.shape) or (), name
        if weight.dtype.startswith("complex"):  # held as pairs of numbers
            shape, said = (*shape, 2), f"torch.view_as_complex({name})"
        self.arguments.append(f"{name}: {role}[{_sizes(shape) or '()'}]")
        self._held[weight.weight], self.weights[name] = said, weight.weight
        return said

    def write(self, calls: list[Call], result: Value, given: TensorType, way: str = "") -> str:
        """The function of these calls, in their order, that gives the result with the batch in front; raises `NoLayer`
        for what cannot be written."""
        lines = [f"    {line}" for call in calls for line in self._said(call)]
        wired = sorted(self.arguments, key=lambda text: not text.startswith("x"))
        head = f"def code({', '.join(wired)}) -> {given.dtype}[{_sizes(given.shape) or '()'}]:"
        back = {SECOND: READ[SECOND], MERGED: f".unflatten(0, ({BATCH}, {given.shape[0] if given.shape else 1}))"}
        text = "\n".join([head, *lines, f"    return {self._text(result)}{back.get(way, '')}"])
        try:
            read_code(text)
        except CodeError as error:
            raise NoLayer(str(error).rstrip(".")) from None
        return text

    def _said(self, call: Call) -> list[str]:
        try:
            return self._statement(call)
        except NoLayer as error:
            error.at = error.at or call
            raise

    def _statement(self, call: Call) -> list[str]:
        written = self._module(call) if call.path else self._function(call)
        if len(call.outputs) == 1 and re.fullmatch(r"\w+", written):
            self.names[call.outputs[0]] = written
            return []
        for value in call.outputs:
            self._made += 1
            self.names[value] = f"v{self._made}"
        return [f"{', '.join(self.names[value] for value in call.outputs)} = {written}"]

    def _text(self, item: Any) -> str:
        """An argument as source."""
        if isinstance(item, Value):
            return self.names[item] if item in self.names else self._weight(item)
        if isinstance(item, Size):
            times = BATCH if item.each == 1 else f"{BATCH} * {item.each}"
            return times if not item.rest else f"({times} + {item.rest})"
        if isinstance(item, Named):
            if item.text.removeprefix("torch.") not in TYPES:
                raise NoLayer(f"it names {item.text}")
            return item.text
        if isinstance(item, Opaque):
            raise NoLayer(f"it is given a {item.text}")
        if isinstance(item, float) and not math.isfinite(item):
            return {math.inf: "1e999", -math.inf: "-1e999"}.get(item) or _refuse("it is given NaN")
        if isinstance(item, list | tuple):
            return f"({', '.join(map(self._text, item))}{',' if len(item) == 1 else ''})"
        return "..." if item is Ellipsis else repr(item)

    def _index(self, item: Any) -> str:
        if isinstance(item, Slice):
            start, stop, step = ("" if part is None else self._text(part) for part in item)
            return f"{start}:{stop}" + (f":{step}" if step else "")
        return self._text(item)

    def _function(self, call: Call) -> str:
        function, args = {"type": "to"}.get(call.function, call.function), list(call.args)
        if call.name.endswith("__getitem__"):
            index = args[1] if isinstance(args[1], tuple) and not isinstance(args[1], Slice) else (args[1],)
            return f"{self._text(args[0])}[{', '.join(map(self._index, index))}]"
        if "__" in call.name and len(args) == 2 and function in OPERATORS:
            return f"{self._text(args[0])} {OPERATORS[function]} {self._text(args[1])}"
        if "__" in call.name and function[:1] == "r" and function[1:] in OPERATORS:
            return f"{self._text(args[1])} {OPERATORS[function[1:]]} {self._text(args[0])}"
        if "__" in call.name and function in SIGNS:
            return f"{SIGNS[function]}{self._text(args[0])}"
        if call.name.endswith("__get__"):
            return f"{self._text(args[0])}.{function}"
        if function in DROPS:
            p = call.kwargs.get("p", args[1] if len(args) > 1 else 0.5)
            return dropped(function, self._text(args[0]), p)
        if function == "setitem":
            return self._filled(*args)
        if call.name in SPOKEN:
            return SPOKEN[call.name](self._text, call)
        if function not in FUNCTIONS:
            raise NoLayer("it is none of the functions that a card may call")
        return self._call(call, function, args)

    def _filled(self, written: Value, index: Any, value: Any) -> str:
        """The tensor with other numbers where a mask of the same dimensions says, or in a range."""
        is_mask = isinstance(index, Value) and index.dtype == "bool" and len(index.shape) == len(written.shape)
        if is_mask and isinstance(value, int | float):
            return f"{self._text(written)}.masked_fill({self._text(index)}, {self._text(value)})"
        items = list(index) if isinstance(index, tuple) and not isinstance(index, Slice) else [index]
        if any(
            item is None or (isinstance(item, Value | tuple) and not isinstance(item, Slice | Size)) for item in items
        ):
            raise NoLayer(WRITES)
        places = [(dim, item) for dim, item in enumerate(spread(items, len(written.shape))) if not whole(item)]
        return self._scattered(self._text(written), places, value)

    def _scattered(self, x: str, places: Sequence[tuple[int, Any]], value: Any) -> str:
        """A tensor with a value in a range of some dimensions, which may be stretched to it."""
        if not places:
            said = self._text(value)
            return f"{said}.expand_as({x})" if isinstance(value, Value) else f"torch.full_like({x}, {said})"
        (dim, item), *inner = places
        if isinstance(item, Slice):
            part = f"{x}[{':, ' * dim}{self._index(item)}]"
            ends = ", ".join(self._text(end) for end in (item.start, item.stop, item.step or 1))
            return f"{x}.slice_scatter({self._scattered(part, inner, value)}, {dim}, {ends})"
        inner = [(place - 1, each) for place, each in inner]
        at = self._text(item)
        return f"{x}.select_scatter({self._scattered(f'{x}.select({dim}, {at})', inner, value)}, {dim}, {at})"

    def _call(self, call: Call, function: str, args: list[Any]) -> str:
        given = [item for item in args if not (isinstance(item, Named) and not item.text.startswith("torch."))]
        named = {name: item for name, item in call.kwargs.items() if name not in UNSAID and item is not None}
        words = [f"{name}={self._text(item)}" for name, item in named.items()]
        if call.name.startswith("torch.Tensor."):
            if function == "view" and not any(isinstance(item, Named) for item in given):
                function = "reshape"  # layers may lay out their numbers in another way
            if function == "to" and len(given) == 1 and not words:
                return self._text(given[0])
            return f"{self._text(given[0])}.{function}({', '.join([*map(self._text, given[1:]), *words])})"
        room = next((mine for theirs, mine in ROOMS.items() if call.name.startswith(theirs)), "torch.")
        return f"{room}{function}({', '.join([*map(self._text, given), *words])})"

    def _module(self, call: Call) -> str:
        """A module of torch.nn as a function of its input and weights."""
        kind = call.name.rpartition(".")[2]
        if kind not in MODULES:
            raise NoLayer("as a part of a card it has no form that may be called")
        if refused := call.settings.get("refused"):
            raise NoLayer(str(refused))
        held = {name: source for name, source in call.weights.items() if name not in COUNTED}
        weights = {name: self._weight(self.known[source]) for name, source in held.items()}
        about = About(call.settings, [self._text(size) for size in call.args[0].shape], self._states(call))
        return MODULES[kind](self._text(call.args[0]), weights, about)

    def _states(self, call: Call) -> list[str]:
        """The first states that a recurrent layer is given."""
        return [self._text(value) for value in values_in((call.args[1:], call.kwargs))]


def _refuse(why: str) -> str:
    raise NoLayer(why)


def _sizes(shape: Shape) -> str:
    return ", ".join(map(str, shape))
