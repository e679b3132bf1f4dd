"""The language of a search for layers: words, and what a setting or a number must be. All of it must hold.

``conv`` is found in a name, a kind, a shape or a problem; ``kind:conv`` in one of them alone; ``out>=128`` compares a
setting by the beginning of its name, ``parameters>1M`` what the analysis counts; ``problem:`` alone finds whatever has
one; ``-`` before a term turns it around; quotation marks keep words together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from models.analysis import Issue, Report
from models.basics.text import times
from models.document import Sheet
from models.find.terms import COMPARE, QueryError, number_from, plain
from models.layers import LAYERS
from models.network import Node
from models.specs.spec import Spec

_TERM = re.compile(r'(?P<out>-?)(?:(?P<key>[^\W\d][\w-]*)(?P<sign>:|>=|<=|!=|=|>|<))?(?P<value>"[^"]*"?|[^\s"]*)')
_SHORTEST = 3
"""Letters that name what is counted, where a setting begins with the same."""


class Found(NamedTuple):
    """What a term looks at: a layer, what is known of it, and what is wrong with it."""

    node: Node
    report: Report
    issues: Sequence[Issue]


Words = Callable[[Found], Iterable[str]]
Term = Callable[[Found], bool]


def _family(found: Found) -> tuple[str, ...]:
    layer = found.node.own_layer
    return (type(layer).family,) if layer else ()


def _shape(found: Found) -> tuple[str, ...]:
    return (times(found.report.shape),) if found.report.shape else ()


def _problem(found: Found) -> tuple[str, ...]:
    return tuple(word for issue in found.issues for word in (issue.severity, issue.message))


_TEXTS: dict[str, Words] = {
    "name": lambda found: (found.node.id, found.node.module),
    "kind": lambda found: (found.node.kind,),
    "shape": _shape,
    "problem": _problem,
}
_COUNTS: dict[str, Callable[[Report], int | None]] = {
    "parameters": lambda report: report.parameters,
    "multiply_adds": lambda report: report.multiply_adds,
    "memory": lambda report: report.activation_bytes,
    "receptive_field": lambda report: (
        max(report.receptive_field.size, default=None) if report.receptive_field else None
    ),
}


class Query:
    """A search, read from what was typed; raises `QueryError` for what cannot be understood."""

    def __init__(self, text: str) -> None:
        self.terms = [_term(match) for match in _TERM.finditer(text) if match["value"] or match["key"]]

    def __call__(self, found: Found) -> bool:
        """Whether a layer is what is looked for; an empty search finds none."""
        return bool(self.terms) and all(term(found) for term in self.terms)


def find(sheet: Sheet, text: str, issues_of: Callable[[str], Sequence[Issue]]) -> list[str]:
    """The ids of the layers that a search finds, in network order; raises `QueryError`.

    ``issues_of`` tells what is wrong with the layer of an id.
    """
    query, analysis, nodes = Query(text), sheet.analysis, sheet.network.nodes
    return [id for id in analysis.order if query(Found(nodes[id], analysis[id], issues_of(id)))]


def _term(match: re.Match[str]) -> Term:
    key, sign, value = (match["key"] or "").casefold(), match["sign"], match["value"].strip('"').casefold()
    term = _told(key, sign, value) if key else _anywhere(value)
    return (lambda found: not term(found)) if match["out"] else term


def _anywhere(word: str) -> Term:
    return lambda found: any(_holds(words(found), word) for words in _TEXTS.values())


def _told(key: str, sign: str, value: str) -> Term:
    text = {**_TEXTS, "family": _family}.get(key)
    if text:
        return _in_text(text, sign, value)
    names = frozenset(name for kind in LAYERS.values() for name in kind.fields if name.startswith(key))
    if key in names:
        names = frozenset((key,))
    count = next((count for name, count in _COUNTS.items() if name.startswith(key.replace("-", "_"))), None)
    if names and len(key) < _SHORTEST:
        count = None  # p=0.5 asks for a setting
    if count is None and not names:
        raise QueryError(f"No layer has a setting ‘{key:.20}’. Try kind:, shape:, problem: or out>=64.")
    if not value:
        raise QueryError(f"Type what ‘{key:.30}’ must be, such as {key:.30}{sign if sign != ':' else '='}64.")
    return _in_settings(names, count, sign, value)


def _in_text(words: Words, sign: str, value: str) -> Term:
    """A text that holds a word (``:``), is it, or is not; with no word, whether there is any text."""
    if sign not in (":", "=", "!="):
        raise QueryError(f"‘{sign}’ compares numbers; a text takes : or =.")
    if not value:
        return lambda found: any(words(found))
    if sign == ":":
        return lambda found: _holds(words(found), value)
    same = plain(value)
    return lambda found: any(plain(word) == same for word in words(found)) is (sign == "=")


def _in_settings(names: frozenset[str], count: Callable[[Report], int | None] | None, sign: str, value: str) -> Term:
    number = number_from(value)
    if number is None and sign not in (":", "=", "!="):
        raise QueryError(f"expected a number after {sign}, found ‘{value:.30}’.")

    def holds(found: Found) -> bool:
        values = [*_settings(found.node.own_layer, names), *([] if count is None else [count(found.report)])]
        known = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
        if sign == "!=":
            return any(each is not None for each in known) and not any(_is(each, "=", value, number) for each in known)
        return any(_is(each, sign, value, number) for each in known)

    return holds


def _settings(layer: Spec | None, names: frozenset[str]) -> list[object]:
    return [getattr(layer, name) for name in layer.fields if name in names] if layer else []


def _is(value: object, sign: str, text: str, number: float | None) -> bool:
    """Whether a setting is what was typed: numbers compare, words are found within words."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        written = "none" if value is None else str(value).casefold()
        return text in written if sign == ":" else written == text
    if number is None or not isinstance(value, int | float):
        return False
    return COMPARE["=" if sign == ":" else sign](value, number)


def _holds(words: Iterable[str], word: str) -> bool:
    return any(plain(word) in plain(each) for each in words)
