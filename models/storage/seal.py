"""What this computer wrote, told from what came from elsewhere: a sum that needs a key out of the user's own folder."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from models.storage.journal import state_folder

KEY_BYTES = 32


def seal(*parts: bytes) -> str:
    """The mark of these contents, "" where no key can be kept: then nothing counts as written here."""
    key = _key(make=True)
    return _mark(key, parts) if key else ""


def is_sealed(mark: object, *parts: bytes) -> bool:
    """Whether the mark was made here, of these very contents."""
    import hmac  # here: it takes OpenSSL with it, which the first window has no need of

    key = _key(make=False)
    return bool(key) and isinstance(mark, str) and hmac.compare_digest(mark.encode(), _mark(key, parts).encode())


def _mark(key: bytes, parts: tuple[bytes, ...]) -> str:
    import hashlib
    import hmac

    content = b"".join(hashlib.sha256(part).digest() for part in parts)
    return hmac.digest(key, content, "sha256").hex()


def _key(*, make: bool) -> bytes:
    """The key of this user on this computer; empty if there is none."""
    path = state_folder().with_name("key")
    try:
        if make and not path.exists():
            _make(path)
        key = _kept(path, path.stat().st_mtime_ns)
    except OSError:
        return b""
    return key if len(key) == KEY_BYTES else b""


@lru_cache(maxsize=1)
def _kept(path: Path, changed: int) -> bytes:
    """The key in a file that was ``changed`` then: a list of runs asks for it once a run."""
    return path.read_bytes()


def _make(path: Path) -> None:
    """Write a new key that nobody else may read, unless another process is faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
