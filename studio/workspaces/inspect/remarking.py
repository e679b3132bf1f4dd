"""The data note of the document beside the samples of a run: put in, taken out, listed, written to a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QWidget

from models.data.remarked import (
    SECTION,
    Remarked,
    as_csv,
    as_markdown,
    remarked,
    with_remark,
    without_remark,
)
from models.document.edits import Batch, SetSection
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer
from studio.services import dialogs
from studio.workspaces.inspect.exporting import write_file
from studio.workspaces.inspect.overtime import following
from studio.workspaces.inspect.overtime.following import Labels
from studio.workspaces.inspect.subject import About, Opened, Subject
from widgets.inspection.remark import RemarkField
from widgets.theme import Menu

MOST_LISTED = 24
UNKNOWN = "The rows of this data are not known, so nothing can be said of single ones."
OTHER = "These samples are of other data than the document's. Choose training or validation."
MARKDOWN, CSV = "Markdown files (*.md)", "CSV files (*.csv)"


class Remarking(QObject):
    """Joins a `RemarkField` to the open document and the samples of one card.

    Args:
        jump: looks at a sample of the card.
        enclose: shows some samples of the card alone.
        say: takes a sentence where a file cannot be written.
    """

    def __init__(
        self,
        field: RemarkField,
        probing: Probing,
        controller: DocumentController,
        jump: Callable[[int], object],
        enclose: Callable[[list[int]], object],
        say: Callable[[str], object],
    ) -> None:
        super().__init__(field)
        self._field, self._probing, self._controller = field, probing, controller
        self._jump, self._enclose, self._say = jump, enclose, say
        self._subject: Subject | None = None
        self._about: About | None = None
        self._opened: Opened | None = None
        self._labels: Labels | None = None
        self._sample = -1
        field.put_requested.connect(self._put)
        field.out_requested.connect(self._take_out)
        field.list_requested.connect(lambda: self.open_list())
        controller.edited.connect(self._on_edited)
        controller.opened.connect(self._show)

    def show_subject(self, subject: Subject | None, about: About | None, opened: Opened | None) -> None:
        """Speak of other samples."""
        self._subject, self._about, self._opened, self._labels = subject, about, opened, None
        self._sample = -1
        self._show()

    def show_sample(self, row: int) -> None:
        """Speak of another sample; which row of the data it is gets asked for with the first."""
        self._sample = row
        if self._labels is None and self._subject is not None and not self._subject.data:
            subject = self._subject

            def show(answer: Answer) -> None:
                if subject is self._subject:
                    self._take(answer)

            slot = f"rows of {subject.part}"
            self._probing.ask(subject.question("labels", slot), show, lambda _: None)
        self._show()

    def _take(self, answer: Answer) -> None:
        try:
            self._labels = Labels.of(answer)
        except RunError:
            return
        self._show()

    # What the document's note says

    @property
    def _section(self) -> Mapping[str, Any]:
        return self._controller.document.content.section(SECTION)

    def _row(self) -> int | None:
        labels = self._labels
        return int(labels.rows[self._sample]) if labels is not None and 0 <= self._sample < len(labels.rows) else None

    def _why_not(self) -> str:
        if self._opened is None or self._subject is None:
            return OTHER
        if self._subject.data:
            return OTHER
        if not following.belongs(self._controller, self._opened):
            return following.OTHER_DATA
        return UNKNOWN if self._labels is not None and not self._labels.known else ""

    def _on_edited(self, change: object) -> None:
        if {SECTION, "data"} & set(getattr(change, "sections", ())):
            self._show()

    def _show(self) -> None:
        items = remarked(self._section)
        row = self._row()
        own = next((item.text for item in items if item.row == row), None)
        self._field.show_remark(own, len(items), self._why_not())

    # Putting in and taking out

    def _put(self, text: str) -> None:
        row = self._row()
        if row is None or self._why_not():
            return
        item = Remarked(row, self._label(), text)
        self._apply(f"Note sample {self._sample + 1:,}", with_remark(self._section, item))

    def _take_out(self) -> None:
        row = self._row()
        if row is not None:
            self._apply(f"Take sample {self._sample + 1:,} out of the note", without_remark(self._section, row))

    def _apply(self, label: str, section: dict[str, Any]) -> None:
        self._controller.apply(Batch(label, [SetSection(SECTION, section)]))

    def _label(self) -> str:
        labels, about = self._labels, self._about
        if labels is None or about is None or labels.form == "many":
            return ""
        truth = labels.truth[self._sample]
        return about.class_name(int(truth)) if labels.form == "class" else f"{float(truth):.6g}"

    # All of it

    def open_list(self) -> Menu:
        """Open the list of what is noted: each leads to its sample, where that is among those of the card."""
        field, items = self._field, remarked(self._section)
        menu = Menu(field)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        places = self._places(items)
        if places:
            menu.addAction(f"Show these {len(places):,} alone", partial(self._enclose, list(places.values())))
            menu.addSeparator()
        for item in items[:MOST_LISTED]:
            words = ": ".join(part for part in (item.label, item.text) if part)
            action = menu.addAction(f"Row {item.row:,}  {words}"[:80].replace("&", "&&"))
            action.setEnabled(item.row in places)
            if item.row in places:
                action.triggered.connect(partial(self._jump, places[item.row]))
        menu.addSeparator()
        for words, suffix, filters in (("Markdown", "md", MARKDOWN), ("CSV", "csv", CSV)):
            menu.addAction(f"Data note as {words}…", partial(self._ask_file, suffix, filters))
        menu.popup(field.all.mapToGlobal(QPoint(0, field.all.height())))
        return menu

    def _places(self, items: list[Remarked]) -> dict[int, int]:
        """By row those samples of the card that are noted."""
        if self._labels is None or self._why_not():
            return {}
        found = np.flatnonzero(np.isin(self._labels.rows, [item.row for item in items])).tolist()
        return {int(self._labels.rows[place]): place for place in found}

    def _ask_file(self, suffix: str, filters: str) -> None:
        page = self._field.window()
        start = Path.home() / f"{self._controller.title}-data-note.{suffix}"
        dialogs.ask_save(page, "Export the data note", start, filters, suffix, partial(self.write, page))

    def write(self, page: QWidget, path: Path) -> None:
        """Write the data note to a file, on a thread: as a table where its name ends so, else as Markdown."""
        items = remarked(self._section)
        source = str(self._controller.document.data.get("source", "digits"))
        text = as_csv(items) if path.suffix == ".csv" else as_markdown(items, source)
        write_file(page, self._say, path, text.encode)
