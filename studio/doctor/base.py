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
    *mends: Mend | None,
    sure: float,
    evidence: Iterable[Evidence] = (),
    layers: Iterable[str] = (),
) -> Diagnosis:
    """A diagnosis, without the remedies that are None; the registry adds the code under which it is known."""
    made = tuple(mend for mend in mends if mend is not None)
    seen, where = tuple(evidence), tuple(layers)
    return Diagnosis(severity, "", "", in_line(message), detail, mends=made, sure=sure, evidence=seen, layers=where)


Examine = Callable[[Case], Iterable[Diagnosis]]


class Registered(NamedTuple):
    """A diagnosis with the cases that its tests begin from: one that it tells, one in which it is silent. ``explains``
    are the codes of others that say no more where this one is told, ``needs`` the settings without which it is silent:
    of a run that another program made none is known."""

    examine: Examine
    ill: Callable[[], Case]
    well: Callable[[], Case]
    explains: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The name of the function."""
        return self.examine.__name__

    def __call__(self, case: Case) -> Iterator[Diagnosis]:
        known = all(name in case.settings for name in self.needs)
        return (replace(found, code=self.code) for found in (self.examine(case) if known else ()))


DIAGNOSES: list[Registered] = []


def diagnosis(
    *, ill: Callable[[], Case], well: Callable[[], Case], explains: tuple[str, ...] = (), needs: tuple[str, ...] = ()
) -> Callable[[Examine], Registered]:
    """Decorator: a function that tells something of a run. ``ill`` makes a case it tells, ``well`` one it does not."""

    def register(examine: Examine) -> Registered:
        made = Registered(examine, ill, well, explains, needs)
        DIAGNOSES.append(made)
        return made

    return register
