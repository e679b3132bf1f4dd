"""Coloring cards by a number."""

from __future__ import annotations

import pytest

from models.document.edits import SetParam
from widgets.canvas.painting.heat import MEASURES, heats, shade
from widgets.canvas.scene.scene import Scene
from widgets.theme import color, theme


def test_the_largest_is_hottest_and_nothing_is_neutral(make):
    found = heats(Scene(make()), "parameters", {})
    assert (found["conv1"].text, found["conv1"].shade) == ("448", shade(1.0))
    assert (found["relu1"].text, found["relu1"].shade) == ("", shade(0.0))
    assert shade(1.0) == theme().palette.curves[1]
    assert shade(0.0) == color("control_line").name().upper()


def test_what_is_unknown_has_no_heat(make):
    assert heats(Scene(make((("conv1", "Conv2d", {}),))), "parameters", {}) == {}


@pytest.mark.parametrize("by", MEASURES)
def test_every_measure_reads_and_paints(hand, by):
    hand.view.colors.field.changed.emit(by)
    assert hand.view.color_by == by
    assert set(hand.view.marks.heat) == {"input1", "conv1", "relu1"}
    for zoom in (1.0, 0.5, 0.3, 0.1):
        hand.view.set_zoom(zoom)
        assert not hand.view.grab().isNull()


def test_heat_follows_edits_and_documents(hand, make):
    hand.view.set_color_by("parameters")
    hand.document.apply(SetParam("conv1", "out_channels", 32))
    assert hand.view.marks.heat["conv1"].text == "896"
    hand.view.set_document(make())
    assert hand.view.marks.heat["conv1"].text == "448"
    hand.view.set_color_by("family")
    assert hand.view.marks.heat == {}


def test_the_bar_is_at_the_left_edge(hand):
    hand.view.set_color_by("parameters")
    point = hand.at(2, 72 + 27)
    assert hand.view.grab().toImage().pixelColor(point).name().upper() == shade(1.0)


def test_what_a_run_measured_is_written_on_the_cards_of_its_modules(hand):
    hand.view.set_color_by("gradient")
    assert hand.view.marks.heat == {}
    hand.view.set_readings({"gradient": {"conv1": 1e-7, "gone": 1.0}, "std": {"relu1": 0.5}})
    (told,) = hand.view.marks.heat.items()
    assert told[0] == "conv1" and told[1].text == "1e-7"
    assert told[1].shade == theme().palette.curves[0].upper()
    assert not hand.view.grab().isNull()
    hand.view.set_color_by("std")
    assert hand.view.marks.heat["relu1"].text == "0.5"
    hand.view.set_color_by("parameters")
    hand.view.set_readings({})
    assert "conv1" in hand.view.marks.heat


def test_the_variance_that_is_to_be_expected_stands_on_the_cards(hand):
    hand.view.set_color_by("expected variance")
    assert hand.view.marks.heat["input1"].text == "1"
    before = hand.view.marks.heat["conv1"].text
    hand.document.apply(SetParam("conv1", "weight_init", {"kind": "Normal", "params": {"std": 100.0}}))
    assert hand.view.marks.heat["conv1"].text != before
    assert hand.view.marks.heat["conv1"].shade != shade(0.0)
    hand.view.set_color_by("expected gradient")
    assert set(hand.view.marks.heat) == {"input1", "conv1", "relu1"}
