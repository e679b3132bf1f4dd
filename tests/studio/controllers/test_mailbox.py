"""States of workers reach the window in their order, and what is out of date not at all."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from studio.controllers.mailbox import OUTDATED, Mailbox
from studio.running.client import WorkerState

NAMES = st.sampled_from(("training", "loading", "paused", "ended", "alive"))


@given(st.lists(st.tuples(NAMES, st.sampled_from(("a", "b")), st.integers(0, 1)), max_size=40))
def test_only_what_a_newer_state_says_as_well_is_left_out(qapp: QApplication, said: list[tuple[str, str, int]]) -> None:
    owner, read = QObject(), list[WorkerState]()
    box = Mailbox(read.append, owner)
    states = [WorkerState(name, run, {"step": step}, worker) for step, (name, run, worker) in enumerate(said)]
    thread = threading.Thread(target=lambda: list(map(box.put, states)))
    thread.start()
    thread.join()
    assert read == []
    QApplication.processEvents()
    expected = [
        state
        for state, key, after in zip(states, said, [*said, None][1:], strict=True)
        if key != after or key[0] not in OUTDATED
    ]
    assert read == expected
    box.put(WorkerState("ready"))
    QApplication.processEvents()
    assert read[-1] == WorkerState("ready")
