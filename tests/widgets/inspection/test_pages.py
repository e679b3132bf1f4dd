"""Maps, spreads, plots, sketches, tokens and bars: what is drawn where, and what a click or a key means."""

from __future__ import annotations

import numpy as np
import pytest
from pixels import pixels
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from widgets.inspection.chances import Chance, Chances, share_text
from widgets.inspection.detail import SampleDetail
from widgets.inspection.inside.layer_maps import LayerMaps, LayerPage, Spot
from widgets.inspection.inside.spreads import Spread, Spreads
from widgets.inspection.pictures import colored, gray, heat_plane, image_of
from widgets.inspection.plot import Line, Plot, Points, span_of
from widgets.inspection.sketch import SketchPad
from widgets.inspection.slider import NamedSlider
from widgets.inspection.strip import Fact, InspectStrip
from widgets.inspection.tokens import Token, Tokens


def shown(qtbot: QtBot, widget: QWidget, width: int = 500, height: int = 300) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()


def layer(id: str, form: str = "maps", count: int = 5) -> LayerMaps:
    pictures = np.arange(count * 12, dtype=np.uint8).reshape(count, 3, 4)
    return LayerMaps(id, "Conv2d", "Convolution", form, (count, 6, 8), pictures, list(range(count, 0, -1)), 2, "note")


def test_a_click_on_a_map_is_the_value_of_the_layer_beneath_it(qtbot: QtBot) -> None:
    page = LayerPage()
    shown(qtbot, page)
    page.show_layers([layer("conv1"), layer("conv2"), layer("fc1", "values", 1)])
    spots: list[Spot] = []
    page.pointed.connect(spots.append)
    area = page._place(page._tops()[1], 2)
    qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=(area.center() + QPointF(1, 1)).toPoint())
    assert spots == [Spot(("conv2", 3, 2, 4))], "the third picture is channel 3; every second value is shown"
    page.grab()
    qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=(area.topLeft() + QPointF(1, 1)).toPoint())
    assert len(spots) == 1, "beside the picture there is nothing"


def test_layers_are_walked_and_one_is_chosen_by_key_or_by_its_name(qtbot: QtBot) -> None:
    page = LayerPage()
    shown(qtbot, page, height=120)
    page.show_layers([layer(f"conv{n}") for n in range(6)])
    chosen: list[str] = []
    page.layer_chosen.connect(chosen.append)
    for _ in range(4):
        qtbot.keyClick(page, Qt.Key.Key_Down)
    qtbot.keyClick(page, Qt.Key.Key_Return)
    top = page._tops()[4]
    assert chosen == ["conv4"] and 0 <= top < page.viewport().height()
    qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=QPointF(20, top + 20).toPoint())
    assert chosen == ["conv4", "conv4"]


def test_spreads_are_drawn_with_warnings_told_and_moved_sideways(qtbot: QtBot) -> None:
    spreads = Spreads()
    shown(qtbot, spreads)
    counts = np.array([1, 50, 3])
    layers = [(f"conv{n}", {"activations": Spread(counts, 0, 1, "31 % dead", n == 2)}) for n in range(9)]
    spreads.show_layers(layers)
    assert "conv2: 31 % dead" in spreads.accessibleDescription() and "conv1" not in spreads.accessibleDescription()
    before = spreads.grab().toImage()
    spreads.set_logarithmic(False)
    linear = spreads.grab().toImage()
    spreads.horizontalScrollBar().setValue(spreads.horizontalScrollBar().maximum())
    assert before != linear != spreads.grab().toImage()


def test_a_click_near_a_point_is_its_sample(qtbot: QtBot) -> None:
    plot = Plot()
    shown(qtbot, plot)
    x, y = np.array([0.2, 0.8, np.nan]), np.array([0.3, 0.9, 0.5])
    line = Line(np.linspace(0, 1, 9_000), np.linspace(0, 1, 9_000), dashed=True)
    points = Points(x, y, np.array([0, 7, -1]), np.array([11, 12, 13]))
    ends = ((0.0, 1.0), (0.0, 1.0))
    plot.show_plot(("x", "y"), ends, [line], points, marks=[(0.5, 0.5)], square=True)
    plot.mark_sample(12)
    plot.grab()
    seen: list[int] = []
    plot.pointed.connect(seen.append)
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=plot.place(0.8, 0.9).toPoint())
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=plot.place(0.5, 0.1).toPoint())
    assert seen == [12]


