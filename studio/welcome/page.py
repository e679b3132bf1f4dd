"""The welcome screen: the example, templates, and what was open lately."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from models.storage import shelf
from models.storage.files import FileError
from studio.services.background import Background
from studio.services.commands import Command
from studio.services.settings import Settings
from studio.welcome.recent_row import RecentRow
from studio.welcome.template_card import EmptyCard, TemplateCard
from widgets.basics.painted import painted
from widgets.controls import Button, Card, ElidedLabel, IconButton, Label, Paragraph, Segmented, Separator, Themed
from widgets.controls.marks import Icon
from widgets.theme import RESOURCES, color, logo, px, theme

if TYPE_CHECKING:
    from models.storage.templates import Template
    from studio.welcome.recent import Glance
    from studio.welcome.sketch import Sketch

SIDE_WIDTH = 304
WIDEST = 1240
CARD_WIDTH = 250


class Welcome(Themed, QWidget):
    """Emits what to open; remembers nothing but what the settings hold."""

    new_requested = Signal(object)
    open_requested = Signal()
    document_requested = Signal(object)
    example_requested = Signal()
    search_requested = Signal()
    tour_requested = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._columns = 0
        self._rows: dict[Path, RecentRow] = {}
        self._seen: dict[Path, Glance] = {}
        # Apart: a look at recent files must not make the templates unwanted.
        self._look, self._templates = Background(self), Background(self)
        self._no_recent = Label("Networks you save appear here.", 12, token="text3")
        self._found: list[tuple[Template, Sketch]] = []
        self._coming: Iterator[tuple[Template, Sketch]] = iter(())
        self._cards: list[TemplateCard] = []
        self._empty = EmptyCard()
        self._empty.chosen.connect(lambda: self.new_requested.emit(None))
        self._recent = QVBoxLayout()
        self._grid = QGridLayout()
        self._categories: Segmented | None = None
        self._made_of: object = None
        self._late = QTimer(self, singleShot=True, interval=20)
        self._late.timeout.connect(self._read_templates)
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._make_next)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side())
        row.addWidget(self._main(), 1)
        self._arrange(force=True)
        self.follow_theme()

    def refresh(self) -> None:
        """Show the recent files as far as they are known, and look at them and at the templates again."""
        _clear(self._recent)
        self._rows = {path: RecentRow(path) for path in self._settings.recent()}
        for path, entry in self._rows.items():
            entry.clicked.connect(lambda _=False, path=path: self.document_requested.emit(path))
            self._recent.addWidget(entry)
        self._recent.addWidget(self._no_recent)
        self._show_glances(self._seen)
        # Forty networks are read for them: the window is shown first.
        self._late.start()

    def finds(self) -> Iterator[Command]:
        """What a search finds here: recent files and templates."""
        for path in self._settings.recent():
            run = partial(self.document_requested.emit, path)
            yield Command(f"recent {path}", f"Recent file · {path.parent.name}", path.stem, (), run)
        for template, _ in self._found:
            run = partial(self.new_requested.emit, template.name)
            yield Command(f"template {template.name}", "Template", template.title, (), run)

    def forget(self) -> None:
        """Stop reading; the window closes."""
        self._late.stop()
        self._next.stop()
        self._look.forget()
        self._templates.forget()

    def show_device(self, text: str) -> None:
        """Name the device that a run would use; "" while none is known."""
        self._device.setText(text)
        self._device_icon.setVisible(bool(text))

    def _look_at_files(self) -> None:
        paths = list(self._rows)
        if not paths:
            return

        def look() -> dict[Path, Glance]:
            from studio.runs.location import default_runs_dir
            from studio.welcome.recent import glances

            return glances(paths, default_runs_dir())

        self._look.run(look, self._show_glances, lambda _: None, ())

    def _show_glances(self, found: dict[Path, Glance]) -> None:
        self._seen = found
        for path, glance in found.items():
            if path in self._rows:
                self._rows[path].show_glance(glance)
        self._best_heading.setVisible(any(found[path].best for path in self._rows if path in found))
        self._no_recent.setVisible(all(row.is_gone for row in self._rows.values()))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color("canvas"))

    def _side(self) -> QWidget:
        side = _Side()
        column = QVBoxLayout(side)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        mark = Label()
        mark.setPixmap(logo(px(36), self.devicePixelRatioF()))
        mark.setAccessibleName("Netloom")
        new = Button("New network", "plus", height=36)
        new.clicked.connect(lambda: self.new_requested.emit(None))
        load = Button("Open…", "folder", height=36)
        load.clicked.connect(self.open_requested)
        column.addWidget(mark)
        column.addSpacing(20)
        column.addWidget(new)
        column.addWidget(load)
        column.addSpacing(12)
        heading = QHBoxLayout()
        heading.addWidget(Label("Recent", 13, 600))
        heading.addStretch(1)
        self._best_heading = Label("best validation", 12, token="text3")
        self._best_heading.setContentsMargins(0, 0, 10, 0)
        heading.addWidget(self._best_heading)
        column.addLayout(heading)
        self._recent.setSpacing(2)
        column.addWidget(self._recent_list(), 1)
        tour = Button("Take the tour: five steps", "flag", "text", height=30)
        tour.clicked.connect(self.tour_requested)
        column.addWidget(tour, 0, Qt.AlignmentFlag.AlignLeft)
        search = Button("Find a command: Ctrl+K", "search", "text", height=30)
        search.clicked.connect(self.search_requested)
        column.addWidget(search, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(Separator())
        column.addLayout(self._foot())
        return side

    def _recent_list(self) -> QScrollArea:
        """The recent files, which scroll where a small screen or large text leave no room for all."""
        rows = QWidget()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._recent)
        column.addStretch(1)
        return _scrolled(rows)

    def _foot(self) -> QHBoxLayout:
        self._light = IconButton("sun", "Switch between dark and light")
        self._light.clicked.connect(self._switch_theme)
        foot = QHBoxLayout()
        self._device_icon = Icon("chip", "good", 16)
        self._device_icon.hide()
        self._device = ElidedLabel("", 12, 500)
        foot.setSpacing(8)
        foot.addWidget(self._device_icon)
        foot.addWidget(self._device, 1)
        foot.addWidget(self._light)
        return foot

    def _switch_theme(self) -> None:
        mode = "light" if theme().is_dark else "dark"
        theme().set_mode(mode)  # type: ignore[arg-type]
        self._settings.set_text("theme", mode)

    def _main(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(48, 44, 48, 32)
        column.setSpacing(0)
        column.addWidget(Paragraph("Build a network. Train it. See what it learned.", 28, 600))
        column.addSpacing(8)
        advice = "Start from the example, pick a template, or begin with an empty canvas."
        column.addWidget(Paragraph(advice, 15, token="text2"))
        column.addSpacing(28)
        column.addWidget(self._example())
        column.addSpacing(28)
        heading = QHBoxLayout()
        heading.addWidget(Label("Templates", 15, 600))
        heading.addStretch(1)
        self._heading = heading
        column.addLayout(heading)
        column.addSpacing(14)
        self._grid.setSpacing(16)
        column.addLayout(self._grid)
        column.addStretch(1)
        return _scrolled(page)

    def _example(self) -> QWidget:
        card = Card("panel", 14)
        text = QVBoxLayout()
        text.setSpacing(8)
        text.addWidget(Label("Example", 12, 500, "accent"))
        text.addWidget(Paragraph("Teach a small convolutional network to read digits", 20, 600))
        about = Paragraph(
            "1,797 real handwritten digits, already on this computer. You will see the loss fall "
            "within seconds, and every step stays editable.",
            13,
            token="text2",
        )
        text.addWidget(about)
        text.addSpacing(10)
        begin = Button("Open example and train", "play", "main", height=42)
        begin.clicked.connect(self.example_requested)
        line = QHBoxLayout()
        line.addWidget(begin)
        line.addStretch(1)
        text.addLayout(line)
        row = QHBoxLayout(card)
        row.setContentsMargins(32, 24, 32, 24)
        row.setSpacing(32)
        row.addLayout(text, 3)
        row.addWidget(_Digits(), 2)
        return card

    def _read_templates(self) -> None:
        known = self._made_of if self._found else None

        def read() -> tuple[object, list[tuple[Template, Sketch]]]:
            from studio.welcome.sketch import sketches

            made_of = shelf.stamps(shelf.TEMPLATES)
            if made_of == known:
                return made_of, []
            return made_of, sketches()

        self._templates.run(read, lambda answer: self._take_templates(*answer), lambda _: None, (FileError,))

    def _take_templates(self, made_of: object, found: list[tuple[Template, Sketch]]) -> None:
        if found:
            self._made_of, self._found = made_of, found
            self._clear_cards()
        self._look_at_files()

    def _clear_cards(self) -> None:
        """Make the cards anew, one row after the other."""
        for card in self._cards:
            self._grid.removeWidget(card)
            card.deleteLater()
        self._cards.clear()
        categories = dict.fromkeys(template.category for template, _ in self._found)
        options = [("all", "All"), *((name, name) for name in categories)]
        chosen = "all"
        if self._categories:
            chosen = self._categories.value() if self._categories.value() in categories else chosen
            self._heading.removeWidget(self._categories)
            self._categories.deleteLater()
        self._categories = Segmented(options, chosen, name="Kind of template")
        self._categories.changed.connect(lambda _: self._arrange(force=True))
        self._heading.addWidget(self._categories)
        self._coming = iter(self._found)
        self._arrange(force=True)
        self._make_next()

    def _make_next(self) -> None:
        """The next row of cards, while anybody sees the page: all of them at once would hold up the window."""
        if not self.isVisible():
            return
        row = list(islice(self._coming, self._columns))
        for template, sketch in row:
            card = TemplateCard(template, sketch, self)
            card.chosen.connect(lambda name=template.name: self.new_requested.emit(name))
            self._cards.append(card)
        if row:
            self._place(self._cards[-len(row) :])
            self._next.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._next.start()

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    def _arrange(self, *, force: bool = False) -> None:
        columns = max(2, min(5, (self.width() - px(SIDE_WIDTH) - 80) // px(CARD_WIDTH)))
        if columns == self._columns and not force:
            return
        self._columns = columns
        for card in self._cards:
            self._grid.removeWidget(card)
        self._place(self._cards)
        for column in range(max(self._grid.columnCount(), columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _place(self, cards: list[TemplateCard]) -> None:
        """Put cards behind those in the grid, as far as their category is looked at, and the empty one last."""
        wanted = self._categories.value() if self._categories else "all"
        self._grid.removeWidget(self._empty)
        shown = [card for card in cards if wanted in ("all", card.template.category)]
        for place, card in enumerate((*shown, self._empty), self._grid.count()):
            self._grid.addWidget(card, place // self._columns, place % self._columns)
        # Once they stand here: a widget without a parent would be shown as a window of its own.
        for card in cards:
            card.setVisible(card in shown)


class _Side(Themed, QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.follow_theme()

    def restyle(self) -> None:
        self.setFixedWidth(px(SIDE_WIDTH))
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("panel"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), color("separator"))


class _Digits(Themed, QWidget):
    """Some of the real digits, as they are: 8 by 8 pixels each. As many as there is room for."""

    TILE, GAP, COLUMNS, ROWS = 44, 8, 7, 3

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage(str(RESOURCES / "examples" / "digits.png"))
        self.setAccessibleName("Examples of the handwritten digits")
        self.follow_theme()

    def restyle(self) -> None:
        step = px(self.TILE) + self.GAP
        self.setFixedHeight(self.ROWS * step - self.GAP)
        self.setMinimumWidth(2 * step - self.GAP)
        self.setMaximumWidth(self.COLUMNS * step - self.GAP)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.maximumWidth(), self.height())

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tile = px(self.TILE)
        step = tile + self.GAP
        columns = min(self.COLUMNS, (self.width() + self.GAP) // step)
        left = self.width() - columns * step + self.GAP
        for place in range(columns * self.ROWS):
            row, column = divmod(place, columns)
            painter.drawImage(
                QRectF(left + column * step, row * step, tile, tile), self._image, QRectF(column * 8, row * 8, 8, 8)
            )


def _scrolled(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    return area


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if isinstance(widget, RecentRow):
            widget.hide()  # until the event loop deletes it
            widget.deleteLater()
