"""Signals call their slots in order, and survive slots that come and go meanwhile."""

from __future__ import annotations

import pytest

from models.basics.signal import Signal


def test_slots_are_called_in_order_with_the_arguments() -> None:
    signal: Signal[[int, str]] = Signal()
    heard: list[object] = []
    signal.connect(lambda number, text: heard.append((1, number, text)))
    signal.connect(lambda number, text: heard.append((2, number, text)))
    signal.emit(7, text="x")
    assert heard == [(1, 7, "x"), (2, 7, "x")]


def test_connect_gives_the_slot_back() -> None:
    signal: Signal[[]] = Signal()
    heard: list[int] = []
    slot = signal.connect(lambda: heard.append(1))
    signal.disconnect(slot)
    signal.emit()
    assert heard == [] and len(signal) == 0


def test_disconnecting_twice_is_harmless() -> None:
    signal: Signal[[]] = Signal()
    slot = signal.connect(lambda: None)
    signal.disconnect(slot)
    signal.disconnect(slot)


def test_a_slot_may_disconnect_itself_and_others_while_called() -> None:
    signal: Signal[[]] = Signal()
    heard: list[str] = []

    def first() -> None:
        heard.append("first")
        signal.disconnect(first)
        signal.disconnect(second)

    def second() -> None:
        heard.append("second")

    signal.connect(first)
    signal.connect(second)
    signal.emit()
    signal.emit()
    assert heard == ["first"]


def test_a_slot_connected_while_emitting_waits_for_the_next_time() -> None:
    signal: Signal[[]] = Signal()
    heard: list[str] = []
    signal.connect(lambda: signal.connect(lambda: heard.append("late")) and None)
    signal.emit()
    assert heard == []
    signal.emit()
    assert heard == ["late"]


def test_an_exception_reaches_the_one_who_emits() -> None:
    signal: Signal[[]] = Signal()

    def fail() -> None:
        raise RuntimeError("no")

    signal.connect(fail)
    with pytest.raises(RuntimeError, match="no"):
        signal.emit()
