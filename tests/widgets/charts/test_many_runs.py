"""Many runs on one chart: told apart, with their names in order, and none that is far off flattens the rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from trained_charts import image, sweep, train

from widgets.charts.axis import calm_extent
from widgets.charts.chart import Chart
from widgets.charts.curve import Curve, mixed
from widgets.charts.painting.labels import spread
from widgets.charts.painting.style import PATTERNS, dashes_of
from widgets.theme import color, font, theme


@given(wanted=st.lists(st.floats(0, 100), max_size=8))
def test_names_are_moved_apart_and_keep_their_order(wanted: list[float]) -> None:
    places = spread(wanted, 10, 0, 100)
    ordered = [place for _, place in sorted(zip(wanted, places, strict=True))]
    assert all(b - a >= 10 - 1e-6 for a, b in zip(sorted(places), sorted(places)[1:], strict=False))
    assert sorted(ordered) == sorted(places)
    assert all(place <= 100 for place in places)
    if len(wanted) == 1:
        assert places == wanted


def test_from_the_fourth_color_on_curves_are_dashed(qapp: QApplication) -> None:
    assert [bool(Curve("a", "validation", i, "run").dashes) for i in range(7)] == [False] * 3 + [True] * 4
    assert Curve("a", "planned", 0, "run").dashes and not Curve("a", "steps", 7, "run").dashes


def test_thirty_six_runs_are_told_apart(qapp: QApplication) -> None:
    colors = len(theme().palette.curves)
    assert len({(index % colors, dashes_of(index)) for index in range(colors * len(PATTERNS))}) == 36


def test_training_is_mixed_with_the_card(qapp: QApplication) -> None:
    assert mixed(color("#FFFFFF"), color("#000000"), 0.5).name() == "#808080"
    curve = Curve("a", "training", 0, "run")
    assert curve.shade() == mixed(curve.hue(), color("panel"), 0.55)


def test_one_diverged_run_is_marked_and_does_not_flatten_the_rest(chart: Chart) -> None:
    sweep(chart, 30)
    image(chart)
    calm = chart.frame
    for number in range(30):
        chart.remove(f"r{number}")
    sweep(chart, 30, diverged=3e6)
    image(chart)
    assert chart.frame.y1 <= 1.5 * calm.y1
    assert chart._plot._cuts(chart.frame)[0].text == "3,000,000"
    chart.set_log(True)
    image(chart)
    assert chart.frame.y1 >= 3e6 and not chart._plot._cuts(chart.frame)


@pytest.mark.parametrize(
    ("extents", "most", "shown"),
    [
        ([(0.1, 2.3), (0.2, 2.2)], 1, (0.1, 2.3)),
        ([(0.1, 2.3), (0.1, 15.5), *[(0.1, 0.5 + k / 10) for k in range(18)]], 10, (0.1, 2.3)),
        ([(0.1, 2.3), (0.5, 1e5)], 1, (0.1, 2.3)),
        ([(0.1, 2.3), (0.1, 2.0), (1.0, 1e5), (2.0, 3e7)], 2, (0.1, 2.3)),
        ([(0.1, 2.3), (0.5, 1e5)], 0, (0.1, 1e5)),
        ([(0.5, 0.5), (0.5, 2.3)], 1, (0.5, 2.3)),
        ([(-1e4, 0.9), (0.8, 0.9), (0.7, 0.9)], 1, (0.7, 0.9)),
        ([(3.0, 3.0)], 0, (3.0, 3.0)),
    ],
)
def test_what_is_far_off_is_left_out_of_the_axis(
    extents: list[tuple[float, float]], most: int, shown: tuple[float, float]
) -> None:
    assert calm_extent(extents, most) == shown


def test_a_spike_in_a_short_curve_does_not_flatten_it(chart: Chart) -> None:
    chart.append("a", "validation", np.arange(1, 11), [2.3, 1.2, 0.8, 0.7, 1e4, 0.6, 0.5, 0.5, 0.4, 0.4])
    image(chart)
    assert 2.3 <= chart.frame.y1 < 5


def test_finished_runs_have_no_halo(chart: Chart) -> None:
    chart.set_x_range(0, 20)
    chart.append("a", "validation", [1, 2, 3], [0.5, 0.4, 0.3])
    over = image(chart)
    chart.set_live("a", True)
    assert image(chart) != over
    chart.set_live("a", False)
    assert image(chart) == over


def test_only_names_that_stand_behind_the_axes_take_room_there(chart: Chart) -> None:
    chart.set_x_range(0, 20)
    chart.append("a", "validation", [1, 20], [0.5, 0.4])
    image(chart)
    narrow = chart.frame.area.width()
    chart.curve("b", "validation", 1, "a run with a name that is much longer than the others")
    chart.append("b", "validation", [1, 5], [0.5, 0.4])
    image(chart)
    assert chart.frame.area.width() == narrow
    chart.append("b", "validation", [20], [0.3])
    image(chart)
    assert chart.frame.area.width() < narrow


@pytest.mark.parametrize("width", [240, 480])
def test_the_legend_leaves_the_title_alone(chart: Chart, width: int) -> None:
    """Where there is no room for both, the title stays readable."""
    theme().set_scale(1.5)
    chart.resize(width, 320)
    train(chart)
    chart.set_title("Root mean squared error")
    legend = image(chart)
    chart.set_note("\u200b")  # in the legend's place, and not to be seen
    title = image(chart)
    metrics = QFontMetricsF(font(13, 600))
    end = min(27 + int(metrics.horizontalAdvance("Root mean squared error")), width - 60)
    area = QRect(0, 12, end, 40)
    assert legend.copy(area) == title.copy(area)