def test_names_at_the_ends_of_lines_stay_inside_and_apart(qtbot: QtBot) -> None:
    plot = Plot()
    shown(qtbot, plot)
    x = np.array([0.0, 1.0])
    ends = ((0.0, 1.0), (0.0, 1.0))
    pictures = []
    for names in (("", ""), ("upper", ""), ("", "lower"), ("upper", "lower")):
        lines = [Line(x, np.array([0.2, at]), name=name) for at, name in zip((1.0, 0.995), names, strict=True)]
        plot.show_plot(("x", "y"), ends, lines)
        pictures.append(pixels(plot.grab().toImage()))
    bare, upper, lower, both = pictures
    own = [np.flatnonzero((picture != bare).any(1)) for picture in (upper, lower)]
    assert all(len(rows) and rows.min() >= plot.area().top() - 4 for rows in own), "none is cut off"
    assert (both != bare).sum() > 0.9 * sum((one != bare).sum() for one in (upper, lower)), "none hides another"


@pytest.mark.parametrize(
    ("values", "ends"), [([], (0, 1)), ([np.nan], (0, 1)), ([5.0], (4.75, 5.25)), ([0, 10], (-0.5, 10.5))]
)
def test_an_axis_reaches_a_little_beyond_its_values(values: list[float], ends: tuple[float, float]) -> None:
    assert span_of(np.array(values, float)) == pytest.approx(ends)


def test_a_stroke_is_drawn_where_the_mouse_goes(qtbot: QtBot) -> None:
    pad = SketchPad()
    shown(qtbot, pad, 280, 280)
    pad.set_shape(28, 28)
    drawn: list[None] = []
    pad.drawn.connect(lambda: drawn.append(None))
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPointF(50, 145).toPoint())
    qtbot.mouseMove(pad, QPointF(230, 145).toPoint())
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPointF(230, 145).toPoint())
    assert pad.values[14, 5:23].min() > 0.9 and not pad.values[:8].any() and drawn
    pad.clear()
    assert not pad.values.any()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Space):
        qtbot.keyClick(pad, key)
    assert pad.values.argmax() == 13 * 28 + 13
    pad.grab()
    pad.set_shape(8, 8)
    assert pad.values.shape == (8, 8)


