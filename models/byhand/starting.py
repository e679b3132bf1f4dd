"""The weights of a document as the start of a training: which of them fit the network, and why others do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from models.byhand.exercise import ByHandError, Exercise, Nested, is_statistic, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.analysis import Analysis
    from models.network import Network


class Starting(NamedTuple):
    """Tables by the name that ``named_parameters`` gives, and a sentence for each that does not fit."""

    weights: dict[str, Nested]
    misfits: list[str]


def starting_weights(network: Network, analysis: Analysis, section: Mapping[str, Any]) -> Starting:
    """The weights in a document's section "numbers", held against the network as it is now."""
    found = Starting({}, [])
    try:
        saved = Exercise.read(section).weights
    except ByHandError as error:
        return Starting({}, [str(error)])
    shapes = shapes_of(network, analysis)
    for module, tables in saved.items():
        for own, given in tables.items():
            name = f"{module}.{own}"
            if name not in shapes:
                found.misfits.append(f"The network has no weight “{name[:40]}”.")
                continue
            try:
                found.weights[name] = table(given, shapes[name], name).tolist()
            except ByHandError as error:
                found.misfits.append(str(error))
    return found


def shapes_of(network: Network, analysis: Analysis) -> dict[str, tuple[int, ...]]:
    """The shapes of all that is learned or remembered, by name."""
    shapes = {}
    for node in network:
        inputs = tuple(given for given in analysis[node.id].inputs if given is not None)
        if node.layer is not None and analysis[node.id].parameters:
            for weight in node.layer.weights(inputs):
                if weight.trainable or is_statistic(weight.name):
                    shapes[f"{node.attribute}.{weight.name}"] = weight.shape
    return shapes
