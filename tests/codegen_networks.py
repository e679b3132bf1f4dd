"""Random valid networks grown from the registry: chains and branches of whatever kinds take what is there."""

from __future__ import annotations

import random
from math import prod

from models.analysis import Analysis
from models.layers import LAYERS
from models.layers.base import Layer
from models.network import Edge, Network, Node

STARTS: tuple[dict[str, object], ...] = (
    {"shape": [3, 16, 16]},
    {"shape": [4, 12]},
    {"shape": [10]},
    {"shape": [2, 6, 8, 8]},
    {"shape": [7], "dtype": "int"},
)
LARGEST = 20_000


def random_network(seed: int, layers: int = 12) -> tuple[Network, Analysis]:
    """A network of up to ``layers`` layers without any error, ending in one output."""
    rng = random.Random(seed)
    network = Network()
    network.add_node(Node("input1", "Input", dict(rng.choice(STARTS))))
    analysis = Analysis(network)
    ends = ["input1"]
    for _ in range(layers):
        _grow(network, analysis, ends, rng)
    analysis = Analysis(network)
    loose = [node.id for node in network if not network.edges_from(node.id)]
    network.add_node(Node("output1", "Output"))
    network.insert_edge(Edge(rng.choice(loose), network[loose[0]].outputs[0], "output1", "input"))
    edge = network.edges[-1]
    network.remove_edge(edge)
    network.insert_edge(edge._replace(source_port=network[edge.source].outputs[0]))
    return network, Analysis(network)


def _grow(network: Network, analysis: Analysis, ends: list[str], rng: random.Random) -> None:
    kind = rng.choice([kind for kind in LAYERS.values() if kind.inputs and kind.outputs])
    source = ends[-1] if rng.random() < 0.7 else rng.choice(ends)
    id = network.free_id(kind.kind.lower())
    network.add_node(Node(id, kind.kind, _settings(kind, rng)))
    wires = 1 if not kind.inputs[0].variadic else 2
    for _ in range(wires):
        port = rng.choice(network[source].outputs)
        edge = Edge(source, port, id, kind.inputs[0].name)
        if edge not in network.edges:
            network.insert_edge(edge)
        source = rng.choice(ends)
    analysis.recompute()
    report = analysis[id]
    small = all(item is not None and prod(item.shape) <= LARGEST for item in report.outputs)
    if any(issue.severity == "error" for issue in report.issues) or not small or (report.parameters or 0) > 10**6:
        for edge in list(network.edges_into(id)):
            network.remove_edge(edge)
        network.remove_node(id)
    else:
        ends.append(id)


def _settings(kind: type[Layer], rng: random.Random) -> dict[str, object]:
    """Small values for some fields, so that several settings of a kind occur."""
    settings: dict[str, object] = {}
    for name, field in kind.fields.items():
        if rng.random() < 0.3 and isinstance(field.default, int) and not isinstance(field.default, bool):
            settings[name] = rng.randint(1, 4)
        elif rng.random() < 0.3 and isinstance(field.default, bool):
            settings[name] = not field.default
    spec, problems = kind.read(settings)
    return {} if problems else spec.settings()