def test_tokens_begin_at_the_first_mistake_and_are_walked(qtbot: QtBot) -> None:
    tokens = Tokens()
    shown(qtbot, tokens, 200)
    tokens.show_tokens([Token("78", "noun", "noun"), Token("5", "verb", "noun"), Token("6", "verb", "verb")])
    assert tokens.current == 1 and "1 wrong" in tokens.accessibleDescription()
    places: list[int] = []
    tokens.current_changed.connect(places.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(tokens, key)
    qtbot.mouseClick(tokens, Qt.MouseButton.LeftButton, pos=tokens._area(0).center().toPoint())
    assert places == [2, 2, 1, 0]
    assert tokens.describe(1) == "Position 2, 5: verb, is noun"
    tokens.grab()


def test_words_without_answers_take_a_line_each_and_tell_their_weight(qtbot: QtBot) -> None:
    tokens = Tokens()
    shown(qtbot, tokens, 200)
    tokens.show_tokens([Token("good", "verb", "noun")])
    with_answers = tokens.height()
    tokens.show_tokens([Token("not", "", ""), Token("good", "", "")])
    assert tokens.height() < with_answers and "wrong" not in tokens.accessibleDescription()
    tokens.show_weights([0.5, -2.0])
    assert tokens.describe(0) == "Position 1, not: weighs +0.25"
    before = tokens.grab().toImage()
    tokens.show_weights(())
    assert tokens.describe(1) == "Position 2, good: " and tokens.grab().toImage() != before


@pytest.mark.parametrize(
    ("share", "text"), [(0.996, "100 %"), (0.42, "42 %"), (0.0071, "0.7 %"), (0, "0.0 %"), (np.nan, "–")]
)
def test_shares_are_written_as_people_read_them(share: float, text: str) -> None:
    assert share_text(share) == text


def test_bars_tell_answer_and_truth_to_those_who_do_not_see_them(qtbot: QtBot) -> None:
    bars = Chances()
    shown(qtbot, bars)
    bars.show_chances([Chance("cat", 0.9, True, False), Chance("dog", 0.1, False, True, "1.5e3")])
    assert bars.accessibleDescription() == "cat 90 %; dog 1.5e3, the truth"
    bars.grab()


def test_the_strip_shows_whole_values_and_only_as_many_as_fit(qtbot: QtBot) -> None:
    strip = InspectStrip()
    shown(qtbot, strip, 1500, 60)
    strip.offer_runs([("a", "run 1"), ("b", "run 2")], "b")
    strip.run.showPopup()
    strip.offer_runs([("a", "run 1"), ("b", "run 2")], "a")
    assert strip.run.view().isVisible() and strip.run.value() == "a"
    strip.run.hidePopup()
    strip.show_facts([Fact(f"Figure {n}", "1,234.5 %", "of very many that there are") for n in range(5)])
    assert all(label.isVisible() for label in strip._facts)
    strip.resize(900, 60)
    visible = [label for label in strip._facts if label.isVisible()]
    assert 0 < len(visible) < 5
    assert all(label.width() >= label.minimumSizeHint().width() for label in visible)
    strip.grab()
    strip.show_facts([Fact("A figure with a long name", "8")])
    name = visible[0].fontMetrics().horizontalAdvance("A figure with a long name")
    assert strip._facts[0].minimumSizeHint().width() > name, "its name is whole, too"
    strip.show_progress("Scoring", 50, 200)
    working = strip.working
    assert working.state.text() == "Scoring 50 of 200" and working.bar.value() == working.bar.STEPS // 4


def test_a_slider_says_its_value_and_is_silent_when_it_is_set(qtbot: QtBot) -> None:
    slider = NamedSlider("Noise", 0, 100, lambda value: f"{value} %")
    shown(qtbot, slider)
    said: list[int] = []
    slider.changed.connect(said.append)
    slider.set_value(30)
    assert said == [] and slider._value.text() == "30 %"
    qtbot.keyClick(slider.slider, Qt.Key.Key_Right)
    assert said == [31]


def test_the_detail_offers_what_suits_and_shows_heat_over_the_picture(qtbot: QtBot) -> None:
    detail = SampleDetail()
    shown(qtbot, detail)
    detail.offer_methods(["occlusion"])
    assert detail.method.value() == "occlusion"
    detail.offer_methods(["grad_cam", "occlusion"])
    assert detail.method.value() == "occlusion", "what was chosen stays"
    look = image_of(np.arange(64, dtype=np.uint8).reshape(1, 8, 8), (0.0, 255.0))
    detail.show_sample("3", "3", "is 9", look)
    detail.show_heat(look, None, "")
    plain = detail.grab().toImage()
    detail.show_heat(look, colored(np.eye(8), 0, 1, see_through=True), "Seen from conv2.")
    assert detail.grab().toImage() != plain


def test_arrays_become_pictures_of_their_span(qtbot: QtBot) -> None:
    ramp = np.array([[[0.0, 5.0, 10.0, np.nan]]], np.float32)
    gray_ramp = image_of(ramp, (0.0, 10.0))
    assert [gray_ramp.pixelColor(x, 0).red() for x in range(4)] == [0, 127, 255, 0]
    red = image_of(np.stack([np.full((2, 3), 255), *np.zeros((2, 2, 3))]).astype(np.uint8), (0.0, 255.0))
    assert (red.width(), red.height()) == (3, 2) and red.pixelColor(1, 1).name() == "#ff0000"
    assert image_of(ramp, (3.0, 3.0)).pixelColor(1, 0).red() == 0, "a span of nothing is black"
    assert gray(np.array([[7, 8]], np.uint8)).pixelColor(1, 0).red() == 8


def test_heat_is_warm_above_zero_cold_below_and_clear_at_it(qtbot: QtBot) -> None:
    heat: QImage = colored(np.array([[-1.0, 0.0, 1.0]]), -1, 1, see_through=True)
    cold, clear, warm = (heat.pixelColor(x, 0) for x in range(3))
    assert cold.blue() > cold.red() and warm.red() > warm.blue()
    assert clear.alpha() == 0 and cold.alpha() == warm.alpha() > 200
    assert heat_plane(np.ones((3, 4, 5))).shape == (4, 5) and heat_plane(np.ones((3, 4, 5)))[0, 0] == 3
    assert heat_plane(np.ones(7)).shape == (1, 7)
