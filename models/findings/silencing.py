"""Checks that are to find nothing, on a layer or in the whole document: errors are told all the same."""

from __future__ import annotations

from collections.abc import Iterator

from models.document.content import Content
from models.document.edits import Batch, Edit, InNetwork, SetSection, Whole
from models.network.remarks import SILENCED, are_codes

SECTION = "checks"
"""The section of a document that names checks."""


class SilenceOnLayer(InNetwork, Whole):
    """Let checks find nothing at a layer, by their codes; none lets all be heard."""

    def __init__(self, id: str, codes: tuple[str, ...]) -> None:
        self.id, self.codes = id, codes
        self._before: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"Silence {self.codes[-1]} on {self.id}" if self.codes else f"Hear all about {self.id}"

    def apply(self, content: Content) -> None:
        self._before = content[self.scope][self.id].silenced
        content[self.scope].set_silenced(self.id, self.codes)

    def revert(self, content: Content) -> None:
        content[self.scope].set_silenced(self.id, self._before)


def silenced_in(content: Content) -> tuple[str, ...]:
    """The checks that are silenced in the whole document."""
    codes = content.section(SECTION).get(SILENCED)
    return tuple(codes) if are_codes(codes) else ()


def silencing(content: Content, code: str, scope: str = "", id: str = "") -> Edit:
    """The edit that silences a check on a layer, or without one in the whole document."""
    if id:
        return SilenceOnLayer(id, (*content[scope][id].silenced, code)).within(scope)
    settings = {**content.section(SECTION), SILENCED: [*silenced_in(content), code]}
    return SetSection(SECTION, settings, field=f"{code} aside")


def is_silenced(content: Content, code: str, scope: str = "", id: str = "") -> bool:
    """Whether a check is to find nothing there."""
    network = content.networks.get(scope)
    return code in silenced_in(content) or (network is not None and id in network and code in network[id].silenced)


def hearing_all(content: Content) -> Batch:
    """The edit that lets every check be heard again."""
    edits: list[Edit] = [SilenceOnLayer(id, ()).within(scope) for scope, id, _ in _on_layers(content)]
    settings = {name: value for name, value in content.section(SECTION).items() if name != SILENCED}
    return Batch("Hear all checks again", [*edits, SetSection(SECTION, settings)])


def count_silenced(content: Content) -> int:
    """How many silences there are."""
    return len(silenced_in(content)) + sum(len(codes) for _, _, codes in _on_layers(content))


def _on_layers(content: Content) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for scope, network in content.networks.items():
        yield from ((scope, node.id, node.silenced) for node in network if node.silenced)
