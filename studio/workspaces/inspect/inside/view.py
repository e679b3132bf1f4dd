"""What a way to look inside is: a page with controls of its own that asks for what is in front alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.subject import About, Subject

Choices = Sequence[tuple[str, str]]
ALL = "all layers"


class View(QWidget):
    """One way to look inside. `said` carries words for the heading, `layer_wanted` the id of a layer that is to be
    looked at, `field_changed` the part of the input that a chosen value sees (in its pixels) or None, `pointed` the
    number of a sample, `enclosed` the numbers of several.

    The card calls `begin` for another network or other data, `show_sample` for another sample, and `refresh` whenever
    the view is in front; `ask` is what differs.
    """

    said = Signal(str)
    layer_wanted = Signal(str)
    field_changed = Signal(object)
    pointed = Signal(int)
    enclosed = Signal(object)

    name: ClassVar[str]
    title: ClassVar[str]
    of_sample: ClassVar[bool] = False
    """Whether it shows another picture for another sample, and none without one."""

    def __init__(self, probing: Probing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.probing = probing
        self.subject: Subject | None = None
        self.about: About | None = None
        self.sample = -1
        self.words = ""
        self.controls: tuple[QWidget, ...] = ()
        """What stands in the heading while the view is in front."""
        self._shown: tuple[object, ...] | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)

    # What a view says of itself

    def suits(self, about: About) -> bool:
        """Whether there is anything to see."""
        return True

    def layers(self, about: About) -> Choices:
        """What is chosen among, the first by default; nothing where there is nothing to choose."""
        return ()

    def key(self) -> tuple[object, ...]:
        """What else an answer depends on but network, data, layer and sample."""
        return ()

    def clear(self) -> None:
        """Show nothing: what was shown is of another network."""

    def ask(self, layer: str) -> None:
        """Ask for what is to be seen."""
        raise NotImplementedError

    # What the card tells it

    def begin(self, subject: Subject | None, about: About | None) -> None:
        """Look at another network, or at other data."""
        self.subject, self.about, self.sample, self._shown = subject, about, -1, None
        self.words = ""
        self.clear()

    def show_sample(self, row: int) -> None:
        """Look at another sample."""
        self.sample = row

    def refresh(self, layer: str) -> None:
        """Ask, unless it is there."""
        key = (self.subject, layer, self.sample if self.of_sample else None, *self.key())
        if self.subject is not None and self._shown != key and not (self.of_sample and self.sample < 0):
            self._shown = key
            self.ask(layer)

    # For those that ask

    def say(self, sentence: str) -> None:
        """Say something in the heading."""
        self.words = sentence
        self.said.emit(sentence)

    def request(self, kind: str, show: Callable[[Answer], None], **arguments: Any) -> None:
        """Ask a question of the subject; an answer to the one before is wanted no more."""
        assert self.subject is not None
        subject = self.subject

        def shown(answer: Answer) -> None:
            if subject == self.subject and self.about is not None:
                show(answer)

        self.probing.ask(subject.question(kind, f"inside {self.name}", **arguments), shown, self._fail, self._tell)

    def _fail(self, sentence: str) -> None:
        self._shown = None  # it may be asked once more
        self.say(sentence)

    def _tell(self, done: int, total: int) -> None:
        if done < total > 1:
            self.say(f"{done:,} of {total:,}")


def inner_layers(about: About) -> list[tuple[str, str]]:
    """All layers but those that nothing follows."""
    return [(layer.id, layer.id) for layer in about.layers if not layer.ends]
