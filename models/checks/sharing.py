"""Mends for what layers share: the weights of one module, and the named numbers of the network."""

from __future__ import annotations

from collections.abc import Iterator

from models.analysis.sharing import SHARED
from models.document.edits import Batch, SetParam
from models.document.scopes import SetParameter
from models.document.sharing import OwnWeights
from models.findings.base import mends
from models.findings.example import image, row
from models.findings.finding import Finding, Mend
from models.findings.inside import Analyzed
from models.layers.linear import Linear
from models.layers.terminals import Output
from models.network import Node
from models.specs.expression import IN_CHANNELS, is_name, is_number, names_in


@mends(
    SHARED,
    example=row(image(4), (Linear, {"out_features": 4}), (Linear, {"out_features": 3}), Output, shared=(("n1", "n2"),)),
)
def one_module_or_two(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """The settings of the layer that calls the module first, where these differ; or weights of its own."""
    network = part.network
    node, first = network[finding.node], network[network.partners(finding.node)[0]]
    names = _differing(node, first)
    if node.kind == first.kind and names:
        edits = [SetParam(first.id, name, first.params.get(name, SetParam.UNSET)) for name in names]
        yield Mend(f"Take the settings of {first.id:.20}", Batch(f"Take the settings of {first.id}", edits))
    yield Mend(f"Give {node.id:.20} its own weights", OwnWeights(node.id))


def _differing(node: Node, first: Node) -> list[str]:
    names = dict.fromkeys((*node.params, *first.params))
    return [name for name in names if node.params.get(name) != first.params.get(name)]


@mends("parameter", example=row(image(4), (Linear, {"out_features": "=width"}), Output))
def missing_parameter(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """A number for each name that is missing in the layer's settings: the usual one where the setting has one."""
    node = part.network[finding.node]
    known = {*part.network.parameters, IN_CHANNELS}
    for problem in node.problems:
        field = node.layer.fields.get(problem.field) if node.layer else None
        for name in sorted(names_in(problem.found) - known) if field and field.computes else ():
            if is_name(name):
                known.add(name)
                value = field.default if field and is_number(field.default) else 1
                yield Mend(f"Add {name} = {value}", SetParameter(name, value))
