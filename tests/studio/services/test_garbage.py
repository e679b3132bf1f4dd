"""Cyclic garbage that holds Qt objects is never collected in another thread."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from studio.services.garbage import GarbageCollector


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[GarbageCollector]:
    collector = GarbageCollector()
    yield collector
    collector.stop()
    assert gc.isenabled()


class Cyclic(QObject):
    """Only the collector can free it, and it says in which thread that was."""

    def __init__(self, freed: list[threading.Thread]) -> None:
        super().__init__()
        self.me = self
        self.freed = freed

    def __del__(self) -> None:
        self.freed.append(threading.current_thread())


def test_another_thread_collects_nothing(collector: GarbageCollector, qtbot: QtBot) -> None:
    freed: list[threading.Thread] = []
    Cyclic(freed)
    kept: list[list[int]] = []
    thread = threading.Thread(target=lambda: kept.extend([number] for number in range(20 * gc.get_threshold()[0])))
    thread.start()
    thread.join()
    assert freed == []
    qtbot.waitUntil(lambda: freed == [threading.main_thread()])


def test_what_is_due_is_collected_and_nothing_else(collector: GarbageCollector) -> None:
    gc.collect()
    freed: list[threading.Thread] = []
    Cyclic(freed)
    collector.collect()
    assert freed == []
    kept = [[number] for number in range(gc.get_threshold()[0] + 100)]
    collector.collect()
    assert freed == [threading.main_thread()]
    assert kept and gc.get_count()[0] < 100 + len(kept)


def test_memory_does_not_grow_with_what_is_thrown_away(collector: GarbageCollector) -> None:
    freed: list[threading.Thread] = []
    for _ in range(50):
        for _ in range(100):
            Cyclic(freed)
        litter_of_this_round = [[number] for number in range(gc.get_threshold()[0] + 1)]
        collector.collect()
        del litter_of_this_round
    assert len(freed) > 4000


def test_stop_leaves_it_to_python(qtbot: QtBot) -> None:
    collector = GarbageCollector()
    assert not gc.isenabled() and gc.get_freeze_count() > 0
    collector.stop()
    assert gc.isenabled() and gc.get_freeze_count() == 0


def full_look(collector: GarbageCollector) -> None:
    """Let the oldest generation be due, and collect."""
    for age in (0, 1):
        for _ in range(gc.get_threshold()[age + 1] + 1):
            gc.collect(age)
    kept = [[number] for number in range(gc.get_threshold()[0] + 100)]
    collector.collect()
    del kept


def test_much_is_twice_of_what_there_was(collector: GarbageCollector) -> None:
    assert collector._most == pytest.approx(2 * sys.getallocatedblocks(), rel=0.1)


def test_what_survives_is_left_alone_until_there_is_much_more(collector: GarbageCollector) -> None:
    collector._most = sys.getallocatedblocks() + 50_000  # beside all tests, twice as much would take long to make
    document = [[number] for number in range(1_000)]
    full_look(collector)
    assert not any(document is thing for thing in gc.get_objects()), "it would be walked through each time"
    freed: list[threading.Thread] = []
    grown = [Cyclic(freed)]
    full_look(collector)
    grown.clear()
    full_look(collector)
    assert freed == []
    grown += [[] for _ in range(100_000)]
    full_look(collector)
    assert freed == [threading.main_thread()]
