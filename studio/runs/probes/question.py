"""What is asked of a run: one JSON object that a worker reads from its standard input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

AS_DRAWN = ""
"""The name of no checkpoint: the weights that the network's source draws, before any training."""
PARTS = ("training", "validation", "test", "all")


@dataclass(frozen=True, slots=True)
class Question:
    """A probe of a ``kind`` (`studio.worker.probes`) about a run with the weights of a ``checkpoint``: its name
    ("best") or its folder, by which they stay the same while a training saves others.

    ``data`` names other data than the run's own, as a document does, of which all is meant; ``part`` is one of
    `PARTS`, ``output`` the id of an Output ("" for the first), ``device`` where to compute, ``trust`` as in
    `studio.runs.source`. ``arguments`` belong to the kind. Of two questions in one ``slot`` the newer wins. The answer
    goes into the file ``answer`` and carries the ``id``.
    """

    kind: str
    run: str
    checkpoint: str = "best"
    data: Mapping[str, Any] = field(default_factory=dict)
    part: str = "validation"
    output: str = ""
    device: str = ""
    trust: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    slot: str = ""
    id: int = 0
    answer: str = ""

    def to_json(self) -> dict[str, Any]:
        """The question as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Question:
        """Read what `to_json` wrote, whatever stands beside it; raises `ValueError` for anything else."""
        found: dict[str, Any] = {}
        for item in fields(cls):
            given = value.get(item.name)
            if not isinstance(given, _KINDS.get(item.name, str)) or isinstance(given, bool):
                raise ValueError(f"A question needs “{item.name}” of another kind than {given!r:.40}.")
            found[item.name] = given
        if found["part"] not in PARTS:
            raise ValueError(f"A part is one of {', '.join(PARTS)}, not {found['part']!r:.40}.")
        return cls(**found)


_KINDS: dict[str, type] = {"data": dict, "arguments": dict, "id": int}
