"""The card of the layers: one view in front, with the layer that it looks at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.controllers.asking.probing import Probing
from studio.workspaces.inspect.card import TitledCard
from studio.workspaces.inspect.inside.attention import AttentionView
from studio.workspaces.inspect.inside.distributions import DistributionsView
from studio.workspaces.inspect.inside.exciting import ExcitingView
from studio.workspaces.inspect.inside.filters import FiltersView
from studio.workspaces.inspect.inside.maps import MapsView
from studio.workspaces.inspect.inside.playing import PlayView
from studio.workspaces.inspect.inside.space import SpaceView
from studio.workspaces.inspect.inside.view import View
from studio.workspaces.inspect.subject import About, Subject
from widgets.controls import ChoiceField, EmptyState, Segmented

VIEWS: tuple[type[View], ...] = (
    DistributionsView, MapsView, FiltersView, AttentionView, ExcitingView, SpaceView, PlayView,
)  # fmt: skip


NARROWEST = 64
"""Pixels of the choice of a layer where there is little room, whatever the size of text."""


class InsideCard(TitledCard):
    """`field_changed` carries the part of the input that a chosen value sees (in its pixels) or None, `pointed` the
    number of a sample, `enclosed` the numbers of several."""

    field_changed = Signal(object)
    pointed = Signal(int)
    enclosed = Signal(object)

    def __init__(self, probing: Probing, parent: QWidget | None = None) -> None:
        super().__init__("Inside the layers", parent)
        self.about: About | None = None
        self.sample = -1
        self.views = {view.name: view(probing) for view in VIEWS}
        self.view = Segmented([(view.name, view.title) for view in VIEWS], name="Inside the layers")
        self.layer = ChoiceField("Layer")
        self.layer.setMinimumContentsLength(12)
        self.layer.setMinimumWidth(NARROWEST)
        self.empty = EmptyState("")
        self._chosen: dict[str, str] = {}
        self._ids: list[str] = []
        self._lay_out()
        self._connect()
        self._change_view()

    @property
    def front(self) -> View:
        """The view in front."""
        return self.views[self.view.value()]

    def show_subject(self, subject: Subject | None, about: About | None) -> None:
        """Look inside another network, or at other data."""
        self.about, self.sample = about, -1
        ids = [layer.id for layer in about.layers] if about else []
        if ids and ids != self._ids:
            self._ids, self._chosen = ids, {}
        for name, view in self.views.items():
            view.begin(subject, about)
            self.view.segment(name).setVisible(about is None or view.suits(about))
        if about is not None and not self.front.suits(about):
            self.view.set_value(VIEWS[0].name)
        self._change_view()

    def show_sample(self, row: int) -> None:
        """Look at what the layers give for a sample."""
        self.sample = row
        self.field_changed.emit(None)
        for view in self.views.values():
            view.show_sample(row)
        self.refresh()

    def refresh(self) -> None:
        """Have the view in front ask for what it shows."""
        if self.about is None:
            self._stack.setCurrentWidget(self.empty)
            return
        self._stack.setCurrentWidget(self.front)
        self.front.refresh(self._layer())

    def follow(self, run: Path) -> None:
        """A run that trains has got further."""
        space = self.views[SpaceView.name]
        assert isinstance(space, SpaceView)
        if self.front is space and self.isVisible():
            space.follow(run)

    # Set up

    def _lay_out(self) -> None:
        self.controls.addWidget(self.layer)
        for view in self.views.values():
            for control in view.controls:
                self.controls.addWidget(control)
        self.controls.addWidget(self.view)
        self._stack = QStackedWidget()
        for page in (self.empty, *self.views.values()):
            self._stack.addWidget(page)
        self.body.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.view.changed.connect(lambda _: self._change_view())
        self.layer.changed.connect(self._choose_layer)
        for view in self.views.values():
            view.said.connect(lambda _: self.words.setText(self.front.words))
            view.layer_wanted.connect(self._toggle_layer)
            view.field_changed.connect(self.field_changed)
            view.pointed.connect(self.pointed)
            view.enclosed.connect(self.enclosed)

    def _change_view(self) -> None:
        self.words.setText(self.front.words)
        for view in self.views.values():
            for control in view.controls:
                control.setVisible(view is self.front)
        self._offer_layers()
        self.refresh()

    # Which layer

    def _choose_layer(self, layer: str) -> None:
        self._chosen[self.front.name] = layer
        self.refresh()

    def _toggle_layer(self, layer: str) -> None:
        """A layer alone, or what is looked at by default again."""
        first = self.layer.itemData(0)
        self._choose_layer(first if self._layer() == layer else layer)
        self._offer_layers()

    def _layer(self) -> str:
        return self._chosen.get(self.front.name, "")

    def _offer_layers(self) -> None:
        offered = list(self.front.layers(self.about)) if self.about else []
        if self._chosen.get(self.front.name) not in [value for value, _ in offered]:
            self._chosen[self.front.name] = offered[0][0] if offered else ""
        self.layer.set_options(offered)
        self.layer.set_value(self._layer())
        self.layer.setVisible(bool(offered))
