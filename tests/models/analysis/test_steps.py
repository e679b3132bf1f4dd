"""What a training step asks for."""

from __future__ import annotations

import pytest
from documents import cnn, mlp

from models.analysis.steps import MEASURED, ROOM_TO_MEASURE, measured_together
from models.document import Document
from models.storage import templates


@pytest.mark.parametrize("document", [mlp(), cnn(), templates.load("digits-cnn")])
def test_small_values_are_measured_many_together(document: Document) -> None:
    assert measured_together(document.network, document.analysis) == MEASURED


def test_large_values_are_measured_as_many_as_there_is_room_for_also_where_they_lie_in_blocks() -> None:
    document = templates.load("resnet50")
    size = 4 * 64 * 112 * 112  # behind the first convolution
    found = measured_together(document.network, document.analysis)
    assert found * size <= ROOM_TO_MEASURE < 2 * found * size
