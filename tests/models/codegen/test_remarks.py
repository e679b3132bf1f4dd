"""Frames and notes stand in generated code as comments: whatever they say, they change nothing that runs."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import chain

from models.codegen.formatting import WIDTH, comment
from models.codegen.module import generate
from models.document import Document
from models.document.edits import Connect
from models.document.remarks import SetFrame, SetLayerNote, SetNote
from models.network import Edge, Frame, Note

TEXTS = st.text(max_size=80) | st.sampled_from(
    ['"""\nimport os\n', "\rimport os", "\x0cimport os", "\u2028import os", "# fmt: off", "-*- coding: utf-7 -*-", "\\"]
)


def small(*, merged: bool = False) -> Document:
    document = chain(
        ("Input", {"shape": [1, 8, 8]}), ("Conv2d", {"padding": 1}), ("ReLU", {}), ("Add", {}), ("Output", {}),
    )  # fmt: skip
    if merged:
        document.apply(Connect(Edge("n1", "output", "n3", document.network["n3"].inputs[0].name)))
    return document


def source(document: Document) -> str:
    return generate(document.network, document.analysis, "Net").text


@settings(max_examples=80, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.booleans())
def test_whatever_they_say_the_code_is_the_same(title: str, note: str, about: str, merged: bool) -> None:
    document = small(merged=merged)
    plain = ast.dump(ast.parse(source(document)))
    document.apply(SetFrame("frame1", Frame(title), ["n1", "n2", "n3"]))
    document.apply(SetNote("note1", Note(note, (0, 0))))
    for id in document.network.nodes:
        document.apply(SetLayerNote(id, about))
    written = source(document)
    assert ast.dump(ast.parse(written)) == plain
    assert all(len(line) <= WIDTH for line in comment(8, note))


def test_they_stand_where_they_belong() -> None:
    document = small(merged=True)
    document.apply(SetFrame("frame1", Frame("The stem"), ["n1", "n2"]))
    document.apply(SetFrame("frame2", Frame("The sum"), ["n3"]))
    document.apply(SetNote("note1", Note("# A network\n\nfor **tests**", (0, 0))))
    document.apply(SetLayerNote("n1", "Sees edges."))
    document.apply(SetLayerNote("n3", "Skips them."))
    document.apply(SetLayerNote("n0", "Gray pictures."))
    lines = source(document).splitlines()
    top = lines.index("# # A network")
    assert lines[top : top + 3] == ["# # A network", "#", "# for **tests**"] and "# n0: Gray pictures." in lines
    made = next(place for place, line in enumerate(lines) if "self.n1 = nn.Conv2d" in line)
    assert lines[made - 2 : made] == ["        # The stem", "        # Sees edges."]
    added = next(place for place, line in enumerate(lines) if "n3 = " in line or "x = n1 + " in line or "+ n1" in line)
    assert lines[added - 2 : added] == ["        # The sum", "        # Skips them."]
    assert sum("Sees edges" in line for line in lines) == sum("Skips them" in line for line in lines) == 1


def test_a_chain_has_them_among_its_elements() -> None:
    document = chain(("Input", {"shape": [4]}), ("Linear", {}), ("ReLU", {}), ("Output", {}))
    document.apply(SetFrame("frame1", Frame("Head"), ["n1", "n2"]))
    document.apply(SetLayerNote("n2", "Why not GELU?"))
    text = source(document)
    assert "                # Head\n                n1=nn.Linear" in text
    assert "                # Why not GELU?\n                n2=nn.ReLU" in text


def test_the_lines_of_a_layer_hold_its_note() -> None:
    document = small()
    document.apply(SetLayerNote("n1", "Sees edges."))
    found = generate(document.network, document.analysis, "Net")
    lines = found.text.splitlines()
    assert [lines[place - 1].strip() for place in found.lines["n1"]][:2] == [
        "# Sees edges.",
        next(line.strip() for line in lines if "self.n1 = " in line or "n1=" in line),
    ]


@pytest.mark.parametrize("text", ["", "  \n ", "\n\n"])
def test_nothing_said_is_no_comment(text: str) -> None:
    assert comment(4, text) == []
