"""Replacing a file: whichever call of the disk fails, the file is the old or the new one, and nothing else is left."""

from __future__ import annotations

import errno
import os
import signal
import struct
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


@pytest.mark.R3
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("name", CALLS)
def test_old_or_new_whatever_fails(
    name: str, at: int, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    failed = unsure = False
    with monkeypatch.context() as patched:
        patched.setattr(os, name, failing(getattr(os, name), at, number))
        try:
            atomic.replace_file(path, b"new" * 10_000)
        except atomic.UnconfirmedError:
            unsure = True
        except OSError:
            failed = True
    # Only the folder's own call comes after the rename; then the new file is there already, and said to be.
    assert path.read_bytes() == (b"old" if failed else b"new" * 10_000)
    assert not unsure or (name in {"open", "fsync"} and at == 2)
    assert os.listdir(tmp_path) == ["file"]


def test_folders_that_cannot_be_synced_are_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 1, errno.EINVAL))
    atomic.sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 1, errno.EIO))
    with pytest.raises(OSError):
        atomic.sync_folder(tmp_path)


def test_a_failure_after_the_rename_is_told_as_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.netloom"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 2, errno.EIO))
    with pytest.raises(atomic.UnconfirmedError) as caught:
        atomic.replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    told = atomic.refusal(path.name, caught.value)
    assert told.startswith("net.netloom was written, but the disk does not confirm it: ") and "untouched" not in told
    assert "untouched" in atomic.refusal(path.name, OSError(errno.EIO, "Input/output error"))


def test_a_folder_that_can_be_written_but_not_read_is_saved_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", failing(os.open, 2, errno.EACCES))
    atomic.replace_file(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.skipif(os.name == "nt", reason="owners and groups are of Unix")
class TestWhoseFileItIs:
    def test_the_file_of_another_user_stays_his(self, tmp_path: Path) -> None:
        if os.getuid() != 0:
            pytest.skip("only root saves into other users' files without taking them over")
        path = tmp_path / "his"
        path.write_bytes(b"old")
        os.chown(path, 1234, 5678)
        path.chmod(0o640)
        atomic.replace_file(path, b"new")
        found = path.stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (1234, 5678, 0o640)

    def test_the_group_is_kept_where_the_user_belongs_to_it(self, tmp_path: Path) -> None:
        other = next((group for group in os.getgroups() if group != os.getgid()), 4321)
        path = tmp_path / "ours"
        path.write_bytes(b"old")
        try:
            os.chown(path, -1, other)
        except PermissionError:
            pytest.skip("this user has one group alone")
        path.chmod(0o660)
        atomic.replace_file(path, b"new")
        assert (path.stat().st_gid, path.stat().st_mode & 0o7777) == (other, 0o660)

    def test_what_a_group_was_allowed_is_nothing_to_another_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "theirs"
        path.write_bytes(b"old")
        path.chmod(0o664)
        monkeypatch.setattr(os, "chown", failing(os.chown, 2, errno.EPERM))
        atomic.replace_file(path, b"new")
        assert path.read_bytes() == b"new" and path.stat().st_mode & 0o7777 == 0o604

    def test_what_is_private_is_so_from_its_first_byte(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "private"
        path.write_bytes(b"old")
        path.chmod(0o600)
        seen: list[int] = []
        real = os.open

        def watched(name: Any, *arguments: Any, **options: Any) -> int:
            handle = real(name, *arguments, **options)
            seen.extend(os.fstat(handle).st_mode & 0o077 for _ in [1] if str(name).endswith(".tmp"))
            return handle

        monkeypatch.setattr(os, "open", watched)
        before = os.umask(0o022)
        try:
            atomic.replace_file(path, b"new")
            atomic.replace_file(tmp_path / "new", b"new")
        finally:
            os.umask(before)
        assert seen == [0, 0o044] and path.stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o644

    def test_an_access_list_is_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "listed"
        path.write_bytes(b"old")
        # Version 2: user rw, user 1234 r, group r, mask r, others none.
        entries = ((1, 6, 0xFFFFFFFF), (2, 4, 1234), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF))
        value = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
        try:
            os.setxattr(path, atomic.ACCESS_LIST, value)
        except (OSError, AttributeError):
            pytest.skip("this disk keeps no access lists")
        atomic.replace_file(path, b"new")
        assert os.getxattr(path, atomic.ACCESS_LIST) == value and path.read_bytes() == b"new"


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
