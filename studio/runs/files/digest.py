"""What a list says of an ended run, kept beside its logs: a list of ten thousand runs is then read without them.

A digest counts only where this computer made it of this very run, and as long as the files that it was made from have
the size and the time that they had: what was edited, cut, copied or continued is read from the logs once more.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from models.storage.seal import is_sealed, seal
from studio.runs.files.atomic import to_json
from studio.runs.files.reading import plain_json, read_file

NAME = "digest.jsonl"
MADE_FROM = ("events.jsonl", "metrics.bin", "model.py")
VERSION = 1
LONGEST = 1 << 20
"""Bytes that a digest may have."""


def write_digest(run: Path, facts: dict[str, Any], stamps: list[list[int] | None]) -> None:
    """Keep the facts of the run in a folder, which were read when its files were as ``stamps`` says.

    A folder that cannot be written to goes without.
    """
    line = to_json({"netloom_digest": VERSION, "files": stamps, **facts})
    content = line + b"\n" + to_json(seal(*_sealed(run, line))) + b"\n"
    temporary = run / f".digest-{os.getpid()}-{os.urandom(4).hex()}.tmp"
    # Not forced to the disk: one that was lost or cut is noticed, and costs a look at the logs.
    with suppress(OSError):
        try:
            with open(temporary, "xb") as file:
                file.write(content)
            os.replace(temporary, run / NAME)
        finally:
            temporary.unlink(missing_ok=True)


def read_digest(run: Path) -> dict[str, Any] | None:
    """The facts that are kept of the run in a folder; None where there are none that count."""
    try:
        line, mark = read_file(f"{run}/{NAME}", LONGEST).splitlines()
        facts = plain_json(line)
        sealed = is_sealed(plain_json(mark), *_sealed(run, line))
    except (OSError, ValueError):
        return None
    counts = sealed and facts["netloom_digest"] == VERSION and facts["files"] == stamps_of(run)
    return facts if counts else None


def stamps_of(run: Path) -> list[list[int] | None]:
    """Size and time of each file that a digest is made from, None for one that is not there."""
    found: list[list[int] | None] = []
    for name in MADE_FROM:
        try:
            facts = os.stat(f"{run}/{name}")
        except OSError:
            found.append(None)
        else:
            found.append([facts.st_size, facts.st_mtime_ns])
    return found


def _sealed(run: Path, line: bytes) -> tuple[bytes, ...]:
    """What the seal is of: no seal of anything else, nor of another run, fits."""
    return b"digest", os.fsencode(run.name), line
