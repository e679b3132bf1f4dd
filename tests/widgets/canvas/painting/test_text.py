"""Text on cards is never smaller than can be read, whatever the zoom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.canvas.painting.text import LEAST, PLAIN, STRONG, TITLE, beside_or_below, fitting, in_parts, legible, width
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


@given(st.integers(0, 200))
def test_of_a_text_in_parts_no_number_is_cut(room: int) -> None:
    shown = in_parts("stem · p 0.5 · 12,345 params", PLAIN, room)
    assert width(shown, PLAIN) <= room
    assert shown in ("stem · p 0.5 · 12,345 params", "stem · p 0.5", "stem", "") or shown.endswith("…")
    assert "…" not in in_parts("12,345 params", PLAIN, room)
    assert in_parts("12,345 params", PLAIN, room) in ("12,345 params", "")


def test_a_name_without_room_stands_on_the_second_line(qapp) -> None:
    name, detail = "down1", "width 64"
    enough, both = width(name, PLAIN), width(f"{name} · {detail}", PLAIN)
    assert beside_or_below(name, detail, PLAIN, enough, 300) == (name, detail)
    assert beside_or_below(name, detail, PLAIN, enough - 1, both) == ("", "down1 · width 64")
    cut, kept = beside_or_below(name, detail, PLAIN, enough - 1, both - 1)
    assert cut in ("dow…", "down…") and kept == detail
    assert beside_or_below(name, detail, PLAIN, 22, both - 1) == ("", detail), "d… says nothing"
    assert beside_or_below(name, "", PLAIN, enough - 1, 300) == ("", name)
    assert beside_or_below(name, "", PLAIN, enough, 0) == (name, "")
    assert beside_or_below("x", "p 0.5", PLAIN, width("x", PLAIN) + 1, 300) == ("x", "p 0.5")


def test_a_long_kind_gives_way_and_keeps_how_often_it_repeats(qapp) -> None:
    whole = width("Bottleneck ×12", TITLE)
    assert fitting("Bottleneck ×12", TITLE, whole) == "Bottleneck ×12"
    for room in (70, 90):
        shown = fitting("Bottleneck ×12", TITLE, room)
        assert shown.endswith("… ×12") and width(shown, TITLE) <= room + 4
