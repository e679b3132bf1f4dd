"""The guide in a window of its own: its chapters at the left, the page beside them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QKeySequence, QShortcut, QTextBlock, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QTextBrowser, QVBoxLayout, QWidget

from studio.help import pages
from widgets.controls import Themed
from widgets.theme import color, font, px, round_menu

FIRST_SIZE = (1000, 760)
_WIDEST_PICTURE = 640
_LINE_HEIGHT = 125
_PICTURE = "\ufffc"
"""What stands for a picture in the text of a page."""


class GuideWindow(Themed, QWidget):
    """Shows the pages of the documentation; links between them stay here, others open in the browser."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Guide — Netloom")
        self.chapters, self.page = QListWidget(), _Page()
        self.chapters.setAccessibleName("Chapters")
        self.chapters.setWordWrap(True)
        self.chapters.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.chapters)
        split.addWidget(self.page)
        split.setStretchFactor(1, 1)
        split.setSizes([px(240), FIRST_SIZE[0] - px(240)])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)
        self.resize(QSize(*FIRST_SIZE).boundedTo(self.screen().availableSize()))
        self.chapters.currentItemChanged.connect(self._go)
        self.page.sourceChanged.connect(self._list_chapters)
        for keys in (QKeySequence(Qt.Key.Key_Escape), QKeySequence(QKeySequence.StandardKey.Close)):
            QShortcut(keys, self, self.close)
        self.follow_theme()
        self.open_page(pages.folder() / pages.GUIDE)

    def open_page(self, path: Path) -> None:
        """Show a page."""
        self.page.setSource(QUrl.fromLocalFile(str(path)))

    def restyle(self) -> None:
        self.setStyleSheet(
            f"GuideWindow, QListWidget {{ background: {color('panel').name()}; }}"
            f"QListWidget::item {{ padding: {px(6)}px {px(12)}px; }} QListWidget {{ padding: {px(8)}px 0; }}"
        )
        self.chapters.setFont(font(12))
        self.page.setFont(font(13))
        self.page.reload()

    def _list_chapters(self) -> None:
        self.page.give_air()
        self.chapters.blockSignals(True)
        self.chapters.clear()
        block = self.page.document().begin()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            if 0 < level <= 3:
                item = QListWidgetItem("    " * max(0, level - 2) + block.text())
                item.setData(Qt.ItemDataRole.UserRole, block.blockNumber())
                self.chapters.addItem(item)
            block = block.next()
        self.chapters.blockSignals(False)

    def _go(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.page.show_block(self.page.document().findBlockByNumber(item.data(Qt.ItemDataRole.UserRole)))


class _Page(QTextBrowser):
    """A Markdown page of this computer. Nothing is ever fetched from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setAccessibleName("Guide")
        round_menu(self)
        self.anchorClicked.connect(self._follow)

    def show_block(self, block: QTextBlock) -> None:
        """Bring a block to the top."""
        self.setTextCursor(QTextCursor(block))
        top = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(round(top) - px(12))

    def give_air(self) -> None:
        """Set lines and paragraphs apart: Markdown comes without any measures."""
        self.document().setDocumentMargin(px(24))
        self.document().setUndoRedoEnabled(False)
        cursor, block = QTextCursor(self.document()), self.document().begin()
        while block.isValid():
            form = block.blockFormat()
            level, listed = form.headingLevel(), block.textList() is not None
            form.setTopMargin(px(26 if level in (1, 2) else 18 if level else 3 if listed else 0))
            form.setBottomMargin(px(10 if level else 3 if listed or cursor.currentTable() else 10))
            if not form.nonBreakableLines() and _PICTURE not in block.text():
                form.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setPosition(block.position())
            cursor.setBlockFormat(form)
            block = block.next()

    def loadResource(self, kind: int, url: QUrl | str) -> object:
        found = self.source().resolved(QUrl(url))
        if not found.isLocalFile():
            return None
        picture = QImage(found.toLocalFile()) if found.path().endswith(".png") else QImage()
        if picture.isNull():
            return super().loadResource(kind, url)
        wide = min(picture.width(), px(_WIDEST_PICTURE))
        return picture.scaledToWidth(wide, Qt.TransformationMode.SmoothTransformation)

    def _follow(self, url: QUrl) -> None:
        found = self.source().resolved(url)
        if found.isLocalFile() and found.path().endswith(".md") and Path(found.toLocalFile()).is_file():
            self.setSource(QUrl.fromLocalFile(found.toLocalFile()))
        elif found.scheme() in ("http", "https"):
            QDesktopServices.openUrl(found)
