"""Text on cards is never smaller than can be read, whatever the zoom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.canvas.painting.text import LEAST, PLAIN, STRONG, TITLE, legible
from widgets.canvas.scene.measures import ALL_DETAIL, LARGEST_ZOOM


@given(st.floats(ALL_DETAIL, LARGEST_ZOOM), st.sampled_from([PLAIN, STRONG, TITLE]))
def test_text_takes_eleven_pixels_of_the_screen_at_least(zoom: float, style: tuple[int, int]) -> None:
    size, weight = legible(style, zoom)
    assert size * zoom >= LEAST - 1e-3 and weight == style[1]
    assert size == style[0] or (size - 1) * zoom < LEAST


def test_at_full_size_nothing_changes() -> None:
    assert [legible(style, 1.0) for style in (PLAIN, STRONG, TITLE)] == [PLAIN, STRONG, TITLE]


def test_there_are_few_sizes() -> None:
    sizes = {legible(PLAIN, ALL_DETAIL + place / 1000) for place in range(600)}
    assert len(sizes) <= 5
