"""Processes by who they are, not by their number alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from models.storage import process
from models.storage.process import Owner


@pytest.fixture(params=["as here", "without /proc"])
def started(request: pytest.FixtureRequest) -> object:
    return process._started if request.param == "as here" else process._started_portable


def test_this_process_is_alive_and_another_start_is_not() -> None:
    owner = Owner.current()
    assert owner.is_alive() and not owner.is_elsewhere()
    assert not replace(owner, started="long ago").is_alive()
    assert not replace(owner, boot="an earlier start of the computer").is_alive()
    assert replace(owner, host="elsewhere").is_elsewhere() and not replace(owner, host="elsewhere").is_alive()


def test_a_process_has_a_start_while_it_runs(started: object) -> None:
    assert callable(started)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    first = started(child.pid)
    assert first and started(child.pid) == first
    assert child.stdin is not None
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert started(child.pid) is None, "ended, though nobody has waited for it"
    child.wait()
    assert started(child.pid) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"pid": "many"}', "[" * 5_000, '{"pid": 1e999}', "\0"])
def test_a_file_that_names_nobody_has_no_owner(tmp_path: Path, content: str) -> None:
    (tmp_path / "process.json").write_text(content)
    assert Owner.read(tmp_path / "process.json") is None
    assert Owner.read(tmp_path / "missing.json") is None


def test_an_owner_survives_the_file(tmp_path: Path) -> None:
    (tmp_path / "process.json").write_text(json.dumps(Owner.current().facts()))
    assert Owner.read(tmp_path / "process.json") == Owner.current()
