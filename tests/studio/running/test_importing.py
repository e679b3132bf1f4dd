"""A file that is imported runs in a child that ends, with all that it started, whatever the file does."""

from __future__ import annotations

import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from models.importers import ImportFailed
from studio.running.importing import MARK, Ask, end, import_file, input_from

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


def test_a_file_that_hangs_is_ended(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time; time.sleep(1000)")
    with pytest.raises(ImportFailed, match="longer than 1 seconds"):
        import_file(Ask(tmp_path / "slow.py", [("", (3,), "float")], seconds=1))


def test_an_import_can_be_given_up_and_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="none at"):
        import_file(Ask(tmp_path / "no.py", []))
    (tmp_path / "slow.py").write_text("import time; time.sleep(1000)")
    with pytest.raises(ImportFailed, match="canceled"):
        import_file(Ask(tmp_path / "slow.py", []), canceled=lambda: True)


def test_inputs_are_typed_as_sizes() -> None:
    assert input_from("3x224x224") == ("", (3, 224, 224), "float")
    assert input_from("mask=128:int") == ("mask", (128,), "int")
    for text in ("", "x", "3x0", "3:word", "a="):
        with pytest.raises(ImportFailed, match="such as 3x224x224"):
            input_from(text)
