"""Answers that cost much, kept in the run folder under the digest of all that they depend on."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from studio.runs.errors import RunError
from studio.runs.files.atomic import to_json
from studio.runs.probes.answer import Answer, read_answer, write_answer
from studio.worker.probing.asked import Asked

FOLDER = "answers"
VERSION = 3
"""Raised whenever an answer that is kept would come out otherwise."""
MOST_KEPT = 16


def kept(asked: Asked) -> Answer | None:
    """The answer to this very question from before, if it was kept."""
    with suppress(RunError, OSError):
        return read_answer(_place(asked))
    return None


def keep(asked: Asked, answer: Answer) -> None:
    """Keep an answer, where the disk lets us; one that says what is lost may be another one next time."""
    if "lost" in answer.facts:
        return
    with suppress(RunError, OSError):
        place = _place(asked)
        if place.parent.is_symlink():
            return
        place.parent.mkdir(exist_ok=True)
        write_answer(place, answer)
        by_age = sorted(place.parent.glob("*.safetensors"), key=lambda path: path.stat().st_mtime)
        for path in by_age[:-MOST_KEPT]:
            path.unlink()


def _place(asked: Asked) -> Path:
    bench, question = asked.bench, asked.question
    identity = bench.checkpoint.identity() if bench.checkpoint else ""
    content = [
        VERSION,
        identity,
        dict(question.data),
        bench.stamps(question.data),
        question.part,
        question.output,
        dict(question.arguments),
    ]
    digest = hashlib.sha256(to_json(content)).hexdigest()[:32]
    return bench.folder.path / FOLDER / f"{question.kind}-{digest}.safetensors"
