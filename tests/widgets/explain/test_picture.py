from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from models.kinds.layer import TensorType
from models.layers import LAYERS
from widgets.explain.picture import MOST_CELLS, Geometry, WindowPicture, geometry_of
from widgets.theme import color


def geometry(kind: str, shape: tuple[int, ...], **fields: object) -> Geometry | None:
    return geometry_of(LAYERS[kind](**fields), (TensorType(shape),))


def test_the_picture_of_the_design() -> None:
    shown = geometry("Conv2d", (3, 32, 32), kernel_size=3, padding=1)
    assert shown is not None
    assert shown.vertical == shown.horizontal
    axis = shown.horizontal
    assert (axis.size, axis.before, axis.after, axis.output, axis.cells) == (5, 1, 1, 5, 7)
    assert axis.seen == {0, 1, 2}
    assert shown.padded


def test_pooling_has_a_picture_and_activation_has_none() -> None:
    pool = geometry("MaxPool2d", (16, 32, 32), kernel_size=2)
    assert pool is not None and not pool.padded
    assert pool.horizontal.stride == 2
    assert geometry("ReLU", (16, 32, 32)) is None
    assert geometry("Linear", (64,), out_features=10) is None


def test_a_sequence_is_one_row() -> None:
    shown = geometry("Conv1d", (8, 100), kernel_size=3)
    assert shown is not None
    assert (shown.vertical.cells, shown.vertical.output) == (1, 1)


def test_a_volume_is_shown_by_its_last_two_dimensions() -> None:
    shown = geometry("Conv3d", (1, 8, 8, 8), kernel_size=[1, 2, 3])
    assert shown is not None
    assert (shown.vertical.kernel, shown.horizontal.kernel) == (2, 3)


def test_same_padding_puts_an_odd_one_after() -> None:
    shown = geometry("Conv2d", (3, 32, 32), kernel_size=4, padding="same")
    assert shown is not None
    assert (shown.horizontal.before, shown.horizontal.after) == (1, 2)
    assert shown.horizontal.output == shown.horizontal.size


def test_a_dilated_window_has_gaps() -> None:
    shown = geometry("Conv2d", (3, 32, 32), kernel_size=3, dilation=2)
    assert shown is not None
    assert shown.horizontal.seen == {0, 2, 4}


def test_what_is_too_large_to_draw_is_left_out() -> None:
    assert geometry("Conv2d", (3, 224, 224), kernel_size=31) is None
    assert geometry("Conv2d", (3, 224, 224), kernel_size=3, padding=20) is None


def test_an_input_smaller_than_the_sample_is_drawn_as_it_is() -> None:
    shown = geometry("Conv2d", (3, 2, 2), kernel_size=1)
    assert shown is not None and shown.horizontal.size == 2


@settings(max_examples=200, deadline=None)
@given(
    kernel=st.integers(1, 12),
    stride=st.integers(1, 6),
    padding=st.integers(0, 6),
    dilation=st.integers(1, 4),
    size=st.integers(1, 64),
)
def test_the_window_always_lies_inside(kernel: int, stride: int, padding: int, dilation: int, size: int) -> None:
    layer = LAYERS["Conv2d"](kernel_size=kernel, stride=stride, padding=padding, dilation=dilation)
    shown = geometry_of(layer, (TensorType((3, size, size)),))
    if shown is None:
        return
    axis = shown.horizontal
    assert axis.output >= 1
    assert max(axis.seen) < axis.cells <= MOST_CELLS
    assert (axis.output - 1) * stride + max(axis.seen) < axis.cells


@pytest.mark.parametrize("stride", [1, 2])
def test_it_is_drawn_in_the_colors_of_the_roles(qtbot: QtBot, stride: int) -> None:
    shown = geometry("Conv2d", (3, 32, 32), kernel_size=3, padding=1, stride=stride)
    assert shown is not None
    picture = WindowPicture()
    qtbot.addWidget(picture)
    picture.show_geometry(shown)
    picture.resize(256, picture.height())
    image = picture.grab().toImage()
    seen = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    for token in ("Convolution", "accent"):
        assert QColor(color(token)).rgb() in seen
    assert "3 by 3" in picture.accessibleName()
