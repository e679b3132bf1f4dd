"""Pictures of networks: what is in them, whatever the screen looks like, and that they leave it as it was."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from models.document import Document
from models.document.remarks import SetNote
from models.network import Edge, Network, Node, Note
from models.storage import templates
from widgets.canvas.painting import text
from widgets.canvas.picture import FORMATS, Drawing, Wanted, as_image, as_pdf, as_png, as_svg, files
from widgets.theme import theme
from widgets.theme.tokens import DARK, LIGHT

pytestmark = pytest.mark.usefixtures("qapp")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def document(qapp):
    return templates.load("small-resnet")


def texts(data: bytes) -> list[str]:
    return [element.text.strip() for element in ElementTree.fromstring(data).iter(f"{SVG}text") if element.text]


@pytest.mark.parametrize("style", ["cards", "blocks"])
@pytest.mark.parametrize("template", ["small-resnet", "lstm-tagger", "exam-cnn"])
def test_every_layer_is_named_in_the_text_of_an_svg(template, style):
    document = templates.load(template)
    found = texts(as_svg(Drawing(document, Wanted(style=style)), template).data)
    kinds = sorted(node.kind for node in document.network)
    named = sorted(text for text in found if text in {*kinds})
    assert named == kinds


def test_an_svg_holds_no_pixels_and_names_fonts_that_everybody_has(document):
    data = as_svg(Drawing(document, Wanted()), "a <title> & more").data
    root = ElementTree.fromstring(data)
    assert not list(root.iter(f"{SVG}image"))
    assert root.findtext(f"{SVG}title") == "a <title> & more"
    assert b"Inter, Helvetica, Arial, sans-serif" in data


def test_a_text_fits_its_card_in_any_font(document):
    root = ElementTree.fromstring(as_svg(Drawing(document, Wanted()), "").data)
    wide = {element.text.strip(): float(element.get("textLength")) for element in root.iter(f"{SVG}text")}
    assert wide["BatchNorm2d"] == pytest.approx(text.width("BatchNorm2d", text.TITLE), abs=0.1)
    assert all(0 < width < 240 for width in wide.values())


def test_without_numbers_no_digit_of_a_shape_is_left(document):
    with_them = texts(as_svg(Drawing(document, Wanted()), "").data)
    without = texts(as_svg(Drawing(document, Wanted(numbers=False)), "").data)
    assert any("×" in text for text in with_them) and any("params" in text for text in with_them)
    assert not any("×" in text or "params" in text for text in without)
    assert "block1_conv1" in without


def test_a_shape_stands_in_a_block_where_there_is_room(document):
    found = texts(as_svg(Drawing(document, Wanted(style="blocks")), "").data)
    assert "16×32×32" in found
    assert "64×1×1" not in found, "AdaptiveAvgPool2d leaves no room"


def test_chosen_layers_alone_with_the_wires_between_them(document):
    chosen = frozenset({"block1_conv1", "block1_bn1", "linear_that_is_gone"})
    drawing = Drawing(document, Wanted(only=chosen))
    found = texts(as_svg(drawing, "").data)
    assert "block1_conv1" in found and "block1_conv2" not in found
    whole = Drawing(document, Wanted()).size
    assert drawing.size.height() < whole.height() / 3
    assert Drawing(document, Wanted(only=frozenset({"gone"}))).size == whole


@pytest.mark.parametrize(("mode", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_colors_are_those_asked_for_whatever_the_screen_shows(document, mode, palette):
    image = as_image(Drawing(document, Wanted(mode=mode)), 1.0)
    assert image.pixelColor(1, 1) == QColor(palette.canvas)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_nothing_lies_behind_a_transparent_picture(document, mode):
    image = as_image(Drawing(document, Wanted(mode=mode, transparent=True)), 1.0)
    assert image.pixelColor(1, 1).alpha() == 0
    data = as_svg(Drawing(document, Wanted(mode=mode, transparent=True)), "").data.decode()
    canvas = {"light": LIGHT, "dark": DARK}[mode].canvas.lower()
    assert canvas not in data.lower()


def test_the_screen_is_as_before(document):
    before, told = (theme().palette, theme().scale), []
    theme().changed.connect(lambda: told.append(1))
    try:
        theme().set_scale(1.5)
        told.clear()
        size = Drawing(document, Wanted(mode="dark")).size
        as_png(Drawing(document, Wanted(mode="dark")), "")
        assert theme().scale == 1.5 and not told
    finally:
        theme().set_scale(before[1])
    assert size == Drawing(document, Wanted(mode="light")).size, "large text on the screen changes no picture"
    assert theme().palette is before[0]


def test_an_svg_looks_as_its_png(document):
    drawing = Drawing(document, Wanted())
    pixels = as_image(drawing, 1.0)
    again = QImage(pixels.size(), QImage.Format.Format_ARGB32_Premultiplied)
    again.fill(QColor("white"))
    painter = QPainter(again)
    QSvgRenderer(as_svg(drawing, "").data).render(painter, QRectF(0, 0, pixels.width(), pixels.height()))
    painter.end()
    blank = QImage(pixels.size(), QImage.Format.Format_ARGB32_Premultiplied)
    blank.fill(pixels.pixelColor(1, 1))
    assert difference(pixels, again) < difference(pixels, blank) / 3  # shadows are left out of an SVG


def difference(one: QImage, other: QImage) -> float:
    """How far two pictures are apart on average, when looked at from a distance."""
    small = [
        np.asarray(
            image.scaled(image.size() / 4, mode=Qt.TransformationMode.SmoothTransformation)
            .convertToFormat(QImage.Format.Format_Grayscale8)
            .constBits(),
            np.uint8,
        ).astype(float)
        for image in (one, other)
    ]
    return float(np.abs(small[0] - small[1]).mean())


def test_a_pdf_has_one_page_of_its_size_with_text(document):
    drawing = Drawing(document, Wanted())
    data = as_pdf(drawing, "title").data
    assert data.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", data)) == 1
    box = [float(number) for number in re.search(rb"/MediaBox \[([^\]]*)\]", data)[1].split()]
    assert box[2] == pytest.approx(drawing.size.width() * 0.75, abs=1)
    assert b"/FontFile2" in data and b"/Subtype /Image" not in data


def long_chain(count: int) -> Document:
    network = Network(Node(f"relu{place}", "ReLU", position=(0.0, 60.0 * place)) for place in range(count))
    for place in range(count - 1):
        network.insert_edge(Edge(f"relu{place}", "output", f"relu{place + 1}", "input"))
    return Document(network)


def test_what_is_too_large_for_a_format_is_smaller_and_says_so():
    drawing = Drawing(long_chain(900), Wanted(only=frozenset()))
    page, pixels = as_pdf(drawing, ""), as_png(drawing, "", 2.0)
    box = [float(number) for number in re.search(rb"/MediaBox \[([^\]]*)\]", page.data)[1].split()]
    assert max(box) < 14_400 and "as large" in page.note
    image = QImage.fromData(pixels.data)
    assert 0 < max(image.width(), image.height()) <= files._LONGEST_SIDE and "instead of 2" in pixels.note


def test_errors_are_drawn(qapp):
    document = Document(Network([Node("alone", "Conv2d")]))
    assert any("input" in text for text in texts(as_svg(Drawing(document, Wanted()), "").data))


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_names_are_text_and_nothing_else(qapp, form):
    document = Document(Network([Node("a_b", "<script>alert(1)</script>&\"'\x07")]))
    picture = FORMATS[form](Drawing(document, Wanted()), "<b>&\x00", 1.0)
    if form == "svg":
        assert not list(ElementTree.fromstring(picture.data).iter(f"{SVG}script"))
    assert picture.data


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_formulas_of_notes_are_curves_in_the_color_of_words(mode):
    pytest.importorskip("ziamath")
    document = templates.load("mlp")
    plain = len(list(ElementTree.fromstring(as_svg(Drawing(document, Wanted(mode=mode)), "").data).iter(f"{SVG}path")))
    document.apply(SetNote("note1", Note(r"$\frac{u}{v}$", (500.0, 0.0))))
    root = ElementTree.fromstring(as_svg(Drawing(document, Wanted(mode=mode)), "").data)
    assert not list(root.iter(f"{SVG}image")) and not any("frac" in (each.text or "") for each in root.iter())
    ink = (DARK if mode == "dark" else LIGHT).text1.lower()
    colored = [
        group for group in root.iter(f"{SVG}g") if group.get("fill") == ink and group.find(f"{SVG}path") is not None
    ]
    assert len(list(root.iter(f"{SVG}path"))) > plain and colored
    for make in (as_pdf, as_png):
        assert make(Drawing(document, Wanted(mode=mode)), "").data
