"""Terms as people read them: plain text with the signs of books, and LaTeX; names alone, or the numbers put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from models.byhand.functions import Call, Extreme
from models.byhand.terms import Fraction, Known, Leaf, Minus, Power, Product, Sum, Term, Truth

DIGITS = 6
"""Significant digits of a number that is put in."""
MOST_TERMS = 32
"""Terms of a sum, or of the largest of some, that are written out."""
SUM, PRODUCT, ATOM = range(3)
"""How tightly a term holds together: what is looser than its place needs brackets."""


def number(value: float) -> str:
    """A number as it is put in."""
    if value != value:
        return "NaN"
    mantissa, exponent, power = f"{value:.{DIGITS}g}".replace("inf", "∞").partition("e")
    if exponent:
        before = mantissa.removesuffix("1") if mantissa in ("1", "-1") else f"{mantissa}·"
        mantissa = f"{before}10^({int(power)})"
    return mantissa.replace("-", "−")


def bracketed(value: float) -> str:
    """A number within a term: in brackets where it is negative."""
    text = number(value)
    return f"({text})" if text.startswith("−") or "^" in text else text


def text(term: Term, put_in: bool) -> str:
    """A term in one line, with its numbers put in or with names."""
    if isinstance(term, Leaf) and (put_in or not term.name):
        return number(term.value)
    return _text(term, put_in)[0]


def _text(term: Term, put_in: bool) -> tuple[str, int]:
    """The text and how tightly it holds together."""
    match term:
        case Known():
            return _text(term.term, put_in)
        case Leaf():
            return (bracketed(term.value) if put_in or not term.name else term.name), ATOM
        case Truth():
            # Said of names always; its number is what it comes to.
            said = number(term.value) if put_in else f"[{term.before}{_text(term.term, False)[0]}{term.after}]"
            return said, ATOM
        case Sum():
            return _joined(shortened(term.terms), lambda part: _text(part, put_in)[0]), SUM
        case Minus():
            return f"−{_held(term.term, put_in, PRODUCT)}", SUM
        case Product():
            return "·".join(_held(factor, put_in, PRODUCT) for factor in term.factors), PRODUCT
        case Fraction():
            above = _held(term.above, put_in, PRODUCT)
            return f"{above}/{_held(term.below, put_in, ATOM)}", PRODUCT
        case Power():
            base = _held(term.base, put_in, ATOM)
            return f"{base}^{bracketed(term.exponent)}", PRODUCT
        case Call(function="abs"):
            return f"|{text(term.term, put_in)}|", ATOM
        case Call():
            return f"{term.function}({text(term.term, put_in)})", ATOM
        case Extreme():
            shown = [part if isinstance(part, str) else text(part, put_in) for part in shortened(term.terms)]
            return f"{term.function}({', '.join(shown)})", ATOM
    raise TypeError(f"no way to write a {type(term).__name__}")


def _held(term: Term, put_in: bool, needed: int) -> str:
    found, level = _text(term, put_in)
    return found if level >= needed else f"({found})"


def shortened(terms: Sequence[Term]) -> list[Term | str]:
    """Terms of which some alone are written where there are many, with how many are left out."""
    if len(terms) <= MOST_TERMS:
        return list(terms)
    return [*terms[: MOST_TERMS - 1], f"… ({len(terms) - MOST_TERMS:,} more)", terms[-1]]


def _joined(terms: Sequence[Term | str], write: Callable[[Term], str]) -> str:
    """Terms with plus and minus between them."""
    found = ""
    for term in terms:
        negative = isinstance(term, Minus)
        written = term if isinstance(term, str) else write(term)
        if not found:
            found = written
        else:
            found += f" − {written.removeprefix('−')}" if negative else f" + {written}"
    return found


# LaTeX


def latex(term: Term, put_in: bool) -> str:
    """A term as LaTeX, without the dollar signs."""
    if isinstance(term, Leaf) and (put_in or not term.name):
        return latex_of(number(term.value))
    return _latex(term, put_in)[0]


def _latex(term: Term, put_in: bool) -> tuple[str, int]:
    match term:
        case Known():
            return _latex(term.term, put_in)
        case Leaf() | Truth():
            return latex_of(_text(term, put_in)[0]), ATOM
        case Sum():
            return _joined_latex(shortened(term.terms), put_in), SUM
        case Minus():
            return f"-{_latex_held(term.term, put_in, PRODUCT)}", SUM
        case Product():
            return r" \cdot ".join(_latex_held(factor, put_in, PRODUCT) for factor in term.factors), PRODUCT
        case Fraction():
            return rf"\frac{{{latex(term.above, put_in)}}}{{{latex(term.below, put_in)}}}", ATOM
        case Power():
            return f"{_latex_held(term.base, put_in, ATOM)}^{{{latex_of(number(term.exponent))}}}", PRODUCT
        case Call(function="abs"):
            return f"|{latex(term.term, put_in)}|", ATOM
        case Call(function="√"):
            return rf"\sqrt{{{latex(term.term, put_in)}}}", ATOM
        case Call():
            return rf"{_COMMANDS[term.function]}({latex(term.term, put_in)})", ATOM
        case Extreme():
            parts = [latex_of(part) if isinstance(part, str) else latex(part, put_in) for part in shortened(term.terms)]
            return rf"\{term.function}({', '.join(parts)})", ATOM
    raise TypeError(f"no way to write a {type(term).__name__}")


def _joined_latex(terms: Sequence[Term | str], put_in: bool) -> str:
    found = ""
    for term in terms:
        written = latex_of(term) if isinstance(term, str) else _latex(term, put_in)[0]
        if not found:
            found = written
        else:
            found += f" - {written.removeprefix('-')}" if isinstance(term, Minus) else f" + {written}"
    return found


def _latex_held(term: Term, put_in: bool, needed: int) -> str:
    found, level = _latex(term, put_in)
    if isinstance(term, Fraction) and needed == ATOM:
        level = SUM
    return found if level >= needed else f"({found})"


_COMMANDS = {
    "exp": r"\exp ",
    "ln": r"\ln ",
    "tanh": r"\tanh ",
    "Φ": r"\Phi ",
    "φ": r"\varphi ",
    "sign": r"\operatorname{sign} ",
}
_SUB = re.compile("[₀₁₂₃₄₅₆₇₈₉]+(?:,[₀₁₂₃₄₅₆₇₈₉]+)*")
_SUP = re.compile("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z_][A-Za-z0-9_:]+")
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
_SIGNS = {
    "·": r" \cdot ", "−": "-", "∂": r"\partial ", "…": r"\dots ", "μ": r"\mu ", "σ": r"\sigma ", "ε": r"\varepsilon ",
    "γ": r"\gamma ", "β": r"\beta ", "η": r"\eta ", "λ": r"\lambda ", "α": r"\alpha ", "τ": r"\tau ", "ρ": r"\rho ",
    "δ": r"\delta ", "²": "^{2}", "m̂": r"\hat{m}", "v̂": r"\hat{v}", "x̂": r"\hat{x}", "∞": r"\infty ", "≤": r"\le ",
    "≥": r"\ge ", "‖": r"\|", "′": "'", "Δ": r"\Delta ", "₁": "_{1}", "₂": "_{2}",
}  # fmt: skip


def latex_of(name: str) -> str:
    """A name or a number as LaTeX."""
    found = _WORD.sub(lambda match: rf"\mathrm{{{match[0].replace('_', chr(92) + '_')}}}", name)
    found = _SUB.sub(lambda match: f"_{{{match[0].translate(_PLAIN)}}}", found)
    found = _SUP.sub(lambda match: f"^{{({match[1].translate(_PLAIN)})}}", found)
    found = re.sub(r"\^\(([^()]*)\)", r"^{\1}", found)
    for sign, command in _SIGNS.items():
        found = found.replace(sign, command)
    return re.sub(" +", " ", found).strip()
