"""Taking answers away: all of them as CSV, and the samples in sight order as one picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QWidget

from models.storage import atomic
from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.services import dialogs
from studio.services.background import Queue
from studio.workspaces.inspect.looks import looks_of
from studio.workspaces.inspect.results import Results
from studio.workspaces.inspect.subject import Subject
from widgets.inspection.wall import paint_look
from widgets.theme import Menu, color, font

Say = Callable[[str], object]
CSV, PNG = "CSV files (*.csv)", "PNG pictures (*.png)"
ON_A_SHEET = 200
ACROSS, SIDE, BELOW, GAP = 10, 120, 36, 12
"""The sheet, in pixels."""


def ask_export(
    page: QWidget,
    beside: QWidget,
    say: Say,
    probing: Probing,
    subject: Subject,
    results: Results,
    rows: Sequence[int],
) -> Menu:
    """Offer what can be taken away; ``say`` gets a sentence where it cannot be."""
    menu = Menu(page)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    start = Path.home() / f"{subject.run.name}-{subject.part}"
    table = partial(write_table, page, say, results)
    sheet = partial(write_sheet, page, say, probing, subject, results, rows)

    def ask(title: str, filters: str, suffix: str, write: partial[None]) -> None:
        dialogs.ask_save(page, title, start.with_suffix(f".{suffix}"), filters, suffix, write)

    menu.addAction("All answers as CSV…", lambda: ask("Export answers", CSV, "csv", table))
    menu.addAction(f"The first {ON_A_SHEET} samples as a picture…", lambda: ask("Export samples", PNG, "png", sheet))
    menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
    return menu


def write_table(page: QWidget, say: Say, results: Results, path: Path) -> None:
    """Write a line for each answer, on a thread."""
    write_file(page, say, path, lambda: table_of(results).encode())


def table_of(results: Results) -> str:
    """The answers as CSV: sample and position from 1, truth, answer, certainty, loss."""
    text = io.StringIO()
    writer = csv.writer(text)
    if results.summed is not None:
        writer.writerow(["sample", "right", "answers", "loss"])
        right, count = results.summed.right.tolist(), results.positions
        for row, loss in enumerate(results.summed.losses.tolist()):
            writer.writerow([row + 1, right[row], count, loss])
        return text.getvalue()
    answered, name = results.answered, results.about.class_name
    if not results.has_classes:
        writer.writerow(["sample", "output", "truth", "answer", "loss"])
        truth, answer = (answered.each(values) for values in (answered.truth, answered.answer))
        for row, loss in enumerate(answered.losses.tolist()):
            for output in range(truth.shape[1]):
                writer.writerow([row + 1, output + 1, float(truth[row, output]), float(answer[row, output]), loss])
        return text.getvalue()
    assert answered.certainty is not None
    writer.writerow(["sample", "position", "truth", "answer", "certainty", "loss"])
    losses = answered.loss.repeat(len(answered.truth) // len(answered.loss))
    for place, (truth_class, answer_class, sure, loss) in enumerate(
        zip(
            answered.truth.tolist(), answered.answer.tolist(), answered.certainty.tolist(), losses.tolist(), strict=True
        )
    ):
        row, position = divmod(place, answered.positions)
        writer.writerow([row + 1, position + 1, name(truth_class), name(answer_class), sure, loss])
    return text.getvalue()


def write_sheet(
    page: QWidget, say: Say, probing: Probing, subject: Subject, results: Results, rows: Sequence[int], path: Path
) -> None:
    """Ask for the first samples and write them as one picture."""
    shown = list(rows[:ON_A_SHEET])

    def show(answer: Answer) -> None:
        content = png_of(sheet_of(results, shown, answer))
        write_file(page, say, path, lambda: content)

    probing.ask(subject.question("samples", "sheet", rows=shown, side=SIDE), show, say)


def write_file(page: QWidget, say: Say, path: Path, content: Callable[[], bytes]) -> None:
    """Write a file whole, on a thread; ``say`` gets a sentence where that cannot be."""

    def failed(error: Exception) -> None:
        say(f"Could not write {path.name}: {atomic.reason(error) if isinstance(error, OSError) else error}.")

    Queue(page).run(lambda: atomic.replace_file(path, content()), on_error=failed, expected=(OSError,))


def sheet_of(results: Results, rows: Sequence[int], answer: Answer) -> QImage:
    """The samples in rows of ten, with the answer and the truth below each."""
    lines = -(-len(rows) // ACROSS)
    step = (SIDE + GAP, SIDE + BELOW + GAP)
    sheet = QImage(ACROSS * step[0] + GAP, lines * step[1] + GAP, QImage.Format.Format_RGB32)
    sheet.fill(color("panel"))
    painter = QPainter(sheet)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place, (row, look) in enumerate(zip(rows, looks_of(answer, results.about.first), strict=True)):
        area = QRectF(GAP + place % ACROSS * step[0], GAP + place // ACROSS * step[1], SIDE, SIDE)
        paint_look(painter, area, look)
        caption = results.caption(row)
        words = f"{caption.answer} {caption.figure}".strip()
        for number, (text, weight, token) in enumerate(((words, 600, "text1"), (caption.truth, 400, "text2"))):
            painter.setFont(font(12, weight))
            painter.setPen(color(token))
            line = QRectF(area.left(), area.bottom() + 3 + number * 16, SIDE, 16)
            painter.drawText(line, Qt.TextFlag.TextSingleLine, text)
    painter.end()
    return sheet


def png_of(picture: QImage) -> bytes:
    """A picture as the content of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(picture)
    return bytes(buffer.data().data())
