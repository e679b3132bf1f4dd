"""Receptive fields of whole networks, branches and merges included, against impulses sent through real torch."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import pytest
import torch
from random_edits import chain

from models.analysis import Analysis
from models.codegen.module import generate
from models.document import Document
from models.document.edits import AddNode, Connect
from models.network import Edge, Network, Node
from support import scaled

LENGTH = 120


def random_block(random: Random, network: Network, start: str) -> str:
    """Two or three branches from ``start`` that a merge brings together; gives the merge's id."""
    number = len(network)
    stride = random.choice([1, 1, 2, 3])
    ends = []
    for branch in range(random.randint(2, 3)):
        id = f"conv{number}_{branch}"
        params = {
            "out_channels": 2, "kernel_size": random.randint(1, 6), "stride": stride,
            "padding": random.randint(0, 3), "dilation": random.randint(1, 2), "bias": False,
        }  # fmt: skip
        network.add_node(Node(id, "Conv1d", params))
        network.insert_edge(Edge(start, "output", id, "input"))
        ends.append(id)
    merge = f"merge{number}"
    network.add_node(Node(merge, random.choice(["Add", "Concat"])))
    for id in ends:
        network.insert_edge(Edge(id, "output", merge, "input"))
    return merge


def random_network(seed: int) -> Analysis:
    """A few blocks in a row; of many draws the first whose branches fit together."""
    random = Random(seed)
    while True:
        network = Network([Node("input1", "Input", {"shape": [2, LENGTH]})])
        last = "input1"
        for _ in range(random.randint(1, 2)):
            if random.random() < 0.5:
                network.add_node(Node(border := f"pad{len(network)}", "ZeroPad1d", {"padding": random.randint(1, 4)}))
                network.insert_edge(Edge(last, "output", border, "input"))
                last = border
            last = random_block(random, network, last)
        network.add_node(Node("output1", "Output"))
        network.insert_edge(Edge(last, "output", "output1", "input"))
        analysis = Analysis(network)
        if not analysis.issues():
            return analysis


def positions_seen(analysis: Analysis) -> list[list[int]]:
    """For each output position the input positions that change it."""
    source = generate(analysis.network, analysis)
    names: dict[str, Any] = {}
    exec(source.text, names)
    network = names[source.class_name]().double()
    for weight in network.parameters():
        weight.data = weight.data.abs() + 0.1  # so that no effect cancels another
    with torch.no_grad():
        answer = network(torch.eye(LENGTH).double().unsqueeze(1).repeat(1, 2, 1))
    seen = answer.abs().sum(dim=1) > 1e-9
    return [seen[:, place].nonzero().flatten().tolist() for place in range(seen.shape[1])]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(scaled(1_000, 0.06)))
def test_branches_together_see_what_impulses_reach(seed: int) -> None:
    analysis = random_network(seed)
    field = analysis["output1"].receptive_field
    assert field is not None
    (size,), (stride,), (start,) = field
    for place, seen in enumerate(positions_seen(analysis)):
        first, last = start + place * stride, start + place * stride + size - 1
        assert all(first <= position <= last for position in seen)
        if seen and first >= 0 and last < LENGTH and inside(seen):
            # Padding within the network cuts off what begins before the input, nothing else does.
            assert (seen[0], seen[-1]) == (first, last)


def inside(seen: list[int]) -> bool:
    return seen[0] > 30 and seen[-1] < LENGTH - 30


def test_most_networks_have_an_inside() -> None:
    counts = [sum(map(inside, filter(None, positions_seen(random_network(seed))))) for seed in range(20)]
    assert sum(count > 3 for count in counts) > 15


def test_branches_that_look_aside_see_more_together_than_each() -> None:
    """Two windows of 4 with a stride of 4, one of them begun a position earlier."""
    document = chain(("Input", {"shape": [1, 32]}), ("Conv1d", {"kernel_size": 4, "stride": 4}), ("Add", {}))
    document.apply(AddNode(Node("aside", "Conv1d", {"kernel_size": 4, "stride": 4, "padding": 1})))
    document.apply(Connect(Edge("n0", "output", "aside", "input")))
    document.apply(Connect(Edge("aside", "output", "n2", "input")))
    assert document.analysis["n2"].receptive_field == ((5,), (4,), (-1,))


def test_starts_add_up_through_strides() -> None:
    layers = [("Input", {"shape": [3, 32, 32]}), ("Conv2d", {"padding": [1, 0]}), ("MaxPool2d", {"kernel_size": 2}),
              ("Conv2d", {"kernel_size": 5, "padding": "same"})]  # fmt: skip
    analysis = chain(*layers).analysis
    fields = [analysis[f"n{place}"].receptive_field for place in range(4)]
    assert fields == [
        ((1, 1), (1, 1), (0, 0)), ((3, 3), (1, 1), (-1, 0)), ((4, 4), (2, 2), (-1, 0)), ((12, 12), (2, 2), (-5, -4)),
    ]  # fmt: skip
    known = [field for field in fields if field]
    assert all(before.size <= after.size for before, after in pairwise(known))


@pytest.mark.parametrize(
    ("kind", "params", "shape", "field"),
    [
        ("ZeroPad2d", {"padding": [2, 1]}, [3, 8, 8], ((1, 1), (1, 1), (-2, -1))),
        ("ZeroPad1d", {"padding": 3}, [3, 8, 8], ((1, 1), (1, 1), (0, -3))),
        ("ZeroPad2d", {}, [8, 8], None),
        ("ReflectionPad2d", {}, [3, 8, 8], None),
        ("MaxPool2d", {"kernel_size": 3, "stride": 1, "padding": 1}, [3, 8, 8], ((3, 3), (1, 1), (-1, -1))),
        ("Dropout", {}, [3, 8, 8], ((1, 1), (1, 1), (0, 0))),
        ("Flatten", {}, [3, 8, 8], None),
        ("ReLU", {}, [3], None),
    ],
)
def test_the_field_of_one_layer(kind: str, params: dict[str, Any], shape: list[int], field: Any) -> None:
    document: Document = chain(("Input", {"shape": shape}), (kind, params))
    assert document.analysis["n1"].receptive_field == field
