"""What windows about trained runs share: something is asked of the worker, with how far it is and a stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.services.background import Queue
from widgets.controls import Button, ElidedLabel, Paragraph, ProgressBar, Themed, announce
from widgets.theme import color, px

FIRST_SIZE, SMALLEST, WIDEST_SIDE = (1120, 700), (760, 480), 520


class TrainedWindow(Themed, QWidget):
    """Asks one thing at a time under its ``slot``. `closed` follows its end."""

    closed = Signal()
    slot = ""

    def __init__(self, probing: Probing, title: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{title} — Netloom")
        self.probing = probing
        self.title = ElidedLabel(title, 15, 600)
        self.told = Paragraph("", 13)
        self.problem = Paragraph("", 12, token="warning")
        self.bar = ProgressBar(title)
        self.stop = Button("Stop", "stop", height=28)
        self.again = Button("Look again", height=28)
        self.writing = Queue(self)
        self._working, self._side = QWidget(), QWidget()
        row = QHBoxLayout(self._working)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        self.stop.clicked.connect(self.give_up)
        self.again.clicked.connect(self.look)
        for keys in ("Ctrl+W", "Escape"):
            QShortcut(QKeySequence(keys), self, self.close)
        self._working.hide()
        self.again.hide()

    def look(self) -> None:
        """Ask what the window is about."""
        raise NotImplementedError

    def ask(self, question: Question, show: Callable[[Answer], object]) -> None:
        """Ask, and show the answer or why there is none."""

        def shown(answer: Answer) -> None:
            self._rest()
            show(answer)

        self.bar.set_fraction(0.0)
        self._working.show()
        self.again.hide()
        self.say_problem("")
        self.probing.ask(replace(question, slot=self.slot), shown, self._failed, self._tell)

    def give_up(self) -> None:
        """Want the answer no more."""
        self.probing.drop(self.slot)
        self._rest()
        self.again.show()

    def say(self, sentence: str) -> None:
        """Say what came of it."""
        self.told.setText(sentence)
        announce(self, sentence)

    def say_problem(self, sentence: str) -> None:
        """Say what went wrong, "" for nothing."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        if sentence:
            announce(self, sentence)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.probing.drop(self.slot)
        self.writing.forget()
        self.closed.emit()
        super().closeEvent(event)

    def restyle(self) -> None:
        palette = self.palette()
        palette.setColor(self.backgroundRole(), color("panel"))
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        self.bar.setFixedWidth(px(140))
        self._side.setMaximumWidth(px(WIDEST_SIDE))

    def lay_out(self, side: QWidget, main: QWidget, *buttons: Button) -> None:
        """Put what is said and ``side`` at the left, ``main`` at the right, buttons in the line above."""
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self.title, 1)
        for widget in (self._working, self.again, *buttons):
            head.addWidget(widget)
        left = QVBoxLayout(self._side)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(px(10))
        left.addWidget(self.told)
        left.addWidget(self.problem)
        left.addWidget(side, 1)
        columns = QHBoxLayout()
        columns.setSpacing(px(18))
        columns.addWidget(self._side, 4)
        columns.addWidget(main, 6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(px(20), px(14), px(20), px(18))
        whole.setSpacing(px(14))
        whole.addLayout(head)
        whole.addLayout(columns, 1)
        self.setMinimumSize(*SMALLEST)
        self.resize(QSize(px(FIRST_SIZE[0]), px(FIRST_SIZE[1])).boundedTo(self.screen().availableSize()))
        self.follow_theme()

    def _tell(self, done: int, total: int) -> None:
        self.bar.set_fraction(done / total if total else 0.0)

    def _failed(self, sentence: str) -> None:
        self._rest()
        self.again.show()
        self.say_problem(sentence)

    def _rest(self) -> None:
        self._working.hide()
