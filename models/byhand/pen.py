"""How a number is written out: once with names, once with the numbers put in, and the cells that it was made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from models.byhand.walk import Pass, Walk

if TYPE_CHECKING:
    from models.network import Network
    from models.training.settings import TrainingSettings

DIGITS = 6
"""Significant digits of a number that is put in."""
MOST_TERMS = 32
"""Terms of a sum that are written out."""
Place = tuple[int, ...]


class Text(NamedTuple):
    """A term with names, and with the numbers put in."""

    names: str
    numbers: str

    def within(self, pattern: str) -> Text:
        """Both in a pattern, at its ``{}``."""
        return Text(pattern.format(self.names), pattern.format(self.numbers))


@dataclass(frozen=True)
class Line:
    """``name = names = numbers = value``, where torch computed the value, and the ``cells`` that were put in."""

    name: str
    names: str
    numbers: str
    value: float
    cells: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The line as it is read."""
        return " = ".join(self.steps)

    @property
    def steps(self) -> tuple[str, ...]:
        """What stands between its equals signs: a number that says nothing new is left out."""
        found = [self.name, self.names, self.numbers, number(self.value)]
        return tuple(part for place, part in enumerate(found) if place == 0 or part != found[place - 1])


@dataclass(frozen=True)
class Page:
    """What lines are written from: a network, its settings, and one pass of a walk."""

    network: Network
    settings: TrainingSettings
    walk: Walk
    index: int

    @property
    def now(self) -> Pass:
        """The pass."""
        return self.walk.passes[self.index]


class Pen:
    """Writes terms of one page and remembers the cells in them."""

    def __init__(self, page: Page) -> None:
        self.page, self.now = page, page.now
        self.cells: list[str] = []

    def value(self, id: str, place: Place) -> Text:
        """A number that a layer gave."""
        return self._cell("value", id, place, symbol(id, place, self._rows(id)), self.now.values[id][place])

    def gradient(self, id: str, place: Place) -> Text:
        """The gradient of the loss by a number that a layer gave."""
        name = f"∂L/∂{symbol(id, place, self._rows(id))}"
        return self._cell("gradient", id, place, name, self.now.gradients[id][place])

    def weight(self, name: str, place: Place) -> Text:
        """A weight before the update."""
        return self._cell("weight", name, place, weight_symbol(name, place), self.now.weights[name][place])

    def slope(self, name: str, place: Place) -> Text:
        """The gradient of the loss by a weight."""
        return self._cell("slope", name, place, f"∂L/∂{weight_symbol(name, place)}", self.now.slopes[name][place])

    def probability(self, id: str, place: Place) -> Text:
        """What the loss of an Output makes of a score."""
        name = symbol("p", place, len(self.now.probabilities[id]))
        return self._cell("probability", id, place, name, self.now.probabilities[id][place])

    def line(self, name: str, text: Text | None, value: float) -> Line | None:
        """The line, where there is a formula."""
        if text is None:
            return None
        return Line(name, _bare(text.names), _bare(text.numbers), value, tuple(dict.fromkeys(self.cells)))

    def _rows(self, id: str) -> int:
        return len(self.now.values[id])

    def _cell(self, kind: str, id: str, place: Place, name: str, value: float) -> Text:
        self.cells.append("/".join((kind, id, *map(str, place))))
        return Text(name, bracketed(value))


