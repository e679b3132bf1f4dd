"""The field that a remark on a sample is typed into."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.inspection.remark import CHANGE, PUT, RemarkField


def test_a_remark_is_put_changed_and_taken_out(qtbot: QtBot) -> None:
    field = RemarkField()
    qtbot.addWidget(field)
    field.show()
    said: list[str] = []
    field.put_requested.connect(said.append)
    assert field.put.text() == PUT and field.out.isHidden() and field.all.isHidden()
    field.words.setText("  looks like a 3 ")
    qtbot.mouseClick(field.put, Qt.MouseButton.LeftButton)
    qtbot.keyClick(field.words, Qt.Key.Key_Return)
    assert said == ["looks like a 3"] * 2
    field.show_remark("looks like a 3", 2, "")
    assert field.words.text() == "looks like a 3" and field.put.text() == CHANGE
    assert field.all.text() == "Data note: 2 samples"
    with qtbot.waitSignal(field.out_requested):
        field.out.click()
    with qtbot.waitSignal(field.list_requested):
        field.all.click()


def test_where_nothing_can_be_noted_it_says_why(qtbot: QtBot) -> None:
    field = RemarkField()
    qtbot.addWidget(field)
    field.show_remark(None, 1, "These samples are of other data.")
    assert not field.put.isEnabled() and "other data" in field.put.toolTip() and not field.all.isHidden()
