"""Canvas into code: edited source brought up to date, with all of it kept that still says the same.

Source that a person edited is compared with what is generated now, layer by layer. What says the same stays to the
byte, with its comments; of the rest single arguments, statements or a ``forward`` are replaced. The result is read
again: only where it says just what the document says it is taken, else what was generated is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from models.basics.pieces import Pieces, at_once
from models.codegen.formatting import comment
from models.codegen.module import generate, generate_in_pieces
from models.document import Document
from models.document.content import CODE, Content, Settings
from models.sources.class_weaving import ClassWeaver
from models.sources.following.defining import Definitions
from models.sources.plain.outlining import outline
from models.sources.reading import Reading, Written, classes_of, read_in_pieces, says_the_same, written
from models.sources.syntax.outline import ClassOutline, Outline
from models.sources.syntax.text import Overlap, Splice, last_line


def kept_source(content: Content) -> str:
    """The source that a person edited, "" for none."""
    text = content.section(CODE).get("text")
    return text if isinstance(text, str) else ""


def section_of(text: str, before: Written, document: Document) -> Settings:
    """The section that keeps an edited source: its ``text``, the lines in it that notes and titles ``said``, and the
    ``classes`` that were generated, the main one last."""
    said = {line.strip() for network in document.content.networks.values() for line in _spoken(network)}
    present = {line.strip() for line in text.split("\n")}
    classes = [name for name in before.bases if name != before.source.class_name]
    present_section = document.content.section(CODE)
    rest = {name: value for name, value in present_section.items() if name not in ("text", "said", "classes")}
    return {**rest, "text": text, "said": sorted(said & present), "classes": [*classes, before.source.class_name]}


def _spoken(network: Any) -> Iterator[str]:
    """The lines of comments that notes and the titles of frames become."""
    texts = [frame.title for frame in network.frames.values()]
    texts += [node.note for node in network if node.note]
    texts += [note.text for note in network.notes.values()]
    for text in texts:
        for indent in (0, 8, 16):
            yield from comment(indent, text)


class Code(NamedTuple):
    """The source that stands for a document, and the generated one that it is held against."""

    text: str
    before: Written


def code_of(document: Document, title: str) -> Code:
    """The source of a document as it was edited, up to date; never raises."""
    return at_once(code_in_pieces(document, title))


def code_in_pieces(document: Document, title: str) -> Pieces[Code]:
    """The same, with rests between pieces of work for a window that goes on; the document must not change meanwhile."""
    source = yield from generate_in_pieces(document.network, document.analysis, title)
    yield
    outline(source.text)  # which is remembered
    yield
    before = written(document, source)
    kept = kept_source(document.content)
    if not kept:
        return Code(source.text, before)
    yield
    before = _in_its_form(kept, before, document, title)
    yield
    text = yield from _woven(kept, before, document.content.section(CODE))
    return Code(text, before)


def _in_its_form(kept: str, before: Written, document: Document, title: str) -> Written:
    """A chain with a ``forward``, where the kept source has one."""
    main = before.source.class_name
    part = classes_of(outline(kept), before).get(main)
    if part is None or part.chain or not before.outline.classes[main].chain:
        return before
    return written(document, generate(document.network, document.analysis, title, chain=False))


def _woven(kept: str, before: Written, section: Settings) -> Pieces[str]:
    """The kept source with all that the document says otherwise now."""
    found = outline(kept)
    if found.problems or before.source.class_name not in classes_of(found, before):
        return before.source.text
    yield
    if found.is_worked and (yield from read_in_pieces(kept, before)) == Reading():
        return kept
    for whole in (False, True):
        weaver = _Weaver(found, before, section)
        try:
            text = yield from weaver.text(whole)
        except RecursionError:
            break  # a damaged document
        except Overlap:
            continue  # one line stands for several layers, which differ now
        yield
        if weaver.is_sound or (yield from read_in_pieces(text, before)) == Reading():
            return text
    return before.source.text


class _Weaver:
    def __init__(self, found: Outline, before: Written, section: Settings) -> None:
        self.found, self.before = found, before
        self.said = frozenset(_texts(section, "said"))
        self.classes = _texts(section, "classes")
        self.splices: list[Splice] = []
        self.whole = False
        self.is_sound = True
        """Whether nothing but single arguments and comments was replaced."""

    def text(self, whole: bool) -> Pieces[str]:
        """The source up to date; with ``whole`` classes that say something else are written anew."""
        self.splices, self.is_sound, self.whole = [], True, whole
        main = self.before.source.class_name
        parts = classes_of(self.found, self.before)
        self._docstring()
        self._imports()
        self._gone(parts)
        definitions, inline = Definitions(self.found, self.before.bases, parts), set[str]()
        for name, base in reversed(list(self.before.bases.items())):
            yield
            if name not in parts:
                if base.scope not in inline and not definitions.keeps(base.scope):
                    self._new_class(name, parts)
                self.is_sound = False
                continue
            if self.found.is_worked and says_the_same(self.found, self.before, parts[name], base, definitions):
                self.is_sound = False
                continue
            weaver = ClassWeaver(self.found, self.before, base, parts[name], self.said, definitions)
            yield from weaver.look()
            if whole or weaver.otherwise_formed:
                self.splices += weaver.whole(name if name != main else self._main_name(parts))
                self.is_sound = False
            else:
                self.splices += weaver.splices()
                self.is_sound &= weaver.is_sound
                inline |= weaver.inline
        return self.found.text.spliced(self.splices)

    def _docstring(self) -> None:
        mine, its = _docstring_of(self.found), _docstring_of(self.before.outline)
        if mine is None or its is None or not _is_table(mine):
            return
        text = self.before.outline.text.of(its)
        if self.found.text.of(mine) != text:
            self.splices.append(Splice(self.found.text.start(mine), self.found.text.end(mine), text))

    def _imports(self) -> None:
        lines = [
            self.before.outline.text.of(node)
            for node in self.before.outline.tree.body
            if isinstance(node, ast.Import | ast.ImportFrom) and not self._imported(node)
        ]
        if lines:
            present = [node for node in self.found.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
            first = _docstring_of(self.found)
            behind = present[-1] if present else first
            line = last_line(behind) + 1 if behind is not None else 1
            place = self.found.text.line_start(line)
            self.splices.append(Splice(place, place, "".join(f"{text}\n" for text in lines)))

    def _imported(self, node: ast.Import | ast.ImportFrom) -> bool:
        return all((name.asname or name.name) in self.found.aliases for name in node.names)

    def _gone(self, parts: dict[str, ClassOutline]) -> None:
        """Take out classes of blocks that are no more, and call the main one as it is called now."""
        for name in self.classes[:-1]:
            part = self.found.classes.get(name)
            if part is not None and name not in self.before.bases and part not in parts.values():
                first, last = self._rows_of(part)
                text = self.found.text
                self.splices.append(Splice(text.line_start(first), text.line_start(last + 1), ""))
        main = parts.get(self.before.source.class_name)
        if main is not None and not self.whole and main.name != self._main_name(parts):
            start = self.found.text.start(main.node) + len("class ")
            self.splices.append(Splice(start, start + len(main.name.encode()), self.before.source.class_name))

    def _main_name(self, parts: dict[str, ClassOutline]) -> str:
        """What the main class is called: as it is generated, unless a person calls it otherwise."""
        name = self.before.source.class_name
        return name if self.classes and parts[name].name == self.classes[-1] else parts[name].name

    def _rows_of(self, part: ClassOutline) -> tuple[int, int]:
        """The lines of a class with the blank ones behind it."""
        last, lines = last_line(part.node), self.found.text.lines
        while last < len(lines) and not lines[last].strip():
            last += 1
        return part.node.lineno, last

    def _new_class(self, name: str, parts: dict[str, ClassOutline]) -> None:
        """Put a class that is new before the one that it is generated before."""
        names = list(self.before.bases)
        behind = next(other for other in [*names[names.index(name) + 1 :], names[-1]] if other in parts)
        written = self.before.outline
        rows = written.text.rows(written.classes[name].node.lineno, last_line(written.classes[name].node))
        place = self.found.text.line_start(parts[behind].node.lineno)
        self.splices.append(Splice(place, place, "\n".join([*rows, "", "", ""])))


def _texts(section: Settings, name: str) -> list[str]:
    """A list of texts in a section; empty where a damaged document holds something else."""
    found = section.get(name)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def _docstring_of(found: Outline) -> ast.stmt | None:
    first = found.tree.body[0] if found.tree.body else None
    return first if _is_text(first) else None


def _is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_table(node: ast.stmt) -> bool:
    """Whether a docstring is the table of layers that is generated."""
    assert isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return str(node.value.value).partition("\n")[0].endswith("drawn in Netloom.")
