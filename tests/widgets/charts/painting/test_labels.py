"""Names at the ends of curves, as they fit."""

from __future__ import annotations

import pytest

from widgets.charts.painting.labels import fitted, label_font

LONG = "lr 0.1 · out features 64 · Adam · epochs −3"


@pytest.mark.usefixtures("qapp")
def test_a_name_that_is_too_long_keeps_its_values() -> None:
    def width(text: str) -> float:
        return label_font().horizontalAdvance(text)

    assert fitted(LONG, width(LONG) + 1) == LONG
    assert fitted(LONG, width(LONG) - 5) == "0.1 · 64 · Adam · −3"
    assert fitted(LONG, width("0.1 · 64") + 8).startswith("0.1 · 6") and fitted(LONG, width("0.1 · 64")).endswith("…")
    assert fitted("without relu1 · seed 1", width("without relu1 · 1") + 1) == "without relu1 · 1"
