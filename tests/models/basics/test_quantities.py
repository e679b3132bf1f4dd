"""Numbers as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.quantities import (
    ago_text,
    bytes_text,
    count_text,
    duration_text,
    epochs_text,
    figures,
    moment_text,
    percent,
)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (448, "448"), (9_999, "9,999"), (51_872, "51.9 k"), (999_960, "1.0 M"), (36_900_000, "36.9 M")],
)
def test_counts(count: int, text: str) -> None:
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (920, "920 B"), (4_096, "4.1 kB"), (1_200_000, "1.2 MB"), (64_000, "64.0 kB")]
)
def test_bytes(count: int, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("epochs", "text"), [(0.0, "0"), (2.25, "2.25"), (20.0, "20"), (999.6, "1,000"), (1053.4, "1,053")]
)
def test_epochs(epochs: float, text: str) -> None:
    assert epochs_text(epochs) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (8, "8 s"), (59.9, "1 min 0 s"), (198, "3 min 18 s"), (7_500, "2 h 5 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(3, "just now"), (130, "2 min ago"), (10_900, "3 h ago"), (86_400, "1 day ago")]
)
def test_ago(seconds: float, text: str) -> None:
    assert ago_text(seconds) == text


@given(st.integers(0, 10**18))
def test_counts_stay_short(count: int) -> None:
    assert len(count_text(count)) <= 9


@given(st.floats(0, 1), st.integers(0, 3))
def test_percent_has_a_space_and_so_many_digits(share: float, digits: int) -> None:
    number, sign = percent(share, digits).split(" ")
    assert sign == "%" and float(number) == pytest.approx(100 * share, abs=0.5 * 10.0**-digits + 1e-9)
    assert len(number.partition(".")[2]) == digits


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.25134, "0.2513"),
        (0.0, "0"),
        (5.5, "5.5"),
        (999.96, "1000"),
        (1_000.4, "1,000"),
        (16_484.2, "16,484"),
        (-837_712.0, "-837,712"),
        (1.2e-5, "1.2e-05"),
        (3.4e9, "3.4e+09"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_measured_numbers_are_plain_where_they_are_read_so(value: float, text: str) -> None:
    assert figures(value) == text


def test_differences_have_their_sign() -> None:
    assert [figures(value, 3, sign="+") for value in (59_512.0, -59_512.0, 0.12345)] == ["+59,512", "-59,512", "+0.123"]


@given(st.floats(-1e9, 1e9), st.integers(3, 6))
def test_so_many_figures_are_true(value: float, digits: int) -> None:
    assert float(figures(value, digits).replace(",", "")) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.00004, "0.04 ms"),
        (0.0123, "12 ms"),
        (0.9, "900 ms"),
        (0.9999, "1.0 s"),
        (9.9, "9.9 s"),
        (9.97, "10 s"),
        (90, "1 min 30 s"),
    ],
)
def test_short_durations_have_two_figures(seconds: float, text: str) -> None:
    assert moment_text(seconds) == text
