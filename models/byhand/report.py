"""The worked steps as Markdown, as LaTeX and as JSON data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from models.byhand.pen import Line, Page, latex, number
from models.byhand.tables import matrix
from models.byhand.walk import Pass, Walk
from models.byhand.written.backward import gradient_line, slope_line
from models.byhand.written.forward import value_line
from models.byhand.written.losses import loss_line, probability_line
from models.byhand.written.updates import update_lines
from models.layers.terminals import Input

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.network import Network
    from models.training.settings import TrainingSettings

MOST_LINES = 32
"""Numbers of a table that are written out; the table holds all of them."""
LARGEST = 256
"""Numbers of a table that is written at all."""

Part = tuple[str, str, Any]
"""A "title", "section", "table", "line" or "said": its kind, its name, its content."""


def parts(network: Network, settings: TrainingSettings, walk: Walk, title: str) -> Iterator[Part]:
    """What a report says, in order."""
    yield "title", title, None
    for index, now in enumerate(walk.passes):
        page = Page(network, settings, walk, index)
        last = index == len(walk.passes) - 1
        yield "pass", _called(index, last), None
        yield from _weights(now, index)
        yield from _forward(page)
        yield from _loss(page)
        if not last or not index:
            yield from _backward(page)
        if now.after:
            yield from _update(page)


def _called(index: int, last: bool) -> str:
    if index and last:
        return f"After {index} update{'s' * (index > 1)}"
    return f"Pass {index + 1}"


def _weights(now: Pass, index: int) -> Iterator[Part]:
    if index == 0 and now.weights:
        yield "section", "Weights to start from", None
        for name, table in now.weights.items():
            yield "table", name, table


def _forward(page: Page) -> Iterator[Part]:
    yield "section", "Forward", None
    for id, table in page.now.values.items():
        kind = "" if isinstance(page.network[id].layer, Input) else f" ({page.network[id].kind})"
        yield "table", f"{id}{kind}", table
        yield from _lines(table, lambda place, id=id: value_line(page, id, place))  # type: ignore[misc]


def _loss(page: Page) -> Iterator[Part]:
    yield "section", "Loss", None
    for id, table in page.now.probabilities.items():
        yield "table", f"p ({id})", table
        yield from _lines(table, lambda place, id=id: probability_line(page, id, place))  # type: ignore[misc]
    for id, target in page.walk.targets.items():
        yield "table", f"y ({id})", target
    line = loss_line(page)
    yield ("line", "", line) if line else ("said", f"L = {number(page.now.loss)}", None)


def _backward(page: Page) -> Iterator[Part]:
    yield "section", "Backward", None
    for id, table in reversed(page.now.gradients.items()):
        yield "table", f"∂L/∂{id}", table
        yield from _lines(table, lambda place, id=id: gradient_line(page, id, place))  # type: ignore[misc]
    for name, table in page.now.slopes.items():
        yield "table", f"∂L/∂{name}", table
        yield from _lines(table, lambda place, name=name: slope_line(page, name, place))  # type: ignore[misc]


def _update(page: Page) -> Iterator[Part]:
    yield "section", f"Update ({page.settings.optimizer.kind}, η = {number(page.walk.rate)})", None
    for name, table in page.now.after.items():
        for place in list(np.ndindex(*table.shape))[:MOST_LINES]:
            for line in update_lines(page, name, place):
                yield "line", "", line
        if table.size > MOST_LINES:
            yield "said", f"and {table.size - MOST_LINES:,} more numbers in the same way.", None
        for entry, remembered in page.now.state.get(name, {}).items():
            yield "table", f"{entry} of {name}", remembered
        yield "table", f"{name} new", table


def _lines(table: NDArray[Any], write: Callable[[tuple[int, ...]], Line | None]) -> Iterator[Part]:
    for place in list(np.ndindex(*table.shape))[:MOST_LINES]:
        line = write(place)
        if line is None:
            return
        yield "line", "", line
    if table.size > MOST_LINES:
        yield "said", f"and {table.size - MOST_LINES:,} more numbers in the same way.", None


def as_markdown(found: Iterator[Part]) -> str:
    """Markdown with formulas between dollar signs, as GitHub, Jupyter and pandoc read them."""
    lines = []
    for kind, name, content in found:
        match kind:
            case "title":
                lines.append(f"# {name}")
            case "pass":
                lines.append(f"## {name}")
            case "section":
                lines.append(f"### {name}")
            case "table":
                lines.append(
                    f"**{name}**" + (f" $= {_matrix(content)}$" if content.size <= LARGEST else _size(content))
                )
            case "line":
                lines.append(f"- ${latex(content.text)}$")
            case _:
                lines.append(f"- {name}")
    return _spaced(lines)


def _spaced(lines: list[str]) -> str:
    """Blank lines between paragraphs, none within a list."""
    text = ""
    for before, line in zip(["", *lines], lines, strict=False):
        text += ("" if not before else "\n" if before[:2] == line[:2] == "- " else "\n\n") + line
    return text + "\n"


def as_latex(found: Iterator[Part]) -> str:
    """A LaTeX document that stands by itself."""
    heads = {"title": "section*", "pass": "subsection*", "section": "subsubsection*"}
    lines = [r"\documentclass{article}", r"\usepackage{amsmath}", r"\allowdisplaybreaks", r"\begin{document}"]
    for kind, name, content in found:
        match kind:
            case "table":
                shown = f"\\[{_matrix(content)}\\]" if content.size <= LARGEST else _size(content)
                lines.append(f"\\noindent {_plain(name)}: {shown}")
            case "line":
                first, *rest = map(latex, content.steps)
                steps = r" \\ ".join(f"&= {part}" for part in rest)
                lines.append(f"\\begin{{align*}}{first} {steps}\\end{{align*}}")
            case "said":
                lines.append(_plain(name))
            case _:
                lines.append(f"\\{heads[kind]}{{{_plain(name)}}}")
    return "\n".join([*lines, r"\end{document}"]) + "\n"


def _plain(text: str) -> str:
    escaped = "".join(f"\\{letter}" if letter in "_&%#${}" else letter for letter in text)
    for sign in ("∂", "η", "−"):
        escaped = escaped.replace(sign, f"${latex(sign)}$")
    return escaped


def _matrix(table: NDArray[Any]) -> str:
    if table.ndim == 0:
        return latex(number(float(table)))
    rows = (" & ".join(latex(number(float(value))) for value in row) for row in matrix(table))
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"


def _size(table: NDArray[Any]) -> str:
    return f" {'×'.join(map(str, table.shape))} numbers"


def as_json(walk: Walk) -> dict[str, Any]:
    """All numbers with every digit, pass by pass."""
    passes = []
    for now in walk.passes:
        tables = {name: table.tolist() for name, table in now.tables().items()}
        state = {
            name: {entry: table.tolist() for entry, table in entries.items()} for name, entries in now.state.items()
        }
        passes.append({"tables": tables, "state": state, "losses": list(now.losses)})
    targets = {id: table.tolist() for id, table in walk.targets.items()}
    return {"learning_rate": walk.rate, "targets": targets, "passes": passes}
