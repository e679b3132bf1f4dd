"""The network that data begins with fits that data, and goes with one undo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.checks import findings
from models.data import ColumnFacts, Facts
from models.document import Document
from models.findings.beginning import beginning_for, fed_next
from models.network import Network, Node

FLOWERS = Facts.simple("Iris", (4,), ("setosa", "versicolor"), (), 150)
PRICES = Facts.simple("Houses", (7,), None, (1,), 150)
WORDS = Facts.simple("Words", (8,), ("good", "bad"), (), 100, token_range=(0, 99))
SIDES = replace(
    FLOWERS,
    name="Sides",
    inputs={"left": ColumnFacts("l", (3, 8, 8)), "right": ColumnFacts("r", (4,))},
    targets={"kind": ColumnFacts("k", (), ("a", "b"), role="target"), "size": ColumnFacts("s", (2,), role="target")},
)


@pytest.mark.parametrize("facts", [FLOWERS, PRICES, WORDS, SIDES], ids=lambda facts: facts.name)
def test_what_is_created_fits_the_data(facts: Facts) -> None:
    document = Document(data={"source": "iris"})
    document.apply(beginning_for(facts, {}).edit)
    nodes = list(document.network)
    assert [node.kind for node in nodes] == ["Input"] * len(facts.inputs) + ["Output"] * len(facts.targets)
    shapes = [getattr(node.layer, "shape", None) for node in nodes if node.kind == "Input"]
    assert shapes == [column.shape for column in facts.inputs.values()]
    losses = [getattr(node.layer, "loss", None) for node in nodes if node.kind == "Output"]
    assert [loss.targets for loss in losses if loss] == [
        "numbers" if column.classes is None else "classes" for column in facts.targets.values()
    ]
    assert len({node.position for node in nodes}) == len(nodes)
    assert all(not issue.code.startswith("data-") for issue in findings(document, facts))
    document.undo()
    assert not len(document.network)


def test_several_are_named_as_their_columns_are_bound() -> None:
    document = Document()
    document.apply(beginning_for(SIDES, {}).edit)
    assert [node.id for node in document.network] == ["left", "right", "kind", "size"]
    assert beginning_for(SIDES, {}).label == "Create Inputs and Outputs for this data"
    assert beginning_for(FLOWERS, {}).label == "Create Input and Output for this data"


def test_tokens_come_in_as_integers() -> None:
    document = Document()
    document.apply(beginning_for(WORDS, {}).edit)
    assert document.network["input1"].params == {"shape": [8], "dtype": "int"}


def test_an_empty_network_offers_it_once_the_data_is_known() -> None:
    document = Document(data={"source": "iris"})
    assert not [mend for issue in findings(document) for mend in issue.mends]
    (issue,) = [issue for issue in findings(document, FLOWERS) if issue.mends]
    assert issue.message == "Iris gives 4 values and asks for 2 classes."
    document.apply(issue.mends[0].edit)
    assert not [mend for issue in findings(document, FLOWERS) for mend in issue.mends if "Create" in mend.label]


@pytest.mark.parametrize("facts", [FLOWERS, PRICES, WORDS, SIDES], ids=lambda facts: facts.name)
def test_layers_added_one_by_one_are_those_that_it_begins_with(facts: Facts) -> None:
    document, network = Document(), Network()
    document.apply(beginning_for(facts, {}).edit)
    for node in document.network:
        added = Node(node.id, node.kind, fed_next(facts, network, node.kind))
        assert added.layer == node.layer
        network.add_node(added)
    assert not fed_next(facts, network, "Input") and not fed_next(facts, network, "Output")


def test_what_data_does_not_feed_and_what_is_usual_stays_as_it_is() -> None:
    assert fed_next(FLOWERS, Network(), "Linear") == {}
    assert fed_next(FLOWERS, Network(), "Output") == {}
