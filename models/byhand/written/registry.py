"""Who writes what a layer gives: one function a family, found by the class of the layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from models.basics.later import Later
from models.byhand.pen import NotWrittenError, Page, Place
from models.byhand.terms import Term

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

Writer = Callable[[Page, str, Any, Place], Term]
"""How a layer came to a number: page, id, settings, and the place of the number, its row first."""
PortWriter = Callable[[Page, str, Any, str, Place], Term]
"""The same of an output other than the first, whose port is named."""
Near = Callable[[Page, str, Any, Place], Iterable[Place]]
"""The places of a layer's numbers that may hang on an input at a place: page, id, settings, the input's place."""

MOST_REMEMBERED = 2048
"""Terms of a page that are remembered: some 100 MB where each is a sum of hundreds of products."""

WRITERS: dict[type, Writer] = {}
PORT_WRITERS: dict[type, PortWriter] = {}
NEAR: dict[type, Near] = {}
NEAR_WEIGHT: dict[type, Near] = {}
"""The same for a weight at a place: a layer's numbers that may hang on it."""
WITHOUT: dict[type, str] = {}
"""Kinds that no steps are written for, with the sentence that says why."""


def writes(*kinds: type) -> Callable[[Writer], Writer]:
    """Let a function write the numbers of layers of these classes."""

    def register(writer: Writer) -> Writer:
        WRITERS.update(dict.fromkeys(kinds, writer))
        return writer

    return register


def found(table: dict[type, Any], layer: Any) -> Any:
    """The entry of a layer's class, or of the nearest above it; None without one."""
    return next((table[base] for base in type(layer).__mro__ if base in table), None)


def written(page: Page, name: str, place: Place) -> Term:
    """What a number of a layer, or of one of its ports, is made of; raises `NotWrittenError`.

    The last ones are remembered: on the way back those who read one number are mostly those who read the next.
    """
    if (name, place) not in page.terms:
        if len(page.terms) >= MOST_REMEMBERED:
            page.terms.clear()
        page.terms[name, place] = _written(page, name, place)
    return page.terms[name, place]


def _written(page: Page, name: str, place: Place) -> Term:
    id, _, port = name.partition(":")
    layer = page.network[id].layer
    if port:
        port_writer: PortWriter | None = found(PORT_WRITERS, layer)
        if port_writer is None:
            raise NotWrittenError(f"No steps are written for the output {port} of {id}.")
        return port_writer(page, id, layer, port, place)
    writer: Writer | None = found(WRITERS, layer)
    if writer is None:
        raise NotWrittenError(found(WITHOUT, layer) or "torch computed this number; no steps are written for it.")
    return writer(page, id, layer, place)


def near_weight(page: Page, id: str, place: Place) -> list[Place]:
    """Places of a layer's numbers that may hang on a weight at a place: all of them, unless the kind knows."""
    choose: Near | None = found(NEAR_WEIGHT, page.network[id].layer)
    if choose is not None:
        return list(choose(page, id, page.network[id].layer, place))
    return list(np.ndindex(*page.now.values[id].shape))


def near(page: Page, id: str, place: Place) -> list[Place]:
    """Places of a layer's numbers that may hang on an input at a place: those of its row, unless the kind knows."""
    layer = page.network[id].layer
    choose: Near | None = found(NEAR, layer)
    if choose is not None:
        return list(choose(page, id, layer, place))
    return [(place[0], *rest) for rest in np.ndindex(*page.now.values[id].shape[1:])]
