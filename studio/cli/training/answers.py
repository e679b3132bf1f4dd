"""Asking a run what it has learned, from the command line: the same questions that the window asks its worker."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli.console import CommandError, width_of

if TYPE_CHECKING:
    from studio.runs.folder import RunFolder
    from studio.runs.probes.answer import Answer
    from studio.runs.probes.question import Question


def may_be_asked(folder: RunFolder, *, data: bool = True) -> None:
    """Look whether the source of a run may be run, and its ``data`` be read; raises `CommandError`, `RunError`."""
    from models.storage import files
    from studio.data.errors import ConsentNeeded
    from studio.running.preflight import ask_for_data
    from studio.runs.source import approved_source

    document = files.read_whole(folder.document_path)
    approved_source(folder, document)
    try:
        if data:
            ask_for_data(folder, document)
    except ConsentNeeded as error:
        raise CommandError(str(error)) from error


def answer_to(question: Question) -> Answer:
    """The answer to a question, worked out in this process; raises `CommandError` with the sentence that tells why
    there is none. How far it is stands on a terminal meanwhile."""
    from studio.cli.train import torch_at_hand
    from studio.runs.probes.answer import read_answer

    with torch_at_hand():
        from studio.worker.probing.desk import Desk
    ended: dict[str, Any] = {}

    def hear(state: str, *, may_drop: bool = False, **facts: object) -> None:
        if state == "answering" and sys.stderr.isatty():
            done, total = facts["done"], facts["total"]
            sys.stderr.write(f"\r{done:,} of {total:,} examples"[: width_of(sys.stderr)])
        elif state == "answered":
            ended.update(facts)

    with tempfile.TemporaryDirectory(prefix="netloom-answer-") as folder:
        place = Path(folder, "answer.safetensors")
        desk = Desk(hear)
        desk.put(replace(question, id=1, answer=str(place)))
        while desk.is_busy:
            desk.step()
        if sys.stderr.isatty():
            sys.stderr.write("\r" + " " * min(60, width_of(sys.stderr)) + "\r")
        if ended.get("outcome") != "done":
            raise CommandError(str(ended.get("message")))
        return read_answer(place)
