"""The worked steps, in order: as parts that a page can be made of, as Markdown, as LaTeX and as JSON data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from models.basics.later import Later
from models.byhand.exercise import EVALUATION
from models.byhand.leaving import left_out
from models.byhand.notation import latex, latex_of, number
from models.byhand.pen import Line, NotWrittenError, Page, Place
from models.byhand.tables import planes
from models.byhand.walk import Walk, cell
from models.byhand.written.lookup import lines_of
from models.layers.terminals import Input
from models.network import without_bypassed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.network import Network
    from models.training.settings import TrainingSettings
else:
    np = Later("numpy")

MOST_LINES = 32
"""Numbers of a table that are written out; the table holds all of them."""
LARGEST = 256
"""Numbers of a table that is written at all."""
WIDEST = 60
"""Letters of a formula that a line of a page has room for."""
FRACTION = r"\frac{"
_ESCAPED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}

EVALUATED = "In evaluation mode: nothing is dropped, and batch normalization goes by its running statistics."
GAP_LATEX = r"\underline{\quad}"
"""Stands where a number is hidden."""


class Part(NamedTuple):
    """A "title", "pass", "section", "table", "line" or "said": its kind, its words, and what it holds."""

    kind: str
    name: str
    table: NDArray[Any] | None = None
    gaps: Collection[Place] = ()
    """Places of the table that are hidden."""
    line: Line | None = None
    whole: bool = True
    """Whether a line shows its numbers; else they would give a hidden one away."""


class Writer:
    """Writes the parts of a report; ``hidden`` are cells that are to be filled in, and are not given away."""

    def __init__(
        self, network: Network, settings: TrainingSettings, walk: Walk, hidden: Collection[str] = frozenset()
    ) -> None:
        self._network, self._settings, self._walk = without_bypassed(network), settings, walk
        self._hidden = frozenset(hidden)
        self._writes_lines = True
        self._steps = set[str]()
        """What was written of this pass on the way to numbers that stand in no table."""

    def followed(self, title: str, tell: Callable[[int, int], object]) -> Iterator[Part]:
        """`parts`, telling before each table how many there were, and of how many: to write them takes seconds."""
        outline = Writer(self._network, self._settings, self._walk)
        outline._writes_lines = False
        total, done = sum(part.kind == "table" for part in outline.parts(title)), 0
        for part in self.parts(title):
            if part.kind == "table":
                tell(done, total)
                done += 1
            yield part

    def parts(self, title: str) -> Iterator[Part]:
        """What the report says, in order."""
        yield Part("title", title)
        if sentence := left_out(self._network, self._settings):
            yield Part("said", sentence)
        if self._walk.mode == EVALUATION:
            yield Part("said", EVALUATED)
        for index, now in enumerate(self._walk.passes):
            page = Page(self._network, self._settings, self._walk, index)
            self._steps = set()
            last = index == len(self._walk.passes) - 1
            yield Part("pass", _called(index, last))
            yield from self._weights(page)
            yield from self._forward(page)
            yield from self._loss(page)
            if not last or not index:
                yield from self._backward(page)
            if now.after:
                yield from self._update(page)

    def _weights(self, page: Page) -> Iterator[Part]:
        if page.index == 0 and page.now.weights:
            yield Part("section", "Weights to start from")
            for name, table in page.now.weights.items():
                yield self._table(page, f"weight/{name}", name, table)

    def _forward(self, page: Page) -> Iterator[Part]:
        yield Part("section", "Forward")
        for name, table in page.now.values.items():
            id, _, port = name.partition(":")
            given = isinstance(page.network[id].layer, Input)
            kind = "" if given or port else f" ({page.network[id].kind})"
            if id in page.now.masks:
                yield self._table(page, f"mask/{id}", f"m ({id})", page.now.masks[id])
            yield from self._written(page, f"value/{name}", f"{name}{kind}", table, with_lines=not given)

    def _loss(self, page: Page) -> Iterator[Part]:
        yield Part("section", "Loss")
        for id, table in page.now.probabilities.items():
            yield from self._written(page, f"probability/{id}", f"p ({id})", table)
        for id, target in page.walk.targets.items():
            yield Part("table", f"y ({id})", target)
        yield from self._lines(page, "loss", ())

    def _backward(self, page: Page) -> Iterator[Part]:
        yield Part("section", "Backward")
        for name, table in reversed(page.now.gradients.items()):
            yield from self._written(page, f"gradient/{name}", f"∂L/∂{name}", table)
        for name, table in page.now.slopes.items():
            yield from self._written(page, f"slope/{name}", f"∂L/∂{name}", table)

    def _update(self, page: Page) -> Iterator[Part]:
        yield Part("section", f"Update ({page.settings.optimizer.kind}, η = {number(page.walk.rate)})")
        for name, table in page.now.after.items():
            for entry, remembered in page.now.state.get(name, {}).items():
                yield self._table(page, f"state/{name}/{entry}", f"{entry} of {name}", remembered)
            yield from self._written(page, f"next/{name}", f"{name} new", table)

    def _table(self, page: Page, table: str, caption: str, numbers: NDArray[Any]) -> Part:
        places = np.ndindex(*numbers.shape) if self._hidden else ()
        return Part("table", caption, numbers, [at for at in places if cell(table, at, page.index) in self._hidden])

    def _written(
        self, page: Page, table: str, caption: str, numbers: NDArray[Any], with_lines: bool = True
    ) -> Iterator[Part]:
        """A table, then how its first numbers came about; what several of them need, of other tables too, is said
        once."""
        yield self._table(page, table, caption, numbers)
        if not with_lines:
            return
        said = set[str]()
        for place in list(np.ndindex(*numbers.shape))[:MOST_LINES]:
            for part in self._lines(page, table, place):
                words = part.name if part.line is None else part.line.text
                known = self._steps if part.line is not None and not part.line.own else said
                if words not in known:
                    known.add(words)
                    yield part
                if part.line is None:
                    return
        if numbers.size > MOST_LINES:
            yield Part("said", f"and {numbers.size - MOST_LINES:,} more numbers in the same way.")

    def _lines(self, page: Page, table: str, place: Place) -> Iterator[Part]:
        if not self._writes_lines:
            return
        try:
            lines = lines_of(page, table, place)
        except NotWrittenError as reason:
            yield Part("said", str(reason))
            return
        for line in lines:
            cells = {cell(each, (), page.index) for each in (*line.cells, line.own) if each}
            yield Part("line", "", line=line, whole=not cells & self._hidden)


def _called(index: int, last: bool) -> str:
    if index and last:
        return f"After {index} update{'s' * (index > 1)}"
    return f"Pass {index + 1}"


def steps_of(part: Part) -> list[str]:
    """What stands between the equals signs of a line, in LaTeX: a number that says nothing new is left out."""
    line = part.line
    assert line is not None
    found = [latex_of(line.name), latex(line.term, put_in=False)]
    found += [latex(line.term, put_in=True), latex_of(number(line.value))] if part.whole else [GAP_LATEX]
    return [text for place, text in enumerate(found) if place == 0 or text != found[place - 1]]


def as_markdown(found: Iterable[Part]) -> str:
    """Markdown with formulas between dollar signs, as GitHub, Jupyter and pandoc read them."""
    heads = {"title": "#", "pass": "##", "section": "###"}
    lines = []
    for part in found:
        match part.kind:
            case "table":
                lines.append(f"**{part.name}**" + (f" $= {_matrix(part)}$" if _is_shown(part) else _size(part)))
            case "line":
                lines.append(f"- ${' = '.join(steps_of(part))}$")
            case "said":
                lines.append(f"- {part.name}")
            case kind:
                lines.append(f"{heads[kind]} {part.name}")
    return _spaced(lines)


def _spaced(lines: list[str]) -> str:
    """Blank lines between paragraphs, none within a list."""
    text = ""
    for before, line in zip(["", *lines], lines, strict=False):
        text += ("" if not before else "\n" if before[:2] == line[:2] == "- " else "\n\n") + line
    return text + "\n"


def as_latex(found: Iterable[Part]) -> str:
    """A LaTeX document that stands by itself."""
    heads = {"title": "section*", "pass": "subsection*", "section": "subsubsection*"}
    lines = [r"\documentclass{article}", r"\usepackage[margin=2cm]{geometry}", r"\usepackage{amsmath}",
             rf"\setcounter{{MaxMatrixCols}}{{{LARGEST}}}", r"\allowdisplaybreaks", r"\begin{document}"]  # fmt: skip
    for part in found:
        match part.kind:
            case "table":
                shown = f"\\[{_matrix(part)}\\]" if _is_shown(part) else _size(part)
                lines.append(f"\\noindent {_plain(part.name)}: {shown}")
            case "line":
                first, *rest = steps_of(part)
                steps = r" \\ ".join(f"&= {_broken(text)}" for text in rest)
                lines.append(f"\\begin{{align*}}{first} {steps}\\end{{align*}}")
            case "said":
                lines.append(_plain(part.name))
            case kind:
                lines.append(f"\\{heads[kind]}{{{_plain(part.name)}}}")
    return "\n".join([*lines, r"\end{document}"]) + "\n"


def _broken(text: str) -> str:
    """A step of a formula on several lines, where its sum is too long for one of a page; that of a fraction's upper
    half then stands behind it."""
    if text.startswith(FRACTION) and len(_seen(text)) > WIDEST:
        upper, _, lower = text.removeprefix(FRACTION).removesuffix("}").rpartition("}{")
        if upper.count("{") == upper.count("}") and "{" not in lower:
            text = rf"\frac{{1}}{{{lower}}} \cdot \bigl[ {upper} \bigr]"
    lines = [""]
    for place, part in enumerate(_summands(text)):
        if place and len(_seen(lines[-1] + part)) > WIDEST:
            lines.append("")
        lines[-1] += part
    return r" \\ &\quad ".join(line.strip() for line in lines)


def _summands(text: str) -> list[str]:
    """What is added up in a formula, each part with its sign; what braces and parentheses hold stays together."""
    parts, depth = [""], 0
    for place, letter in enumerate(text):
        depth += (letter in "{(") - (letter in "})")
        if letter in "+-" and not depth and text[place - 1 : place + 2] in (" + ", " - "):
            parts.append("")
        parts[-1] += letter
    return parts


def _seen(text: str) -> str:
    """About the letters of a formula that are seen on paper."""
    return re.sub(r"\\(?:left|right|bigl|bigr|frac|quad|mathrm|partial|cdot|[a-z]+)|[{}_^\s]", "", text)


def _plain(text: str) -> str:
    escaped = "".join(_ESCAPED.get(letter, f"\\{letter}" if letter in "_&%#${}" else letter) for letter in text)
    for sign in ("∂", "η", "−"):
        escaped = escaped.replace(sign, f"${latex_of(sign)}$")
    return escaped


def _is_shown(part: Part) -> bool:
    return part.table is not None and part.table.size <= LARGEST


def _matrix(part: Part) -> str:
    assert part.table is not None
    if part.table.ndim == 0:
        return GAP_LATEX if part.gaps else latex_of(number(float(part.table)))
    hidden = np.zeros(part.table.shape, bool)
    for place in part.gaps:
        hidden[place] = True
    written = []
    for (name, values), (_, gaps) in zip(planes(part.table), planes(hidden), strict=True):
        rows = (_row(*pair) for pair in zip(values, gaps, strict=True))
        numbers = r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"
        written.append(rf"\overset{{{name}}}{{{numbers}}}" if name else numbers)
    return r"\; ".join(written)


def _row(values: NDArray[Any], gaps: NDArray[np.bool_]) -> str:
    pairs = zip(values, gaps, strict=True)
    return " & ".join(GAP_LATEX if gap else latex_of(number(float(value))) for value, gap in pairs)


def _size(part: Part) -> str:
    assert part.table is not None
    return f" {'×'.join(map(str, part.table.shape))} numbers"


def as_json(walk: Walk, said: str = "") -> dict[str, Any]:
    """All numbers with every digit, pass by pass; ``said`` tells which settings were left out."""
    passes = []
    for now in walk.passes:
        tables = {name: table.tolist() for name, table in now.tables().items()}
        state = {
            name: {entry: table.tolist() for entry, table in entries.items()} for name, entries in now.state.items()
        }
        passes.append({"tables": tables, "state": state, "losses": list(now.losses)})
    targets = {id: table.tolist() for id, table in walk.targets.items()}
    about = {"left_out": said} if said else {}
    return {"learning_rate": walk.rate, "mode": walk.mode, **about, "targets": targets, "passes": passes}
