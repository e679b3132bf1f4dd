from __future__ import annotations

import pytest

from models.layers import LAYERS
from models.sources.offers import MOST, offers

TEXT = "        self.conv1 = nn.Conv2d(3, 16)\n        self.bn1 = nn.BatchNorm2d(16)\n"


@pytest.mark.parametrize(
    ("before", "typed", "first"),
    [
        ("self.x = nn.Conv", "Conv", "Conv2d"),
        ("self.x = nn.relu", "relu", "ReLU"),
        ("self.x = torch.nn.batchnorm", "batchnorm", "BatchNorm2d"),
        ("x = self.", "", "conv1"),
        ("x = self.b", "b", "bn1"),
        ("nn.Conv2d(3, 16, ker", "ker", "kernel_size="),
        ("nn.Conv2d(3, 16, kernel_size=(3, 3), pad", "pad", "padding="),
        ("nn.Conv2d(", "", "out_channels="),
    ],
)
def test_what_fits_is_offered_with_what_begins_so_first(before: str, typed: str, first: str) -> None:
    found = offers(before, TEXT)
    assert (found.typed, found.texts[0]) == (typed, first)
    assert len(found.texts) <= MOST


def test_a_setting_that_is_there_is_not_offered_again() -> None:
    assert "kernel_size=" not in offers("nn.Conv2d(3, 16, kernel_size=3, ", TEXT).texts
    assert "frozen=" not in offers("nn.Linear(3, 16, ", TEXT).texts


@pytest.mark.parametrize("before", ["", "x = ", "nn.Conv2d(3, 16)", "# nn", "nn.Nothing(3, "])
def test_elsewhere_nothing_is_offered(before: str) -> None:
    assert offers(before, TEXT).texts == ()


def test_what_is_offered_can_be_made() -> None:
    assert set(offers("nn.", TEXT).texts) <= set(LAYERS)
