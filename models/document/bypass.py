"""Leaving layers out: the edit, and whether it can be, which only the analysis of the network without them knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from models.analysis import Analysis
from models.basics.text import brief
from models.document.content import Content
from models.document.edits import InNetwork, Whole
from models.kinds.layer import LONGEST_MESSAGE
from models.network import Network, NetworkError, Node


class SetBypassed(InNetwork, Whole):
    """Bypass layers, or use them again."""

    def __init__(self, ids: Iterable[str], bypassed: bool) -> None:
        self.ids, self.bypassed = tuple(ids), bypassed
        self._before: dict[str, bool] = {}

    @property
    def label(self) -> str:
        what = self.ids[0] if len(self.ids) == 1 else f"{len(self.ids)} layers"
        return f"Bypass {what}" if self.bypassed else f"Use {what} again"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        before = {id: network[id].bypassed for id in self.ids}
        for id in self.ids if self.bypassed else ():
            _check_passes(network[id])
        self._before = before
        for id in self.ids:
            network.set_bypassed(id, self.bypassed)

    def revert(self, content: Content) -> None:
        for id, bypassed in self._before.items():
            content[self.scope].set_bypassed(id, bypassed)


def _check_passes(node: Node) -> None:
    """Raise `NetworkError` where nothing could pass through a node."""
    layer = node.own_layer
    if layer is None:
        raise NetworkError(f"{node.id} is of an unknown kind, so nothing can pass through it.")
    if not layer.inputs or not layer.outputs:
        what = "starts" if not layer.inputs else "ends"
        raise NetworkError(f"{node.id} {what} the network: there is nothing that could pass through.")


def toggled(network: Network, analysis: Analysis, ids: Collection[str]) -> SetBypassed:
    """The edit that bypasses layers, or uses them again where all are bypassed.

    Raises `NetworkError` with the reason where shapes would break, or the network would answer in another shape.
    """
    chosen = [node.id for node in network if node.id in ids]
    if all(network[id].bypassed for id in chosen):
        return SetBypassed(chosen, False)
    waiting = [id for id in chosen if not network[id].bypassed]
    for id in waiting:
        _check_passes(network[id])
    trial = network.copy()
    for id in waiting:
        trial.set_bypassed(id, True)
    reason = next(_reasons(network, analysis, Analysis(trial), waiting), "")
    if reason:
        raise NetworkError(reason if len(reason) <= LONGEST_MESSAGE else reason[: LONGEST_MESSAGE - 1] + "…")
    return SetBypassed(waiting, True)


def _reasons(network: Network, before: Analysis, after: Analysis, ids: Sequence[str]) -> Iterator[str]:
    """What would break without some layers."""
    for id in ids:
        (first, *_) = network[id].outputs
        for edge in network.edges_from(id):
            if edge.source_port != first:
                yield f"{edge.target} takes the {edge.source_port} of {id}, which has no counterpart in its input."
    known = {(issue.node, issue.message) for issue in before.issues() if issue.severity == "error"}
    for issue in after.issues():
        if issue.severity == "error" and (issue.node, issue.message) not in known:
            yield f"{issue.node}: {issue.message}"
    for node in network:
        shapes = before[node.id].shape, after[node.id].shape
        if not node.outputs and None not in shapes and shapes[0] != shapes[1]:
            there, here = (brief(shape) for shape in shapes if shape is not None)
            yield f"{node.id} would get {here} in place of {there}."
