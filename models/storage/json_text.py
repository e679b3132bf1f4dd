"""JSON text from anywhere, read without trusting it: any bytes give a value, a prefix of one, or a `TextError`.

Depth and size are checked before anything is parsed, so that no text can exhaust the stack or hold the program up.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from typing import Any, NamedTuple

DEEPEST = 100
"""Levels of lists and objects; a document needs six."""
MOST_PARTS = 800_000
"""Lists and objects; 100,000 layers with settings and wires have some 600,000."""
LONGEST_NUMBER = 300
"""Digits of an integer; beyond any size and any 64-bit float."""

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SLICE = 2**16
"""Bytes that are looked at in one go: nobody else computes meanwhile."""
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)
_NAME_OR_BRACKET = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[\[\]{}]', re.DOTALL)
_BLANK = re.compile(r"[ \t\n\r,:]*")
_CONFLICT = re.compile(r"^<{7}(?: .*)?$", re.MULTILINE)
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_REPLACED = "\ufffd"
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class TextError(ValueError):
    """Text that is no JSON: ``found`` says what it is instead, ``where`` the place, if there is one."""

    def __init__(self, found: str, where: str = "") -> None:
        super().__init__(f"{found} {where}".strip())
        self.found, self.where = found, where


class Text(NamedTuple):
    """What could be read, and sentences about what could not."""

    value: Any
    problems: list[str]
    text: str = ""
    """The JSON of the value."""


def loads(content: bytes) -> Text:
    """Read JSON as far as possible; raises `TextError` where nothing can be made of it."""
    text, problems = _decode(content)
    if not text.strip():
        raise TextError("The file is empty.")
    parts = text.count("[") + text.count("{")
    if parts > MOST_PARTS:
        raise TextError(f"It holds {parts:,} lists and objects, more than {MOST_PARTS:,}.")
    depth = _depth(text)
    if depth > DEEPEST:
        raise TextError(f"Its lists are nested {depth:,} deep, more than {DEEPEST}.")
    try:
        value = _parse(text, problems)
    except json.JSONDecodeError as error:
        value, text = _prefix(text, error, problems)
    if _SURROGATE_ESCAPE.search(text):
        value = _without_surrogates(value)
    return Text(value, problems, text)


def _decode(content: bytes) -> tuple[str, list[str]]:
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return content.decode(encoding), []
    except UnicodeDecodeError as error:
        # A damaged document is worth reading; something that never was text is not.
        if not content.lstrip().startswith(b"{") or b"\0" in content:
            raise TextError("It holds binary data, not text,", f"at byte {error.start:,}.") from None
        text = content.decode(encoding, errors="replace")
        where = f"at byte {error.start:,}, {_line(text, text.find(_REPLACED))}"
        return text, [f"Bytes that are no text were replaced, the first {where}."]


def _depth(text: str, slice_size: int = _SLICE) -> int:
    """How deep lists and objects are nested; what follows a quote without an end is no bracket."""
    content = text.encode("utf-8", "surrogatepass")
    deepest = depth = start = 0
    size = slice_size
    while start < len(content):
        end = content.find(b",", start + size) + 1 or len(content)
        bare = _STRING.sub(b"", content[start:end])
        if b'"' in bare and end < len(content):
            size *= 2  # it ends within a string
            continue
        brackets = bare.partition(b'"')[0].translate(None, _NOT_BRACKETS)
        levels = list(accumulate(map(_STEP.__getitem__, brackets), initial=depth))
        deepest, depth = max(deepest, max(levels)), levels[-1]
        start, size = end, slice_size
    return deepest


def _parse(text: str, problems: list[str]) -> Any:
    repeats = 0

    def read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeats
        result = dict(pairs)
        repeats += len(result) < len(pairs)
        return result

    def read_whole(digits: str) -> int | str:
        return int(digits) if len(digits) <= LONGEST_NUMBER else digits

    # NaN and Infinity are no JSON: as texts they survive, and every field refuses them with a sentence.
    value = json.loads(text, object_pairs_hook=read_object, parse_int=read_whole, parse_constant=str)
    if repeats:
        twice = islice(_repeated(text), 20)
        problems += [f"‘{name:.40}’ is given twice, again in {where}; the last one counts." for name, where in twice]
    return value


def _repeated(text: str) -> Iterator[tuple[str, str]]:
    """The names that stand in one object twice, and the lines where they do so again."""
    names: list[set[str]] = []
    for found in _NAME_OR_BRACKET.finditer(text):
        mark, colon = found.group(), found.group(2)
        if mark in "[{":
            names.append(set())
        elif mark in "]}":
            names.pop()
        elif colon:
            name = json.loads(found.group(1), strict=False)
            if name in names[-1]:
                yield name, _line(text, found.start())
            names[-1].add(name)


def _line(text: str, place: int) -> str:
    line = text.count("\n", 0, place) + 1
    return f"line {line:,}"


def lines(text: str, paths: Iterable[tuple[str | int, ...]]) -> dict[tuple[str | int, ...], int]:
    """The lines, from 1 on, in which the values begin that names and places lead to; none for what is not there."""
    wanted: dict[str | int, Any] = {}
    for path in paths:
        inside = wanted
        for step in path:
            inside = inside.setdefault(step, {})
    starts: dict[tuple[str | int, ...], int] = {}
    _find(text, 0, (), wanted, starts)
    result, line, before = {}, 1, 0
    for path, start in sorted(starts.items(), key=lambda item: item[1]):
        line, before = line + text.count("\n", before, start), start
        result[path] = line
    return result


def _find(
    text: str,
    start: int,
    path: tuple[str | int, ...],
    wanted: dict[str | int, Any],
    starts: dict[tuple[str | int, ...], int],
) -> int:
    """Note where the wanted parts of the value at ``start`` begin; gives the end of it."""
    at = _after_blank(text, start)
    if not wanted or text[at] not in "[{":
        return _DECODER.raw_decode(text, at)[1]
    named, place = text[at] == "{", 0
    at = _after_blank(text, at + 1)
    while text[at] not in "]}":
        step: str | int = place
        if named:
            step, at = _DECODER.raw_decode(text, at)
            at = _after_blank(text, at)
        if step in wanted:
            starts[*path, step] = at
        at = _after_blank(text, _find(text, at, (*path, step), wanted.get(step, {}), starts))
        place += 1
    return at + 1


def _after_blank(text: str, start: int) -> int:
    return _BLANK.match(text, start).end()  # type: ignore[union-attr]  # it matches nothing, too


def _prefix(text: str, error: json.JSONDecodeError, problems: list[str]) -> tuple[Any, str]:
    """The value that the text holds up to its last complete entry before the error, and its text."""
    where = f"line {error.lineno:,}, column {error.colno:,}"
    closed = _close(text, error.pos)
    problems.clear()
    try:
        value = _parse(closed, problems)
    except json.JSONDecodeError:
        value = None
    if not value:
        raise TextError(f"{error.msg}", f"in {where}.") from None
    problems.append(f"{_mistake(text, error, where)}; what came after is left out.")
    return value, closed


def _mistake(text: str, error: json.JSONDecodeError, where: str) -> str:
    """What is wrong with the text at its first mistake, and where."""
    rest = text[error.pos :].lstrip(" \t\n\r,")
    if conflict := _CONFLICT.match(rest):
        line = _line(text, len(text) - len(rest)).capitalize()
        return f"{line} begins a conflict that git left unsolved ({conflict.group():.24})"
    if not rest.strip() or error.msg.startswith("Unterminated"):
        return f"The file ends too early, in {where}"
    return f"From {where} on it is no JSON ({error.msg})"


def _close(text: str, end: int) -> str:
    """The text up to the last complete entry before ``end``, with the brackets still open there closed."""
    stack: list[str] = []
    best, closers = 0, ""
    for token in _TOKEN.finditer(text, 0, end):
        mark = token.group()
        if mark in "[{":
            stack.append("]" if mark == "[" else "}")
        elif mark in "]}":
            if not stack or stack.pop() != mark:
                break
            best, closers = token.end(), "".join(reversed(stack))
        elif mark == ",":
            best, closers = token.start(), "".join(reversed(stack))
    return text[:best] + closers


def _without_surrogates(value: Any) -> Any:
    """Half characters cannot be written as UTF-8 nor drawn; each becomes the replacement character."""
    if isinstance(value, str):
        return _SURROGATE.sub(_REPLACED, value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(item) for name, item in value.items()}
    return value
