"""The language in which rows of a table are chosen: ``lr > 0.01 and accuracy > 95%``, and words.

    either     = both ("or" both)*
    both       = term ("and"? term)*
    term       = ("not" | "-") term | "(" either ")" | name sign value | word
    sign       = ">=" "<=" "!=" "==" "=" ">" "<" ":"

A word is found anywhere in a row. ``name:word`` finds it in one column, and ``name:`` alone whatever has a value there.
Names may be cut short (``optimizer.lr`` is ``lr``, ``acc`` is ``accuracy``); quotation marks keep words together.
The grammar is closed: what was typed is never run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from models.find.terms import COMPARE, QueryError, number_from, plain

LONGEST, DEEPEST = 1_000, 30
_TOKEN = re.compile(r'"[^"]*"?|>=|<=|!=|==|[=<>:()]|[^\s()<>=!:"]+|!')
_SIGNS = frozenset((*COMPARE, "==", ":"))
_WORDS = frozenset(("and", "or", "not"))
_END = ""


class Row(Protocol):
    """What is asked: values by the names of columns, and all words of the row in small letters."""

    @property
    def values(self) -> Mapping[str, object]:
        """Numbers, texts and booleans."""

    @property
    def words(self) -> str:
        """What words are looked for in."""


Test = Callable[[Row], bool]


class Condition:
    """A condition, read from what was typed, about columns of these names; the empty one holds for every row.

    Of names that are cut short the first that fits is meant. Raises `QueryError` for what cannot be understood.
    """

    def __init__(self, text: str, names: Iterable[str]) -> None:
        if len(text) > LONGEST:
            raise QueryError(f"A search has at most {LONGEST:,} letters.")
        self.names = list(names)
        self._tokens: list[str] = [*_TOKEN.findall(text), _END]
        self._at = self._depth = 0
        self._test = self._either() if self._tokens != [_END] else None
        if self._next != _END:
            raise QueryError(f"expected and, or, or the end, found ‘{self._next:.30}’.")

    def __call__(self, row: Row) -> bool:
        """Whether a row is what is looked for."""
        return self._test is None or self._test(row)

    @property
    def _next(self) -> str:
        return self._tokens[self._at]

    def _take(self, *wanted: str) -> bool:
        found = self._next.casefold() in wanted
        self._at += found
        return found

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._term()]
        while self._take("and") or self._next.casefold() not in (_END, ")", "or"):
            tests.append(self._term())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _term(self) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise QueryError(f"A search has at most {DEEPEST} brackets and nots within each other.")
        test = self._inner()
        self._depth -= 1
        return test

    def _inner(self) -> Test:
        if self._take("not", "-", "!"):
            return _turned(self._term())
        if self._take("("):
            test = self._either()
            if not self._take(")"):
                raise QueryError("A bracket is not closed: add ) at the end.")
            return test
        word = self._next
        if word == _END or word in _SIGNS or word == ")" or word.casefold() in _WORDS:
            raise QueryError(f"expected a word or a name to compare, found {f'‘{word}’' if word else 'nothing'}.")
        self._at += 1
        if self._next in _SIGNS:
            return self._comparison(word)
        if word.startswith("-") and len(word) > 1 and number_from(word) is None:
            return _turned(_anywhere(word[1:]))
        return _anywhere(word.strip('"'))

    def _comparison(self, name: str) -> Test:
        turned = name.startswith("-")
        keys = columns_called(name.removeprefix("-").strip('"'), self.names)
        sign = self._next.replace("==", "=")
        self._at += 1
        value = self._next
        if sign == ":" and (value in (_END, ")") or value.casefold() in _WORDS):
            return _maybe_turned(lambda row: any(_is_there(row.values.get(key)) for key in keys), turned)
        if value == _END or value in _SIGNS or value in "()":
            raise QueryError(f"Type what ‘{name:.30}’ must be, such as {name:.30} {sign} 0.1.")
        self._at += 1
        return _maybe_turned(_compared(keys, sign, value.strip('"')), turned)


def columns_called(typed: str, names: Iterable[str]) -> list[str]:
    """The columns that a name stands for: the one that is called so, else those by their last part, else the first by
    its beginning. Raises `QueryError` where there is none."""
    wanted, known = typed.casefold(), list(names)
    for fits in (_equals, _ends, _begins):
        if found := [name for name in known if fits(name.casefold(), wanted)]:
            return found if fits is _ends else found[:1]
    raise QueryError(f"There is no column ‘{typed:.30}’. Names are those of the table’s heads.")


def _equals(name: str, wanted: str) -> bool:
    return name == wanted


def _ends(name: str, wanted: str) -> bool:
    return name.endswith((f".{wanted}", f"/{wanted}"))


def _begins(name: str, wanted: str) -> bool:
    return name.rpartition(".")[2].startswith(wanted)


def _anywhere(word: str) -> Test:
    wanted = word.casefold()
    return lambda row: wanted in row.words


def _compared(keys: list[str], sign: str, text: str) -> Test:
    number = number_from(text)
    if number is None and sign not in (":", "=", "!="):
        raise QueryError(f"expected a number after {sign}, found ‘{text:.30}’.")
    wanted = plain(text)

    def holds(row: Row) -> bool:
        values = [value for key in keys if _is_there(value := row.values.get(key))]
        if sign == "!=":
            return bool(values) and not any(_is(value, "=", wanted, number) for value in values)
        return any(_is(value, sign, wanted, number) for value in values)

    return holds


def _is(value: object, sign: str, wanted: str, number: float | None) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number is not None and COMPARE["=" if sign == ":" else sign](value, number)
    if sign not in (":", "="):
        return False
    written = ("yes" if value else "no") if isinstance(value, bool) else plain(str(value))
    if isinstance(value, bool) and wanted in ("true", "false"):
        wanted = "yes" if wanted == "true" else "no"
    return wanted in written if sign == ":" else written == wanted


def _is_there(value: object) -> bool:
    return value is not None and value != ""


def _turned(test: Test) -> Test:
    return lambda row: not test(row)


def _maybe_turned(test: Test, turned: bool) -> Test:
    return _turned(test) if turned else test
