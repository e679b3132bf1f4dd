"""What can be wrong with a network: issues pinned to nodes, and the mends that `models.checks` adds to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.fields import shown
from models.layers.base import ShapeError
from models.network import Edge, Node
from models.spec import SpecProblem

if TYPE_CHECKING:
    from models.edits import Edit


class Mend(NamedTuple):
    """A remedy that one click applies: the button's label and the edit."""

    label: str
    edit: Edit


class Issue(NamedTuple):
    """Something wrong or noteworthy. ``severity`` is "error", "warning" or "hint"; ``node`` is "" for the network.

    ``message`` says what is wrong with the values, ``detail`` the remedy or its cost; ``remedy`` names the usual one
    for `models.checks`, which gives the ``mends``.
    """

    severity: str
    code: str
    node: str
    message: str
    detail: str = ""
    expected: str = ""
    found: str = ""
    port: str = ""
    mends: tuple[Mend, ...] = ()
    remedy: str = ""


def on_a_cycle(node: Node) -> Issue:
    """The node is part of a loop."""
    return Issue("error", "cycle", node.id, "This layer is part of a loop. Remove one of its wires.")


def missing_input(node: Node, port: str) -> Issue:
    """Nothing feeds a port that needs a wire."""
    return Issue("error", "missing-input", node.id, f"{node.kind} needs a wire into its {port}.", port=port)


def occupied(node: Node, port: str, count: int) -> Issue:
    """Several wires end at a port that takes one."""
    message = f"{node.kind} takes one wire here, but {count} end here."
    return Issue("error", "occupied", node.id, message, expected="1", found=str(count), port=port)


def no_such_output(node: Node, edge: Edge) -> Issue:
    """A wire starts where its source has no port."""
    message = f"{edge.source:.30} has no output ‘{edge.source_port:.30}’."
    return Issue("error", "no-such-port", node.id, message, port=edge.target_port)


def no_such_input(node: Node, edge: Edge) -> Issue:
    """A wire ends where the node has no port."""
    message = f"{node.kind:.30} takes no input ‘{edge.target_port:.30}’."
    return Issue("error", "no-such-port", node.id, message, port=edge.target_port)


def wrong_shape(node: Node, error: ShapeError) -> Issue:
    """The layer cannot take what it receives."""
    return Issue("error", "shape", node.id, str(error), "", error.expected, error.found, error.port, remedy=error.mend)


def wrong_setting(node: Node, problem: SpecProblem) -> Issue:
    """A setting that was refused (an error), or that the kind does not have (a warning)."""
    known = node.layer is not None and problem.field in node.layer.fields
    message = problem.message if len(problem.message) <= 90 else problem.message[:89] + "…"
    return Issue("error" if known else "warning", "setting", node.id, message, found=shown(problem.found))


def unknown_kind(node: Node, closest: str | None) -> Issue:
    """A kind from a newer version, a plug-in that is missing, or a typing error."""
    detail = f"Did you mean {closest}?" if closest else "It is kept as it is."
    return Issue("error", "unknown-kind", node.id, f"Netloom has no layer called ‘{node.kind:.40}’.", detail)
