"""What training a document minimizes, and where its network takes examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from models.document import Document
from models.layers.activation import Activation
from models.layers.reshape import Rearrangement
from models.layers.terminals import Input, Output
from models.network import Network, reading_order
from models.specs.lists import SpecList
from models.training import Loss, Metric, TrainingSettings
from models.training.metrics import NUMBERS, metrics_for
from models.training.objectives import Objective


def objectives_of(document: Document, are_shades: Callable[[str], bool] = lambda id: False) -> list[Objective]:
    """An objective for each Output, in the order in which the generated network returns them.

    ``are_shades`` tells of an Output whether its targets are images of shades, which the data knows. Raises
    `ValueError` with a sentence if there is none.
    """
    settings, _ = TrainingSettings.read(document.training)
    field = cast(SpecList, TrainingSettings.fields["metrics"])
    wanted = cast(tuple[Metric, ...], field.active(settings.metrics))
    watched = str(settings.watched)
    outputs = [(node.id, node.layer) for node in document.network if isinstance(node.layer, Output)]
    if not outputs:
        raise ValueError("Training needs an Output with a loss; the network has none.")
    alone = len(outputs) == 1
    return [
        Objective(
            id,
            loss,
            layer.weight,
            metrics_for(NUMBERS if shades else loss.answers, wanted, watched),
            "" if alone else f"{id}/",
            bool(settings.scale_targets) and loss.scales and not ends_in_activation(document.network, id),
            shades=shades,
        )
        for id, layer in outputs
        for loss in [cast(Loss, layer.loss)]
        for shades in [loss.takes_shades and are_shades(id)]
    ]


def ends_in_activation(network: Network, id: str) -> bool:
    """Whether an Output gets what an activation gives: numbers of a range of its own, such as those of a sigmoid."""
    edges = network.edges_into(id)
    while len(edges) == 1 and isinstance(network[edges[0].source].layer, Rearrangement):
        edges = network.edges_into(edges[0].source)
    return any(isinstance(network[edge.source].layer, Activation) for edge in edges)


def input_ids(document: Document) -> list[str]:
    """The ids of the Inputs, in the order in which the generated network takes them."""
    network = document.network
    return [id for id in reading_order(network) if isinstance(network[id].layer, Input)]
