"""The Predict workspace: a run above, what it is given dropped or chosen, its answers as a table and one at length."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QImage, QImageReader
from PySide6.QtWidgets import QFileDialog, QSplitter, QVBoxLayout, QWidget

from models.basics.text import natural
from models.storage.atomic import refusal, replace_file
from models.storage.files import FileError
from studio.controllers.asking.probing import Probing
from studio.controllers.training import TrainingController
from studio.data.given.typed import ONE_TEXT, Row, Typed
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.runs.source import ForeignSourceError
from studio.runs.summary import RunSummary
from studio.services import dialogs
from studio.services.background import Background, Queue
from studio.services.message import Action
from studio.services.settings import Settings
from studio.workspaces.asking import MOST_RUNS, AskingPage
from studio.workspaces.inspect.card import TitledCard, scrolled
from studio.workspaces.inspect.exporting import png_of
from studio.workspaces.inspect.subject import Opened, open_run
from studio.workspaces.predict.answers import Answers, place_of
from studio.workspaces.predict.exporting import RunExporter
from studio.workspaces.predict.taking import WORDS, ask, why_not
from studio.workspaces.predict.taking.row import RowDialog
from widgets.controls import Button, EmptyState
from widgets.controls.note import Kind, Note
from widgets.predictions.answer import SIDE, AnswerView
from widgets.predictions.strip import PredictStrip
from widgets.predictions.table import AnswerTable
from widgets.theme import px

NOTHING = "Train once to use what the network learned."
DROP = "Drop images, a table, recordings, texts or arrays here to see what the network answers."
CUT = "There were more examples than are shown here. netloom predict writes all of them."
SLOT = "predict"


class PredictWorkspace(AskingPage):
    """Asks the worker for predictions, and shows them."""

    def __init__(
        self, training: TrainingController, probing: Probing, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(training, probing, settings, parent)
        self.files: list[Path] = []
        """What the network was given last."""
        self.answers: Answers | None = None
        self._taken: TemporaryDirectory[str] | None = None
        """Where pictures, sounds and rows lie that were taken here, until the end."""
        self._typed: dict[str, str] = {}
        """What was typed last, by the names of columns."""
        self._typing: RowDialog | None = None
        self._opening, self._reading, self._looking, self._writing = (
            Background(self), Background(self), Background(self), Queue(self),
        )  # fmt: skip
        self.strip, self.table, self.answer = PredictStrip(), AnswerTable(), AnswerView()
        self.exporter = RunExporter(self, probing, settings, lambda kind, text: self._show_notes([Note(kind, text)]))
        self.empty = EmptyState(NOTHING, "bulb")
        self.choose = Button("Choose files…", "plus", role="soft")
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)

    def panels(self) -> tuple[QWidget, ...]:
        above = (self.strip, self._saying) if self.notes else (self.strip,)
        return above if self.is_empty else (*above, self.table, self.answer)

    def begin(self) -> None:
        (self.table if self.answers is not None else self.strip.run).setFocus()

    def predict(self, files: list[Path]) -> None:
        """Have the network answer to files and folders."""
        self.files = files
        self.answers = None
        self._show_notes([])
        if self.opened is None or not files:
            return
        self.strip.show_progress(0)
        question = Question(
            "predictions", str(self.opened.folder.path), self.strip.checkpoint.value(),
            trust=self.opened.trust, slot=SLOT, arguments={"files": [str(file) for file in files]},
        )  # fmt: skip
        self.probing.ask(question, self._read, self._fail, lambda done, _: self.strip.show_progress(done))

    def ask_files(self) -> None:
        """Ask for files."""
        dialog = QFileDialog(self, "Predict files", str(self._start()), "All files (*)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.predict(in_order(names)))
        dialog.open()

    def ask_folder(self) -> None:
        """Ask for a folder."""
        dialogs.ask_folder(self, "Predict the files in a folder", self._start(), lambda path: self.predict([path]))

    def take(self) -> None:
        """Take a picture or a sound with a device of this computer, and predict it."""
        if self.opened is None or not self.opened.takes:
            return
        if reason := why_not(self.opened.takes):
            self._show_notes([Note("warning", reason, [("Look again", self.take)])])
            return
        self._show_notes([])
        ask(self.opened.takes, self, self._place(), lambda path: self.predict([path]))

    def type_row(self) -> RowDialog | None:
        """Have a row typed, and predict it as often as it is asked for."""
        if self.opened is None or not self.opened.typed:
            return None
        if self._typing is None:
            self._typing = RowDialog(self, self.opened.typed, self._typed, self._predict_row)
            self._typing.finished.connect(self._stop_typing)
        self._typing.show()
        self._typing.activateWindow()
        return self._typing

    def _stop_typing(self) -> None:
        """Close the window in which a row is typed, and remember what stands there."""
        dialog, self._typing = self._typing, None
        if dialog is not None:
            self._typed |= dialog.cells
            dialog.reject()

    def _predict_row(self, row: Row) -> None:
        """Predict what was typed."""
        path = self._place() / f"typed{row.suffix}"

        def failed(error: Exception) -> None:
            assert isinstance(error, OSError)
            self._show_notes([Note("error", refusal(path.name, error))])

        self._writing.run(
            lambda: replace_file(path, row.content.encode()), lambda _: self.predict([path]), failed, (OSError,)
        )

    def _place(self) -> Path:
        """Where what is taken here lies."""
        self._taken = self._taken or TemporaryDirectory(prefix="netloom-taken-")
        return Path(self._taken.name)

    def ask_where(self) -> None:
        """Ask where the answers are to be saved."""
        if self.opened is not None:
            start = self._start() / f"{self.opened.folder.name} predictions.csv"
            dialogs.ask_save(self, "Save the answers", start, "CSV files (*.csv)", "csv", self.write)

    def write(self, path: Path) -> None:
        """Write all answers as CSV."""
        answers = self.answers
        if answers is not None:
            self._write(path, lambda: answers.as_csv().encode())

    def ask_where_picture(self, picture: QImage) -> None:
        """Ask where a picture that the network gives is to be saved."""
        start = self._start() / f"{Path(self.answer.name.text()).stem} answer.png"
        write = partial(self.write_picture, picture)
        dialogs.ask_save(self, "Save the picture", start, "PNG images (*.png)", "png", write)

    def write_picture(self, picture: QImage, path: Path) -> None:
        """Write a picture as PNG."""
        self._write(path, partial(png_of, picture))

    def _write(self, path: Path, made: Callable[[], bytes]) -> None:
        def failed(error: Exception) -> None:
            assert isinstance(error, OSError)
            self._add_note(Note("error", refusal(path.name, error)))

        def written(_: None) -> None:
            self._add_note(Note("good", f"Saved {path.name}."))

        self._writing.run(lambda: replace_file(path, made()), written, failed, (OSError,))

    def hideEvent(self, event: QHideEvent) -> None:
        self._stop_typing()
        super().hideEvent(event)

    # Drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.opened is not None and _files_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.predict(_files_in(event))

    # Set up

    def _lay_out(self) -> None:
        table, one = TitledCard("Answers"), TitledCard("One example")
        table.body.addWidget(self.table)
        one.body.addWidget(scrolled(self.answer))
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.addWidget(table)
        self._columns.addWidget(one)
        self._columns.setSizes([820, 400])
        self._columns.setStretchFactor(0, 2)
        self._part("predict/columns", self._columns)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 14, 12, 14)
        column.addWidget(self._columns)
        self._set_stage(self.strip, content)
        self.empty.add(self.choose)

    def _connect(self) -> None:
        strip = self.strip
        strip.run_changed.connect(self.use)
        strip.checkpoint_changed.connect(lambda _: self.predict(self.files))
        strip.files_requested.connect(self.ask_files)
        strip.folder_requested.connect(self.ask_folder)
        strip.device_requested.connect(self.take)
        strip.row_requested.connect(self.type_row)
        strip.save_requested.connect(self.ask_where)
        strip.stop_requested.connect(self._stop)
        strip.export_requested.connect(self._export)
        self.choose.clicked.connect(self.ask_files)
        self.table.current_changed.connect(self._look_at)
        self.answer.picture_wanted.connect(self.ask_where_picture)

    # Which run

    def _show_runs(self, summaries: list[RunSummary]) -> None:
        known = [run for run in summaries if run.has_weights][:MOST_RUNS]
        self.strip.setVisible(bool(known))
        chosen = self._chosen(known)
        self.strip.offer_runs([(run.id, run.name) for run in known], chosen)
        if not known:
            self.opened = None
            self._show_nothing(NOTHING)
        elif chosen != self._run and self.isVisible():
            self.use(chosen)

    def use(self, id: str, trust: str = "") -> None:
        """Have a run answer, by the name of its folder."""
        self._run, self.opened = id, None
        self._stop_typing()
        self.strip.run.set_value(id)
        path = self.training.runs_dir / id
        work = partial(open_run, path, trust, data=False)
        self._opening.run(work, self._show_opened, self._not_opened, (RunError, FileError))

    def _show_opened(self, opened: Opened) -> None:
        self.opened = opened
        names = [name for name, _ in opened.checkpoints]
        chosen = self.strip.checkpoint.value()
        self.strip.offer_checkpoints(opened.checkpoints, chosen if chosen in names else names[0])
        self.strip.offer_device(*WORDS[opened.takes])
        self.strip.offer_row(_words_for(opened.typed))
        self._show_notes([])
        if self.files:
            self.predict(self.files)
        else:
            self._show_nothing(DROP)

    def _not_opened(self, error: Exception) -> None:
        actions: list[Action] = [("Look again", partial(self.use, self._run))]
        if isinstance(error, ForeignSourceError):
            actions = [self._trust_action(error, partial(self.use, self._run, error.trust))]
        self.strip.offer_checkpoints((), "")
        self.strip.offer_device("", "")
        self.strip.offer_row("")
        self._show_nothing("")
        kind: Kind = "warning" if isinstance(error, ForeignSourceError) else "error"
        self._show_notes([Note(kind, str(error), actions)])

    # Answers

    def _read(self, answer: Answer) -> None:
        self._reading.run(
            partial(Answers.of, answer), self._show_answers, lambda error: self._fail(str(error)), (RunError,)
        )

    def _show_answers(self, answers: Answers) -> None:
        self.strip.show_idle()
        self.strip.save.setVisible(bool(answers.names))
        said = [("info", note) for note in answers.notes]
        said += [("warning", text) for text in (answers.sentence(), CUT if answers.cut else "") if text]
        self._show_notes([Note(kind, text) for kind, text in said])  # type: ignore[arg-type]
        if not answers.names:
            self._show_nothing(DROP)
            return
        self.answers = answers
        self._show_content()
        self.table.show_answers(answers.header, answers.rows)

    def _look_at(self, row: int) -> None:
        answers = self.answers
        if answers is None or not 0 <= row < len(answers.names):
            return
        name = answers.names[row]
        self.answer.show_answer(name, answers.parts(row))
        show = self.answer.show_picture
        self._looking.run(partial(_picture, name, tuple(self.files)), show, lambda _: None, ())

    def _fail(self, sentence: str) -> None:
        self.strip.show_idle()
        if self.answers is None:
            self._show_nothing(DROP)
        self._show_notes([Note("error", sentence, [("Try again", partial(self.predict, self.files))])])

    def _stop(self) -> None:
        self.probing.drop(SLOT)
        self._reading.drop()
        self._fail("Predicting was stopped.")

    def _show_nothing(self, text: str) -> None:
        self.answers = None
        self.strip.save.hide()
        self.strip.show_idle()
        self.empty.set_text(text)
        self.choose.setVisible(self.opened is not None)
        self._show_empty()

    def _export(self) -> None:
        if self.opened is not None:
            self.exporter.open_menu(self.strip.export, self.opened, self.strip.checkpoint.value())

    def _start(self) -> Path:
        return self.files[0].parent if self.files else Path.home()


def _picture(name: str, files: tuple[Path, ...]) -> QImage | None:
    """The example as a picture, small; None where it is none."""
    place = place_of(name, files)
    if place is None:
        return None
    reader = QImageReader(os.fspath(place))
    reader.setAutoTransform(True)
    size = reader.size()
    most = px(2 * SIDE)
    if size.isValid() and max(size.width(), size.height()) > most:
        reader.setScaledSize(size.scaled(QSize(most, most), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


def _words_for(columns: tuple[Typed, ...]) -> str:
    """What a button says that has a row typed; "" where nobody can."""
    if not columns:
        return ""
    return "Type a text…" if [column.name for column in columns] == [ONE_TEXT] else "Type a row…"


def _files_in(event: QDropEvent) -> list[Path]:
    return in_order(url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile())


def in_order(names: Iterable[str]) -> list[Path]:
    """Files as people count them, whatever order they were given in."""
    return sorted(map(Path, names), key=lambda path: natural(path.name))
