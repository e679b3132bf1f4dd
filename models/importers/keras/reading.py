"""The layers of a Keras model in the order of computation, written as operators and read as ONNX is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.importers.keras.files import Array, KerasFile
from models.importers.keras.graph import Graph, Layer
from models.importers.keras.layers import LAYERS
from models.importers.keras.legacy import LegacyFile, rank_behind
from models.importers.onnx.reading import read_graph
from models.importers.records import ImportFailed, Read
from models.importers.report import Report

MODELS = {"Sequential", "Functional", "Model"}
DEEPEST = 20
MOST_COMPARED = 400_000_000
"""Numbers in weights: a larger model fits into no message."""
LENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "TimeDistributed")
"""Layers whose weights are those of others within them."""
NOT_RUN = {"Lambda": "holds code of its own, which is never run"}


def read(path: Path, report: Report, inputs: Mapping[str, tuple[int, ...]] | None = None) -> Read:
    """Read a ``.keras`` file, or one of HDF5 as Keras 2 has them; ``inputs`` gives sizes that it leaves open, channels
    first. Raises `ImportFailed` with the layer that cannot be read."""
    file = KerasFile(path) if path.suffix.lower() == ".keras" else LegacyFile(path)
    graph = Graph(report)
    writer = Writer(file, graph)
    outputs = writer.model(file.config, "", (), None)
    held = sum(array.size for array in writer.learned.values())
    model = graph.model(outputs)
    found = read_graph(model, path.stem, report, inputs or {})
    report.total = held
    report.beside = "those of its layers by Keras’ definitions"
    return found._replace(model=model.SerializeToString() if held < MOST_COMPARED else b"")


class Writer:
    """Writes models, those within others among them."""

    def __init__(self, file: KerasFile, graph: Graph) -> None:
        self.file, self.graph = file, graph
        self.learned: dict[tuple[str, int], Array] = {}
        """All weights but statistics, by where they lie."""
        self.ranks: dict[str, int] = {}
        """Dimensions of values, the batch among them."""
        self.channels_first = "channels_first" in str(file.config)

    def model(self, about: Any, place: str, path: tuple[str, ...], given: list[str] | None) -> list[str]:
        """Write a model, which keeps its weights at a ``place``; ``given`` is what it reads, None for inputs of its
        own. Gives the names of its outputs."""
        config, kind = _config(about), str(about.get("class_name"))
        layers = [item for item in config.get("layers", []) if isinstance(item, dict)]
        if kind not in MODELS or not layers or len(path) > DEEPEST:
            raise ImportFailed(f"expected a Sequential or Functional model, found {kind:.40}. Only these are read.")
        holder = self.file.holder(place)
        places = self.file.places(layers, holder)
        if kind == "Sequential":
            return self._chain(layers, places, path, given)
        return self._functional(config, layers, places, path, given)

    def _chain(
        self, layers: list[dict[str, Any]], places: list[str], path: tuple[str, ...], given: list[str] | None
    ) -> list[str]:
        values = given
        for place, about in zip(places, layers, strict=True):
            if about.get("class_name") == "InputLayer":
                values = values or [self._input(about)]
                continue
            if values is None and _config(about).get("batch_input_shape"):  # before there were layers for inputs
                values = [self._input({"config": {**_config(about), "name": "input"}})]
            if values is None:
                raise ImportFailed("the model has never been built: its input has no shape. Build it, then save.")
            values = self._layer(about, place, path, values)
        return values or []

    def _functional(
        self, config: Mapping[str, Any], layers: list[dict[str, Any]], places: list[str], path: tuple[str, ...],
        given: list[str] | None,
    ) -> list[str]:  # fmt: skip
        values: dict[tuple[str, int], list[str]] = {}
        if given is not None:
            names = [name for name, _, _ in _ends(config.get("input_layers"))]
            values = {(name, 0): [value] for name, value in zip(names, given, strict=True)}
        # A layer may be called several times, each time with what earlier calls gave.
        waiting = [
            (about, place, number, _read_by(node))
            for place, about in zip(places, layers, strict=True)
            for number, node in enumerate(about.get("inbound_nodes") or [[]])
            if (_name(about), number) not in values
        ]
        while waiting:
            ready = [item for item in waiting if all((name, node) in values for name, node, _ in item[3])]
            if not ready:
                raise ImportFailed(f"{_name(waiting[0][0]):.40} reads what no layer gives.")
            for item in ready:
                about, place, number, sources = item
                reads = [values[name, node][port] for name, node, port in sources]
                is_input = about.get("class_name") == "InputLayer"
                values[_name(about), number] = (
                    [self._input(about)] if is_input else self._layer(about, place, path, reads)
                )
            waiting = [item for item in waiting if item not in ready]
        return [values[name, node][port] for name, node, port in _ends(config.get("output_layers"))]

    def _input(self, about: Mapping[str, Any]) -> str:
        config = _config(about)
        shape = config.get("batch_shape") or config.get("batch_input_shape") or []
        if not isinstance(shape, list) or len(shape) < 2:
            raise ImportFailed(f"{_name(about):.40} (InputLayer): expected a shape, found {shape!s:.40}.")
        sizes = shape[1:]
        turned = len(sizes) > 2 and not self.channels_first
        name = self.graph.input(
            _name(about), [sizes[-1], *sizes[:-1]] if turned else sizes, str(config.get("dtype", ""))
        )
        self.ranks[name] = len(shape)
        if not turned:
            return name
        self.graph.report.taken("Input", name, "channels come first here, behind the other dimensions there")
        last = self.graph.op("Transpose", name, perm=[0, *range(2, len(sizes) + 1), 1])[0]
        self.ranks[last] = len(shape)
        return last

    def _layer(self, about: Mapping[str, Any], place: str, path: tuple[str, ...], values: list[str]) -> list[str]:
        kind, name = str(about.get("class_name")), _name(about)
        if kind in MODELS:
            return self.model(about, f"{place}/", (*path, name), values)
        own = about.get("registered_name") not in (None, kind) or not str(about.get("module", "keras")).startswith(
            "keras"
        )
        if kind not in LAYERS or own:
            why = NOT_RUN.get(kind, "is of a class of its own" if own else "is of a class that is not read")
            raise ImportFailed(f"{name:.40} ({kind:.40}) {why}.")
        weights = self.file.arrays(place)
        shape = (about.get("build_config") or {}).get("input_shape") or _shape_in(about)
        rank = len(shape or []) or self.ranks.get(values[0], 0)
        layer = Layer(
            self.graph, kind, name, dict(_config(about)), weights, path, rank,
            lambda inner: self._kept(f"{place}/{inner}"),
        )  # fmt: skip
        self._learned(layer, place, weights)
        try:
            made = LAYERS[kind](layer, values)
            self.ranks |= dict.fromkeys(made, rank_behind(kind, layer.config, layer.rank))
            return made
        except (IndexError, ValueError, TypeError, KeyError, AttributeError) as error:
            if isinstance(error, ImportFailed):
                raise
            raise layer.fail(f"its settings or weights are not as expected ({error!r:.60})") from error

    def _kept(self, place: str) -> list[Array]:
        found = self.file.arrays(place)
        self.learned |= {(place, number): array for number, array in enumerate(found)}
        return found

    def _learned(self, layer: Layer, place: str, weights: Sequence[Array]) -> None:
        if layer.kind in LENT:
            return
        statistics = {"BatchNormalization": 2, "Normalization": 3}.get(layer.kind, 0)
        for number, array in enumerate(weights[: len(weights) - statistics]):
            self.learned[place, number] = array


def _config(about: Mapping[str, Any]) -> Mapping[str, Any]:
    found = about.get("config")
    return found if isinstance(found, dict) else {}


def _name(about: Mapping[str, Any]) -> str:
    return str(about.get("name") or _config(about).get("name") or about.get("class_name"))


def _ends(found: Any) -> list[tuple[str, int, int]]:
    """References to values, one or a list of them."""
    items = [found] if isinstance(found, list) and found and isinstance(found[0], str) else found or []
    return [(str(name), int(node), int(port)) for name, node, port in items]


def _read_by(node: Any) -> list[tuple[str, int, int]]:
    """What a call of a layer reads, in order."""
    if isinstance(node, dict):
        history = (
            (node.get("config") or {}).get("keras_history") if node.get("class_name") == "__keras_tensor__" else None
        )
        if history:
            return _ends(history)
        return [
            item for part in (node.get("args", []), node.get("kwargs", {}).values()) for item in _read_by(list(part))
        ]
    if isinstance(node, list):
        if len(node) >= 3 and isinstance(node[0], str):
            return _ends(node[:3])
        return [item for part in node for item in _read_by(part)]
    return []


def _shape_in(about: Mapping[str, Any]) -> list[Any]:
    """The shape of what a layer reads, as its first call notes it."""
    nodes = about.get("inbound_nodes") or []
    waiting = [nodes[0]] if nodes else []
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict) and item.get("class_name") == "__keras_tensor__":
            return list((item.get("config") or {}).get("shape") or [])
        waiting += item.get("args", []) if isinstance(item, dict) else item if isinstance(item, list) else []
    return []
