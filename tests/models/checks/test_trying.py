"""A remedy that gives an Input another shape is tried first: what is offered leads to no error in the network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.checks import Finding, findings
from models.checks.trying import MOST_TRIED, obstacle
from models.data import ColumnFacts, Facts
from models.document import Document
from models.document.edits import SetSection
from models.network import Edge, Network, Node, input_nodes
from models.storage import templates
from studio.data import DATASETS

POOLS = [("MaxPool2d", {}), ("MaxPool2d", {}), ("Output", {})]


def pooled(*shape: int, more: int = 0) -> Document:
    kinds: list[tuple[str, dict[str, Any]]] = [("Input", {"shape": list(shape)}), *[("ReLU", {})] * more, *POOLS]
    nodes = [Node(f"n{place}", kind, params) for place, (kind, params) in enumerate(kinds)]
    wires = [Edge(f"n{place}", "output", f"n{place + 1}", "input") for place in range(len(kinds) - 1)]
    return Document(Network(nodes, wires))


def on_input(document: Document, facts: Facts) -> list[Finding]:
    return [each for each in findings(document, facts) if each.code == "data-input"]


@pytest.mark.parametrize("template", templates.available(), ids=lambda template: template.name)
def test_every_shape_that_is_offered_is_taken(template: templates.Template) -> None:
    for source in ("digits", "iris"):
        document = templates.load(template.name)
        document.apply(SetSection("data", {"source": source}))
        before = {issue.message for issue in document.analysis.issues() if issue.severity == "error"}
        for finding in on_input(document, DATASETS[source]().facts()):
            assert finding.mends or finding.detail == "Choose data of another size."
            for mend in finding.mends:
                document.apply(mend.edit)
                assert {issue.message for issue in document.analysis.issues() if issue.severity == "error"} <= before
                document.undo()


def test_what_cannot_take_it_is_named_and_no_button_leads_there() -> None:
    document = pooled(1, 32, 32)
    document.apply(SetSection("data", {"source": "curve"}))
    found = on_input(document, Facts.simple("Dots", (1, 3, 3), ("a", "b"), (), 10))
    assert [finding.message for finding in found] == ["Input expects 1×32×32; Dots has 1×3×3. n2 cannot take that."]
    assert found[0].mends == () and found[0].detail == "Choose data of another size."


def ships(**sizes: int) -> Facts:
    columns = [ColumnFacts(name, (size,), taken="category" if size > 1 else "number") for name, size in sizes.items()]
    columns = [replace(column, where="row 2: “red”") if column.shape != (1,) else column for column in columns]
    facts = Facts.simple("Ships", (sum(sizes.values()),), ("a", "b"), (), 100)
    return replace(facts, columns=tuple(columns))


def test_a_column_of_text_is_tried_as_well() -> None:
    def told(document: Document) -> Finding:
        (found,) = [each for each in findings(document, ships(age=1, color=2)) if each.code == "data-texts"]
        return found

    rows = [("Input", {"shape": [2]}), ("Reshape", {"shape": [1, 2]}), ("Output", {})]
    nodes = [Node(f"n{place}", kind, params) for place, (kind, params) in enumerate(rows)]
    wires = [Edge(f"n{place}", "output", f"n{place + 1}", "input") for place in range(2)]
    stiff, free = (
        Document(Network(nodes, wires)),
        Document(Network([nodes[0], nodes[2]], [Edge("n0", "output", "n2", "input")])),
    )
    assert told(stiff).mends == ()
    assert told(stiff).detail.endswith("n1 cannot take that. Write its categories as numbers in the file.")
    (mend,) = told(free).mends
    free.apply(mend.edit)
    assert not [each for each in findings(free, ships(age=1, color=2)) if each.code in ("data-texts", "data-input")]
    assert not [each for each in findings(stiff, ships(age=1, color=1)) if each.code in ("data-texts", "data-input")]


def test_images_may_be_brought_to_the_size_of_the_input() -> None:
    source = DATASETS["image_folder"](path="photos")
    document = pooled(3, 32, 32)
    document.apply(SetSection("data", {"source": "image_folder", "path": "photos"}))
    for size, labels in (3, ["Set size to 32×32"]), (64, ["Set n0 to the data’s shape", "Set size to 32×32"]):
        facts = replace(Facts.simple("Photos", (3, size, size), ("a", "b"), (), 10), source=source)
        (finding,) = on_input(document, facts)
        assert [mend.label for mend in finding.mends] == labels and finding.severity == "error"
        document.apply(finding.mends[-1].edit)
        assert document.data["size"] == [32, 32]
        document.undo()
    gray = replace(Facts.simple("Photos", (1, 64, 64), ("a", "b"), (), 10), source=source)
    assert [mend.label for mend in on_input(document, gray)[0].mends] == ["Set n0 to the data’s shape"]


def test_the_document_stays_as_it_was_and_a_large_one_is_not_tried() -> None:
    document = pooled(1, 32, 32)
    problem = obstacle(document, "n0", (1, 3, 3))
    assert problem is not None and problem.node == "n2"
    assert document.network["n0"].params == {"shape": [1, 32, 32]} and not document.analysis.issues()
    assert obstacle(document, "n0", (1, 8, 8)) is None
    assert obstacle(pooled(1, 32, 32, more=MOST_TRIED), "n0", (1, 3, 3)) is None


def test_errors_that_are_there_anyway_are_no_obstacle() -> None:
    document = pooled(1, 1, 1)
    assert [input.id for input in input_nodes(document.network)] == ["n0"]
    assert document.analysis.issues() and obstacle(document, "n0", (2, 1, 1)) is None
