"""Definitions that go along: whatever is defined there already, what was taken computes what it did."""

from __future__ import annotations

from typing import Any

from block_networks import conv, document_of, network, node, opened
from hypothesis import given, settings
from hypothesis import strategies as st

from models.blocks import brought, needed
from models.document import Content, Document
from models.document.edits import AddNode, Batch
from models.network import Network, Node

NAMES = ("A", "B", "B2", "C")


def part(inner: list[str], width: int) -> dict[str, Any]:
    """A block of a convolution and the blocks named."""
    uses = [node(f"use{place}", name) for place, name in enumerate(inner)]
    return {"network": network([node("i", "Input"), conv("c", width), *uses, node("o", "Output")])}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Blocks of which each may use those before it, and a network of the last."""
    blocks: dict[str, Any] = {}
    for name in draw(st.permutations(NAMES)):
        inner = draw(st.lists(st.sampled_from(sorted(blocks)), max_size=2)) if blocks else []
        blocks[name] = part(inner, draw(st.integers(1, 2)))
    main = network([node("start", "Input", shape=[2, 4, 4]), node("last", list(blocks)[-1]), node("end", "Output")])
    return opened(document_of(main, **blocks))


@settings(max_examples=20, deadline=None)
@given(documents(), documents())
def test_what_goes_along_computes_what_it_did(source: Document, target: Document) -> None:
    name = source.network["last"].kind
    parameters, shape = source.analysis["last"].parameters, source.analysis["last"].shape
    before = target.analysis["last"]
    edits, renamed = brought(target.network.kinds, source.network.kinds, [name])
    target.apply(Batch("Bring", [*edits, AddNode(Node("new", renamed.get(name, name)))]))
    target.content.networks[""].insert_edge(source.network.edges_into("last")[0]._replace(target="new"))
    fresh = Document(content=target.content)
    assert (fresh.analysis["new"].parameters, fresh.analysis["new"].shape) == (parameters, shape)
    assert fresh.analysis["last"] == before
    assert brought(target.network.kinds, source.network.kinds, [name]) == ([], renamed), "twice adds nothing"


def test_what_is_needed_comes_inner_first_and_nothing_else() -> None:
    blocks = {"A": part([], 1), "B": part(["A"], 1), "C": part(["B", "A"], 1), "D": part([], 1)}
    document = opened(document_of(network([node("start", "Input", shape=[1, 4, 4]), node("use", "C")]), **blocks))
    assert list(needed(document.network.kinds, ["C", "ReLU", "nothing"])) == ["A", "B", "C"]


def test_blocks_within_themselves_and_very_deep_ones_end() -> None:
    inner = [[Node("use", f"L{level + 1}" if level < 2_000 else "L0")] for level in range(2_001)]
    content = Content(blocks={f"L{level}": Network(nodes) for level, nodes in enumerate(inner)})
    assert len(needed(content.kinds, ["L0"])) == 2_001
