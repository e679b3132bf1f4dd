"""Downloading a file whose content is known: over HTTPS alone, resumed where it was, and kept only if it is that file.

Until then it is called `.part`; a part that turns out to be something else is removed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, Request

from models.basics.quantities import bytes_text
from studio.data.errors import DataError
from studio.data.kept.hub import saved
from studio.data.kept.ready_set import HUB, ReadySet

PATIENCE = 20.0
"""Seconds that a server may be silent."""
_PIECE = 1 << 16
Progress = Callable[[int, int], None]
"""Called with the bytes that are there and that there will be; an exception from it ends the download."""


class _OnlyHttps(HTTPRedirectHandler):
    """Follows redirections, but none that leaves HTTPS."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: object, newurl: str
    ) -> Request | None:
        _check_scheme(newurl)
        found: Request | None = super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]
        return found


def fetch(
    item: ReadySet, progress: Progress | None = None, *, trust: ssl.SSLContext | None = None, patience: float = PATIENCE
) -> Path:
    """The file of a set, downloaded if it is not there yet; raises `DataError`.

    ``trust`` says whose certificates count, those of the system where it is None; ``patience`` how long a server may
    be silent, in seconds.
    """
    target = item.file
    if target.exists():
        return target
    if item.prefix == HUB:
        with _disk(target):
            return saved(item, progress)
    if item.parts:
        return _made(item, progress, trust, patience)
    part = target.with_suffix(".part") if item.suffix else target.with_name(f"{target.name}.part")
    with _disk(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _check_room(item, part)
        _fill(item, part, progress or (lambda done, total: None), trust, patience)
        _check_content(item, part)
        os.replace(part, target)
    return target


def _made(item: ReadySet, progress: Progress | None, trust: ssl.SSLContext | None, patience: float) -> Path:
    """A file that is made of others, which are downloaded for it and then removed."""
    from studio.data.kept.packing import PACKING

    files, before = [], 0

    def told(done: int, total: int) -> None:
        if progress is not None:
            progress(before + done, item.size)

    for part in item.parts:
        files.append(fetch(part, told, trust=trust, patience=patience))
        before += part.size
    with _disk(item.file):
        PACKING[item.packing](files, item.file, lambda: told(0, item.size))
        for file in files:
            file.unlink()
    return item.file


def _fill(item: ReadySet, part: Path, progress: Progress, trust: ssl.SSLContext | None, patience: float) -> None:
    """Bring a part up to its size."""
    have = part.stat().st_size if part.exists() else 0
    if have > item.size:
        part.unlink()
        have = 0
    if have == item.size:
        return
    with _server(item), _opened(item, have, trust, patience) as answer:
        begin = _begin(item, answer, have)
        with open(part, "r+b" if begin else "wb") as file:
            file.seek(begin)
            file.truncate()
            done = begin
            while piece := answer.read(_PIECE):
                done += len(piece)
                if done > item.size:
                    break
                file.write(piece)
                progress(done, item.size)
            file.flush()
            os.fsync(file.fileno())
    if done > item.size:
        part.unlink()
        raise DataError(
            f"{item.title}: the server sends more than the {item.size:,} bytes it is known by. Nothing kept."
        )
    if done < item.size:
        raise DataError(f"{item.title}: the connection ended at {done:,} of {item.size:,} bytes. Try again to go on.")


def _opened(item: ReadySet, have: int, trust: ssl.SSLContext | None, patience: float) -> HTTPResponse:
    _check_scheme(item.url)
    opener = OpenerDirector()
    handlers = (HTTPSHandler(context=trust or ssl.create_default_context()), _OnlyHttps())
    for handler in handlers:
        opener.add_handler(handler)
    from urllib.request import HTTPDefaultErrorHandler, HTTPErrorProcessor

    opener.add_handler(HTTPDefaultErrorHandler())
    opener.add_handler(HTTPErrorProcessor())
    headers = {"User-Agent": "Netloom", "Accept-Encoding": "identity"}
    request = Request(item.url, headers=headers | ({"Range": f"bytes={have}-"} if have else {}))
    answer: HTTPResponse = opener.open(request, timeout=patience)
    return answer


def _begin(item: ReadySet, answer: HTTPResponse, have: int) -> int:
    """Where what the server sends belongs; raises `DataError` for what cannot be the file."""
    kind = answer.headers.get_content_type()
    if kind in ("text/html", "application/xhtml+xml"):
        raise DataError(f"{item.title}: expected a file, but the server sends a web page. Is a login in between?")
    begin = have if answer.status == 206 else 0
    if begin and not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
        raise DataError(f"{item.title}: the server goes on at another place than asked. Try again later.")
    length = answer.headers.get("Content-Length", "")
    if length.isdecimal() and begin + int(length) != item.size:
        raise DataError(
            f"{item.title}: expected {item.size:,} bytes, but the server has {begin + int(length):,}. Nothing was kept."
        )
    return begin


def _check_content(item: ReadySet, part: Path) -> None:
    with open(part, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != item.sha256:
        part.unlink()
        raise DataError(f"{item.title}: what came is not that file (its SHA-256 is {found[:12]}…). Nothing was kept.")


def _check_room(item: ReadySet, part: Path) -> None:
    have = part.stat().st_size if part.exists() else 0
    free = shutil.disk_usage(part.parent).free
    if free < item.size - have:
        raise DataError(
            f"{item.title} needs {bytes_text(item.size - have)} in {part.parent}, where {bytes_text(free)} are free."
        )


def _check_scheme(url: str) -> None:
    if urlsplit(url).scheme != "https":
        raise DataError(f"The download leads to {url[:60]}, which is not HTTPS. Nothing was kept.")


@contextmanager
def _server(item: ReadySet) -> Iterator[None]:
    """What goes wrong on the way, as sentences; what came so far stays, to go on from."""
    host = urlsplit(item.url).hostname
    try:
        yield
    except HTTPError as error:
        with error:
            raise DataError(f"{item.title}: {host} answers {error.code} {error.reason}. Try again later.") from error
    except TimeoutError as error:
        raise DataError(f"{item.title}: {host} has stopped sending. Try again to go on.") from error
    except (URLError, HTTPException, ssl.SSLError, ConnectionError) as error:
        why = getattr(error, "reason", error)
        raise DataError(f"{item.title}: {host} cannot be reached or broke off: {str(why)[:120]}. Try again.") from error


@contextmanager
def _disk(target: Path) -> Iterator[None]:
    """What the disk refuses, as a sentence."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{target.parent} cannot be written: {error.strerror or error}.") from error
