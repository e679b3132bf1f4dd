"""A network that stands in memory as a document: traced twice, translated, folded, and held against the original."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from models.basics.text import counted
from models.codegen.module import generate
from models.importers import Folded, ImportFailed, Report, fold
from models.importers.pytorch import translated
from models.importers.pytorch.trace import SECOND as WITH_STEPS
from models.importers.pytorch.trace import Value
from models.kinds.layer import Shape
from studio.worker.errors import TrainingError
from studio.worker.importing.bundles import TUPLE, bundle_of
from studio.worker.importing.merging import FIRST, SECOND, merged
from studio.worker.importing.tracing import Recording
from studio.worker.training.loop import by_own_names
from studio.worker.training.plan import load_model
from studio.worker.training.starting import weights_in

NUMBERS = {"float": torch.float32, "int": torch.int64}
DRAWS = ("uniform_", "normal_", "kaiming_uniform_", "kaiming_normal_", "trunc_normal_")
SEED = 1
"""Of what a network draws in its call."""
TOKENS = 8
"""Integers are drawn below this: every vocabulary has as many words."""


class Asked(NamedTuple):
    """An input: its name, "" for the next argument; its sizes without the batch; and "float" or "int"."""

    name: str
    shape: Shape
    dtype: str = "float"

    def drawn(self, batch: int, seed: int) -> Tensor:
        """Examples of it."""
        generator = torch.Generator().manual_seed(seed)
        size = (batch, *self.shape)
        if self.dtype == "int":
            return torch.randint(0, TOKENS, size, generator=generator)
        return torch.randn(size, generator=generator)


class Undrawn(TorchFunctionMode):
    """Modules that are made here draw no weights: they get others, and drawing takes longer than all the rest."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        named = kwargs or {}
        if func.__name__ in DRAWS:
            return named["tensor"] if "tensor" in named else args[0]
        return func(*args, **named)


@dataclass
class Imported:
    """What came of a network: the document, its weights by the names of its module, and the report; and what the
    original answered to which inputs."""

    folded: Folded
    weights: dict[str, Tensor]
    report: Report
    given: Sequence[Tensor]
    results: Sequence[Tensor]
    draws: bool = False
    """Whether it draws random numbers."""

    def compare(self) -> None:
        """Hold the outputs of the document against those of the original, and put it into the report."""
        _compare(self.given, self.results, self.folded, self.weights, self.report)
        if self.draws and self.report.difference and not self.report.is_equal:
            self.report.difference = None
            self.report.uncompared = "it draws random numbers, here in another order"


def import_network(
    network: nn.Module,
    inputs: Sequence[Asked],
    arguments: Mapping[str, Any],
    title: str,
    file: Path,
    report: Report | None = None,
) -> Imported:
    """A network as a document, the outputs of which are compared by `Imported.compare`. ``arguments`` are further ones
    of its forward, by name; ``report`` is gone on with.

    Raises `ImportFailed` with the place of what cannot be imported.
    """
    network = network.eval()
    report = report or Report(file.name)
    weights = {name: weight.detach() for name, weight in (*network.named_parameters(), *network.named_buffers())}
    for place in normalized_spectrally(network):
        report.approximated("spectral norm", place, "its estimate of the largest singular value stays in training")
    report.total = sum(_count(weight) for weight in network.parameters())
    with torch.no_grad():
        first, second = (_run(network, inputs, arguments, batch, file) for batch in (FIRST, SECOND))
    trace, constants = merged(title, first, second)
    folded = fold(translated(trace, report), report)
    held = {name: _numbers(weight) for name, weight in (weights | first["constants"] | constants).items()}
    found = folded.arrays(held, report)
    taken = set(folded.weights.values())
    unused = [(name, weight) for name, weight in network.named_parameters() if name not in taken]
    report.unused = sum(_count(weight) for _, weight in unused)
    for name, weight in unused:
        report.left_out("weight", name, f"{_count(weight):,} numbers that take no part in the answer")
    made = {name: torch.from_numpy(np.asarray(array, order="C")) for name, array in found.items()}
    results = [in_front(value, tensor) for (_, value), tensor in zip(trace.outputs, second["results"], strict=True)]
    return Imported(folded, made, report, second["given"], results, second["draws"])


def _count(weight: Tensor) -> int:
    """How many numbers it holds; complex ones count twice."""
    return weight.numel() * (2 if weight.is_complex() else 1)


def _numbers(weight: Tensor) -> np.ndarray[Any, Any]:
    """A tensor's numbers; of complex ones pairs, as cards hold them."""
    weight = weight.detach().resolve_conj()
    return (torch.view_as_real(weight) if weight.is_complex() else weight).numpy()


def normalized_spectrally(network: nn.Module) -> list[str]:
    """The modules whose weights are divided by a singular value, which PyTorch estimates anew in each step."""
    found = []
    for path, module in network.named_modules():
        makers = (type(module).__name__, *(type(hook).__name__ for hook in module._forward_pre_hooks.values()))
        if {"_SpectralNorm", "SpectralNorm"}.intersection(makers):
            found.append(path)
    return found


def in_front(value: Value, tensor: Tensor) -> Tensor:
    """A result with its batch in front, as the document gives it."""
    if value.type is None and value.seen(WITH_STEPS):
        return tensor.transpose(0, 1)
    return tensor.reshape(SECOND, -1, *tensor.shape[1:]) if value.type is None else tensor


