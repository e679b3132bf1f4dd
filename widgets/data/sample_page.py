"""Samples of a data set under a choice of part and class, and how many examples each class has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from widgets.controls import Button, Card, ChoiceField, ElidedLabel, Segmented, set_tip
from widgets.data.bars import Bar
from widgets.data.row_table import RowTable
from widgets.data.sample_grid import SampleGrid
from widgets.data.samples import Example, Form, Samples
from widgets.theme import px

if TYPE_CHECKING:
    from widgets.data.class_bars import ClassBars
    from widgets.data.scatter import Scatter

PARTS = [("", "All"), ("training", "Training"), ("validation", "Validation"), ("test", "Test")]
LIMITS: dict[Form, int] = {"images": 600, "points": 2_000, "rows": 1_000}
"""Most examples shown at once; “Shuffle” draws other ones."""
NARROWEST = 352
LOWEST = 170
"""Pixels that samples and bars each need; where they have less, what they stand in scrolls."""
MOST_NAMED = 500
"""Most classes that are offered by name."""


class Pick(NamedTuple):
    """Examples that somebody has found, in order, with a few ``words`` that offer them."""

    key: str
    words: str
    examples: Sequence[Example]


class SamplePage(QWidget):
    """Call `show_samples` with what is loaded; everything else the user does here."""

    shown_changed = Signal()
    pair_changed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples: Samples | None = None
        self.seed = 0
        self.inputs = ChoiceField("Input to look at")
        self.targets = ChoiceField("Target to look at")
        self.parts = Segmented(PARTS, "", name="Part")
        self.classes = ChoiceField("Class")
        self.order = ChoiceField("Which examples come first")
        self.order.setMinimumWidth(px(108))
        self._picks: dict[str, Pick] = {}
        self._has_test = False
        self.count = ElidedLabel("", 12, token="text3")
        self.others = Button("Shuffle", "shuffle")
        self.augmented = Button("Augmented", "image")
        set_tip(self.augmented, "Training examples before and after augmentation")
        self.grid = SampleGrid()
        self.table = RowTable()
        self.scatter: Scatter | None = None
        self.bars: ClassBars | None = None
        self._views = QStackedWidget()
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self.parts.changed.connect(lambda _: self._choose())
        for choice in (self.classes, self.order):
            choice.changed.connect(lambda _: self._choose())
        self.others.clicked.connect(self.show_others)
        for choice in (self.inputs, self.targets):
            choice.changed.connect(lambda _: self.pair_changed.emit(self.inputs.value(), self.targets.value()))
        self.offer_pairs((), ())
        self.offer_picks(())

    def show_samples(self, samples: Samples) -> None:
        """Show a data set; the choice of part stays, that of a class where it is still there."""
        self.samples = samples
        self._offer_parts(samples)
        self._offer_classes(samples)
        self._choose()

    def offer_pairs(self, inputs: Sequence[tuple[str, str]], targets: Sequence[tuple[str, str]]) -> None:
        """Offer to look at one of several inputs and targets, as (id, words)."""
        for choice, options in ((self.inputs, inputs), (self.targets, targets)):
            choice.set_options(options)
            choice.setVisible(len(options) > 1)

    def offer_picks(self, picks: Sequence[Pick]) -> None:
        """Offer to look at some examples first, beside random ones."""
        kept = self.order.value()
        self._picks = {pick.key: pick for pick in picks}
        self.order.set_options([("", "Random"), *((pick.key, pick.words) for pick in picks)])
        self.order.set_value(kept if kept in self._picks else "")
        self.order.setVisible(bool(picks))
        self._make_room()

    def show_pick(self, pick: Pick) -> None:
        """Show some examples, of whatever part and class."""
        self.parts.set_value("")
        self.classes.set_value("")
        others = [item for item in self._picks.values() if "," not in item.key]
        self.offer_picks([*others, pick])
        self.order.set_value(pick.key)
        self._choose()

    def show_class(self, place: int) -> None:
        """Show the examples of a class."""
        if place < MOST_NAMED:
            self.order.set_value("")
            self.classes.set_value(str(place))
            self._choose()

    def clear(self) -> None:
        """Let go of the data."""
        if self.samples is None:
            return
        self.samples = None
        for view in (self.grid, self.table, self.scatter):
            if view:
                view.show_samples(None, ())

    def show_others(self) -> None:
        """Draw other random samples."""
        self.seed += 1
        self._choose()

    def chosen_class(self) -> int | None:
        """The class that is looked at, None for all of them."""
        value = self.classes.value()
        return int(value) if value else None

    def examples(self) -> Sequence[Example]:
        """What is shown now."""
        view = self.view()
        return view.examples() if view else ()

    def view(self) -> SampleGrid | RowTable | Scatter | None:
        """The view that fits the data."""
        if self.samples is None:
            return None
        if self.samples.form == "images":
            return self.grid
        return self._scatter() if self.samples.form == "points" else self.table

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(10)
        self.classes.setMinimumWidth(px(118))
        pair = QHBoxLayout()
        pair.setSpacing(10)
        pair.addWidget(self.inputs, 1)
        pair.addWidget(self.targets, 1)
        pair.addStretch(2)
        row.addWidget(self.parts)
        row.addWidget(self.classes)
        row.addWidget(self.order)
        row.addWidget(self.count)
        row.addStretch(1)
        row.addWidget(self.augmented)
        row.addWidget(self.others)
        table = Card()
        inner = QVBoxLayout(table)
        inner.setContentsMargins(8, 4, 4, 8)
        inner.addWidget(self.table)
        self._table_card = table
        self._views.addWidget(self.grid)
        self._views.addWidget(table)
        self._rows.addWidget(self._views)
        self._rows.setChildrenCollapsible(False)
        self._rows.setHandleWidth(14)
        # The gap between two cards is the handle: nothing is drawn in it.
        self._rows.setStyleSheet("QSplitter::handle { background: transparent; }")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addLayout(pair)
        column.addLayout(row)
        column.addWidget(self._rows, 1)
        column.setSizeConstraint(QLayout.SizeConstraint.SetDefaultConstraint)

    def minimumSizeHint(self) -> QSize:
        # Narrower than the layout asks for: words go before controls are cut.
        rows = self._rows.minimumSizeHint().height()
        wanted = px(LOWEST) * (2 if self.bars is not None else 1)
        return QSize(px(NARROWEST), super().minimumSizeHint().height() - rows + max(rows, wanted))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Words go where they would be cut: first how many are shown, which is no control, then those of buttons."""
        room = self.width() - (0 if self.order.isHidden() else px(170)) - (px(56) if self._has_test else 0)
        self.count.setVisible(room >= px(520))
        self.others.set_compact(room < px(480))
        self.augmented.set_compact(room < px(620))
        self.augmented.setVisible(self.width() >= px(480))  # the search for commands has it as well

    def _choose(self) -> None:
        samples, view = self.samples, self.view()
        if samples is None or view is None:
            return
        pick = self._picks.get(self.order.value())
        if pick is None:
            examples = samples.choose(self.parts.value(), self.chosen_class(), self.seed, LIMITS[samples.form])
        else:
            examples = samples.among(pick.examples, self.parts.value(), self.chosen_class())
        view.show_samples(samples, examples)
        self._views.setCurrentWidget(self._table_card if view is self.table else view)
        self.count.setText(f"{len(examples):,} shown" if examples else "None of that class in this part")
        self.shown_changed.emit()

    def _offer_parts(self, samples: Samples) -> None:
        there = {part.name for part in samples.parts}
        if self.parts.value() not in ("", *there):
            self.parts.set_value("")
        self.parts.show_options(["", *there])
        self._has_test = "test" in there
        self._make_room()

    def _offer_classes(self, samples: Samples) -> None:
        names = samples.classes if samples.by_class and samples.classes else ()
        kept = self.chosen_class()
        brief = [" ".join(name.split())[:60] or "(empty)" for name in names[:MOST_NAMED]]
        self.classes.set_options([("", "All classes"), *((str(place), name) for place, name in enumerate(brief))])
        self.classes.set_value(str(kept) if kept is not None and kept < len(brief) else "")
        self.classes.setVisible(bool(names))

    def show_bars(self, title: str, bars: Sequence[Bar]) -> None:
        """Show how often each target of these examples occurs."""
        if self.bars is None and not bars:
            return
        if self.bars is None:
            from widgets.data.class_bars import ClassBars

            self.bars = ClassBars()
            self.bars.chosen.connect(self._choose_class)
            self._rows.addWidget(self.bars)
            self._rows.setStretchFactor(0, 5)
            self._rows.setStretchFactor(1, 3)
            self._rows.setSizes([500, 290])
            self.updateGeometry()
        self.bars.setVisible(bool(bars))
        self.bars.show_bars(title, bars, classes=self.samples is not None and self.samples.by_class)

    def _choose_class(self, place: int) -> None:
        if self.samples is not None and self.samples.by_class:
            same = self.chosen_class() == place
            self.classes.set_value("" if same else str(place))
            self._choose()

    def _scatter(self) -> Scatter:
        if self.scatter is None:
            from widgets.data.scatter import Scatter

            self.scatter = Scatter()
            self._views.addWidget(self.scatter)
        return self.scatter
