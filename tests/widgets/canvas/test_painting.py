"""What is painted: detail by zoom, states, both themes, hostile names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from pixels import names
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.checks import findings
from models.document.edits import AddNode, Connect, Rename, SetParam
from models.document.remarks import SetLayerNote
from models.findings.finding import Finding
from models.network import Edge, Node
from models.storage import templates
from widgets.canvas import CanvasView
from widgets.canvas.floating.hints import hint_at
from widgets.canvas.painting import text
from widgets.theme import color, theme


@pytest.fixture(params=["dark", "light"])
def themed(request, qapp):
    """Both themes, one after the other."""
    mode, scale = theme().mode, theme().scale
    theme().set_mode(request.param)
    yield request.param
    theme().set_scale(scale)
    theme().set_mode(mode)


def shot(hand) -> QImage:
    """The canvas as it is painted, without the panels."""
    hand.view.tools.hide()
    hand.view.minimap.hide()
    return hand.view.grab().toImage()


def ink(image: QImage, area) -> set[str]:
    """The colors within an area of the widget."""
    box = area.toAlignedRect()
    return names(image.copy(QRect(box.topLeft(), QSize(box.width() - 1, box.height() - 1))))


def test_a_selected_card_has_an_accent_line_and_its_wires_too(hand, themed):
    before = shot(hand)
    hand.view.select({"conv1"})
    after = shot(hand)
    wire = hand.at(148, 63)
    assert before.pixelColor(wire).name() == color("wire").name()
    assert after.pixelColor(wire).name() == color("accent").name()
    edge = hand.at(0, 90) + QPoint(1, 0)
    assert after.pixelColor(edge).name() == color("accent").name()


def test_an_error_is_red_with_a_strip(hand, themed):
    hand.view.set_issues([Finding("error", "shape", "conv1", "Conv2d needs more, but it receives 3.")])
    strip = hand.view.camera.area_to_widget(hand.view.scene.cards["conv1"].strip)
    found = ink(shot(hand), strip)
    assert color("error_soft").name() in found
    assert color("error_text").name() in found


def test_the_chip_is_filled_only_where_the_shape_changes(hand, themed):
    image = shot(hand)
    for id, filled in (("conv1", True), ("relu1", False)):
        rect = hand.view.scene.cards[id].rect
        middle = 18 if filled else 16
        corner = hand.at(rect.right() - 13, rect.y() + middle)
        assert (image.pixelColor(corner).name() == color("chip").name()) is filled


def test_detail_falls_with_zoom(hand, themed):
    """Fewer colors are left at every level; blocks and bars have the family's color."""
    card = hand.view.scene.cards["conv1"]
    for zoom in (0.3, 0.1):
        hand.view.set_zoom(zoom)
        center = hand.view.camera.area_to_widget(card.rect).center().toPoint()
        place = QPoint(hand.view.camera.to_widget(card.rect.topLeft() + QPointF(30, 27)).toPoint())
        image = shot(hand)
        assert image.pixelColor(place).name() == color("Convolution").name()
        assert image.pixelColor(center) != color("canvas")
    hand.view.set_zoom(0.5)
    place = hand.view.camera.to_widget(card.rect.topLeft() + QPointF(120, 8)).toPoint()
    assert shot(hand).pixelColor(place).name() == color("raised").name()


def test_grid_dots_vanish_when_small(hand, themed):
    hand.view.set_document(None)
    hand.view.set_zoom(1.0)
    area = hand.view.rect().adjusted(0, 500, 0, 0)
    assert len(ink(shot(hand), area.toRectF())) > 1
    hand.view.set_zoom(0.4)
    assert ink(shot(hand), area.toRectF()) == {color("canvas").name()}


def test_an_empty_canvas_says_what_to_do(hand, themed):
    hand.view.set_document(None)
    middle = hand.view.rect().adjusted(250, 380, -250, -380).toRectF()
    assert color("text3").name() in ink(shot(hand), middle)


def test_running_cards_carry_a_moving_bar(hand, themed, qtbot):
    hand.view.set_running({"conv1"})
    edge = hand.view.camera.area_to_widget(hand.view.scene.cards["conv1"].rect)
    edge.setTop(edge.bottom() - 4)
    qtbot.waitUntil(lambda: color("accent").name() in ink(shot(hand), edge))
    phase = hand.view.marks.phase
    qtbot.waitUntil(lambda: hand.view.marks.phase != phase)
    hand.view.set_running(())
    assert color("accent").name() not in ink(shot(hand), edge)


@pytest.mark.parametrize("zoom", [1.0, 0.5, 0.3, 0.1])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_every_level_paints_every_state(hand, themed, zoom, scale):
    theme().set_scale(scale)
    hand.view.set_issues(
        [Finding("error", "shape", "conv1", "Conv2d needs more."), Finding("warning", "w", "relu1", "Hm.")]
    )
    hand.view.select({"relu1"})
    hand.view.marks.hovered = "input1"
    hand.view.set_zoom(zoom)
    assert not shot(hand).isNull()


