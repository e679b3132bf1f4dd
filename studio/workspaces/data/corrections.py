"""What the Data workspace says of corrected examples, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.document.edits import SetSection
from models.specs.corrections import Correction
from studio.controllers.documents import DocumentController
from studio.data.corrections import in_words
from widgets.controls.note import Note


def corrections_notes(controller: DocumentController, corrections: Sequence[Correction]) -> list[Note]:
    """How many labels are corrected and samples left out, if any are."""
    words = in_words(corrections)
    return [Note("info", f"{words[0].upper()}{words[1:]}.", removals(controller))] if words else []


def removals(controller: DocumentController) -> list[tuple[str, Callable[[], object]]]:
    """The edit that removes all corrections, where the document has some."""
    data = dict(controller.document.data)
    if not data.pop("corrections", None):
        return []
    edit = SetSection("data", data, field="corrections")
    return [("Remove corrections", lambda: controller.apply(edit))]
