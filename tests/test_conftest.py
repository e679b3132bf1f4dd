"""The guards of conftest.py catch what they are there for: each is shown a small test that breaks its rule."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support import undisturbed

TESTS = Path(__file__).parent
REAL_HOME = os.environ["HOME"]
HEAD = """
from PySide6.QtCore import *
from PySide6.QtWidgets import *
import threading, os

kept = []
"""
CLEARS_UP = {
    "window": "window = QMainWindow()\nqtbot.addWidget(window)\nwindow.show()",
    "label": "label = QLabel('gone when the function ends')",
    "timer": "timer = QTimer()\ntimer.start(10)\ntimer.stop()",
    "child timer": "dialog = QDialog()\nqtbot.addWidget(dialog)\nQTimer(dialog).start(10)",
    "thread": "thread = threading.Thread(target=lambda: None)\nthread.start()",
    "home": "assert os.environ['HOME'].endswith('/home')",
}
WARNS = {
    "now": "qWarning('a wire without an end')",
    "late": "class Late(QWidget):\n    pass\nlate = Late()\nlate.destroyed.connect(lambda: qWarning('too late'))\n"
    "late.deleteLater()\nkept.append(late)",
}
STAYS = {
    "widget": ("kept.append(QLabel('kept'))", "QLabel"),
    "timer": ("kept.append(QTimer())\nkept[-1].start(1000)", "QTimer"),
    "thread": ("kept.append(threading.Event())\nthreading.Thread(target=kept[-1].wait, daemon=True).start()", "Thread"),
    "QThread": ("kept.append(QThread())\nkept[-1].start()", "QThread"),
}
Outcomes = dict[str, dict[str, str]]
"""What was reported of each small test, by "failure" or "error"; nothing of one that passed."""


def outcomes(folder: Path, bodies: Mapping[str, str], *, settles_within: float = 20.0) -> Outcomes:
    """Run small tests with these bodies, in one process, under this project's conftest.py."""
    conftest = (TESTS / "conftest.py").read_text(encoding="utf-8")
    (folder / "conftest.py").write_text(f"{conftest}\nSETTLES_WITHIN = {settles_within}\n", encoding="utf-8")
    (folder / "pytest.ini").write_text(
        f"[pytest]\nqt_api = pyside6\nqt_log_level_fail = WARNING\npythonpath = {TESTS}\n", encoding="utf-8"
    )
    functions = [
        f"def test_{name.replace(' ', '_')}(qtbot):\n" + "".join(f"    {line}\n" for line in body.splitlines())
        for name, body in bodies.items()
    ]
    (folder / "test_small.py").write_text("\n\n".join([HEAD, *functions]), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:xvfb", "-p", "no:cacheprovider", "--junit-xml", "report.xml"]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False)
    cases = ElementTree.parse(folder / "report.xml").iter("testcase")
    found = {case.get("name", "").removeprefix("test_").replace("_", " "): case for case in cases}
    assert set(found) == set(bodies)
    return {
        name: {part.tag: f"{part.get('message')} {part.text}" for part in case if part.tag in ("failure", "error")}
        for name, case in found.items()
    }


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """Of the tests that clear up and of those that make Qt warn."""
    return outcomes(tmp_path_factory.mktemp("harmless"), CLEARS_UP | WARNS)


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """Of the tests that leave something behind."""
    bodies = {name: body for name, (body, _) in STAYS.items()}
    return outcomes(tmp_path_factory.mktemp("leaky"), bodies, settles_within=0.5)


@pytest.mark.parametrize("name", CLEARS_UP)
def test_what_clears_up_passes(harmless: Outcomes, name: str) -> None:
    assert harmless[name] == {}


@pytest.mark.parametrize("name", STAYS)
def test_what_stays_is_an_error(leaky: Outcomes, name: str) -> None:
    """And of the test that left it, not of those that come after it."""
    assert list(leaky[name]) == ["error"]
    said = leaky[name]["error"].splitlines()[0]
    assert "the test leaves behind" in said and STAYS[name][1] in said
    assert not any(other in said for other in ("QLabel", "QTimer", "Event", "QThread") if other != STAYS[name][1])


def test_a_warning_of_qt_fails_the_test(harmless: Outcomes) -> None:
    assert list(harmless["now"]) == ["failure"] and "a wire without an end" in harmless["now"]["failure"]


def test_a_warning_on_the_way_out_is_an_error(harmless: Outcomes) -> None:
    assert list(harmless["late"]) == ["error"] and "too late" in harmless["late"]["error"]


def test_what_a_thread_waits_for_is_its_own_time_and_what_others_took_is_not() -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    began, start = time.monotonic(), undisturbed()
    time.sleep(0.02)
    slept = undisturbed() - start
    assert 0.019 < slept <= time.monotonic() - began
    if not Path("/proc/thread-self/schedstat").exists():
        return
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * cores)]
    try:
        start, began = undisturbed(), time.monotonic()
        worked, own, by_the_clock = -time.thread_time(), 0.0, 0.0
        while by_the_clock < own + 0.01:  # until the others had a turn
            by_the_clock = time.monotonic() - began
            assert by_the_clock < 60
            own = undisturbed() - start
        worked += time.thread_time()
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert worked < own + 0.02  # the kernel counts in steps of its own


def test_nothing_of_the_users_is_in_reach() -> None:
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        assert os.environ[variable].startswith(REAL_HOME), variable
    assert "netloom-tests-" in REAL_HOME