def test_text_of_150_percent_enlarges_everything(hand, themed):
    before = hand.view.camera.area_to_widget(hand.view.scene.bounds).width()
    theme().set_scale(1.5)
    assert hand.view.camera.area_to_widget(hand.view.scene.bounds).width() == pytest.approx(1.5 * before)
    assert hand.view.zoom == 1.0


def test_a_field_edit_repaints_at_once(hand):
    before = shot(hand)
    hand.document.apply(SetParam("conv1", "out_channels", 99))
    QApplication.processEvents()
    assert shot(hand) != before


def test_long_names_end_before_the_shape(hand):
    hand.document.apply(Rename("conv1", "a" * 64))
    assert text.elided("a" * 64, text.PLAIN, 60.0).endswith("…")
    assert text.width(text.elided("a" * 64, text.PLAIN, 60.0), text.PLAIN) <= 60
    assert text.elided("abc", text.PLAIN, 4.0) == ""
    image = shot(hand)
    chip = hand.at(296 - 13, 72 + 18)
    assert image.pixelColor(chip) == QColor(color("chip"))


def test_markup_and_line_breaks_are_just_letters():
    plain = "<b>bold</b>\n‮עברית 🙂"
    assert text.one_line(plain) == "<b>bold</b> ‮עברית 🙂"
    assert text.width(plain, text.PLAIN) > text.width("bold", text.PLAIN)


def test_kinds_lose_their_dimension_before_letters():
    assert text.fitting("BatchNorm2d", text.SMALL_STRONG, 500) == "BatchNorm2d"
    width = text.width("BatchNorm2d", text.SMALL_STRONG)
    assert text.fitting("BatchNorm2d", text.SMALL_STRONG, width - 1) == "BatchNorm"


def test_a_note_is_told_as_it_is_read(hand):
    for note, image in (("plain words", False), ("**bold** and a list\n- one", True), ("$x^2$", True)):
        hand.document.apply(SetLayerNote("conv1", note))
        over = hint_at(hand.view.scene, QPointF(60, 90), 12, ports=True)
        assert ("<img src='data:image/png" in over) is image, note
        assert (note in over) is not image
    hand.document.apply(SetLayerNote("conv1", "- line\n" * 200))
    over = hint_at(hand.view.scene, QPointF(60, 90), 12, ports=True)
    assert int(over.partition("height='")[2].partition("'")[0]) <= 260 * theme().scale + 1, "a tip, not a page"


def test_hints_name_what_lies_there_without_markup(hand):
    scene = hand.view.scene
    scene.set_issues([Finding("error", "x", "conv1", "Conv2d needs <b>more</b>.", "Add some.")])
    over = hint_at(scene, QPointF(60, 90), 12, ports=True)
    assert "Conv2d conv1" in over and "&lt;b&gt;more&lt;/b&gt;" in over and "Add some." in over
    assert "3×32×32" in hint_at(scene, QPointF(148, 60), 6, ports=False)
    assert "output" in hint_at(scene, QPointF(148, 54), 12, ports=True)
    assert "input1 to conv1" in hint_at(scene, QPointF(148, 63), 6, ports=False)
    assert hint_at(scene, QPointF(-500, 0), 12, ports=True) == ""


def forked(make):
    """A skip that forks off a chain, and a wire that goes across all of it."""
    nodes = [("input1", "Input", {"shape": [3, 8, 8]}), ("conv1", "Conv2d", {"padding": 1, "out_channels": 3})]
    nodes += [("relu1", "ReLU", {}), ("add1", "Add", {}), ("input2", "Input", {"shape": [3]}), ("flat1", "Flatten", {})]
    wires = [("input1", "conv1"), ("conv1", "relu1"), ("relu1", "add1"), ("conv1", "add1"), ("input2", "flat1")]
    places = {id: (0.0, 100.0 * place) for place, (id, _, _) in enumerate(nodes[:4])}
    return make(tuple(nodes), wires, **places, input2=(-330.0, 106.0), flat1=(420.0, 195.0))


def shown(hand, x: float, y: float, image: QImage) -> str:
    """The color at a place of the scene."""
    return image.pixelColor(hand.at(x, y)).name()


def like(one: str, other: str) -> bool:
    """Whether two colors look the same."""
    pairs = zip(QColor(one).getRgb(), QColor(other).getRgb(), strict=True)
    return all(abs(first - second) < 24 for first, second in pairs)


def test_wires_have_a_gap_where_they_cross_and_a_dot_where_they_fork(open_canvas, make, themed):
    hand = open_canvas(forked(make))
    hand.view.set_issues([])
    wires = {(edge.source, edge.target): wire for edge, wire in hand.view.scene.wires.items()}
    image = shot(hand)
    x, y = 148.0, wires["input2", "flat1"].points[1][1]
    assert shown(hand, x, y, image) == color("wire").name(), "the wire above goes on"
    assert shown(hand, x - 3, y, image) == shown(hand, x + 3, y, image) == color("canvas").name()
    assert shown(hand, x - 8, y, image) == shown(hand, x + 8, y, image) == color("wire").name()
    fork = wires["conv1", "relu1"].points[0][0], wires["conv1", "add1"].points[1][1]
    assert shown(hand, fork[0] - 2, fork[1], image) == color("wire").name()
    assert like(shown(hand, fork[0] - 2, fork[1] - 4, image), color("canvas").name())


