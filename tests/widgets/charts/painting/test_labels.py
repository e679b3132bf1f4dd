"""Names at the ends of curves, as they fit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from widgets.charts.axis import Frame
from widgets.charts.painting.labels import EndName, fitted, label_font, place_names, room_for

LONG = "lr 0.1 · out features 64 · Adam · epochs −3"


@pytest.mark.usefixtures("qapp")
def test_a_name_that_is_too_long_keeps_its_values() -> None:
    def width(text: str) -> float:
        return label_font().horizontalAdvance(text)

    assert fitted(LONG, width(LONG) + 1) == LONG
    assert fitted(LONG, width(LONG) - 5) == "0.1 · 64 · Adam · −3"
    assert fitted(LONG, width("0.1 · 64") + 8).startswith("0.1 · 6") and fitted(LONG, width("0.1 · 64")).endswith("…")
    assert fitted("without relu1 · seed 1", width("without relu1 · 1") + 1) == "without relu1 · 1"


@pytest.mark.usefixtures("qapp")
def test_a_name_without_several_values_is_not_cut_to_its_last_word() -> None:
    def shown(text: str, less: float = 12) -> str:
        return fitted(text, label_font().horizontalAdvance(text) - less)

    assert shown("lr 0.03, batch_size 256") == "0.03, 256"
    version, setting = shown("the network of the exam, version 2"), shown("weight decay of the schedule 0.001")
    assert version.startswith("the ") and version.endswith("2") and "…" in version
    assert setting.startswith("weight") and setting.endswith("0.001") and "…" in setting


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("names", [["one million"], ["a", "lr 3, batch_size 256"], ["x" * 80]])
def test_the_widest_name_has_room_unless_it_takes_too_much_of_the_card(names: list[str]) -> None:
    card = 700.0
    right = card - room_for(names, card)
    frame = Frame(QRectF(60, 50, right - 60, 200), 0.0, 1.0, 0.0, 1.0)
    ends = [EndName(QPointF(right, 80 + 40 * place), name, QColor("red")) for place, name in enumerate(names)]
    placed, left_out = place_names(ends, frame, card)
    assert not left_out and all(item.area.right() <= card for item in placed)
    assert [item.text == item.name.text for item in placed] == [len(name) < 80 for name in names]
