"""The parts of the Data workspace that show what was loaded, each by itself: all at once would hold up the window."""

from __future__ import annotations

from collections.abc import Sequence

from models.data import ColumnFacts
from studio.controllers.documents import DocumentController
from studio.data import DataError, Dataset, dataset_from
from studio.workspaces.data.bindings import bindings_of, types_of
from studio.workspaces.data.preview import Preview
from widgets.data.details import Details
from widgets.data.middle import DataPage


class Showing:
    """Fills the page in the middle and the settings on the right."""

    def __init__(self, controller: DocumentController, page: DataPage, details: Details) -> None:
        self._controller, self._page, self._details = controller, page, details

    def samples(self, preview: Preview, input: str, target: str) -> None:
        """Show examples of one input with one target."""
        self._page.show_samples(preview.view(input, target).samples, bool(preview.from_files))

    def bars(self, preview: Preview, input: str, target: str) -> None:
        """Show how often each target occurs, and what came of the settings."""
        view, column = preview.view(input, target), preview.facts.target(target)
        noun = "class" if column is not None and column.classes is not None else "target value"
        self._page.samples.show_bars(f"{view.samples.counted.capitalize()} per {noun}", view.bars)
        self._details.show_result(preview.counts, preview.split_note, view.normalization, preview.warnings)

    def form(self, preview: Preview | None, *, failed: bool = False) -> None:
        """Show the settings of the document's data, which was loaded, is being read or could not be."""
        data = self._controller.document.data
        try:
            dataset, problems = dataset_from(data)
        except DataError:
            self._details.set_spec(None, {}, ())
            return
        skip = self._skipped(dataset, preview, failed=failed)
        self._details.set_spec(dataset, data, [item for item in problems if item.field in dataset.fields], skip)

    def bindings(self, offered: Sequence[ColumnFacts]) -> None:
        """Show which column goes where, and what columns are taken as."""
        document = self._controller.document
        self._details.show_bindings([*bindings_of(document, offered), *types_of(document, offered)])

    def _skipped(self, dataset: Dataset, preview: Preview | None, *, failed: bool) -> list[str]:
        """The settings that do nothing for this data, or stand elsewhere."""
        skip = ["validation"] if dataset.validation_list or dataset.folds else []
        skip += ["test"] if dataset.test_list or (dataset.validation_list and not dataset.test) else []
        if preview is None:  # most tables have a choice for each column: their form is made once
            return skip if failed else [*skip, "types"]
        if preview.own_split and preview.dataset.kind == dataset.kind:
            skip += ["validation", "seed", "group", "time", "validation_list", "training_list", "folds", "fold"]
            skip += ["test", "test_list"] if preview.facts.own_test else []
        skip += ["normalize"] if preview.is_text else []
        skip += ["types"] if types_of(self._controller.document, preview.facts.columns) else []
        return skip
