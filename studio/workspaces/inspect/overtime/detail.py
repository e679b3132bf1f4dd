"""One training sample over time: its look, its loss epoch by epoch, its neighbors, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from models.basics.text import told_apart
from models.scoring.over_time import Course
from widgets.controls import Button, ChoiceField, ElidedLabel, Label, Paragraph, Themed, keep_bar_room
from widgets.inspection.detail import SampleView
from widgets.inspection.plot import Line, Plot, Points, span_of
from widgets.inspection.remark import RemarkField
from widgets.inspection.wall import Look, Neighbors
from widgets.theme import px

WIDTH = 264
PICTURE = 104


class CourseDetail(Themed, QScrollArea):
    """`relabel_requested` carries the class that the sample should have; `retrain_requested` asks for a training from
    the first weights, `go_on_requested` for one from those that are looked at, `document_requested` for the document
    of the run."""

    relabel_requested = Signal(str)
    leave_out_requested = Signal()
    retrain_requested = Signal()
    go_on_requested = Signal()
    document_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel("", 13, 600)
        self.title.elide_middle()
        self.line = ElidedLabel("", 12, token="text2")
        self.picture = SampleView("The sample")
        self.near_title = Label("Nearest neighbors", 12, 500, "text2")
        self.near = Neighbors()
        self.curve = Plot()
        self.label = ChoiceField("Class to give the sample")
        self.relabel = Button("Relabel")
        self.leave_out = Button("Leave out")
        self.state = Paragraph("", 12, 400, "text2")
        self.retrain = Button("Train again", "play", "soft")
        self.go_on = Button("Go on from these weights")
        self.own = Button("Open the run's document")
        self.remark = RemarkField()
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        keep_bar_room(self)
        self._present: str | None = None
        self._reveals = False
        self.verticalScrollBar().rangeChanged.connect(lambda *_: self._reveal())
        self.label.currentIndexChanged.connect(lambda _: self._allow())
        self.relabel.clicked.connect(lambda: self.relabel_requested.emit(self.label.value()))
        self.leave_out.clicked.connect(self.leave_out_requested)
        self.retrain.clicked.connect(self.retrain_requested)
        self.go_on.clicked.connect(self.go_on_requested)
        self.own.clicked.connect(self.document_requested)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFixedWidth(px(WIDTH))
        self.picture.setFixedWidth(px(PICTURE))
        self.curve.setFixedHeight(self.picture.height())

    def show_course(self, title: str, whole: str, words: str, course: Course, sample: int) -> None:
        """Show the losses of a sample, red where it was wrong, beside the mean of all; its title is ``whole`` in its
        tip."""
        self._reveals = False
        self.title.setText(title)
        self.title.set_more(whole if whole != title else "")
        self.line.setText(words)
        epochs, losses = course.epochs.astype(np.float64), course.curve(sample).astype(np.float64)
        mean = Line(epochs, course.mean_curve, "text3", True)
        points = None
        if course.right is not None:
            colors = np.where(course.right[:, sample], 0, -1)
            points = Points(epochs, losses, colors, np.full(len(epochs), sample))
        low, high = span_of(np.concatenate([losses, course.mean_curve, [0.0]]))
        self.curve.show_plot(("Epoch", "Loss"), (span_of(epochs), (min(low, 0.0), high)), [mean, Line(epochs, losses)],
                             points)  # fmt: skip

    def show_looks(self, look: Look | None, near: Sequence[tuple[Look | None, str]]) -> None:
        """Show the sample and its neighbors with their classes."""
        self.picture.show_look(look)
        self.near_title.setVisible(bool(near))
        self.near.setVisible(bool(near))
        self.near.show_looks(near)

    def offer(
        self,
        classes: Sequence[str],
        present: str,
        proposed: str,
        after: str | None,
        sentence: str,
        *,
        can_leave_out: bool,
        is_elsewhere: bool = False,
    ) -> None:
        """Offer to correct the sample: ``present`` is its class in the run, ``after`` what is done already ("" for
        left out, None for nothing), a ``sentence`` why something cannot be; where that ``is_elsewhere``, to open the
        document in which it can."""
        self.own.setVisible(is_elsewhere)
        self.label.set_options(list(zip(classes, told_apart(classes), strict=True)))
        if after or proposed:
            self.label.set_value(after or proposed)
        for part in (self.label, self.relabel):
            part.setVisible(bool(classes))
        self.label.setEnabled(can_leave_out and bool(classes))
        self._present = present if after is None else after
        self._allow()
        self.leave_out.setEnabled(can_leave_out and after != "")
        done = "" if after is None else f"Relabeled as {after}." if after else "Left out."
        self.state.setText(f"{done} Train again, or go on, to see what it changes." if done else sentence)
        self.state.setVisible(bool(done or sentence))
        for button in (self.retrain, self.go_on):
            button.setVisible(bool(done))

    def show_way_on(self) -> None:
        """Have in sight what can be done after a correction, as soon as that has its place."""
        self._reveals = True
        QTimer.singleShot(0, self, self._reveal)

    def _reveal(self) -> None:
        if self._reveals and not self.retrain.isHidden():
            self._column.activate()
            for button in (self.go_on, self.retrain):
                self.ensureWidgetVisible(button, 0, 0)

    def _allow(self) -> None:
        """Have the button for a class that the sample has not yet alone."""
        self.relabel.setEnabled(self.label.isEnabled() and self.label.value() != self._present)

    def _lay_out(self) -> None:
        inner = QWidget()
        self._column = column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        pair = QHBoxLayout()
        pair.setSpacing(6)
        pair.addWidget(self.label, 1)
        pair.addWidget(self.relabel)
        seen = QHBoxLayout()
        seen.setSpacing(2)
        seen.addWidget(self.picture)
        seen.addWidget(self.curve, 1)
        column.addWidget(self.title)
        column.addWidget(self.line)
        column.addLayout(seen)
        column.addLayout(pair)
        for part in (
            self.leave_out, self.state, self.own, self.retrain, self.go_on, self.remark, self.near_title, self.near,
        ):  # fmt: skip
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(inner)
