"""Frames and notes: made, changed and taken away by edits that undo exactly; they follow their layers everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from random_edits import chain, state

from models.compare import compare, take
from models.document import Document
from models.document.edits import AddNodes, Edit, RemoveNodes, Rename
from models.document.frozen import FrozenContent
from models.document.remarks import AddRemarks, SetFrame, SetLayerNote, SetNote, free_name
from models.network import Frame, Network, NoSuchNode, Note
from models.network.remarks import LONGEST_NOTE
from models.storage import files
from models.storage.writing import content_to_json


def document() -> Document:
    return chain(("Input", {"shape": [4]}), ("Linear", {}), ("ReLU", {}), ("Output", {}))


def remarked() -> Document:
    changed = document()
    for edit in (
        SetFrame("frame1", Frame("Head", "blue", (20, 50, 16, 16)), ["n1", "n2"]),
        SetNote("note1", Note("# Why\n\n$x^2$", (300, 0), (200, 100), "green")),
        SetLayerNote("n1", "Four numbers."),
    ):
        changed.apply(edit)
    return changed


EDITS: list[Edit] = [
    SetFrame("frame1", Frame("Other"), ["n0", "n1"]),
    SetFrame("frame1", Frame("Title alone")),
    SetFrame("frame1", None),
    SetFrame("frame2", Frame("Thief"), ["n2"]),
    SetFrame("frame9", None),
    SetNote("note1", Note("Other", (0, 0))),
    SetNote("note2", Note("New", (0, 0))),
    SetNote("note1", None),
    SetLayerNote("n1", ""),
    SetLayerNote("n2", "New"),
    AddRemarks({"frame7": (Frame("Copy"), ["n3"])}, {"note7": Note("Copy", (1, 1))}),
]


@pytest.mark.parametrize("edit", EDITS, ids=[f"{place}-{type(edit).__name__}" for place, edit in enumerate(EDITS)])
def test_each_is_made_and_taken_back_whole(edit: Edit) -> None:
    changed = remarked()
    before, reports = state(changed), dict(changed.analysis.reports)
    changed.apply(edit)
    after = state(changed)
    assert edit.label and changed.analysis.reports == reports
    changed.undo()
    assert state(changed) == before
    changed.redo()
    assert state(changed) == after


def test_frames_follow_their_layers() -> None:
    changed = remarked()
    changed.apply(Rename("n1", "fc"))
    assert changed.network.framed() == {"frame1": ["fc", "n2"]}
    changed.apply(RemoveNodes(["fc", "n2"]))
    assert changed.network.framed() == {} and "frames" not in files.to_json(changed)["network"]
    changed.undo()
    assert changed.network.framed() == {"frame1": ["fc", "n2"]}


def test_typing_in_a_note_is_one_undo() -> None:
    changed = remarked()
    before = state(changed)
    for text in ("W", "Wh", "Why"):
        changed.apply(SetLayerNote("n2", text), merge=True)
    changed.undo()
    assert state(changed) == before


def test_a_frame_around_a_layer_that_is_not_there_is_refused() -> None:
    changed = document()
    with pytest.raises(NoSuchNode):
        changed.apply(SetFrame("frame1", Frame("Head"), ["gone"]))
    assert changed.network.frames == {}


def test_names_are_free() -> None:
    assert free_name([], "frame") == "frame1" and free_name(["frame1", "frame3"], "frame") == "frame2"


# In the file


def test_they_stand_a_line_each_and_come_back() -> None:
    content = state(remarked())
    assert (
        b'"frame1": {"title": "Head", "color": "blue", "layers": ["n1", "n2"], "margins": [20, 50, 16, 16]}' in content
    )
    assert (
        b'"note1": {"text": "# Why\\n\\n$x^2$", "color": "green", "position": [300, 0], "size": [200, 100]}' in content
    )
    assert b'{"id": "n1", "kind": "Linear", "note": "Four numbers."}' in content
    again, problems = files.parse(content)
    assert not problems and state(again) == content and b'"netloom": 1' in content


def opened(network: dict[str, Any]) -> tuple[Network, list[str]]:
    document, problems = files.from_json({"netloom": 1, "network": network})
    return document.network, [str(problem) for problem in problems]


NODES = [{"id": "a", "kind": "ReLU"}, {"id": "b", "kind": "ReLU"}]


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"frames": [1]}, "‘frames’ was left out"),
        ({"frames": {"f": 5}}, "A frame was left out"),
        ({"frames": {"f": {"title": "x"}}}, "A frame was left out"),
        ({"frames": {"f": {"title": 1, "layers": ["a"]}}}, "A frame was left out"),
        ({"frames": {"f": {"title": "x", "layers": ["a"], "margins": [1, 2]}}}, "A frame was left out"),
        ({"frames": {"f": {"title": "x", "layers": ["a"], "margins": [1e99, 0, 0, 0]}}}, "A frame was left out"),
        ({"frames": {"": {"title": "x", "layers": ["a"]}}}, "A frame was left out"),
        ({"notes": {"n": {"text": "x"}}}, "A note was left out"),
        ({"notes": {"n": {"text": 5, "position": [0, 0]}}}, "A note was left out"),
        ({"notes": {"n": {"text": "x", "position": [True, 0]}}}, "A note was left out"),
        ({"notes": {"n": {"text": "x" * (LONGEST_NOTE + 1), "position": [0, 0]}}}, "was cut"),
        ({"nodes": [{"id": "a", "kind": "ReLU", "note": [1]}]}, "The note on a was left out"),
    ],
)
def test_what_cannot_be_used_is_named(entries: dict[str, Any], sentence: str) -> None:
    network, (problem,) = opened({"nodes": NODES} | entries)
    assert sentence in problem and all(len(note.text) <= LONGEST_NOTE for note in network.notes.values())


def test_a_layer_lies_in_the_first_frame_that_names_it() -> None:
    frames = {"f": {"title": "x", "layers": ["a", "gone", 5, "a"]}, "g": {"layers": ["a", "b"], "color": "pink"}}
    network, problems = opened({"nodes": NODES, "frames": frames})
    assert not problems and network.framed() == {"f": ["a"], "g": ["b"]} and network.frames["g"].color == "gray"


def test_a_pasted_piece_brings_no_foreign_frame() -> None:
    changed = remarked()
    piece = Network([node.copy(f"{node.id}x") for node in changed.network])
    changed.apply(AddNodes(piece))
    assert changed.network.framed()["frame1"] == ["n1", "n2", "n1x", "n2x"]


# Compared


def test_they_are_compared_apart_from_where_they_lie() -> None:
    first, second = remarked(), remarked()
    note = second.network.notes["note1"]
    second.apply(SetNote("note1", note._replace(position=(0, 0))))
    second.apply(SetFrame("frame1", second.network.frames["frame1"]._replace(margins=(90, 90, 90, 90))))
    comparison = compare(first, second)
    assert comparison.equal and [item.part for item in comparison.moved] == ["frame", "note"]
    second.apply(SetFrame("frame1", Frame("Body"), ["n0", "n1"]))
    second.apply(SetNote("note1", None))
    second.apply(SetLayerNote("n1", "Five."))
    told = [f"{item.what} {item.part} {item}" for item in compare(first, second).differences]
    assert told == [
        "changed layer note Four numbers. → Five.",
        "changed frame title Head → Body, color blue → gray, layers n1, n2 → n0, n1",
        "removed note # Why $x^2$",
    ]


def test_a_layer_that_is_gone_is_no_difference_of_its_frame() -> None:
    first, second = remarked(), remarked()
    second.apply(RemoveNodes(["n2"], heal=True))
    comparison = compare(first, second)
    assert {item.part for item in comparison.differences} == {"layer"}
    first.apply(take(comparison, comparison.differences))
    assert state(first) == state(second)


def test_they_are_saved_while_edits_go_on() -> None:
    changed = remarked()
    before, frozen = files.to_json(changed), FrozenContent(changed.content)
    for edit in EDITS:
        changed.apply(edit)
    assert content_to_json(frozen.content()) == before
