"""JSON text from anywhere, read without trusting it: any bytes give a value, a prefix of one, or a `TextError`.

Depth and size are checked before anything is parsed, so that no text can exhaust the stack or hold the program up.
"""

from __future__ import annotations

import codecs
import json
import re
from itertools import accumulate
from typing import Any, NamedTuple

DEEPEST = 100
"""Levels of lists and objects; a document needs six."""
MOST_PARTS = 800_000
"""Lists and objects; 100,000 layers with settings and wires have some 600,000."""
LONGEST_NUMBER = 300
"""Digits of a whole number; beyond any size and any 64-bit float."""

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)
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
        value = _prefix(text, error, problems)
    if _SURROGATE_ESCAPE.search(text):
        value = _without_surrogates(value)
    return Text(value, problems)


def _decode(content: bytes) -> tuple[str, list[str]]:
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return content.decode(encoding), []
    except UnicodeDecodeError as error:
        # A damaged document is worth reading; something that never was text is not.
        if not content.lstrip().startswith(b"{") or b"\0" in content:
            raise TextError("It holds binary data, not text,", f"at byte {error.start:,}.") from None
        text = content.decode(encoding, errors="replace")
        return text, [f"Bytes that are no text were replaced, the first at byte {error.start:,}."]


def _depth(text: str) -> int:
    brackets = _STRING.sub(b"", text.encode("utf-8", "surrogatepass")).translate(None, _NOT_BRACKETS)
    return max(accumulate(map(_STEP.__getitem__, brackets)), default=0)


def _parse(text: str, problems: list[str]) -> Any:
    def read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs) and len(problems) < 20:
            seen: set[str] = set()
            twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
            problems.append(f"‘{twice:.40}’ is given twice in one place; the last one counts.")
        return result

    def read_whole(digits: str) -> int | str:
        return int(digits) if len(digits) <= LONGEST_NUMBER else digits

    # NaN and Infinity are no JSON: as texts they survive, and every field refuses them with a sentence.
    return json.loads(text, object_pairs_hook=read_object, parse_int=read_whole, parse_constant=str)


def _prefix(text: str, error: json.JSONDecodeError, problems: list[str]) -> Any:
    """The value that the text holds up to its last complete entry before the error."""
    where = f"line {error.lineno:,}, column {error.colno:,}"
    closed = _close(text, error.pos)
    problems.clear()
    try:
        value = _parse(closed, problems)
    except json.JSONDecodeError:
        value = None
    if not value:
        raise TextError(f"{error.msg}", f"in {where}.") from None
    cut = not text[error.pos :].strip() or error.msg.startswith("Unterminated")
    found = f"The file ends too early, in {where}" if cut else f"From {where} on it is no JSON ({error.msg})"
    problems.append(f"{found}; what came after is left out.")
    return value


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
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(item) for name, item in value.items()}
    return value
