"""Replacing a file: whichever call of the disk fails, the file is the old or the new one, and nothing else is left."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.storage import atomic
from support import ROOT

CALLS = ("open", "fdopen", "chmod", "fsync", "replace")


def failing(real: Callable[..., Any], at: int, number: int) -> Callable[..., Any]:
    """The call as it is, but for the one in that place."""
    count = 0

    def call(*arguments: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count == at:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **options)

    return call


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("name", CALLS)
def test_old_or_new_whatever_fails(
    name: str, at: int, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    failed = False
    with monkeypatch.context() as patched:
        patched.setattr(os, name, failing(getattr(os, name), at, number))
        try:
            atomic.replace_file(path, b"new" * 10_000)
        except OSError:
            failed = True
    content = path.read_bytes()
    # Only the folder's own call comes after the rename; then the new file is there already.
    renamed = name in {"open", "fsync"} and at == 2
    assert content == (b"old" if failed and not renamed else b"new" * 10_000)
    assert os.listdir(tmp_path) == ["file"]


def test_folders_that_cannot_be_synced_are_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 1, errno.EINVAL))
    atomic.sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 1, errno.EIO))
    with pytest.raises(OSError):
        atomic.sync_folder(tmp_path)


def test_a_new_file_appears_whole(tmp_path: Path) -> None:
    atomic.replace_file(tmp_path / "new", b"")
    assert (tmp_path / "new").read_bytes() == b""


def temporary(folder: Path, pid: int, age: float) -> Path:
    path = folder / f".netloom-{pid}-0123456789ab.tmp"
    path.write_bytes(b"half a docu")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_what_a_killed_process_left_goes_with_a_later_save(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from models.storage import atomic\n"
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "atomic.replace_file(Path(sys.argv[1]), b'new')"
    )
    path = tmp_path / "net.netloom"
    path.write_bytes(b"old")
    killed = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL and path.read_bytes() == b"old"
    (left,) = tmp_path.glob(".netloom-*.tmp")
    # One that was written just now may be another computer's, in a shared folder.
    atomic.replace_file(path, b"newer")
    assert left.exists()
    os.utime(left, (time.time() - 2 * atomic.ABANDONED,) * 2)
    atomic.replace_file(path, b"newest")
    assert os.listdir(tmp_path) == [path.name] and path.read_bytes() == b"newest"


def test_what_a_living_process_or_somebody_else_wrote_stays(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(60)
    alive = temporary(tmp_path, os.getpid(), 1e6)
    gone = temporary(tmp_path, dead.pid, 1e6)
    others = [tmp_path / name for name in (f".netloom-{dead.pid}.tmp", f"netloom-{dead.pid}-0123456789ab.tmp", ".tmp")]
    for path in others:
        path.write_bytes(b"")
        os.utime(path, (0, 0))
    atomic.replace_file(tmp_path / "file", b"x")
    assert not gone.exists() and alive.exists() and all(path.exists() for path in others)


def test_a_link_to_nowhere_gets_its_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    atomic.replace_file(tmp_path / "link", b"x")
    assert (tmp_path / "target").read_bytes() == b"x" and (tmp_path / "link").is_symlink()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the disk is full"), (errno.EFBIG, "larger than allowed"),
        (errno.EACCES, "not permitted"), (errno.EROFS, "only be read"), (errno.ENOENT, "does not exist"),
        (errno.EISDIR, "folder"), (errno.EIO, "input/output error"),
    ],
)  # fmt: skip
def test_reasons_are_told_in_words(number: int, words: str) -> None:
    assert words in atomic.reason(OSError(number, os.strerror(number)))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
def test_devices_and_pipes_are_no_files_to_replace(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="no file"):
        atomic.replace_file(pipe, b"new")
    assert pipe.is_fifo() and os.listdir(tmp_path) == ["pipe"]