def test_a_wire_under_the_pointer_lights_up_whole_with_its_ends(open_canvas, make, themed):
    hand = open_canvas(forked(make))
    hand.view.set_issues([])
    wire = hand.view.scene.wires[Edge("conv1", "output", "add1", "input")]
    lane, lit = wire.middle(), color("text1").name()
    QTest.mouseMove(hand.view, hand.at(-200, 400))
    QTest.mouseMove(hand.view, hand.at(lane.x(), lane.y()))
    image = shot(hand)
    for (x, y), (u, v) in pairwise(wire.points):
        around = ink(image, QRectF(hand.at((x + u) / 2, (y + v) / 2) - QPoint(2, 2), QSizeF(4, 4)))
        assert any(like(found, lit) for found in around)
    assert shown(hand, *wire.points[-1], image) == lit
    assert shown(hand, 148, 180, image) == color("wire").name(), "not the wire beside it"
    QTest.mouseMove(hand.view, hand.at(-200, 400))
    assert shown(hand, lane.x(), lane.y(), shot(hand)) == color("wire").name()
    hand.view.pick_wire(wire.edge)
    image = shot(hand)
    assert shown(hand, lane.x(), lane.y(), image) == shown(hand, *wire.points[-1], image) == color("accent").name()


def test_the_pointer_lights_up_all_that_shares_a_stretch(hand):
    hand.document.apply(AddNode(Node("add1", "Add", {}, (0.0, 240.0))))
    hand.document.apply(AddNode(Node("add2", "Add", {}, (0.0, 300.0))))
    for id in ("add1", "add2"):
        hand.document.apply(Connect(Edge("input1", "output", id, "input")))
    near, far = (hand.view.scene.wires[Edge("input1", "output", id, "input")] for id in ("add1", "add2"))
    shared = QPointF(near.points[2][0], 100)
    assert hand.view.scene.wires_at(shared, 6) == {near.edge, far.edge}
    assert hand.view.scene.wires_at(QPointF(shared.x(), far.points[-2][1] - 20), 6) == {far.edge}
    assert hand.view.scene.wires_at(QPointF(-400, 0), 6) == frozenset()


@pytest.mark.parametrize("zoom", [0.3, 0.45, 0.57, 0.69])
def test_a_small_card_with_an_error_shows_its_strip(open_canvas, make, zoom):
    nodes = (("input1", "Input", {"shape": [4]}), ("conv1", "Conv2d", {}))
    hand = open_canvas(make(nodes, input1=(0.0, 0.0), conv1=(0.0, 100.0)))
    hand.view.set_zoom(zoom)
    card = hand.view.scene.cards["conv1"]
    assert card.face.problem is not None
    strip = hand.view.camera.area_to_widget(card.strip)
    image = hand.view.grab().toImage().copy(strip.adjusted(2, 2, -2, -3).toAlignedRect())
    inked = [QColor(image.pixel(x, y)).name() for x in range(image.width()) for y in range(image.height())]
    assert inked.count(color("error_soft").name()) > len(inked) / 3
    assert color("canvas").name() not in inked
    if zoom > 0.5:
        words = [name for name in inked if name not in (color("error_soft").name(), color("error_line").name())]
        assert len(words) > 40, "the sentence is drawn"


def test_a_fix_that_is_not_drawn_cannot_be_clicked(open_canvas, make):
    nodes = (("input1", "Input", {"shape": [4]}), ("conv1", "Conv2d", {}))
    hand = open_canvas(make(nodes, input1=(0.0, 0.0), conv1=(0.0, 100.0)))
    hand.view.set_issues(findings(hand.document))
    told = []
    hand.view.mend_requested.connect(told.append)
    for zoom, asked in ((0.3, 0), (0.57, 1), (1.0, 2)):
        hand.view.set_zoom(zoom)
        place = hand.view.camera.to_widget(hand.view.scene.cards["conv1"].fix_button.center()).toPoint()
        hand.click(place)
        assert len(told) == asked, zoom


@pytest.mark.parametrize("zoom", [0.7, 1.0, 1.6])
def test_a_wire_goes_beneath_the_name_of_its_port_which_stays_legible(zoom, qtbot):
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.set_document(templates.load("unet"))
    view.show()
    view.set_zoom(zoom)
    view.select(("down1",))
    view.frame_selection()
    view.select(())
    view.set_zoom(zoom)
    port = next(port for port in view.scene.cards["down1"].outputs if port.end.port == "skip1")
    style = text.legible(text.SMALL, zoom)
    assert style[0] * zoom >= text.LEAST - 0.1
    place = view.scene.cards["down1"].place(port)
    wide = text.width("skip1", style)
    name = view.camera.area_to_widget(QRectF(place.x() + 7, place.y() + 5, wide, 8))
    around = view.camera.area_to_widget(QRectF(place.x() + 7, place.y() + 5, wide + 30, 8))
    image = view.grab().toImage()
    assert color("wire").name() in ink(image, around)
    assert color("wire").name() not in ink(image, name)
    view.set_document(None)
