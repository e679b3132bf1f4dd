"""Looking through loaded data on a thread, when somebody wants to see its facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from models.findings.finding import Finding
from studio.controllers.documents import DocumentController
from studio.services.background import Background
from studio.workspaces.data.preview import Preview
from widgets.controls.note import Note
from widgets.data.middle import FACTS, SAMPLES, DataPage
from widgets.data.sample_page import Pick
from widgets.data.samples import Example

if TYPE_CHECKING:
    from studio.data.seen.look import Seen

LOOKING = "Looking through the data…"
FAILED = "The data could not be looked through. The log has the details."
FAR, TWICE = "far", "twice"


class Looking(QObject):
    """Fills the page of facts of what is loaded, and offers the examples found there to the page of samples."""

    def __init__(self, controller: DocumentController, page: DataPage, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._page = controller, page
        self._background = Background(self)
        self._preview: Preview | None = None
        self.found: Seen | None = None
        page.view_changed.connect(self._look)
        page.facts.chosen.connect(self._show_examples)

    @property
    def is_busy(self) -> bool:
        """Whether facts are being looked for."""
        return self._background.is_busy

    def follow(self, preview: Preview | None) -> None:
        """Another preview is shown, or none."""
        if preview is self._preview:
            return
        self._background.drop()
        self._preview, self.found = preview, None
        self._page.samples.offer_picks(())
        self._look()

    def refresh(self) -> None:
        """The document has changed: perhaps it says otherwise now what is to be mended."""
        if self._page.view() == FACTS and self.found is not None and self._preview is not None:
            from studio.data.seen.advice import advice

            findings = advice(self._controller.document, self._preview.dataset, self.found)
            self._page.facts.show_notes([*map(self._note, findings)])

    def close(self) -> None:
        """Want to know nothing any more."""
        self._background.forget()

    def _look(self) -> None:
        preview = self._preview
        if self._page.view() != FACTS or preview is None or self.is_busy:
            return
        if self.found is not None:
            self._show()
            return
        self._page.facts.show_waiting(LOOKING)
        self._background.run(lambda: _seen(preview), self._take, self._fail, (MemoryError,))

    def _take(self, found: Seen) -> None:
        self.found = found
        self._page.samples.offer_picks(picks(found))
        self._show()

    def _fail(self, _error: Exception) -> None:
        self._page.facts.show_waiting(FAILED)

    def _show(self) -> None:
        from studio.workspaces.data.seen.listings import listings

        if self.found is not None:
            self._page.facts.show_listings(listings(self.found))
            self.refresh()

    def _note(self, finding: Finding) -> Note:
        actions: list[tuple[str, Callable[[], object]]] = [
            (mend.label, partial(self._controller.apply, mend.edit)) for mend in finding.mends
        ]
        text = f"{finding.message} {finding.detail}".strip()
        return Note("warning" if finding.severity == "warning" else "info", text, actions)

    def _show_examples(self, name: str, key: str) -> None:
        """Show the examples of a row: those of a class, or two that are alike."""
        samples = self._page.samples
        if name == "classes":
            samples.show_class(int(key))
        else:
            first, second = divided(key)
            samples.show_pick(Pick(key, "These two", (first, second)))
        self._page.show_view(SAMPLES)


def divided(key: str) -> tuple[Example, Example]:
    """The two examples that a row of twins names."""
    numbers = [*map(int, key.split(","))]
    return Example(*numbers[:2]), Example(*numbers[2:])


def picks(found: Seen) -> Sequence[Pick]:
    """The examples to look at first: those that lie far out, and those that are there twice."""
    far = tuple(Example(*place) for place in found.farthest)
    pairs = [pair for twins in (found.exact, found.near) if twins for pair in twins.places]
    twice = tuple(Example(*place) for pair in pairs for place in pair)
    offered = [Pick(FAR, "Far out first", far), Pick(TWICE, "There twice", tuple(dict.fromkeys(twice)))]
    return [pick for pick in offered if pick.examples]


def _seen(preview: Preview) -> Seen:
    from studio.data.seen.look import seen

    return seen(preview.data, preview.dataset.split_note)
