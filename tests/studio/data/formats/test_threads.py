"""Work in threads: in order, not too far ahead, and what goes wrong is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from studio.data.formats import threads
from studio.data.formats.threads import Together, beside, in_threads
from studio.data.images import folders


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


def asked_at_once(together: Together, work: Callable[[], object], count: int = 3) -> list[object]:
    """What each of some threads got that asked while the first was at work."""
    found: list[object] = []

    def ask() -> None:
        try:
            found.append(together.done("it", work))
        except ValueError as error:
            found.append(str(error))

    asking = [threading.Thread(target=ask) for _ in range(count)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(30)
    return found


def test_what_several_want_at_once_is_done_once() -> None:
    together, calls = Together(), list[int]()

    def work() -> list[int]:
        calls.append(1)
        time.sleep(0.3)
        return [7]

    found = asked_at_once(together, work)
    assert len(calls) == 1 and all(each is found[0] for each in found) and len(found) == 3
    assert together.done("it", work) is not found[0] and len(calls) == 2, "what was done before is done anew"
    assert together.done("other", lambda: 5) == 5


def test_where_the_first_fails_each_finds_out_by_itself() -> None:
    calls: list[int] = []

    def work() -> None:
        calls.append(1)
        time.sleep(0.2)
        raise ValueError("no folder")

    assert asked_at_once(Together(), work) == ["no folder"] * 3 and len(calls) == 3


def test_nobody_waits_long_for_a_first_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "PATIENCE", 0.05)
    together, goes_on = Together(), threading.Event()
    first = threading.Thread(target=together.done, args=("it", lambda: goes_on.wait(30)))
    first.start()
    assert together.done("it", lambda: 5) == 5
    goes_on.set()
    first.join(30)
    assert together.done("it", lambda: 6) == 6


def test_a_folder_is_looked_through_once_by_two_who_ask_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/1.png", "b/2.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 4)).save(tmp_path / name)
    walks: list[Path] = []
    walk = folders._listed

    def slow(root: Path, task: str) -> folders.Listing:
        walks.append(root)
        time.sleep(0.3)
        return walk(root, task)

    monkeypatch.setattr(folders, "_listed", slow)
    found: list[folders.Listing] = []
    others = [threading.Thread(target=lambda: found.append(folders.listed(tmp_path, "auto"))) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join(30)
    assert walks == [tmp_path] and found[0] is found[1] and found[0].classes == ("a", "b")
    (tmp_path / "c").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "c" / "3.png")
    assert folders.listed(tmp_path, "auto").classes == ("a", "b", "c")
