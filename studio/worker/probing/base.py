"""What a probe is: one function in one file of `studio.worker.probes` that answers a kind of question in steps."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked

Steps: TypeAlias = Generator[tuple[int, int], None, Answer]
"""Yields what is done and what there is to do, between any two of which it may be given up; returns the answer."""
Answering: TypeAlias = Callable[[Asked], Steps]


@dataclass(frozen=True, slots=True)
class Probe:
    """A kind of question. ``example`` holds arguments with which it answers; ``suits`` names the data that it is for:
    "images", "tables" or "points" (two inputs). ``is_kept`` tells that its answers are kept in the run folder;
    ``of_run`` that it is about a run: others bring what they are about among their arguments; ``is_timed`` that no
    answer is like another, since it takes times."""

    name: str
    answer: Answering
    example: Mapping[str, Any]
    suits: str
    is_kept: bool
    of_run: bool = True
    is_timed: bool = False


PROBES: dict[str, Probe] = {}


def probe(
    *, suits: str = "images", is_kept: bool = False, of_run: bool = True, is_timed: bool = False, **example: Any
) -> Callable[[Answering], Answering]:
    """Register a function as the probe of its name."""

    def register(answer: Answering) -> Answering:
        name = answer.__name__
        assert name not in PROBES, name
        PROBES[name] = Probe(name, answer, example, suits, is_kept, of_run, is_timed)
        return answer

    return register
