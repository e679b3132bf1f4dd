"""What a class of generated source says, without reading it: it follows from the network."""

from __future__ import annotations

from collections.abc import Collection

from models.sources.following.steps import Drawing, Step
from models.sources.recognizing.base import Base, Value


def known(base: Base, left_out: Collection[str]) -> Drawing:
    """What following the generated class gives, but for the statements; ``left_out`` could not be written."""
    gone = set(left_out)
    drawing = Drawing(starts=[id for id in base.starts if id not in gone])
    drawing.results = _results(base, gone)
    needed = base.network.upstream(id for id, _ in drawing.results)
    called = {base.network[id].attribute for id in needed}
    for id in base.order:
        node = base.network[id]
        if id in gone or node.layer is None or not node.inputs or not node.outputs:
            continue
        attribute = node.attribute if node.layer.has_module else ""
        if id in needed:
            wires = [(edge.target_port, (edge.source, edge.source_port)) for edge in base.fed(id)]
            drawing.steps[id] = Step(id, node.kind, attribute=attribute, wires=wires)
        elif attribute and attribute not in called:
            drawing.steps[id] = Step(id, node.kind, attribute=attribute)
    return drawing


def _results(base: Base, gone: set[str]) -> list[Value]:
    """What feeds the Outputs; without any, all that nothing reads."""
    network = base.network
    ends = [id for id in base.ends if id not in gone]
    if ends:
        return [(edge.source, edge.source_port) for id in ends for edge in network.edges_into(id)]
    good = [id for id in base.order if id not in gone]
    loose = [id for id in good if all(edge.target in gone for edge in network.edges_from(id))]
    return [(id, network[id].outputs[0]) for id in loose]
