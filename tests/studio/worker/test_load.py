"""How much of the device a training takes."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable

import pytest
import torch

from studio.worker import load
from studio.worker.load import Beside, load_of


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so; fails after a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come within a minute"
        time.sleep(0.001)


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


def test_a_driver_that_takes_its_time_keeps_nobody_waiting() -> None:
    answers, asked = threading.Event(), []

    def ask() -> float:
        asked.append(threading.current_thread())
        answers.wait(60)
        return 0.5

    load_of_card = Beside(ask, every=0.0)
    start = time.perf_counter()
    assert [load_of_card() for _ in range(100)] == [None] * 100
    assert time.perf_counter() - start < 5 and len(asked) <= 1  # the first is still being answered
    answers.set()
    wait_for(lambda: load_of_card() == 0.5)
    assert threading.current_thread() not in asked


def test_a_driver_is_asked_no_more_often_than_it_looks() -> None:
    asked = []

    def ask() -> float:
        asked.append(1.0)
        return float(len(asked))

    often, seldom = Beside(ask, every=0.0), Beside(lambda: 1.0, every=3600.0)
    wait_for(lambda: (often() or 0) >= 3)
    wait_for(lambda: seldom() == 1.0)
    first = seldom._asking
    assert seldom() == 1.0 and seldom._asking is first


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_of_a_card_memory_is_what_this_process_reserved() -> None:
    device = torch.device("cuda:0")
    ask = load_of(device)
    kept = torch.zeros(64 * 2**18, device=device)
    assert ask()["device_memory_mb"] >= 64 and kept.numel()
    wait_for(lambda: "device_utilization" in ask())
    assert 0 <= ask()["device_utilization"] <= 1
