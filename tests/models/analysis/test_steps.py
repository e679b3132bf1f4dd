"""What a training step asks for."""

from __future__ import annotations

import pytest
from documents import cnn, mlp

from models.analysis.steps import MEASURED, MOST_MEASURED, ROOM_TO_MEASURE, draws, measured_together
from models.document import Document
from models.storage import templates


@pytest.mark.parametrize("document", [mlp(), cnn(), templates.load("digits-cnn")])
def test_small_values_are_measured_many_together(document: Document) -> None:
    assert measured_together(document.network, document.analysis) == MEASURED


def test_a_card_measures_more_together_where_they_are_small() -> None:
    small, large = mlp(), templates.load("resnet50")
    assert measured_together(small.network, small.analysis, more=True) == MOST_MEASURED
    plain, more = (measured_together(large.network, large.analysis, more=more) for more in (False, True))
    assert plain == more


def test_large_values_are_measured_as_many_as_there_is_room_for_also_where_they_lie_in_blocks() -> None:
    document = templates.load("resnet50")
    size = 4 * 64 * 112 * 112  # behind the first convolution
    found = measured_together(document.network, document.analysis)
    assert found * size <= ROOM_TO_MEASURE < 2 * found * size


def test_numbers_are_drawn_where_a_layer_does_also_within_blocks() -> None:
    assert draws(cnn().network, cnn().analysis), "it has dropout"
    assert not draws(mlp().network, mlp().analysis)
    blocks = templates.load("small-vit")
    assert draws(blocks.network, blocks.analysis)
