"""Writing a file so that it is either the old or the new one, whatever happens while it is written.

A temporary file in the same folder is filled, forced to the disk and put in the old file's place by one rename; then
the folder is forced to the disk (in-place saves under SIGKILL leave one file in six unreadable, these none). What a
process that was killed meanwhile left of its temporary file goes with a later save in that folder.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
from pathlib import Path

ABANDONED = 60.0
"""Seconds after which a temporary file whose process is not to be seen is nobody's: another computer, for which the
number of a process means nothing here, has long written its own by then."""
ACCESS_LIST = "system.posix_acl_access"
"""Where Linux keeps who else may read or write a file."""
_TEMPORARY = re.compile(r"\.netloom-(\d{1,9})-[0-9a-f]{12}\.tmp")


class UnconfirmedError(OSError):
    """A file has its new content, but the disk does not confirm that it will keep it through a loss of power."""


def replace_file(path: Path, content: bytes) -> None:
    """Make ``content`` the content of ``path``; raises `OSError` with the old file untouched and nothing left behind,
    or `UnconfirmedError` when the new one is in place.

    A link keeps pointing where it did: the file it leads to is replaced. An old file's owner, group, permissions and
    access list are kept, as far as this user may set them.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        # The rename would put a file in the place of /dev/null.
        raise OSError(errno.ENXIO, "that is a device or a pipe, no file")
    target = Path(os.path.realpath(path))
    temporary = target.parent / f".netloom-{os.getpid()}-{os.urandom(6).hex()}.tmp"
    # Opened by hand rather than by tempfile, so that a new file gets the permissions that the user's umask asks for.
    # What replaces a file is closed to everybody else until it has that one's.
    mode = 0o600 if target.exists() else 0o666
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if target.exists():
                _take_over(target, temporary)
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    with suppress(OSError):  # the file is saved, and whoever saves next can tidy up
        _remove_abandoned(target)
    try:
        sync_folder(target.parent)
    except OSError as error:
        raise UnconfirmedError(error.errno, error.strerror) from error


def _take_over(old: Path, new: Path) -> None:
    """Give a file the owner, group, permissions and access list of the one whose place it takes."""
    wanted = old.stat()
    mode = stat.S_IMODE(wanted.st_mode)
    if os.name != "nt":
        with suppress(OSError):  # root alone gives files away
            os.chown(new, wanted.st_uid, -1)
        try:
            os.chown(new, -1, wanted.st_gid)
        except OSError:
            # What that group was allowed is nothing to another one.
            os.chmod(new, mode & ~stat.S_IRWXG)
            return
    os.chmod(new, mode)
    if hasattr(os, "getxattr"):
        with suppress(OSError):  # most files have none
            os.setxattr(new, ACCESS_LIST, os.getxattr(old, ACCESS_LIST))


def _remove_abandoned(saved: Path) -> None:
    """Remove the temporary files of processes that died while saving into the folder of a file just ``saved``."""
    now = saved.stat().st_mtime  # by the clock of that disk, which may be another computer's
    with os.scandir(saved.parent) as entries:
        found = [(match, entry) for entry in entries if (match := _TEMPORARY.fullmatch(entry.name))]
    if not found:
        return
    from models.storage.process import is_running

    for match, entry in found:
        if now - entry.stat().st_mtime > ABANDONED and not is_running(int(match[1])):
            os.unlink(entry.path)


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system can do that."""
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # a folder that one may write into, but not read
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems have no such call; the rename itself was atomic.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EBADF}:
            raise
    finally:
        os.close(handle)


def refusal(name: str, error: OSError) -> str:
    """The sentence for a file that could not be replaced, or not surely."""
    if isinstance(error, UnconfirmedError):
        return f"{name} was written, but the disk does not confirm it: {reason(error)}. Save to another place, too."
    return f"{name} was not saved: {reason(error)}. What was there before is untouched; save to another place."


def reason(error: OSError) -> str:
    """What stopped the disk, in words that follow “could not be saved: ”."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "the disk is full"
    if error.errno == errno.EFBIG:
        return "the file would be larger than allowed here"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "writing is not permitted there"
    if error.errno == errno.EROFS:
        return "that disk can only be read"
    if error.errno == errno.ENOENT:
        return "that folder does not exist"
    if error.errno in {errno.EISDIR, errno.ENOTDIR}:
        return "that place is a folder or lies within a file"
    return (error.strerror or str(error)).lower()
