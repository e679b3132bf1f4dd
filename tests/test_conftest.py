"""The guards of conftest.py catch what they are there for: each is shown a small test that breaks its rule."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
REAL_HOME = os.environ["HOME"]


def outcome(pytester: pytest.Pytester, body: str, *, settles_within: float = 20.0) -> pytest.RunResult:
    """Run one test with the body under this project's conftest.py."""
    pytester.makeconftest(f"{CONFTEST}\nSETTLES_WITHIN = {settles_within}\n")
    tests = Path(__file__).parent
    pytester.makeini(f"[pytest]\nqt_api = pyside6\nqt_log_level_fail = WARNING\npythonpath = {tests}\n")
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    pytester.makepyfile(
        "from PySide6.QtCore import *\nfrom PySide6.QtWidgets import *\nimport threading, os\n\nkept = []\n\n"
        f"def test_it(qtbot):\n{lines}\n"
    )
    return pytester.runpytest_subprocess("-p", "no:xvfb", "-p", "no:cacheprovider")


@pytest.mark.parametrize(
    "body",
    [
        "window = QMainWindow()\nqtbot.addWidget(window)\nwindow.show()",
        "label = QLabel('gone when the function ends')",
        "timer = QTimer()\ntimer.start(10)\ntimer.stop()",
        "dialog = QDialog()\nqtbot.addWidget(dialog)\nQTimer(dialog).start(10)",
        "thread = threading.Thread(target=lambda: None)\nthread.start()",
        "assert os.environ['HOME'].endswith('/home')",
    ],
    ids=["window", "label", "timer", "child timer", "thread", "home"],
)
def test_what_clears_up_passes(pytester: pytest.Pytester, body: str) -> None:
    outcome(pytester, body).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("kept.append(QLabel('kept'))", "*leaves behind*QLabel*"),
        ("kept.append(QTimer())\nkept[0].start(1000)", "*leaves behind*QTimer*"),
        ("kept.append(threading.Event())\nthreading.Thread(target=kept[0].wait, daemon=True).start()", "*Thread*"),
        ("kept.append(QThread())\nkept[0].start()", "*leaves behind*QThread*"),
    ],
    ids=["widget", "timer", "thread", "QThread"],
)
def test_what_stays_is_an_error(pytester: pytest.Pytester, body: str, named: str) -> None:
    result = outcome(pytester, body, settles_within=1.0)
    assert result.ret != 0
    result.stdout.fnmatch_lines([named])


def test_a_warning_of_qt_fails_the_test(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, "qWarning('a wire without an end')")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*a wire without an end*"])


def test_a_warning_on_the_way_out_is_an_error(pytester: pytest.Pytester) -> None:
    body = "class Late(QWidget):\n    pass\nlate = Late()\nlate.destroyed.connect(lambda: qWarning('too late'))\n"
    result = outcome(pytester, body + "late.deleteLater()\nkept.append(late)")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*too late*"])


def test_nothing_of_the_users_is_in_reach() -> None:
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        assert os.environ[variable].startswith(REAL_HOME), variable
    assert "netloom-tests-" in REAL_HOME
