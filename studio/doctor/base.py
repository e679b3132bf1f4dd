"""What a diagnosis says, and the registry of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from models.findings.finding import Finding, Mend, in_line
from studio.doctor.case import Case

CERTAIN, LIKELY, POSSIBLE = 0.95, 0.8, 0.6
"""How sure a diagnosis may be: it is measured, or follows from what is; it is the usual reason; it is one of some."""


class Evidence(NamedTuple):
    """Where on the charts a diagnosis is seen: a series of the run, from an epoch on (up to another), in some words."""

    series: str
    start: float
    text: str
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis(Finding):
    """A finding of a run, with where it is seen, the layers concerned (by module), and how sure it is (0 to 1)."""

    sure: float = CERTAIN
    evidence: tuple[Evidence, ...] = ()
    layers: tuple[str, ...] = ()

    @property
    def certainty(self) -> str:
        """How sure it is, in a word."""
        return "certain" if self.sure >= CERTAIN else "likely" if self.sure >= LIKELY else "possible"


def tell(
    severity: str,
    message: str,
    detail: str,
    *mends: Mend,
    sure: float,
    evidence: Iterable[Evidence] = (),
    layers: Iterable[str] = (),
) -> Diagnosis:
    """A diagnosis; the registry adds the code under which it is known."""
    seen, where = tuple(evidence), tuple(layers)
    return Diagnosis(severity, "", "", in_line(message), detail, mends=mends, sure=sure, evidence=seen, layers=where)


Examine = Callable[[Case], Iterable[Diagnosis]]


class Registered(NamedTuple):
    """A diagnosis with the cases that its tests begin from: one that it tells, one in which it is silent. ``explains``
    are the codes of others that say no more where this one is told."""

    examine: Examine
    ill: Callable[[], Case]
    well: Callable[[], Case]
    explains: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The name of the function."""
        return self.examine.__name__

    def __call__(self, case: Case) -> Iterator[Diagnosis]:
        return (replace(found, code=self.code) for found in self.examine(case))


DIAGNOSES: list[Registered] = []


def diagnosis(
    *, ill: Callable[[], Case], well: Callable[[], Case], explains: tuple[str, ...] = ()
) -> Callable[[Examine], Registered]:
    """Decorator: a function that tells something of a run. ``ill`` makes a case it tells, ``well`` one it does not."""

    def register(examine: Examine) -> Registered:
        made = Registered(examine, ill, well, explains)
        DIAGNOSES.append(made)
        return made

    return register
