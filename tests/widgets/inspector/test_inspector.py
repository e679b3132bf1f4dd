from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.document import Document
from models.document.edits import Edit, Rename, SetParam
from models.findings.finding import Finding, Mend
from models.kinds.layer import Layer
from models.layers import LAYERS
from models.network import Edge, Network, NetworkError, Node
from widgets.forms.spec_form import SpecForm
from widgets.inspector import Inspector
from widgets.inspector.node_page import NodePage, as_pytorch
from widgets.inspector.parts import IssueCard, MendButton, types_text
from widgets.theme import theme


def make_document() -> Document:
    network = Network()
    for node in (
        Node("image", "Input", {"shape": [3, 32, 32]}),
        Node("conv1", "Conv2d", {"out_channels": 16, "padding": 1}),
        Node("relu1", "ReLU"),
        Node("odd1", "Sparkle", {"twinkle": "<b>3</b>"}),
    ):
        network.add_node(node)
    for source, target in (("image", "conv1"), ("conv1", "relu1")):
        network.insert_edge(Edge(source, "output", target, "input"))
    return Document(network)


@pytest.fixture
def document() -> Document:
    return make_document()


def applier(document: Document) -> Callable[[Edit, bool], bool]:
    def apply(edit: Edit, merge: bool) -> bool:
        try:
            document.apply(edit, merge=merge)
        except NetworkError:
            return False
        return True

    return apply


@pytest.fixture
def inspector(qtbot: QtBot, document: Document) -> Inspector:
    widget = Inspector(applier(document))
    qtbot.addWidget(widget)
    widget.set_document(document)
    widget.resize(328, 900)
    widget.show()
    qtbot.waitActive(widget)
    return widget


@pytest.fixture
def page(inspector: Inspector) -> NodePage:
    inspector.set_selection(["conv1"])
    return inspector.node_page


def type_over(qtbot: QtBot, line: Any, text: str) -> None:
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)


def rows(numbers: Any) -> dict[str, str]:
    return {name.text(): value.text() for name, value in numbers._rows if name.text()}


def test_nothing_selected_shows_the_networks_totals(inspector: Inspector) -> None:
    shown = rows(inspector.network_page.numbers)
    assert shown["Layers"] == "4"
    assert shown["Parameters"] == "448"
    assert inspector.network_page.isVisible()
    assert "odd1" in inspector.network_page.note.text()


def test_a_layer_shows_its_shapes_settings_and_formulas(page: NodePage) -> None:
    assert page.kind.text() == "Conv2d"
    assert page.title.text() == "2-D convolution"
    assert page.shapes.accessibleName() == "Input 3×32×32, output 16×32×32"
    assert page.name.text() == "conv1"
    assert page.form.editor("out_channels").text() == "16"  # type: ignore[attr-defined]
    assert [block.line.accessibleName()[-5:] for block in page.explain.blocks()][1] == "= 448"


def test_the_shapes_take_no_more_room_than_they_need(qtbot: QtBot, inspector: Inspector, page: NodePage) -> None:
    width = page.shapes.width()
    inspector.set_selection(["relu1"])
    qtbot.wait(50)
    # A page with few settings leaves its room below, not in its boxes.
    assert page.shapes.height() == page.shapes.heightForWidth(width)


def test_an_edit_changes_the_document_and_the_page_at_once(qtbot: QtBot, document: Document, page: NodePage) -> None:
    type_over(qtbot, page.form.editor("out_channels"), "32")
    assert document.network["conv1"].params["out_channels"] == 32
    assert page.shapes.accessibleName() == "Input 3×32×32, output 32×32×32"
    assert document.analysis["relu1"].shape == (32, 32, 32)


def test_typing_in_a_field_is_one_undo(qtbot: QtBot, document: Document, page: NodePage) -> None:
    type_over(qtbot, page.form.editor("out_channels"), "128")
    document.undo()
    assert document.network["conv1"].params["out_channels"] == 16
    assert page.form.editor("out_channels").text() == "16"  # type: ignore[attr-defined]


def test_nonsense_keeps_the_network(qtbot: QtBot, document: Document, page: NodePage) -> None:
    type_over(qtbot, page.form.editor("out_channels"), "x")
    qtbot.waitUntil(lambda: bool(page.form.editor("out_channels").error()))  # type: ignore[attr-defined]
    assert document.network["conv1"].params["out_channels"] == 16


