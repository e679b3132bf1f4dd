from __future__ import annotations

import gc

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.document import MAIN, Document, DocumentChange, ScopeChange
from models.document.edits import AddNode, RemoveNodes, Rename
from models.network import Change, Node
from widgets.basics.following import Following, renamed


class Listener(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.labels: list[str] = []
        self.following = Following(self, self.hear)

    def hear(self, change: DocumentChange) -> None:
        self.labels.append(change.label)


def test_it_hears_the_document_that_it_follows_now(qtbot: QtBot) -> None:
    widget, first, second = Listener(), Document(), Document()
    qtbot.addWidget(widget)
    widget.following.follow(first)
    first.apply(AddNode(Node("a", "ReLU")))
    widget.following.follow(second)
    first.undo()
    second.apply(AddNode(Node("b", "ReLU")))
    assert widget.labels == ["Add ReLU", "Add ReLU"]
    assert len(first.changed) == 0


def test_it_stops_with_the_widget(qtbot: QtBot) -> None:
    document = Document()
    widget = Listener()
    widget.following.follow(document)
    widget.deleteLater()
    qtbot.waitUntil(lambda: len(document.changed) == 0)


def test_it_does_not_keep_the_widget_alive(qtbot: QtBot) -> None:
    document = Document()
    widget = Listener()
    widget.following.follow(document)
    del widget
    gc.collect()
    document.apply(AddNode(Node("a", "ReLU")))
    assert len(document.changed) == 0


def test_stopping_twice_is_harmless(qtbot: QtBot) -> None:
    widget = Listener()
    qtbot.addWidget(widget)
    widget.following.stop()
    widget.following.stop()
    assert widget.following.document is None


def document_of(*ids: str) -> Document:
    document = Document()
    for id in ids:
        document.network.add_node(Node(id, "ReLU"))
    return document


def change(*steps: Change) -> DocumentChange:
    return DocumentChange("x", {MAIN: ScopeChange(steps)})


def test_renamed_ids_are_followed_and_removed_ones_dropped() -> None:
    steps = change(Change("renamed", ("a", "b")), Change("renamed", ("b", "c")), Change("removed", ("d",)))
    assert renamed(("a", "d", "e"), steps, document_of("c", "e")) == ("c", "e")
    assert renamed(("a",), steps, None) == ()


def test_a_node_that_was_put_back_in_the_same_act_stays() -> None:
    steps = change(Change("removed", ("a",)), Change("added", ("a",)))
    assert renamed(("a",), steps, document_of("a")) == ("a",)


def test_undo_of_a_rename_and_of_a_removal() -> None:
    document = Document()
    seen: list[tuple[str, ...]] = []
    document.apply(AddNode(Node("a", "ReLU")))
    document.changed.connect(lambda step: seen.append(renamed(("a", "b"), step, document)))
    document.apply(Rename("a", "b"))
    document.undo()
    document.apply(RemoveNodes(["a"]))
    assert [set(ids) for ids in seen] == [{"b"}, {"a"}, set()]
