"""How much of the device a training takes."""

from __future__ import annotations

import ctypes

import pytest
import torch

from studio.worker import load
from studio.worker.load import load_of


def test_of_the_processor_memory_and_share_are_those_of_this_process() -> None:
    ask = load_of(torch.device("cpu"))
    sum(number * number for number in range(200_000))
    found = ask()
    assert 10 < found["device_memory_mb"] < 1e6
    assert 0 <= found["device_utilization"] <= 1


def test_of_a_device_that_says_nothing_nothing_is_recorded() -> None:
    assert load_of(torch.device("meta"))() == {}


def test_without_the_driver_of_a_card_its_utilization_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ctypes.CDLL:
        raise OSError(name)

    monkeypatch.setattr(load.ctypes, "CDLL", missing)
    assert load._utilization_of("1234")() is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_of_a_card_memory_is_what_this_process_reserved() -> None:
    device = torch.device("cuda:0")
    ask = load_of(device)
    kept = torch.zeros(64 * 2**18, device=device)
    found = ask()
    assert found["device_memory_mb"] >= 64 and kept.numel()
    assert 0 <= found["device_utilization"] <= 1
