from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.charts.axis import Frame
from widgets.charts.curve import Curve, room_among
from widgets.charts.painting.lines import polygon
from widgets.charts.painting.style import FIRST_DASHED, PATTERNS, dashes_of
from widgets.theme import theme

AREA = QRectF(0, 0, 300, 200)
FRAME = Frame(AREA, 0.0, 10.0, 0.0, 1.0)


def covered(curve: Curve, frame: Frame = FRAME, spread: bool = False) -> np.ndarray:
    """How much of each pixel is covered, 0 to 1, shape (height, width)."""
    picture = QImage(300, 200, QImage.Format.Format_ARGB32)
    picture.fill(0)
    painter = QPainter(picture)
    painter.setClipRect(AREA)
    (curve.draw_spread if spread else curve.draw_line)(painter, frame)
    painter.end()
    pixels = np.frombuffer(picture.constBits(), dtype=np.uint32).reshape(200, 300)
    return (pixels >> 24) / 255


def drawn(curve: Curve, frame: Frame = FRAME, spread: bool = False) -> np.ndarray:
    """Whether each pixel is covered by half."""
    return covered(curve, frame, spread) > 0.49


def line(series: str, count: int, index: int = 0, noise: float = 0.0) -> Curve:
    curve = Curve("run", "training" if series == "training" else "validation", index, "run")
    xs = np.linspace(0, 10, count)
    curve.add(xs, 0.5 + np.random.default_rng(0).standard_normal(count) * noise)
    return curve


@pytest.mark.parametrize("count", [2, 100, 5_000, 100_000])
def test_validation_is_wider_than_training_at_any_density(count: int) -> None:
    thick = covered(line("validation", count)).sum(axis=0)[10:-10]
    thin = covered(line("training", count)).sum(axis=0)[10:-10]
    assert 2.0 <= thick.min() <= thick.max() <= 3.2
    assert 0.9 <= thin.min() <= thin.max() <= 1.6


@pytest.mark.parametrize("count", [50, 5_000])
def test_among_many_runs_lines_are_narrower(count: int) -> None:
    curve = line("validation", count)
    thick = []
    for runs in (12, 40, 100):
        curve.room = room_among(runs)
        thick.append(covered(curve).sum(axis=0)[10:-10])
    assert thick[0].min() > 2.0
    assert 1.4 <= thick[1].min() <= thick[1].max() <= 2.3
    assert 0.8 <= thick[2].min() <= thick[2].max() <= 1.3


def test_few_and_many_points_give_nearly_the_same_line() -> None:
    few, many = drawn(line("validation", 50)), drawn(line("validation", 50_000))
    assert (few != many).mean() < 0.01


@pytest.mark.parametrize("count", [40, 4_000])
def test_dashes_leave_gaps(count: int) -> None:
    columns = drawn(line("validation", count, index=3)).any(axis=0)
    assert 0.4 < columns.mean() < 0.9


def test_noise_is_a_line_through_the_mean_before_a_spread() -> None:
    curve = line("training", 100_000, noise=0.05)
    where = np.argwhere(drawn(curve))[:, 0]
    assert abs(where - 100).max() < 12
    spread = drawn(curve, spread=True)
    assert spread.sum(axis=0).mean() > 30
    assert not drawn(line("training", 100_000), spread=True).any()


def test_a_single_spike_stays_in_sight() -> None:
    curve = Curve("run", "training", 0, "run")
    ys = np.full(100_000, 0.2)
    ys[50_000] = 0.9
    curve.add(np.linspace(0, 10, 100_000), ys)
    assert drawn(curve)[25:60, 145:155].any()


def test_a_gap_is_left_open() -> None:
    curve = Curve("run", "validation", 0, "run")
    curve.add(np.arange(11.0), np.array([0.5] * 4 + [np.nan] * 4 + [0.5] * 3))
    columns = drawn(curve).any(axis=0)
    assert columns[:88].all()
    assert not columns[100:230].any()
    assert columns[245:].all()


def test_a_lonely_point_is_a_dot() -> None:
    curve = Curve("run", "validation", 4, "run")
    curve.add(np.array([5.0]), np.array([0.5]))
    assert drawn(curve)[95:105, 145:155].any()


def test_steep_lines_are_as_wide_as_flat_ones() -> None:
    curve = Curve("run", "validation", 0, "run")
    xs = np.linspace(4.9, 5.1, 50_000)
    curve.add(xs, np.linspace(0, 1, 50_000))
    across = drawn(curve, Frame(AREA, 0, 10, 0, 1))[50:150].sum(axis=1)
    assert across.min() >= 2


def test_the_nearest_point_is_found_only_inside_the_curve() -> None:
    curve = line("validation", 11)
    assert curve.nearest(3.4) == (3.0, 0.5)
    assert curve.nearest(3.6) == (4.0, 0.5)
    assert curve.nearest(-1) is None
    assert curve.nearest(11) is None
    assert Curve("run", "training", 0, "run").nearest(0) is None


def test_a_change_of_look_is_noted() -> None:
    curve = line("validation", 10)
    drawn(curve)
    curve.way_changed = False
    drawn(curve)
    assert not curve.way_changed
    curve.add(np.linspace(10, 300, 1_000), np.zeros(1_000))
    drawn(curve, Frame(AREA, 0, 300, 0, 1))
    assert curve.way_changed


def test_colors_come_round_again() -> None:
    assert Curve("a", "validation", 1, "a").hue() == Curve("a", "validation", 7, "a").hue()
    assert Curve("a", "validation", 1, "a").hue() == QColor(theme().palette.curves[1])


def test_a_polygon_holds_the_points_it_was_given() -> None:
    shape = polygon(np.array([1.0, 2.5]), np.array([3.0, -4.0]))
    assert [(point.x(), point.y()) for point in shape.toList()] == [(1.0, 3.0), (2.5, -4.0)]
    assert polygon(np.empty(0), np.empty(0)).isEmpty()


@pytest.mark.parametrize("count", [50, 5_000])
def test_gaps_of_lines_that_are_dashed_alike_do_not_stand_above_each_other(count: int) -> None:
    turn = len(PATTERNS) * len(theme().palette.curves)
    drawn = []
    for index in (FIRST_DASHED, FIRST_DASHED + turn, FIRST_DASHED + 2 * turn):
        curve = line("validation", count)
        curve.color_index = index
        drawn.append(covered(curve).max(axis=0)[10:-10] > 0.2)
    assert dashes_of(FIRST_DASHED) == dashes_of(FIRST_DASHED + turn), "the styles come round again"
    gaps = [~columns for columns in drawn]
    assert all(gap.mean() > 0.2 for gap in gaps) and (gaps[0] & gaps[1] & gaps[2]).mean() < 0.05
