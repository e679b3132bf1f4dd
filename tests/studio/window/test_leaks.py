"""A hundred documents and a hundred switches leave the window as it was: memory, timers, threads, widgets."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from support import SOAK, run_python, scaled

CODE = """
import gc, json, sys, threading, time
import psutil
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication
from models.storage import templates
from studio.window import main_window
from studio.window.main_window import MainWindow
from widgets.theme import theme

application = QApplication([])
theme().apply(application)
main_window.WARM_UP_AFTER = 10**9  # no worker: what it says would come at any time
window = MainWindow()
window.show()
names = [template.name for template in templates.available()][:: int(sys.argv[2])]

def idle(window):
    while window.controller.opening:
        application.processEvents()

def settle():
    for _ in range(3):
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        application.processEvents()
        gc.collect()

def work(count):
    for number in range(count):
        window.new(names[number % len(names)])
        idle(window)
        window.design.select([node.id for node in window.controller.document.network][:1])
        application.processEvents()
        window.show_workspace(("train", "design")[number % 2])
        application.processEvents()
        window.show_welcome()
        application.processEvents()
    window.new(names[0])
    idle(window)
    settle()

def state():
    return {
        "memory": psutil.Process().memory_info().rss,
        "widgets": len(application.allWidgets()),
        "timers": len(window.findChildren(QTimer)),
        "threads": threading.active_count(),
        "slots": len(window.controller.document.changed) + len(window.controller.document.history_changed),
        "theme": theme().receivers("2changed()"),
    }

def wait(condition):
    end = time.monotonic() + 120
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
        settle()

# Every one on both sides of the switch, so that it ends as it did before.
turn = 2 * len(names)
rounds = -(-int(sys.argv[1]) // turn) * turn
work(turn)
before = state()
work(rounds)
wait(lambda: threading.active_count() <= before["threads"])  # one that reads something may still be at it
after = state()
window.close()
print(json.dumps([rounds, before, after]))
"""


@pytest.mark.R30
def test_a_hundred_documents_and_switches_leave_nothing(figure: Callable[[str], None]) -> None:
    every = 1 if SOAK else 4  # of the templates, which one after the other say the same
    result = run_python(CODE, str(scaled(1000, 0.04)), str(every), timeout=500)
    assert result.returncode == 0, result.stderr[-3000:]
    rounds, before, after = json.loads(result.stdout.splitlines()[-1])
    grown = after.pop("memory") - before.pop("memory")
    assert after == before
    assert grown < 12_000_000, f"{grown / 1e6:.1f} MB more"
    figure(f"{rounds} documents opened and left: nothing stays, {grown / 1e6:.1f} MB more memory")
