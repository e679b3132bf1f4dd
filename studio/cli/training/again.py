"""What to run after a training that failed: the same command, with settings that are worth a try."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.document import Document


def tries(run: Path, document: Document, command: Sequence[str]) -> Iterator[str]:
    """For each remedy of a failed ``run`` of a document what it does, and the ``command`` that does it."""
    from models.document import Document
    from studio.doctor.failures import remedies

    for mend in remedies(run):
        mended = Document(document.network, document.data, document.training)
        mended.apply(mend.edit)
        settings = dict(_changes(document.training, mended.training, "training"))
        if settings:
            changed = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
            yield f"{mend.label}: {shlex.join((*command, *changed))}"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """The dotted names of what differs, with the new values, as ``--set`` takes them."""
    for key, value in after.items():
        own, place = before.get(key), f"{name}.{key}"
        if value == own:
            continue
        if not isinstance(value, Mapping):
            yield place, value
            continue
        kind = own.get("kind") if isinstance(own, Mapping) else own
        if value["kind"] != kind:
            yield place, value["kind"]
        known = own.get("params", {}) if isinstance(own, Mapping) else {}
        yield from _changes(known, value.get("params", {}), place)
