"""What can be wrong with a network: issues pinned to nodes; `models.checks` adds what mends them."""

from __future__ import annotations

from dataclasses import dataclass

from models.kinds.layer import ShapeError
from models.network import Edge, Node
from models.specs.expression import names_in
from models.specs.fields import shown
from models.specs.spec import SpecProblem

MISSING_INPUT = "missing-input"
"""The code of what `missing_input` says."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong or noteworthy. ``severity`` is "error", "warning" or "hint"; ``node`` is "" for the network.

    ``message`` says what is wrong with the values, ``detail`` the remedy or its cost; ``remedy`` names the usual one
    for `models.checks`, which knows the edits. ``scope`` is that of the network.
    """

    severity: str
    code: str
    node: str
    message: str
    detail: str = ""
    expected: str = ""
    found: str = ""
    port: str = ""
    remedy: str = ""
    scope: str = ""
    inner: str = ""
    """Where it is within a node that is a block: ids that lead to the layer, with slashes between them."""

    @property
    def place(self) -> str:
        """The layer that it is about, with the way into the block where that is inside of one: ``stage2/conv1``."""
        return f"{self.node}/{self.inner}" if self.inner else self.node


def on_a_cycle(node: Node, before: str) -> Issue:
    """The node is part of a loop, in which the node called ``before`` feeds it."""
    way = "it feeds itself" if before == node.id else f"{before:.30} leads back to it"
    message, found = f"This layer is part of a loop: {way}.", f"a wire from {before}"
    return Issue("error", "cycle", node.id, message, "Remove one of its wires.", "no way back to this layer", found)


def missing_input(node: Node, port: str) -> Issue:
    """Nothing feeds a port that needs a wire."""
    message = f"{node.kind} needs a wire into its {port}."
    return Issue("error", MISSING_INPUT, node.id, message, expected="a wire", found="none", port=port)


def occupied(node: Node, port: str, count: int) -> Issue:
    """Several wires end at a port that takes one."""
    message = f"{node.kind} takes one input here, but {count} wires end here."
    return Issue("error", "occupied", node.id, message, expected="1", found=str(count), port=port)


def no_such_output(node: Node, edge: Edge, ports: tuple[str, ...]) -> Issue:
    """A wire starts where its source has none of its ``ports``."""
    message = f"{edge.source:.30} has no output ‘{edge.source_port:.30}’."
    return _no_such_port(node, edge, message, ports, edge.source_port)


def no_such_input(node: Node, edge: Edge) -> Issue:
    """A wire ends where the node has no port."""
    message = f"{node.kind:.30} takes no input ‘{edge.target_port:.30}’."
    return _no_such_port(node, edge, message, tuple(port.name for port in node.inputs), edge.target_port)


def _no_such_port(node: Node, edge: Edge, message: str, ports: tuple[str, ...], found: str) -> Issue:
    expected = ", ".join(ports) or "no wire"
    return Issue("error", "no-such-port", node.id, message, "", expected, f"{found:.40}", edge.target_port)


def wrong_shape(node: Node, error: ShapeError) -> Issue:
    """The layer cannot take what it receives."""
    inner = getattr(error, "path", "")
    return Issue(
        "error", "shape", node.id, str(error), "", error.expected, error.found, error.port, error.mend, inner=inner
    )


def wrong_setting(node: Node, problem: SpecProblem) -> Issue:
    """A setting that was refused (an error), or that the kind does not have (a warning)."""
    known = node.layer is not None and problem.field in node.layer.fields
    message = problem.message if len(problem.message) <= 90 else problem.message[:89] + "…"
    severity, found = "error" if known else "warning", shown(problem.found if known else problem.field)
    remedy = "parameter" if names_in(problem.found) else ""
    return Issue(severity, "setting", node.id, message, expected=problem.expected, found=found, remedy=remedy)


def unknown_kind(node: Node, closest: str | None) -> Issue:
    """A kind from a newer version, a plug-in that is missing, or a typing error."""
    detail = f"Did you mean {closest}?" if closest else "It is kept as it is."
    message = f"Netloom has no layer called ‘{node.kind:.40}’."
    return Issue("error", "unknown-kind", node.id, message, detail, closest or "a known kind", f"{node.kind:.40}")
