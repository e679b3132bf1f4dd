"""Markdown as a picture to paint: without HTML, without images, nothing fetched, at a bounded cost.

Formulas stand in the Markdown as code between two marks, so that they are code until they are drawn.
"""

from __future__ import annotations

import atexit
import re
from functools import lru_cache

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAbstractTextDocumentLayout, QFont, QPalette, QTextCursor, QTextDocument, QTextFormat

from models.network.remarks import LONGEST_NOTE
from widgets.notes.formulas import formulas
from widgets.notes.inline import DISPLAY, END, INLINE, insert_formulas
from widgets.theme import color
from widgets.theme.fonts import make_font

SIZE = 12
_FORMULA = re.compile(r"(```.*?```|`[^`\n]+`)|\$\$(.+?)\$\$|\$([^\s$](?:[^$\n]*[^\s$])?)\$", re.DOTALL)
"""Code, in which a $ is a $; a formula with a line of its own; one in a line."""
_DEEPEST = 12
"""Quotes and lists in each other: deeper ones are read as they stand."""
MOST = 100
"""Formulas of a text that are drawn; more are code."""
_IMAGE = re.compile(r"!+(?=\[)")
_MARKS = re.compile(f"[{INLINE}{DISPLAY}{END}]")


class _Bare(QTextDocument):
    """A document that loads nothing: neither files nor anything from elsewhere."""

    def loadResource(self, type: int, name: QUrl | str) -> object:
        return None


def plain_markdown(text: str) -> str:
    """Markdown made harmless: images become links, formulas become marked code, and nothing is nested too deeply."""
    text = _MARKS.sub("", _IMAGE.sub("", text[:LONGEST_NOTE]))
    return "\n".join(map(_shallow, _FORMULA.sub(_Marker(), text).splitlines()))


class _Marker:
    """Makes formulas code on one line, in a paragraph of its own if nothing stands beside it, and marks the first."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, found: re.Match[str]) -> str:
        code, display, inline = found.groups()
        if code:
            return code
        self.count += 1
        formula = " ".join((display or inline).replace("`", "'").split())
        if self.count > MOST:
            return f"`{formula}`"
        marked = f"`{DISPLAY if display else INLINE}{formula}{END}`"
        return f"\n{marked}\n" if display and _is_alone(found) else marked


def _is_alone(found: re.Match[str]) -> bool:
    """Whether nothing else stands in the lines of what was found."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    return not before.rpartition("\n")[2].strip() and not after.partition("\n")[0].strip()


def formulas_in(text: str) -> set[tuple[str, bool]]:
    """The formulas of a text, and of each whether it has a line of its own."""
    found = re.findall(f"`([{INLINE}{DISPLAY}])([^`]*){END}`", plain_markdown(text))
    return {(source, mark == DISPLAY) for mark, source in found}


def draw_now(text: str) -> None:
    """Have all formulas of a text drawn, for a picture that is made once."""
    wanted = formulas_in(text)
    for formula in wanted:
        formulas().wait_for(*formula)
    if wanted:
        forget()


def _shallow(line: str) -> str:
    """A line with at most so many marks of quotes and lists at its beginning."""
    marks = re.match(r"(?:[>*+\-#\s]|\d+[.)])*", line)
    start = marks[0] if marks else ""
    return line if len(start) <= 4 * _DEEPEST else start[: 4 * _DEEPEST] + "\\" + line[len(start) :].lstrip()


@lru_cache(maxsize=256)
def rendered(text: str, width: float, ink: str, link: str) -> QTextDocument:
    """A text laid out for a width, in a color for words and one for links. Formulas that are not drawn yet are code;
    once they are, the text is to be asked for anew (`formulas().drawn`)."""
    document = _Bare()
    document.setUndoRedoEnabled(False)
    document.setDefaultFont(_font())
    document.setDocumentMargin(0)
    document.setIndentWidth(18)
    document.setMarkdown(plain_markdown(text), _FEATURES)
    _tone_down(document)
    insert_formulas(document, width)
    document.setTextWidth(width)
    return document


def forget() -> None:
    """Lay out all texts anew when they are asked for: more formulas are known."""
    rendered.cache_clear()


def looks_as_written(text: str) -> bool:
    """Whether a text has no marks of Markdown and no formulas, so that its picture would say nothing new."""
    return rendered(text, 240.0, "", "").toPlainText().split() == text.split()


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