def take_weights(network: nn.Module, path: Path, report: Report) -> None:
    """Give a network the weights in a file, by name; what does not fit is reported. Raises `ImportFailed`."""
    try:
        found = weights_in(path)
    except TrainingError as error:
        raise ImportFailed(f"{path.name}: {error}") from None
    given, own = by_own_names(network, found), network.state_dict()
    fit = {name: weight for name, weight in given.items() if name in own and own[name].shape == weight.shape}
    network.load_state_dict(fit, strict=False)
    lead = next((name.removesuffix(mine) for name, mine in zip(found, given, strict=True) if name != mine), "")
    without = f", without the ‘{lead}’ before their names" if lead else ""
    report.taken("file of weights", path.name, f"{len(fit):,} of {counted(len(own), 'weight')} by name{without}")
    for name in own:
        if name not in fit:
            why = f"it is {list(given[name].shape)} in {path.name}" if name in given else f"{path.name} has none"
            report.approximated("weight", name, f"{why}; it stays as the source made it")
    for name in given:
        if name not in own:
            report.left_out("weight", name, "the network has none of that name")


def _run(
    network: nn.Module, inputs: Sequence[Asked], arguments: Mapping[str, Any], batch: int, file: Path
) -> dict[str, Any]:
    """One recorded run."""
    given = {asked.name or f"input{number}" if asked.name or len(inputs) > 1 else "input": asked.drawn(batch, batch)
             for number, asked in enumerate(inputs, 1)}  # fmt: skip
    recording = Recording(network, file)
    kept = _state(network)
    raws = {name: recording.given(tensor) for name, tensor in given.items()}
    positional = [tensor for asked, tensor in zip(inputs, given.values(), strict=True) if not asked.name]
    named = {asked.name: tensor for asked, tensor in zip(inputs, given.values(), strict=True) if asked.name}
    with recording, torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        result = _called(network, positional, {**named, **arguments}, arguments)
    for attributes, before in kept:  # what it has remembered of this run would make the next another one
        attributes.clear()
        attributes.update(before)
    results = _named(result)
    if not results:
        raise ImportFailed(f"expected a network that returns tensors, found {type(result).__name__}.")
    outputs = {name: recording.of(tensor) for name, tensor in results.items()}
    return {
        "inputs": raws, "weights": recording.weights, "calls": recording.calls, "outputs": outputs,
        "notes": recording.notes, "constants": recording.constants, "given": list(given.values()),
        "results": list(results.values()), "draws": recording.draws,
    }  # fmt: skip


def _called(
    network: nn.Module, positional: Sequence[Tensor], named: Mapping[str, Any], arguments: Mapping[str, Any]
) -> Any:
    """What a network answers; raises `ImportFailed` where it wanted a bundle of tensors."""
    try:
        return network(*positional, **named)
    except (TypeError, ValueError, AttributeError, LookupError, RuntimeError) as error:
        asked = not isinstance(error, RuntimeError) or "__contains__" in str(error)  # "key" in tensor
        bundle = bundle_of(network, arguments)
        if bundle and (asked or bundle.kind == TUPLE):  # a tensor is taken apart, too, if its batch is as large
            told = ImportFailed(bundle.advice(type(network).__name__))
            raise told.with_traceback(error.__traceback__) from None  # which leads to the line
        raise


def _state(network: nn.Module) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The attributes of each module, with what they are now; of dictionaries and lists what they hold."""
    found = []
    for module in network.modules():
        before = {name: value.copy() if type(value) in (dict, list, set) else value
                  for name, value in vars(module).items()}  # fmt: skip
        found.append((vars(module), before))
    return found


def _named(result: Any, name: str = "output") -> dict[str, Tensor]:
    """The tensors in what a network returns: by key or attribute where they have one."""
    if isinstance(result, Tensor):
        return {name: result}
    if isinstance(result, Mapping):
        pairs: Iterable[tuple[str, Any]] = [(str(key), item) for key, item in result.items()]
    elif isinstance(result, tuple) and hasattr(result, "_fields"):
        pairs = zip(result._fields, result, strict=True)
    elif isinstance(result, list | tuple):
        pairs = (
            [(f"{name}{place}", item) for place, item in enumerate(result, 1)]
            if len(result) > 1
            else [(name, result[0])]
        )
    else:
        return {}
    found: dict[str, Tensor] = {}
    for key, item in pairs:
        for inner, tensor in _named(item, key).items():
            found[inner if inner not in found else f"{key}_{inner}"] = tensor
    return found


def _compare(
    inputs: Sequence[Tensor], expected: Sequence[Tensor], folded: Folded, weights: Mapping[str, Tensor], report: Report
) -> None:
    """Hold the outputs of the generated module against those of the original."""
    source = generate(folded.document.network, folded.document.analysis, "Imported")
    if source.left_out:
        report.uncompared = f"{', '.join(source.left_out[:3])} cannot be written"
        return
    with Undrawn():
        model = load_model(source.text, Path("imported.py"), source.class_name).eval()
    missing = [name for name in model.state_dict() if name not in weights and not name.endswith("num_batches_tracked")]
    if missing:
        report.uncompared = f"no weights came along for {', '.join(missing[:3])}"
        return
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        if name in weights:
            tensor.data = weights[name]  # load_state_dict looks through all names for each module
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        found = model(*inputs)
    results = list(found) if isinstance(found, tuple) else [found]
    report.difference = max(_difference(one, other) for one, other in zip(expected, results, strict=True))


def _difference(expected: Tensor, found: Tensor) -> float:
    """The largest difference, as a share of the largest value where that is above 1."""
    if expected.shape != found.shape:
        return float("inf")
    largest = float(expected.abs().max()) if expected.numel() else 0.0
    return float((expected - found).abs().max()) / max(1.0, largest) if expected.numel() else 0.0
