from __future__ import annotations

import pytest
from block_networks import gated, opened
from pytestqt.qtbot import QtBot
from waiting import until

from models.document import Document
from models.document.edits import Edit, Rename, SetParam
from models.storage import templates
from widgets.drawer.code_panel import CodePanel


@pytest.fixture
def document() -> Document:
    return templates.load("small-resnet")


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> CodePanel:
    return shown(qtbot, document)


def shown(qtbot: QtBot, document: Document) -> CodePanel:
    widget = CodePanel()
    qtbot.addWidget(widget)
    widget.resize(800, 300)

    def apply(edit: Edit) -> None:
        document.apply(edit, merge=True)

    widget.edit_requested.connect(apply)
    widget.set_document(document, "Net")
    widget.show()
    return widget


def write(panel: CodePanel, before: str, after: str) -> None:
    """Type into the code, as far as the panel is concerned."""
    text = panel.view.toPlainText()
    assert before in text
    panel.view.setPlainText(text.replace(before, after))
    panel.take_over()


def test_typed_code_edits_the_document_and_comes_back(panel: CodePanel, document: Document) -> None:
    write(panel, "nn.Conv2d(3, 16,", "nn.Conv2d(3, 24,")
    assert document.network["conv1"].params["out_channels"] == 24
    panel.refresh()
    assert "self.bn1 = nn.BatchNorm2d(24)" in panel.view.toPlainText()
    assert not panel.is_pending()
    document.undo()
    panel.refresh()
    assert "nn.Conv2d(3, 16," in panel.view.toPlainText()


def test_typing_on_is_one_undo(panel: CodePanel, document: Document) -> None:
    for before, after in (("10", "1"), ("1", "12"), ("12", "128")):
        write(panel, f"nn.Linear(64, {before})", f"nn.Linear(64, {after})")
    assert document.network["fc1"].params["out_features"] == 128
    document.undo()
    assert document.undo_label == ""


def test_it_waits_until_the_typing_stops(qtbot: QtBot, panel: CodePanel, document: Document) -> None:
    panel.view.setPlainText(panel.view.toPlainText().replace("self.relu1", "self.act1"))
    assert "relu1" in document.network
    qtbot.waitUntil(lambda: "act1" in document.network)


def test_what_cannot_be_drawn_waits_with_its_reason_and_can_be_discarded(panel: CodePanel, document: Document) -> None:
    before = panel.view.toPlainText()
    write(panel, "x = self.fc1(x)", "x = self.head(x)")
    assert document.undo_label == ""
    line = before.split("\n").index("        x = self.fc1(x)") + 1
    assert dict(panel.view.problems()) == {line: "self.head is not made in __init__."}
    assert panel.note.isVisible() and f"Line {line}: self.head is not made" in panel.note.text()
    write(panel, "self.fc1 =", "self.head =")
    assert "head" in document.network and not panel.note.isVisible()
    write(panel, "x = self.head(x)", "x = self.fc1(x")
    panel.note.buttons[0].click()
    assert not panel.note.isVisible() and "x = self.head(x)" in panel.view.toPlainText()


def test_what_waits_stays_while_the_canvas_goes_on(panel: CodePanel, document: Document) -> None:
    write(panel, "x = self.fc1(x)", "x = self.fc1(x")
    document.apply(SetParam("bn1", "eps", 0.001))
    document.apply(Rename("pool1", "gap"))
    panel.refresh()
    text = panel.view.toPlainText()
    assert "x = self.fc1(x\n" in text and "nn.BatchNorm2d(16, eps=0.001)" in text and "self.gap" in text
    assert "gap" in document.network and document.network["bn1"].params["eps"] == 0.001


def test_an_edit_that_cannot_be_made_is_said(qtbot: QtBot, document: Document) -> None:
    widget = CodePanel()
    qtbot.addWidget(widget)
    widget.set_document(document, "Net")
    widget.show()
    write(widget, "nn.Conv2d(3, 16,", "nn.Conv2d(3, 24,")
    assert widget.note.isVisible() and widget.is_pending()


def test_a_block_is_looked_at_within_the_code_of_all(qtbot: QtBot) -> None:
    document = opened(gated())
    panel = shown(qtbot, document)
    panel.set_document(document.sheet("Gated"), "Net")
    panel.set_selection(["conv1"])
    lines = panel.view.toPlainText().split("\n")
    marked = [lines[line - 1].strip() for line in sorted(panel.view.marked_lines())]
    assert marked[0] == "self.conv1 = nn.Conv2d(" and marked[-1] == "x = self.conv1(x)"
    write(panel, "self.relu1 = nn.ReLU()\n        self.se1", "self.relu1 = nn.GELU()\n        self.se1")
    assert document.content["Gated"]["relu1"].kind == "GELU"


def test_a_large_network_is_written_piece_by_piece(qtbot: QtBot, panel: CodePanel, document: Document) -> None:
    write(panel, "nn.Linear(64, 10)", "nn.Linear(64,  10)")
    document.apply(SetParam("conv1", "kernel_size", 5))
    panel._timer.stop()
    for _ in range(3):
        panel._go_on()
        assert "kernel_size=5" not in panel.view.toPlainText()
    document.apply(SetParam("conv1", "kernel_size", 7))
    qtbot.waitUntil(lambda: "kernel_size=7" in panel.view.toPlainText())


def test_entering_a_block_leads_to_its_class(qtbot: QtBot) -> None:
    document = opened(gated())
    panel = shown(qtbot, document)
    assert panel.view.firstVisibleBlock().blockNumber() == 0
    panel.set_document(document.sheet("Gated"), "Net")
    top = panel.view.firstVisibleBlock().blockNumber()
    line = panel.view.toPlainText().split("\n").index("class Gated(nn.Module):")
    assert top <= line < top + panel.view.viewport().height() // 22


def test_another_document_forgets_what_was_typed(panel: CodePanel) -> None:
    panel.view.setPlainText("x = (")
    panel.set_document(templates.load("mlp"), "Mlp")
    assert "class Mlp" in panel.view.toPlainText() and not panel.is_pending()
    panel.set_document(None)
    assert panel.text() == ""


def test_what_is_typed_while_it_is_read_is_read_anew(panel: CodePanel, document: Document) -> None:
    text = panel.view.toPlainText()
    panel.view.setPlainText(text.replace("nn.Conv2d(3, 16,", "nn.Conv2d(3, 2,"))
    panel._begin_reading()
    panel._read_on()
    panel.view.setPlainText(text.replace("nn.Conv2d(3, 16,", "nn.Conv2d(3, 24,"))
    panel._read_on()
    assert document.network["conv1"].params["out_channels"] == 16, "what was begun is out of date"
    until(lambda: document.network["conv1"].params["out_channels"] == 24)


def test_an_edit_of_the_canvas_while_code_is_read_is_kept(panel: CodePanel, document: Document) -> None:
    panel.view.setPlainText(panel.view.toPlainText().replace("nn.Conv2d(3, 16,", "nn.Conv2d(3, 24,"))
    panel._begin_reading()
    document.apply(Rename("fc1", "head"))
    until(lambda: document.network["conv1"].params["out_channels"] == 24)
    assert "head" in document.network and "self.head = nn.Linear" in panel.view.toPlainText()
