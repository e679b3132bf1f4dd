"""Work in threads: in order, not too far ahead, and what goes wrong is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from studio.data.formats.threads import beside, in_threads


def test_results_come_in_order_and_little_is_read_ahead() -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(50):
            taken.append(item)
            yield item

    for place, found in enumerate(in_threads(lambda item: item * 2, items(), 2, 3)):
        assert found == 2 * place and len(taken) <= place + 8


def refuse(*_: object) -> int:
    raise MemoryError


def test_a_lack_of_memory_is_told_to_who_waits() -> None:
    with pytest.raises(MemoryError):
        [*in_threads(refuse, [1, 2], 2)]
    with pytest.raises(MemoryError):
        beside(refuse)()


def test_work_beside_is_done_meanwhile() -> None:
    begun, go_on = threading.Event(), threading.Event()
    result = beside(lambda: (begun.set(), go_on.wait(10)))
    assert begun.wait(10)
    go_on.set()
    assert result() == (None, True)
