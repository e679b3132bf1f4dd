"""Replacing a file: whichever call of the disk fails, the file is the old or the new one, and nothing else is left."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models import atomic

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
