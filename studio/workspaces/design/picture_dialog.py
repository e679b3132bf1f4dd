"""The dialog in which a picture of the network is made: how it is to look, and where it goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from models.document import Document
from studio.services import dialogs
from studio.services.settings import Settings
from widgets.canvas.picture import FORMATS, Drawing, Wanted, as_image, as_png, as_svg
from widgets.controls import Button, ChoiceField, ElidedLabel, Label, Segmented, Switch, announce
from widgets.theme import px

FILTERS = "SVG (*.svg);;PDF (*.pdf);;PNG (*.png)"
_KEPT = "design/picture"
_PREVIEW = QSize(520, 420)
_SOON = 30
"""Milliseconds until the preview follows a choice."""


class PictureDialog(QDialog):
    """Makes pictures of a document's network as it is now; ``write`` puts the bytes of one into a file."""

    def __init__(
        self,
        document: Document,
        place: Path,
        chosen: frozenset[str],
        settings: Settings,
        write: Callable[[Path, bytes, str], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Picture of the network")
        self._document, self._place, self._chosen = document, place, chosen
        self._settings, self._write = settings, write
        self.style_choice = Segmented([("cards", "Cards"), ("blocks", "Blocks")], name="Layers as")
        self.theme_choice = Segmented([("light", "Light"), ("dark", "Dark")], name="Colors")
        self.numbers, self.transparent = Switch("Shapes and counts"), Switch("Transparent background")
        self.selected = Switch("Selected layers only")
        self.scale = ChoiceField("Size of a PNG", [(f"{n}", f"{n}× the size") for n in (1, 2, 3, 4, 8)])
        self.told = ElidedLabel("")
        self.preview, self.size_note = QLabel(), Label("", token="text2")
        self._soon = QTimer(self, singleShot=True, interval=_SOON)
        self._soon.timeout.connect(self.show_preview)
        self._recall()
        self._lay_out()
        self.show_preview()

    @property
    def wanted(self) -> Wanted:
        """What is chosen."""
        return Wanted(
            self.style_choice.value(),
            self.theme_choice.value(),
            numbers=self.numbers.isChecked(),
            transparent=self.transparent.isChecked(),
            only=self._chosen if self.selected.isChecked() else frozenset(),
            scale=float(self.scale.value()),
        )

    def drawing(self) -> Drawing:
        """The network as it is chosen to look."""
        return Drawing(self._document, self.wanted)

    def show_preview(self) -> None:
        """Draw the picture small."""
        drawing = self.drawing()
        size, room = drawing.size, _PREVIEW * self.devicePixelRatioF()
        scale = min(room.width() / size.width(), room.height() / size.height(), self.devicePixelRatioF())
        image = as_image(drawing, scale)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        self.preview.setPixmap(QPixmap.fromImage(image))
        pixels = f"{size.width() * self.wanted.scale:,.0f} × {size.height() * self.wanted.scale:,.0f}"
        self.size_note.setText(f"{size.width():,.0f} × {size.height():,.0f} points; as PNG {pixels} pixels")

    # Where it goes

    def copy(self) -> None:
        """Put the picture on the clipboard: as pixels, and as SVG for those who take it."""
        drawing, title = self.drawing(), self._place.stem
        picture, data = as_png(drawing, title, self.wanted.scale), QMimeData()
        data.setData("image/png", picture.data)
        data.setData("image/svg+xml", as_svg(drawing, title).data)
        data.setImageData(as_image(drawing, 1.0 if picture.note else self.wanted.scale))
        QGuiApplication.clipboard().setMimeData(data)
        self._tell(f"Copied. {picture.note}".strip())

    def ask_where(self) -> None:
        """Ask for a file; its ending says what is written."""
        dialogs.ask_save(self, "Save the picture", self._place.with_suffix(".svg"), FILTERS, "svg", self.save)

    def save(self, path: Path) -> None:
        """Have the picture written, and close."""
        make = FORMATS.get(path.suffix[1:].lower())
        if make is None:
            self._tell(f"Expected a name that ends in .svg, .pdf or .png, found {path.name:.40}.", problem=True)
            return
        picture = make(self.drawing(), path.stem, self.wanted.scale)
        self.accept()
        self._write(path, picture.data, picture.note)

    def ask_printer(self) -> None:
        """Print it, as large as the page allows."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: self.print_on(printer))
        QDialog.open(dialog)

    def print_on(self, printer: QPrinter) -> None:
        """Fill a printer's page with the picture."""
        drawing = self.drawing()
        page = printer.pageRect(QPrinter.Unit.Inch)
        dots = max(drawing.size.width() / page.width(), drawing.size.height() / page.height())
        printer.setResolution(max(round(dots + 0.5), 72))
        painter = QPainter(printer)
        drawing.paint(painter)
        painter.end()
        self._tell("Sent to the printer.")

    def done(self, result: int) -> None:
        wanted = self.wanted
        parts = wanted.style, wanted.mode, str(int(wanted.numbers)), str(int(wanted.transparent)), self.scale.value()
        self._settings.set_text(_KEPT, " ".join(parts))
        super().done(result)

    # Set up

    def _recall(self) -> None:
        """Choose what was chosen last, as far as it can be read."""
        kept = self._settings.text(_KEPT).split()
        known = {"cards", "blocks"}, {"light", "dark"}, {"0", "1"}, {"0", "1"}, {"1", "2", "3", "4", "8"}
        fits = len(kept) == len(known) and all(part in words for part, words in zip(kept, known, strict=True))
        style, mode, numbers, transparent, scale = kept if fits else ("cards", "light", "1", "0", "2")
        self.style_choice.set_value(style)
        self.theme_choice.set_value(mode)
        self.numbers.setChecked(numbers == "1")
        self.transparent.setChecked(transparent == "1")
        self.scale.set_value(scale)
        self.selected.setEnabled(bool(self._chosen))
        self.selected.setChecked(len(self._chosen) > 1)

    def _lay_out(self) -> None:
        form = QFormLayout(verticalSpacing=px(10), horizontalSpacing=px(16))
        rows = (self.style_choice, self.theme_choice, self.numbers, self.transparent, self.selected, self.scale)
        for row in rows:
            form.addRow(Label(row.accessibleName()), row)
        for choice in (self.style_choice, self.theme_choice, self.scale):
            choice.changed.connect(lambda _: self._soon.start())
        for switch in (self.numbers, self.transparent, self.selected):
            switch.toggled.connect(lambda _: self._soon.start())
        self.preview.setFixedSize(_PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName("Preview")
        left, whole, above = QVBoxLayout(), QVBoxLayout(self), QHBoxLayout()
        left.addWidget(self.preview)
        left.addWidget(self.size_note, alignment=Qt.AlignmentFlag.AlignHCenter)
        above.addLayout(left)
        above.addLayout(form)
        above.setSpacing(px(20))
        whole.setContentsMargins(px(20), px(20), px(20), px(16))
        whole.setSpacing(px(16))
        whole.addLayout(above)
        whole.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.told, 1)
        deeds = (("Print…", self.ask_printer), ("Copy", self.copy), ("Close", self.reject))
        for text, deed in deeds:
            button = Button(text)
            button.setAutoDefault(False)
            button.clicked.connect(deed)
            row.addWidget(button)
        save = Button("Save…", role="main")
        save.setDefault(True)
        save.clicked.connect(self.ask_where)
        row.addWidget(save)
        return row

    def _tell(self, sentence: str, problem: bool = False) -> None:
        self.told.setText(sentence)
        self.told.set_token("error_text" if problem else "text1")
        announce(self, sentence)