def _bare(text: str) -> str:
    """A text without brackets around all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for place, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if not depth:
            return text[1:-1] if place == len(text) - 1 else text
    return text


def total(terms: Iterable[Text]) -> Text:
    """A sum, of which some terms alone are written where there are many."""
    found = list(terms)
    if not found:
        return Text("0", "0")
    if len(found) > MOST_TERMS:
        left_out = len(found) - MOST_TERMS
        dots = Text(f"… ({left_out:,} more)", f"… ({left_out:,} more)")
        found = [*found[: MOST_TERMS - 1], dots, found[-1]]
    return Text(" + ".join(term.names for term in found), " + ".join(term.numbers for term in found))


def times(*factors: Text) -> Text:
    """A product."""
    return Text("·".join(factor.names for factor in factors), "·".join(factor.numbers for factor in factors))


def grouped(text: Text) -> Text:
    """A sum in brackets, where it has several terms."""
    return text.within("({})") if " " in text.names or " " in text.numbers else text


def constant(value: float, name: str = "") -> Text:
    """A number that is no cell, by its name if it has one."""
    return Text(name or bracketed(value), bracketed(value))


def number(value: float) -> str:
    """A number as it is put in."""
    text = f"{value:.{DIGITS}g}"
    mantissa, exponent, power = text.partition("e")
    if exponent:
        mantissa = f"{mantissa}·10^({int(power)})"
    return mantissa.replace("-", "−").replace("(−", "(−") if value == value else "NaN"


def bracketed(value: float) -> str:
    """A number within a term: in brackets where it is negative."""
    text = number(value)
    return f"({text})" if text.startswith("−") or "^" in text else text


_LOW = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")
_HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def low(*numbers: int) -> str:
    """Places, counted from 1, as subscripts."""
    shown = [number + 1 for number in numbers]
    return ("" if all(number < 10 for number in shown) else ",").join(map(str, shown)).translate(_LOW)


def symbol(id: str, place: Place, rows: int) -> str:
    """The name of a number of a layer: its place, and the row where there are several."""
    row = f"⁽{str(place[0] + 1).translate(_HIGH)}⁾" if rows > 1 else ""
    # What ends with a digit would run into the place behind it.
    return f"{id}{low(*place[1:])}{row}"


def weight_symbol(name: str, place: Place) -> str:
    """The name of a weight: W and b, by the layer where that needs saying."""
    own = name.partition(".")[2]
    letter = {"weight": "W", "bias": "b"}.get(own, own)
    return f"{letter}{low(*place)}" if place else f"{letter}"


_SUB = re.compile("[₀₁₂₃₄₅₆₇₈₉]+(?:,[₀₁₂₃₄₅₆₇₈₉]+)*")
_SUP = re.compile("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z_][A-Za-z0-9_]+")
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
_FUNCTIONS = {"exp", "ln", "max", "min", "tanh"}
_SIGNS = {
    "·": r" \cdot ", "−": "-", "∂": r"\partial ", "Σ": r"\sum ", "√": r"\sqrt", "…": r"\dots ", "μ": r"\mu ",
    "σ": r"\sigma ", "ε": r"\varepsilon ", "γ": r"\gamma ", "β": r"\beta ", "η": r"\eta ", "λ": r"\lambda ",
    "α": r"\alpha ", "τ": r"\tau ", "²": "^{2}", "m̂": r"\hat{m}", "v̂": r"\hat{v}", "x̂": r"\hat{x}", "←": r"\leftarrow ",
}  # fmt: skip


def latex(text: str) -> str:
    """A formula as LaTeX, without the dollar signs."""
    found = _WORD.sub(_word, text)
    found = _SUB.sub(lambda match: f"_{{{match[0].translate(_PLAIN)}}}", found)
    found = _SUP.sub(lambda match: f"^{{({match[1].translate(_PLAIN)})}}", found)
    found = _braced(_braced(found, "√"), "^")
    for sign, command in _SIGNS.items():
        found = found.replace(sign, command)
    return re.sub(" +", " ", found).strip()


def _word(match: re.Match[str]) -> str:
    word = match[0]
    return f"\\{word} " if word in _FUNCTIONS else rf"\mathrm{{{word.replace('_', chr(92) + '_')}}}"


def _braced(text: str, sign: str) -> str:
    """Braces in place of the brackets that follow a sign."""
    start = text.find(f"{sign}(")
    while start >= 0:
        depth, end = 0, start + len(sign)
        while end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if not depth:
                break
            end += 1
        text = f"{text[: start + len(sign)]}{{{text[start + len(sign) + 1 : end]}}}{text[end + 1 :]}"
        start = text.find(f"{sign}(", start + 1)
    return text