def test_a_layer_is_renamed_by_enter(qtbot: QtBot, document: Document, inspector: Inspector, page: NodePage) -> None:
    type_over(qtbot, page.name, "stem")
    assert "conv1" in document.network
    qtbot.keyClick(page.name, Qt.Key.Key_Return)
    assert "stem" in document.network
    assert inspector.selection() == ("stem",)
    document.undo()
    assert inspector.selection() == ("conv1",)
    assert page.name.text() == "conv1"


@pytest.mark.parametrize(
    ("name", "words"), [("relu1", "called ‘relu1’ already"), ("1x", "starting with a letter"), ("class", "meaning")]
)
def test_a_name_that_cannot_be_is_refused_while_it_is_typed(
    qtbot: QtBot, document: Document, page: NodePage, name: str, words: str
) -> None:
    type_over(qtbot, page.name, name)
    qtbot.waitUntil(lambda: words in page.name.error())
    qtbot.keyClick(page.name, Qt.Key.Key_Return)
    assert "conv1" in document.network


def test_a_rename_elsewhere_is_followed(document: Document, inspector: Inspector, page: NodePage) -> None:
    document.apply(Rename("conv1", "first"))
    assert inspector.selection() == ("first",)
    assert page.name.text() == "first"


def test_a_removed_layer_leaves_the_page(document: Document, inspector: Inspector) -> None:
    from models.document.edits import RemoveNodes

    inspector.set_selection(["conv1"])
    document.apply(RemoveNodes(["conv1"]))
    assert inspector.selection() == ()
    assert inspector.network_page.isVisible()


def test_reset_is_one_undo_and_keeps_what_is_unknown(qtbot: QtBot, document: Document, page: NodePage) -> None:
    document.apply(SetParam("conv1", "from_the_future", 1))
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert document.network["conv1"].params == {"from_the_future": 1}
    assert not page.reset.isVisible()
    document.undo()
    assert document.network["conv1"].params["padding"] == 1


def test_several_layers_show_their_sums(document: Document, inspector: Inspector) -> None:
    inspector.set_selection(["conv1", "relu1", "odd1", "conv1", "gone"])
    assert inspector.selection() == ("conv1", "relu1", "odd1")
    assert inspector.selection_page.title.text() == "3 layers"
    assert rows(inspector.selection_page.numbers)["Parameters"] == "448"
    assert rows(inspector.selection_page.kinds) == {"Conv2d": "× 1", "ReLU": "× 1", "Sparkle": "× 1"}
    assert "odd1" in inspector.selection_page.note.text()


def test_an_unknown_kind_is_shown_as_it_is(inspector: Inspector) -> None:
    inspector.set_selection(["odd1"])
    page = inspector.node_page
    assert page.kind.text() == "Sparkle"
    assert page.shapes.accessibleName() == "Input none, output ?"
    assert "<b>3</b>" in page._unknown.text()
    assert page._unknown.textFormat() == Qt.TextFormat.PlainText
    assert page.form.spec() is None
    assert not page.reset.isVisible()


def cards_in_sight(page: NodePage) -> list[IssueCard]:
    return [card for card in page.findChildren(IssueCard) if card.isVisibleTo(page)]


def issue(**more: Any) -> Finding:
    mend = Mend("Turn bias off", SetParam("conv1", "bias", False))
    return Finding("hint", "bias", "conv1", "The bias is <i>canceled</i>.", "Off saves 16.", mends=(mend,), **more)


def test_issues_are_mended_by_their_button(
    qtbot: QtBot, document: Document, inspector: Inspector, page: NodePage
) -> None:
    inspector.set_issues([issue(), Finding("error", "x", "relu1", "Elsewhere.")])
    qtbot.waitUntil(lambda: len(cards_in_sight(page)) == 1)
    cards = cards_in_sight(page)
    assert [card.accessibleName() for card in cards] == ["hint: The bias is <i>canceled</i>."]
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in cards[0].findChildren(QLabel) if label.text())
    cards[0].findChildren(MendButton)[0].click()
    assert document.network["conv1"].params["bias"] is False
    inspector.set_issues([])
    assert cards_in_sight(page) == []


def test_a_mend_that_sets_a_switch_is_offered_beside_it(
    qtbot: QtBot, document: Document, inspector: Inspector, page: NodePage
) -> None:
    inspector.set_issues([issue()])
    hint = page.form.editor("bias").hint  # type: ignore[attr-defined]
    qtbot.mouseClick(hint, Qt.MouseButton.LeftButton)
    assert document.network["conv1"].params["bias"] is False


