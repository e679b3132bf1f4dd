"""Whether a data set and a network go together, and the edit that mends it where they don't."""

from __future__ import annotations

from typing import NamedTuple

from models.basics.text import times
from models.data.facts import Facts
from models.network import Network
from models.training.losses import Loss


class Misfit(NamedTuple):
    """A sentence with its mend, and the same as data: at which end or node, and the shape to set there."""

    message: str
    where: str
    shape: tuple[int, ...] | None = None


def fits(
    facts: Facts, input_shape: tuple[int, ...] | None, output_shape: tuple[int, ...] | None, loss: Loss
) -> list[Misfit]:
    """What doesn't go together; shapes are without the batch, None where the analysis doesn't know them."""
    found = [_input_misfit(facts, input_shape), _loss_misfit(facts, loss)]
    if found[1] is None:
        found.append(_output_misfit(facts, output_shape, loss))
    return [misfit for misfit in found if misfit]


def token_misfits(network: Network, name: str, lowest: int, highest: int) -> list[Misfit]:
    """Tables that are too small for the tokens that the Input feeds them; `where` is the Embedding, with its rows."""
    if lowest < 0:
        text = f"An Embedding counts from 0, but {name} holds {lowest:,}. Add {-lowest:,} to its numbers."
        return [Misfit(text, "tokens")]
    starts = {node.id for node in network if node.kind == "Input"}
    found = []
    for node in network:
        rows = getattr(node.layer, "num_embeddings", None)
        if rows is not None and highest >= rows and starts & {edge.source for edge in network.edges_into(node.id)}:
            text = (
                f"{node.id} has rows 0 to {rows - 1:,}, but {name} holds the number {highest:,}. "
                f"Set num_embeddings of {node.id} to {highest + 1:,}."
            )
            found.append(Misfit(text, node.id, (highest + 1,)))
    return found


def _input_misfit(facts: Facts, shape: tuple[int, ...] | None) -> Misfit | None:
    if shape is None or shape == facts.shape:
        return None
    wanted = times(facts.shape)
    text = f"Input is {times(shape)} but {_short(facts)} is {wanted}. Set Input shape to {wanted}."
    return Misfit(text, "input", facts.shape)


def _loss_misfit(facts: Facts, loss: Loss) -> Misfit | None:
    wants_classes = loss.targets in ("classes", "binary")
    if wants_classes == (facts.classes is not None):
        return None
    if wants_classes:
        return Misfit(f"{loss.kind} needs classes but {_short(facts)} has numbers. Use MSELoss.", "loss")
    return Misfit(f"{loss.kind} needs numbers but {_short(facts)} has classes. Use CrossEntropyLoss.", "loss")


def _output_misfit(facts: Facts, shape: tuple[int, ...] | None, loss: Loss) -> Misfit | None:
    wanted = loss.outputs_for(None if facts.classes is None else len(facts.classes), facts.target_shape)
    if shape is None or shape == wanted:
        return None
    text = (
        f"Output is {times(shape)} but {_short(facts)} has {facts.target_text}. Set the last layer to {times(wanted)}."
    )
    return Misfit(text, "output", wanted)


def _short(facts: Facts) -> str:
    return facts.name if len(facts.name) <= 20 else facts.name[:19] + "…"
