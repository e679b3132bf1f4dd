"""The dialog for pictures: it shows what it will write, writes it, copies it, and remembers how it was wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import mlp
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtPrintSupport import QPrinter
from waiting import idle, until

from models.storage import files
from studio.window.main_window import MainWindow
from studio.workspaces.design.picture_dialog import PictureDialog


@pytest.fixture
def opened(window: MainWindow, tmp_path: Path) -> MainWindow:
    files.write(mlp(), tmp_path / "exam.netloom")
    window.open(tmp_path / "exam.netloom")
    idle(window)
    return window


def ask(window: MainWindow) -> PictureDialog:
    window.commands.run("picture")
    return next(child for child in window.findChildren(PictureDialog) if child.isVisible())


def test_the_preview_follows_every_choice(opened: MainWindow) -> None:
    dialog = ask(opened)
    looks = []
    for change in (
        lambda: None,
        lambda: dialog.style_choice.set_value("blocks"),
        lambda: dialog.theme_choice.set_value("dark"),
        lambda: dialog.numbers.setChecked(False),
        lambda: dialog.transparent.setChecked(True),
    ):
        change()
        dialog.show_preview()
        looks.append(bytes(dialog.preview.pixmap().toImage().constBits()))
    assert len(set(looks)) == len(looks)
    assert dialog.wanted.style == "blocks" and dialog.wanted.mode == "dark" and not dialog.wanted.numbers


@pytest.mark.parametrize("ending", ["svg", "pdf", "png"])
def test_a_picture_is_saved_and_said(opened: MainWindow, tmp_path: Path, ending: str) -> None:
    said = []
    opened.controller.said.connect(said.append)
    ask(opened).save(tmp_path / f"out.{ending}")
    until(lambda: not opened.exporter.is_busy)
    assert (tmp_path / f"out.{ending}").stat().st_size > 1000
    assert said[-1].kind == "good" and f"out.{ending}" in said[-1].text


def test_another_ending_is_refused_in_the_dialog(opened: MainWindow, tmp_path: Path) -> None:
    dialog = ask(opened)
    dialog.save(tmp_path / "out.jpeg")
    assert dialog.isVisible() and ".svg, .pdf or .png" in dialog.told.text()
    assert not (tmp_path / "out.jpeg").exists()


def test_a_place_that_cannot_be_written_is_said(opened: MainWindow, tmp_path: Path) -> None:
    said = []
    opened.controller.said.connect(said.append)
    ask(opened).save(tmp_path / "nowhere" / "out.svg")
    until(lambda: not opened.exporter.is_busy)
    assert said[-1].kind == "error" and "out.svg" in said[-1].text


def test_the_clipboard_holds_pixels_and_lines(opened: MainWindow) -> None:
    dialog = ask(opened)
    dialog.copy()
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage() and {"image/svg+xml", "image/png"} <= set(data.formats())
    assert not QImage.fromData(data.data("image/png")).isNull()
    assert dialog.told.text() == "Copied."


def test_a_page_is_filled(opened: MainWindow, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "page.pdf"))
    ask(opened).print_on(printer)
    assert (tmp_path / "page.pdf").read_bytes().count(b"/Type /Page\n") <= 1
    assert (tmp_path / "page.pdf").stat().st_size > 1000


def test_selected_layers_alone_are_offered_where_there_are_some(opened: MainWindow) -> None:
    assert not ask(opened).selected.isEnabled()
    opened.findChild(PictureDialog).reject()
    ids = [*opened.controller.document.network.nodes][:2]
    opened.design.select(ids)
    dialog = ask(opened)
    assert dialog.selected.isChecked() and dialog.wanted.only == frozenset(ids)


def test_choices_are_remembered(opened: MainWindow) -> None:
    dialog = ask(opened)
    dialog.style_choice.set_value("blocks")
    dialog.scale.set_value("4")
    dialog.reject()
    again = ask(opened)
    assert again.wanted.style == "blocks" and again.wanted.scale == 4.0
    again.reject()
    opened.settings.set_text("design/picture", "nonsense here")
    assert ask(opened).wanted.style == "cards"


def test_an_empty_network_has_no_picture(window: MainWindow) -> None:
    said = []
    window.controller.said.connect(said.append)
    assert not window.controller.document.network.nodes
    window.commands.run("picture")
    assert not window.findChildren(PictureDialog)
    assert "nothing to draw" in said[-1].text