def test_until_it_is_given_issues_it_shows_those_of_the_analysis(document: Document, inspector: Inspector) -> None:
    document.apply(SetParam("conv1", "kernel_size", 64))
    inspector.set_selection(["conv1"])
    assert [card.accessibleName()[:6] for card in inspector.node_page.findChildren(IssueCard)] == ["error:"]
    assert not inspector.node_page._explain.isVisibleTo(inspector.node_page)


class Browser(QObject):
    """Takes the place of the desktop's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def browser(qtbot: QtBot) -> Iterator[Browser]:
    handler = Browser()
    QDesktopServices.setUrlHandler("https", handler, "take")
    yield handler
    QDesktopServices.unsetUrlHandler("https")


def test_the_menu_opens_pytorchs_page_and_copies_the_expression(page: NodePage, browser: Browser) -> None:
    opens, copies, *_ = page.menu.actions()[3:]
    opens.trigger()
    assert browser.opened == [LAYERS["Conv2d"].url]
    copies.trigger()
    assert QGuiApplication.clipboard().text() == "nn.Conv2d(3, 16, kernel_size=3, padding=1)"


def test_a_layer_whose_input_is_unknown_is_copied_by_its_settings(document: Document) -> None:
    document.network.add_node(Node("fc", "Linear", {"out_features": 7}))
    document.analysis.recompute()
    assert as_pytorch(document.network["fc"], document.analysis["fc"]) == "Linear(out_features=7)"
    assert as_pytorch(document.network["odd1"], document.analysis["odd1"]).startswith("Sparkle: {")


def test_the_keyboard_goes_to_the_first_setting(qtbot: QtBot, inspector: Inspector, page: NodePage) -> None:
    page.focus_first()
    qtbot.waitUntil(page.form.editor("out_channels").hasFocus)
    inspector.set_selection(["odd1"])
    page.focus_first()
    qtbot.waitUntil(page.name.hasFocus)


def test_a_kind_registered_by_a_test_is_inspected(qtbot: QtBot, document: Document, inspector: Inspector) -> None:
    from models.specs.fields import Int

    class Twinkle(Layer):
        family = "Fireworks"
        title = "Twinkling layer"
        stars = Int(5, minimum=1)

    LAYERS.register(Twinkle)
    try:
        document.network.add_node(Node("star1", "Twinkle"))
        document.analysis.recompute()
        inspector.set_selection(["star1"])
        type_over(qtbot, inspector.node_page.form.editor("stars"), "7")
        assert document.network["star1"].params == {"stars": 7}
    finally:
        LAYERS.unregister("Twinkle")


def test_types_are_listed_briefly() -> None:
    from models.kinds.layer import TensorType

    assert types_text(()) == "none"
    assert types_text((TensorType((3, 8)), None)) == "3×8, ?"
    assert types_text((TensorType((1,)),) * 5) == "1, 1, 1 + 2"


def test_long_names_and_large_text_fit(qtbot: QtBot, document: Document, inspector: Inspector) -> None:
    document.apply(Rename("conv1", "a" * 64))
    inspector.set_selection(["a" * 64])
    inspector.set_issues(
        [Finding("error", "x", "a" * 64, "word " * 40, mends=(Mend("m" * 200, SetParam("x", "y", 1)),))]
    )
    try:
        for scale in (1.0, 1.5):
            theme().set_scale(scale)
            inspector.resize(round(328 * scale), 900)
            qtbot.wait(1)
            qtbot.waitUntil(lambda: inspector.horizontalScrollBar().maximum() == 0)
    finally:
        theme().set_scale(1.0)


def test_another_document_starts_afresh(inspector: Inspector, document: Document) -> None:
    inspector.set_selection(["conv1"])
    other = make_document()
    inspector.set_document(other)
    assert inspector.selection() == ()
    assert len(document.changed) == 0
    inspector.set_document(None)
    assert len(other.changed) == 0
    assert inspector.network_page.isVisible()


def test_every_kind_is_shown(document: Document, inspector: Inspector) -> None:
    for place, kind in enumerate(LAYERS):
        document.network.add_node(Node(f"node{place}", kind))
    document.analysis.recompute()
    for place in range(len(LAYERS)):
        inspector.set_selection([f"node{place}"])
        assert inspector.node_page.findChild(SpecForm).spec() is not None


def test_nothing_stays_behind(qtbot: QtBot, document: Document) -> None:
    for _ in range(12):
        widget = Inspector(applier(document))
        widget.set_document(document)
        widget.set_selection(["conv1"])
        widget.deleteLater()
    qtbot.waitUntil(lambda: len(document.changed) == 0)
