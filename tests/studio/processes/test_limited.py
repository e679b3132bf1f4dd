"""A child that runs somebody's file ends with all that it started, whatever the file does, and its answer is read."""

from __future__ import annotations

import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from studio.processes import limited
from studio.processes.limited import MARK, Child, Failed, answer_of, end

FORKS = """
import os, time
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        time.sleep(1000)
time.sleep(1000)
"""


def marked(token: str) -> int:
    """How many processes with a mark are running."""
    count = 0
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            count += process.environ().get(MARK) == token and process.status() != psutil.STATUS_ZOMBIE
    return count


def test_what_a_file_started_is_ended_in_whatever_group_it_is() -> None:
    token = uuid.uuid4().hex
    child = subprocess.Popen([sys.executable, "-S", "-c", FORKS], env={MARK: token}, start_new_session=True)
    try:
        while marked(token) < 3:
            assert child.poll() is None, "it ends by itself never"
    finally:
        end(child, token)
    assert marked(token) == 0


def test_an_answer_is_there_before_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "(folder / 'answer.json').write_text('{\"sum\": 3}')\nwhile True:\n    time.sleep(1)"
    program = f"import sys, time\nfrom pathlib import Path\nfolder = Path(sys.argv[1])\n{body}"
    monkeypatch.setattr(limited, "module_command", lambda module: [sys.executable, "-S", "-c", program])
    child = Child("own", tmp_path / "a.py", {}, tmp_path, 20)
    try:
        assert child.answer(lambda: None, early=True) == {"sum": 3}
        assert marked(child.token) == 1, "it goes on"
    finally:
        child.end()
    assert marked(child.token) == 0
    with pytest.raises(Failed, match="ended the process"):
        child.answer(lambda: None, "more")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "ended the process: it says nothing"),
        ("print('out of ideas'); raise SystemExit(3)", r"out of ideas \(status 3\)"),
        ("(folder / 'answer.json').write_text('[1]')", "ended the process"),
        ("(folder / 'answer.json').write_text('{')", "ended the process"),
        ("(folder / 'answer.json').write_text('{\"failure\": \"no sum\", \"place\": \"line 2\"}')",
         "^a.py, line 2: no sum$"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    program = f"import sys\nfrom pathlib import Path\nfolder = Path(sys.argv[1])\n{body}"
    monkeypatch.setattr(limited, "module_command", lambda module: [sys.executable, "-S", "-c", program])
    with pytest.raises(Failed, match=words):
        answer_of("own", tmp_path / "a.py", {}, tmp_path, 20, lambda: None)
