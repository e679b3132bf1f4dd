"""Whether a data set and a network go together: a sentence where they don't. Shapes are without the batch."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from models.basics.text import Shape, counted, times
from models.data.facts import ColumnFacts, Task
from models.network import Network
from models.training.losses import Loss
from models.training.metrics import EMBEDDING


class TokenMisfit(NamedTuple):
    """Data with numbers that an Embedding has no row for: what is wrong, what to do, the node and the rows it needs.

    ``node`` is "" where it is the data that must change.
    """

    message: str
    remedy: str
    node: str = ""
    rows: int = 0


def input_difference(name: str, column: ColumnFacts, shape: Shape | None) -> str:
    """What an Input of that shape and that column of the data called ``name`` have for a shape; "" where it is the
    same or isn't known."""
    if shape is None or shape == column.shape:
        return ""
    expects, has = values_text(shape), values_text(column.shape)
    if len(shape) == len(column.shape) == 1:
        has = f"{column.shape[0]:,}"
    return f"Input expects {expects}; {_short(name)} has {has}."


def input_misfit(name: str, column: ColumnFacts, shape: Shape | None) -> str:
    """Why an Input of that shape doesn't take that column of the data called ``name``, and what to do; "" if it does
    or isn't known."""
    difference = input_difference(name, column, shape)
    return difference and f"{difference} Set Input shape to {times(column.shape)}."


def loss_misfit(name: str, column: ColumnFacts, loss: Loss) -> str:
    """Why the loss doesn't go with these targets, "" if it does."""
    if loss.targets == "binary" or (loss.targets == "classes") == (column.classes is not None):
        reason, instead = loss.refusal(column.classes, column.shape)
        return f"{reason} Use {instead}." if instead else reason
    if loss.targets == "classes":
        return f"{loss.kind} needs classes but {_short(name)} has numbers. Use MSELoss."
    return f"{loss.kind} needs numbers but {_short(name)} has classes. Use CrossEntropyLoss."


def other_task(column: ColumnFacts) -> Task | None:
    """What else these targets could ask for: integers in fixed steps may be classes or numbers; None where they can't.

    Numbers may always be the numbers of classes, as far as is known here; classes are numbers if their names are.
    """
    if column.classes is None:
        return "classification" if column.shape in ((), (1,)) else None
    return "regression" if all(_is_number(name) for name in column.classes) else None


def lacks_channel(column: ColumnFacts, shape: Shape | None) -> bool:
    """Whether an Input of that shape takes images of one channel, and the column has them without it."""
    return shape is not None and len(column.shape) == 2 and shape == (1, *column.shape)


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def output_shape(column: ColumnFacts, loss: Loss) -> Shape:
    """The shape that the targets ask of their Output."""
    return loss.outputs_for(_classes(column), column.shape)


def nearest_shape(column: ColumnFacts, loss: Loss, gives: Shape) -> Shape:
    """The shape that the targets ask of their Output, as near to what it gives as they allow."""
    return loss.nearest(gives, _classes(column), column.shape)


def _classes(column: ColumnFacts) -> int | None:
    return None if column.classes is None else len(column.classes)


def output_misfit(name: str, column: ColumnFacts, shape: Shape | None, loss: Loss) -> str:
    """Why an Output of that shape doesn't go with these targets, "" if it does or its shape isn't known."""
    wanted = nearest_shape(column, loss, shape or ())
    said = "" if shape is None else loss.mismatch(shape, _classes(column), column.shape)
    if other_form(column, shape, loss):
        return ""
    if shape is None or not said or shape == wanted or loss.answers == EMBEDDING:
        return said  # an embedding may have any width
    gives, has = values_text(shape), column.target_text
    remedy = "Flatten it" if are_numbers_in_shape(column, shape, wanted) else f"Set the last layer to {times(wanted)}"
    return f"Output gives {gives}; {_short(name)} has {has}. {remedy}."


def are_numbers_in_shape(column: ColumnFacts, gives: Shape | None, wanted: Shape) -> bool:
    """Whether an Output gives as many numbers as its targets have, in rows and columns: an image for an image."""
    return column.classes is None and gives is not None and len(gives) > len(wanted) and prod(gives) == prod(wanted)


def other_form(column: ColumnFacts, gives: Shape | None, loss: Loss) -> Shape | None:
    """The form that targets of numbers take for an Output that gives the same numbers in one row, or without a
    dimension of 1; None where they are compared as they are, or cannot be."""
    wanted = column.shape
    if column.classes is not None or gives is None or gives == wanted or len(wanted) < 2:
        return None
    if output_shape(column, loss) != wanted or loss.targets == "classes":
        return None
    is_row = len(gives) == 1 and gives[0] == prod(wanted)
    is_same = [size for size in gives if size > 1] == [size for size in wanted if size > 1]
    return gives if is_row or is_same else None


def token_misfits(network: Network, start: str, name: str, lowest: int, highest: int) -> list[TokenMisfit]:
    """Tables that are too small for the tokens, ``lowest`` to ``highest``, that the Input ``start`` feeds them."""
    tables = [network[edge.target] for edge in network.edges_from(start)]
    rows = {node.id: getattr(node.layer, "num_embeddings", None) for node in tables}
    if lowest < 0 and any(rows.values()):
        message = f"An Embedding counts from 0, but {name} holds {lowest:,}."
        return [TokenMisfit(message, f"Add {-lowest:,} to its numbers.")]
    return [
        TokenMisfit(
            f"{id:.20} has rows 0 to {count - 1:,}, but {name} holds the number {highest:,}.",
            f"Set num_embeddings of {id} to {highest + 1:,}.",
            id,
            highest + 1,
        )
        for id, count in rows.items()
        if count is not None and highest >= count
    ]


def values_text(shape: Shape) -> str:
    """The numbers of an example in words: "4 values", or as they are laid out, "3×32×32"."""
    return counted(shape[0], "value") if len(shape) == 1 else times(shape)


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"
