"""The panels keep to their corners, and know what they leave free."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF


@pytest.mark.parametrize("size", [(500, 380), (1000, 800), (2400, 1300)])
@pytest.mark.parametrize("searching", [False, True])
def test_rooms_lie_within_the_whole_and_the_least_beneath_no_panel(hand, size, searching):
    view = hand.view
    view.resize(*size)
    if searching:
        view.find_layers()
    whole, *parts = view.rooms()
    assert QRectF(view.rect()).contains(whole) and all(whole.contains(part) for part in parts)
    assert not any(parts[-1].intersects(area) for area in view.panels())
    assert len(view.panels()) == 3 + searching


def test_without_a_document_there_are_none(hand):
    hand.view.set_document(None)
    assert hand.view.panels() == []
