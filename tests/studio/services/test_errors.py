"""The outermost door: sentences, the log, and that nothing gets past it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.services import errors
from support import run_python


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.excepthook", lambda *_: None)
    monkeypatch.setattr("threading.excepthook", lambda *_: None)


@pytest.fixture
def heard() -> Iterator[list[tuple[str, Path]]]:
    sentences: list[tuple[str, Path]] = []
    slot = errors.unexpected.connect(lambda sentence, path: sentences.append((sentence, path)))
    yield sentences
    errors.unexpected.disconnect(slot)


def fail() -> int:
    raise LookupError("seven")


def test_a_failed_program_ends_with_a_sentence(
    heard: list[tuple[str, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert errors.guarded(fail) == 70
    assert heard == [("Something unexpected went wrong (LookupError). Your work is kept.", errors.log_path())]
    assert "LookupError: seven" in capsys.readouterr().err


def test_a_program_that_works_gives_its_code() -> None:
    assert errors.guarded(lambda: 3) == 3


def test_the_log_holds_the_traceback_and_grows(tmp_path: Path) -> None:
    for _ in range(2):
        errors.guarded(fail)
    text = errors.log_path().read_text()
    assert tmp_path in errors.log_path().parents
    assert text.count("LookupError: seven") == 2
    assert 'raise LookupError("seven")' in text


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    errors.guarded(fail)
    errors.log_path().write_bytes(b"x" * (errors.LOG_LIMIT + 1))
    errors.guarded(fail)
    assert errors.log_path().stat().st_size < 5000
    assert errors.log_path().with_suffix(".old.log").stat().st_size == errors.LOG_LIMIT + 1


def test_a_log_that_cannot_be_written_does_not_hide_the_error(
    heard: list[tuple[str, Path]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    errors.guarded(fail)
    assert len(heard) == 1
    assert "could not be written" in capsys.readouterr().err


def test_errors_of_threads_come_through_the_same_door(heard: list[tuple[str, Path]]) -> None:
    errors.install()
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert len(heard) == 1
    assert "LookupError" in heard[0][0]


def test_a_failing_slot_leaves_the_event_loop_running(tmp_path: Path) -> None:
    code = """
from PySide6.QtCore import QCoreApplication, QTimer
from studio.services import errors
application = QCoreApplication([])
errors.install()
errors.unexpected.connect(lambda sentence, log: print(sentence))
QTimer.singleShot(0, lambda: [][1])
QTimer.singleShot(50, lambda: (print("still here"), application.quit()))
application.exec()
"""
    result = run_python(code)
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "Something unexpected went wrong (IndexError). Your work is kept.",
        "still here",
    ]
    assert result.stderr.count("IndexError") == 1


def test_an_interrupt_is_no_error() -> None:
    result = run_python("from studio.services import errors; errors.install(); raise KeyboardInterrupt")
    assert result.returncode == 130
    assert "Traceback" not in result.stderr
