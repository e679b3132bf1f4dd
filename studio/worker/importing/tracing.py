"""What a network calls while it runs: its modules through their calls, functions through a `TorchFunctionMode`.

What lies inside of a layer that Netloom knows is not looked at. A recording holds every tensor that it has seen, so
that no two share a number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name

from models.importers.pytorch.forms import RANDOM
from models.importers.pytorch.trace import Named, Opaque, Slice
from models.importers.records import Scope
from studio.worker.importing.settings import is_layer, layer_of, settings_of

MOST_CALLS = 200_000
READS = ("__bool__", "item", "__int__", "__float__", "__index__", "tolist", "numpy", "__len__")
"""Functions that turn values of tensors into Python's, by which code may branch."""
SIZED = ("zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full")
"""Functions that take sizes from a tensor and no values."""
UNSEEN = ("size", "dim", "numel", "is_floating_point", "stride", "get_device", "__repr__", "__hash__", "ndimension")


@dataclass(eq=False)
class Raw:
    """A tensor of one run."""

    shape: tuple[int, ...]
    dtype: str
    weight: str = ""
    trains: bool = False
    follows: bool = False
    """Whether it depends on the input."""
    tensor: Tensor | None = None
    """The numbers, of what depends on neither inputs nor parameters."""


@dataclass(eq=False)
class RawCall:
    """One call of one run; arguments as in `models.importers.pytorch.trace.Call`, with plain integers."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: tuple[Raw, ...]
    scope: Scope | None
    path: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)
    place: str = ""


class TooMuch(Exception):
    """More calls than any network should make."""


class Recording(TorchFunctionMode):
    """Records the calls of one run of a network: ``with Recording(network, file): network(…)``."""

    def __init__(self, network: nn.Module, file: Path) -> None:
        super().__init__()
        self.network, self.file = network, str(file)
        self.calls: list[RawCall] = []
        self.notes: list[tuple[str, str, str]] = []
        self.constants: dict[str, Tensor] = {}
        self._paths = {id(module): path for path, module in network.named_modules()}
        self._values: dict[int, Raw] = {}
        self._held: list[Tensor] = []
        self._scope: list[Scope] = []
        self._quiet = 0
        self.draws = False
        """Whether it draws random numbers."""
        for name, weight in network.named_parameters():
            self._keep(weight, Raw(tuple(weight.shape), _dtype(weight), name, True))
        for name, buffer in network.named_buffers():
            self._keep(buffer, Raw(tuple(buffer.shape), _dtype(buffer), name, tensor=buffer))
        self.weights = {raw.weight: raw for raw in self._values.values()}

    def __enter__(self) -> Recording:
        self._usual = nn.Module.__call__
        recording, usual = self, self._usual

        def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            return recording._module(module, usual, args, kwargs)

        nn.Module.__call__ = call  # type: ignore[method-assign]
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)  # type: ignore[no-untyped-call]
        nn.Module.__call__ = self._usual  # type: ignore[method-assign]

    def given(self, tensor: Tensor) -> Raw:
        """An input of the network."""
        return self._keep(tensor, Raw(tuple(tensor.shape), _dtype(tensor), follows=True))

    def of(self, tensor: Tensor) -> Raw:
        """What is known of a tensor; one that comes from nowhere is a constant of the code."""
        known = self._values.get(id(tensor))
        if known is None:
            name = f"constant{len(self.constants) + 1}"
            self.constants[name] = tensor
            known = self._keep(tensor, Raw(tuple(tensor.shape), _dtype(tensor), name, tensor=tensor))
        return known

    def _keep(self, tensor: Tensor, value: Raw) -> Raw:
        self._values[id(tensor)] = value
        self._held.append(tensor)
        return value

    # Functions

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if self._quiet:
            return func(*args, **kwargs)
        before = self._encoded((args, kwargs)) if func.__name__ not in UNSEEN else None
        if func.__name__ == "__setitem__" and before is not None and self._assigns(before[0]):
            result = func(*args, **kwargs)
            self._record("torch.Tensor.__setitem__", before, [args[0]], func.__name__)
            return result
        result = func(*args, **kwargs)
        tensors = list(_tensors(result))
        if before is not None and (tensors or func.__name__ in READS):
            name = resolve_name(func) or f"{getattr(func, '__module__', '')}.{func.__name__}"
            self._record(name, before, tensors, func.__name__)
        return result

    def _record(self, name: str, before: tuple[Any, Any], tensors: list[Tensor], short: str) -> None:
        follows = any(value.follows for value in _raws(before))
        place = self._place()
        if short in READS:
            if follows and short != "__len__":
                self.notes.append((short.strip("_"), place, "reads values: the way it then takes is the only one here"))
            return
        args, kwargs = before
        draws = short.rstrip("_") in RANDOM
        self.draws |= draws
        fixed = not draws and (short in SIZED or all(value.tensor is not None for value in _raws(before)))
        outputs = tuple(self._keep(tensor, _raw(tensor, follows, fixed)) for tensor in tensors)
        self._append(RawCall(name, args, kwargs, outputs, self._scope[-1] if self._scope else None, place=place))

    @staticmethod
    def _assigns(args: tuple[Any, ...]) -> bool:
        """Whether values of examples are written into a tensor, which is another one from there on."""
        return any(value.tensor is None for value in _raws(args))

    def _append(self, call: RawCall) -> None:
        if len(self.calls) >= MOST_CALLS:
            raise TooMuch(f"expected at most {MOST_CALLS:,} calls in one run, found more.")
        self.calls.append(call)

    # Modules

    def _module(self, module: nn.Module, usual: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        path = self._paths.get(id(module), "")
        if self._quiet or module is self.network:
            return usual(module, *args, **kwargs)
        around, name = self._around(path or type(module).__name__.lower())
        if is_layer(module, args, kwargs):
            before = self._encoded((args, kwargs))
            self._quiet += 1
            try:
                result = usual(module, *args, **kwargs)
            finally:
                self._quiet -= 1
            self._layer(module, path or name, around, before, result)
            return result
        self._scope.append(Scope(name, _class_of(module), around, path))
        try:
            return usual(module, *args, **kwargs)
        finally:
            self._scope.pop()

    def _layer(self, module: nn.Module, path: str, around: Scope | None, before: Any, result: Any) -> None:
        follows = any(value.follows for value in _raws(before))
        outputs = tuple(self._keep(tensor, _raw(tensor, follows)) for tensor in _tensors(result))
        held = (*module.named_parameters(), *module.named_buffers())
        # Under the first name, where several modules hold one tensor.
        weights = {name: known.weight if (known := self._values.get(id(tensor))) else f"{path}.{name}"
                   for name, tensor in held}  # fmt: skip
        args, kwargs = before
        name = f"torch.nn.{layer_of(module)}"
        self._append(RawCall(name, args, kwargs, outputs, around, path, settings_of(module), weights, self._place()))

    def _around(self, path: str) -> tuple[Scope | None, str]:
        """The scope around a module, with those that only hold it and are never called; and its name there."""
        scope = self._scope[-1] if self._scope else None
        lead = f"{scope.path}." if scope is not None and scope.path else ""
        parts = path.removeprefix(lead).split(".")
        for part in parts[:-1]:
            lead += f"{part}."
            scope = Scope(part, "", scope, lead.rstrip("."))
        return scope, parts[-1]

    def _encoded(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self.of(value)
        if value is None or value is Ellipsis or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, slice):
            return Slice(*(self._encoded(item) for item in (value.start, value.stop, value.step)))
        if isinstance(value, list | tuple):
            return tuple(self._encoded(item) for item in value)
        if isinstance(value, dict):
            return {str(name): self._encoded(item) for name, item in value.items()}
        if isinstance(value, torch.dtype | torch.device | torch.layout | torch.memory_format):
            return Named(str(value))
        return Opaque(f"{type(value).__name__}")

    def _place(self) -> str:
        """The line of the file that is being run, if it is in the file."""
        frame = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_filename == self.file:
                return f"line {frame.f_lineno}"
            frame = frame.f_back  # type: ignore[assignment]
        return ""


def _class_of(module: nn.Module) -> str:
    """The class after which a block is called; "" for PyTorch's own containers."""
    kind = type(module)
    return "" if kind.__module__.startswith("torch.nn.modules.container") else kind.__name__


def _raw(tensor: Tensor, follows: bool, fixed: bool = False) -> Raw:
    return Raw(tuple(tensor.shape), _dtype(tensor), follows=follows, tensor=tensor if fixed else None)


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _tensors(result: Any) -> Iterator[Tensor]:
    if isinstance(result, Tensor):
        yield result
    elif isinstance(result, list | tuple):
        for item in result:
            yield from _tensors(item)


def _raws(value: Any) -> Iterator[Raw]:
    if isinstance(value, Raw):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _raws(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _raws(item)
