"""What became of a network that was imported: taken, approximated, left out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from models.basics.text import counted

TAKEN, APPROXIMATED, LEFT_OUT = "taken", "approximated", "left out"
FATES = (TAKEN, APPROXIMATED, LEFT_OUT)
CLOSE = 1e-5
"""How far outputs of the import may lie from the original's and count as equal, measured as `Report.difference` is."""
MOST_LINES, MOST_PLACES = 40, 3
"""Lines of one fate that the text shows, and places in a line."""


class Entry(NamedTuple):
    """One thing of the source: its ``fate`` (one of `FATES`), ``what`` it is, its ``place`` and ``why``."""

    fate: str
    what: str
    place: str = ""
    why: str = ""


@dataclass
class Report:
    """The fate of everything in ``source``.

    ``parameters`` are those of the document, of which ``repeated`` are others' numbers once more, as layers share them
    in the source; ``total`` those of the source, of which ``unused`` take no part in its answer; ``difference`` is the
    largest between outputs of both, divided by the largest output where that is above 1,
    None if nothing was compared, and then ``uncompared`` says why; ``pending`` while that goes on.
    ``beside`` is what they were compared with.
    """

    source: str
    entries: list[Entry] = field(default_factory=list)
    parameters: int = 0
    total: int = 0
    unused: int = 0
    repeated: int = 0
    difference: float | None = None
    uncompared: str = ""
    pending: bool = False
    beside: str = "the original’s"
    weights_file: str = ""

    def taken(self, what: str, place: str = "", why: str = "") -> None:
        """Something stands in the document as it was."""
        self.entries.append(Entry(TAKEN, what, place, why))

    def approximated(self, what: str, place: str, why: str) -> None:
        """Something stands there in another way; ``why`` tells what differs."""
        self.entries.append(Entry(APPROXIMATED, what, place, why))

    def left_out(self, what: str, place: str, why: str) -> None:
        """Something is not in the document."""
        self.entries.append(Entry(LEFT_OUT, what, place, why))

    def of(self, fate: str) -> list[Entry]:
        """All entries of a fate."""
        return [entry for entry in self.entries if entry.fate == fate]

    @property
    def is_equal(self) -> bool:
        """Whether outputs were compared and found equal."""
        return self.difference is not None and self.difference <= CLOSE

    @property
    def is_exact(self) -> bool:
        """Whether every parameter that takes part was taken and outputs were found equal."""
        return self.is_equal and self.parameters - self.repeated == self.total - self.unused

    def verdict(self) -> str:
        """What came of the whole, in one sentence."""
        if self.pending:
            return f"Outputs are being compared with {self.beside}."
        if self.difference is None:
            return f"Outputs were not compared: {self.uncompared or 'no weights came along'}."
        if self.difference == 0:
            return f"Outputs equal {self.beside} to the bit."
        if self.difference <= CLOSE:
            return f"Outputs equal {self.beside}: they differ by at most {self.difference:.1e}."
        return f"Outputs differ from {self.beside} by {self.difference:.1e}."

    def as_json(self) -> dict[str, Any]:
        """The report as JSON data."""
        counts = {fate.replace(" ", "_"): len(self.of(fate)) for fate in FATES}
        entries = {
            fate.replace(" ", "_"): [
                {"what": entry.what, "place": entry.place, "why": entry.why} for entry in self.of(fate)
            ]
            for fate in FATES
        }
        return {
            "source": self.source, "counts": counts, **entries, "parameters": self.parameters, "total": self.total,
            "unused": self.unused, "repeated": self.repeated, "difference": self.difference,
            "uncompared": self.uncompared, "equal": self.is_exact,
            "weights": self.weights_file or None, "verdict": self.verdict(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Any) -> Report:
        """The report out of `as_json` data, as far as it is sound."""
        found = value if isinstance(value, dict) else {}
        report = cls(str(found.get("source", "")))
        for fate in FATES:
            listed = found.get(fate.replace(" ", "_"))
            sound = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
            names = ("what", "place", "why")
            report.entries += [Entry(fate, *(str(item.get(name, "")) for name in names)) for item in sound]
        for name in ("parameters", "total", "unused", "repeated"):
            setattr(report, name, number if isinstance(number := found.get(name), int) else 0)
        difference = found.get("difference")
        report.difference = float(difference) if isinstance(difference, int | float) else None
        report.uncompared = str(found.get("uncompared", ""))
        return report

    def as_text(self) -> str:
        """The report for people: counts of what was taken, each other thing with its place and reason."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"Imported {self.source}."
        kinds = Counter(entry.what for entry in self.of(TAKEN))
        if kinds:
            yield f"Taken: {', '.join(f'{count:,} {what}' for what, count in kinds.most_common())}."
        yield from _told([entry for entry in self.of(TAKEN) if entry.why])
        for fate in (APPROXIMATED, LEFT_OUT):
            found = self.of(fate)
            if found:
                yield f"{fate.capitalize()}: {counted(len(found), 'thing')}."
            yield from _told(found)
        unused = f" ({self.unused:,} take no part in the answer)" if self.unused else ""
        own = f"{self.parameters - self.repeated:,}"
        more = self.parameters - self.repeated - self.total
        beyond = f", and {more:,} that the source does not have" if more > 0 else ""
        yield f"Parameters: {own if more <= 0 else f'{self.total:,}'} of {self.total:,}{unused}{beyond}."
        if self.repeated:
            yield f"{self.repeated:,} of them stand there once more, since layers of the source share them."
        yield self.verdict()


def _told(entries: Iterable[Entry]) -> Iterator[str]:
    """A line for each thing, and one for all of which the same is said."""
    alike: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        alike.setdefault((entry.what, entry.why), []).append(entry)
    for (what, why), found in list(alike.items())[:MOST_LINES]:
        if len(found) <= MOST_PLACES:
            yield from (f"  {_placed(entry)}: {why}" for entry in found)
        else:
            places = ", ".join(entry.place for entry in found[:MOST_PLACES])
            yield f"  {places} and {len(found) - MOST_PLACES:,} more ({what}): {why}"
    if len(alike) > MOST_LINES:
        yield f"  and {len(alike) - MOST_LINES:,} more"


def _placed(entry: Entry) -> str:
    return f"{entry.place} ({entry.what})" if entry.place else entry.what
