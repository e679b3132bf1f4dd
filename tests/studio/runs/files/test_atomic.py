from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.runs.errors import RunError
from studio.runs.files.atomic import atomic_write, to_json

ROOT = Path(__file__).parents[4]


def test_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    for content in (b"old", b"", b"new" * 1000):
        atomic_write(path, content)
        assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["run.json"]


def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    atomic_write(path, b"old")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(RunError, match="larger than allowed"):
            atomic_write(path, b"x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["run.json"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"nowhere/run.json: that folder does not exist"):
        atomic_write(tmp_path / "nowhere" / "run.json", b"")


WRITER = """
import sys, itertools
from pathlib import Path
from studio.runs.files.atomic import atomic_write
print("ready", flush=True)
for number in itertools.count():
    atomic_write(Path(sys.argv[1]), (b"%d " % number) * 20000)
"""


def test_kill_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "state.bin"
    for delay in (0.0, 0.013, 0.031, 0.05):
        process = subprocess.Popen([sys.executable, "-c", WRITER, path], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout and process.stdout.readline() == b"ready\n"
        time.sleep(delay)
        process.kill()
        process.wait()
        process.stdout.close()
        if path.exists():
            words = path.read_bytes().split()
            assert len(words) == 20000
            assert len(set(words)) == 1


def test_json_is_strict_whatever_it_is_given() -> None:
    assert to_json({1: float("nan"), "b": (1, "ü"), "c": Path("/x")}) == '{"1":"NaN","b":[1,"ü"],"c":"/x"}'.encode()
