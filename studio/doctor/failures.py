"""Runs that failed: memory that ran out, and the settings that are worth a try afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from models.findings.computer import Devices
from models.findings.finding import Mend
from models.findings.memory import room_of, smaller_batch
from studio.doctor.base import CERTAIN, Diagnosis, Evidence, diagnosis, tell
from studio.doctor.case import Case, case_of
from studio.doctor.rates import broken
from studio.doctor.remedies import with_training
from studio.runs.folder import RunFolder


@diagnosis(
    ill=lambda: Case({"batch_size": 512}, {}, over=True, fits=128),
    well=lambda: Case({"batch_size": 128}, {}, over=True),
    needs=("batch_size",),
)
def out_of_memory(case: Case) -> Iterator[Diagnosis]:
    """A device without the memory that a step takes."""
    if not case.fits:
        return
    batch, fits = min(case.training.batch_size, case.examples or case.training.batch_size), case.fits
    count = -(-batch * case.training.accumulate // fits)
    message = f"There was no memory for batches of {batch:,}; {fits:,} examples should fit."
    detail = f"{count} of them accumulated make the same update, but for what batch normalization sees."
    smaller = with_training(f"Use batches of {fits:,}", batch_size=fits)
    several = with_training(f"Accumulate {count} of {fits:,}", batch_size=fits, accumulate=count)
    seen = Evidence("train/loss", 0.0, "The memory ran out")
    mends = (smaller,) if case.optimizer.asks_again else (smaller, several)
    yield tell("warning", message, detail, *mends, sure=CERTAIN, evidence=(seen,))


def remedies(path: Path, memory: Mapping[str, int] | None = None) -> list[Mend]:
    """What mends steps that were too long, or batches that were too large.

    ``memory`` holds the bytes of each device where it ran out and the worker could not say what would have fitted.
    Raises `RunError`.
    """
    case = case_of(RunFolder.open(path))
    if memory is not None and case.document:
        _, room = room_of(case.document, Devices(tuple(memory), dict(memory)))
        case = replace(case, fits=smaller_batch(case.document, room, case.examples))
    return [mend for look in (broken, out_of_memory) for finding in look(case) for mend in finding.mends]
