"""Processes by who they are, not by their number alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from models.storage import process
from models.storage.process import Owner
from support import ROOT


def has_own_processes() -> bool:
    """Whether an ordinary user may start processes that are numbered from 1, as in a container."""
    command = ["unshare", "-Urpf", "--mount-proc", "true"]
    return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


@pytest.fixture(params=["as here", "without /proc"])
def started(request: pytest.FixtureRequest) -> object:
    return process._started if request.param == "as here" else process._started_portable


def test_this_process_is_alive_and_another_start_is_not() -> None:
    owner = Owner.current()
    assert owner.is_alive() and not owner.is_elsewhere()
    assert not replace(owner, started="long ago").is_alive()
    assert not replace(owner, boot="an earlier start of the computer").is_alive()
    gone = replace(owner, boot="an earlier start of the computer")
    assert not gone.is_elsewhere() and replace(gone, host="elsewhere").is_elsewhere()


def test_a_computer_that_is_called_differently_now_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Owner.current()
    monkeypatch.setattr("models.storage.process._host", lambda: "another network's name")
    assert Owner.current() == before and hash(Owner.current()) == hash(before)
    assert before.is_alive() and not before.is_elsewhere()
    crashed = replace(before, started="a moment ago")
    assert not crashed.is_alive() and not crashed.is_elsewhere()


def test_a_container_numbers_its_processes_by_itself() -> None:
    other = replace(Owner.current(), space="pid:[1]")
    assert other.is_elsewhere() and not other.is_alive() and other != Owner.current()
    facts = Owner.current().facts()
    del facts["space"]  # as older Netlooms wrote it
    older = Owner.of(facts)
    assert older and older.is_alive() and not older.is_elsewhere()


@pytest.mark.skipif(not has_own_processes(), reason="this system numbers no processes anew for ordinary users")
def test_processes_of_a_real_container_are_elsewhere() -> None:
    code = "import json; from models.storage.process import Owner; print(json.dumps(Owner.current().facts())); input()"
    command = ["unshare", "-Urpf", "--mount-proc", "--kill-child", sys.executable, "-c", code]
    inside = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert inside.stdout
    owner = Owner.of(json.loads(inside.stdout.readline()))
    assert owner and owner.pid == 1 and owner.is_elsewhere() and not owner.is_alive()
    inside.communicate("")


def test_where_the_system_marks_no_start_the_time_of_the_process_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_boot", lambda: "")
    monkeypatch.setattr(process, "_started", process._started_portable)
    me = Owner.current()
    assert me.is_alive() and replace(me, host="a name of before").is_alive()
    crashed = replace(me, started="1.00")
    assert not crashed.is_elsewhere() and replace(crashed, host="elsewhere").is_elsewhere()


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
