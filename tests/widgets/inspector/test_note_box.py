"""The note on a layer in the inspector: typing is one undo, and the field follows what is selected and undone."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from random_edits import chain

from models.document import Document
from models.document.edits import Edit
from models.document.remarks import SetLayerNote
from widgets.inspector import Inspector


@pytest.fixture
def document() -> Document:
    return chain(("Input", {"shape": [4]}), ("Linear", {}), ("Output", {}))


@pytest.fixture
def inspector(qtbot: QtBot, document: Document) -> Inspector:
    def apply(edit: Edit, merge: bool) -> bool:
        document.apply(edit, merge=merge)
        return True

    shown = Inspector(apply)
    qtbot.addWidget(shown)
    shown.set_document(document)
    shown.set_selection(["n1"])
    shown.resize(328, 900)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def test_typing_is_one_undo_and_keeps_the_place(inspector: Inspector, document: Document) -> None:
    field = inspector.node_page.note.field
    QTest.keyClicks(field, "Why?")
    assert document.network["n1"].note == "Why?" and field.textCursor().position() == 4
    document.undo()
    assert document.network["n1"].note == "" and field.toPlainText() == "" and not document.undo_label


def test_it_follows_selection_and_edits(inspector: Inspector, document: Document) -> None:
    field = inspector.node_page.note.field
    document.apply(SetLayerNote("n1", "One"))
    assert field.toPlainText() == "One"
    inspector.set_selection(["n2"])
    assert field.toPlainText() == ""
    QTest.keyClicks(field, "Two")
    assert (document.network["n1"].note, document.network["n2"].note) == ("One", "Two")


def test_a_note_with_marks_is_shown_as_it_is_meant(inspector: Inspector, document: Document) -> None:
    box = inspector.node_page.note
    document.apply(SetLayerNote("n1", "As it is."))
    assert box.picture.isHidden()
    document.apply(SetLayerNote("n1", "# Why\n\n- **one**"))
    assert not box.picture.isHidden() and box.picture.accessibleDescription() == "# Why\n\n- **one**"
    low = box.picture.height()
    document.apply(SetLayerNote("n1", "# Why\n\n- **one**\n- two\n- three"))
    assert box.picture.height() > low > 0
    inspector.set_selection(["n2"])
    assert box.picture.isHidden()


def test_formulas_appear_once_they_are_drawn(inspector: Inspector, document: Document, qtbot: QtBot) -> None:
    pytest.importorskip("ziamath")
    picture = inspector.node_page.note.picture
    document.apply(SetLayerNote("n1", r"$$\sum_{i=1}^{n} \frac{x_i}{2 n}$$"))
    qtbot.waitUntil(lambda: picture.height() > 30)
