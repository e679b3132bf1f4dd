"""What a check finds: an issue with the edits that mend it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import NamedTuple

from models.analysis.issues import Issue
from models.document.edits import Edit
from models.kinds.layer import LONGEST_MESSAGE


class Mend(NamedTuple):
    """A remedy that one click applies: the button's label and the edit."""

    label: str
    edit: Edit


@dataclass(frozen=True, slots=True)
class Finding(Issue):
    """An issue and what mends it.

    ``untrainable`` marks what is no error, but keeps a training from beginning: there is no Output yet. ``of`` is the
    block whose layer it is about, where it was found inside of one.
    """

    mends: tuple[Mend, ...] = ()
    untrainable: bool = False
    of: str = ""
    learn: str = ""
    """A page that says more, "" for none."""

    @property
    def stops_training(self) -> bool:
        """Whether no training can begin while it is found."""
        return self.untrainable or self.severity == "error"

    @property
    def layer(self) -> str:
        """The layer that it is about, by its id in its own network; "" for none."""
        return self.place.rpartition("/")[2]


_OF_AN_ISSUE = tuple(field.name for field in fields(Issue))


def with_mends(issue: Issue, mends: tuple[Mend, ...] = ()) -> Finding:
    """An issue of the analysis as a finding."""
    return Finding(**{name: getattr(issue, name) for name in _OF_AN_ISSUE}, mends=mends)


def in_line(sentence: str) -> str:
    """A sentence within the letters of one line; what was found stays whole, and what was expected is cut."""
    if len(sentence) <= LONGEST_MESSAGE:
        return sentence
    expected, mark, found = sentence.rpartition(", found ")
    room = LONGEST_MESSAGE - len(mark) - len(found) - 1
    if not mark or room < LONGEST_MESSAGE // 2:
        return sentence[: LONGEST_MESSAGE - 1] + "…"
    return f"{expected[:room]}…{mark}{found}"


# What a check makes its findings with: the registry adds the code under which the check is known.
error = partial(Finding, "error", "")
warning = partial(Finding, "warning", "")
hint = partial(Finding, "hint", "")
