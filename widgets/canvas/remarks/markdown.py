"""Markdown as a picture to paint: without HTML, without images, nothing fetched, at a bounded cost."""

from __future__ import annotations

import atexit
import re
from functools import lru_cache

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAbstractTextDocumentLayout, QFont, QPalette, QTextCursor, QTextDocument, QTextFormat

from models.network.remarks import LONGEST_NOTE
from widgets.theme import color
from widgets.theme.fonts import make_font

SIZE = 12
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^\s$](?:[^$\n]*[^\s$])?)\$", re.DOTALL)
_DEEPEST = 12
"""Quotes and lists in each other: deeper ones are read as they stand."""
_IMAGE = re.compile(r"!+(?=\[)")


class _Bare(QTextDocument):
    """A document that loads nothing: neither files nor anything from elsewhere."""

    def loadResource(self, type: int, name: QUrl | str) -> object:
        return None


def plain_markdown(text: str) -> str:
    """Markdown made harmless: images become links, formulas become code, and nothing is nested too deeply."""
    text = _IMAGE.sub("", text[:LONGEST_NOTE])
    text = _FORMULA.sub(lambda found: _code(found[1] or found[2]), text)
    return "\n".join(map(_shallow, text.splitlines()))


def _code(formula: str) -> str:
    """A formula as code, on one line."""
    return "`" + " ".join(formula.replace("`", "'").split()) + "`"


def _shallow(line: str) -> str:
    """A line with at most so many marks of quotes and lists at its beginning."""
    marks = re.match(r"(?:[>*+\-#\s]|\d+[.)])*", line)
    start = marks[0] if marks else ""
    return line if len(start) <= 4 * _DEEPEST else start[: 4 * _DEEPEST] + "\\" + line[len(start) :].lstrip()


@lru_cache(maxsize=256)
def rendered(text: str, width: float, ink: str, link: str) -> QTextDocument:
    """A text laid out for a width, in a color for words and one for links."""
    document = _Bare()
    document.setUndoRedoEnabled(False)
    document.setDefaultFont(_font())
    document.setDocumentMargin(0)
    document.setIndentWidth(18)
    document.setMarkdown(plain_markdown(text), _FEATURES)
    _tone_down(document)
    document.setTextWidth(width)
    return document


# Documents must not outlive Qt, which is taken down by a hook of this sort that was registered before.
atexit.register(rendered.cache_clear)


def _tone_down(document: QTextDocument) -> None:
    """Let headings and bold words be no louder than elsewhere in the program."""
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        level = block.blockFormat().headingLevel()
        fragments = block.begin()
        while not fragments.atEnd():
            fragment = fragments.fragment()
            form = fragment.charFormat()
            if level or form.fontWeight() > QFont.Weight.DemiBold:
                form.setFontWeight(QFont.Weight.DemiBold)
                if level:
                    form.clearProperty(QTextFormat.Property.FontSizeAdjustment)
                    form.setProperty(QTextFormat.Property.FontPixelSize, SIZE + max(0, 4 - level))
                cursor.setPosition(fragment.position())
                cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(form)
            fragments += 1
        block = block.next()


_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


def _font() -> QFont:
    return make_font(SIZE, 400, False)


def context(ink: str, link: str) -> QAbstractTextDocumentLayout.PaintContext:
    """How a document is painted: words and links in these colors."""
    found = QAbstractTextDocumentLayout.PaintContext()
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Text, color(ink))
    palette.setColor(QPalette.ColorRole.Link, color(link))
    found.palette = palette
    return found
