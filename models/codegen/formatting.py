"""Laying out generated source as ruff does (its default style, 88 columns), so that nobody has to reformat it."""

from __future__ import annotations

import builtins
import keyword
import re
import textwrap
from collections.abc import Sequence

from models.basics.text import literal as scalar

WIDTH = 88
_OPEN, _CLOSE = "([{", ")]}"
_MEAN = re.compile(r"\(([^()]*)\)( / \d+)")
"""A sum in brackets, over a count."""


_GROUP = re.compile(r"(?:^|[^\w\])])\($")
"""A line that ends in a bracket which calls nothing."""
_INDEXED = re.compile(r"([\w.]+\[)(\d+)(\][\w.]+)")
_REPETITION = re.compile(r"\*\((.+) (for _ in range\(.+\))\)")
"""Modules made several times over, as arguments."""


def statement(indent: int, code: str, comment: str = "", *, comma: bool = False) -> list[str]:
    """One statement or element, as lines: whole, else broken inside its last brackets or put into brackets.

    ``comma`` puts a comma behind it, as for an element of an enclosing call. Indents are in spaces.
    """
    end = ("," if comma else "") + (f"  # {comment}" if comment else "")
    pad = " " * indent
    if len(pad + code + end) <= WIDTH:
        return [pad + code + end]
    if code[:1] in {'"', "'"}:
        return [pad + code + end]
    if repetition := _REPETITION.fullmatch(code):
        made, loop = repetition.groups()
        return [f"{pad}*(", *statement(indent + 4, made), f"{pad}    {loop}", f"{pad}){end}"]
    opening = _last_call(code)
    head, arguments = code[: opening + 1], code[opening + 1 : -1]
    if " = " in code and (opening < 0 or len(pad + head) > WIDTH):
        return _assignment(indent, code, end)
    if opening < 0:
        picked = _INDEXED.fullmatch(code)
        return [pad + picked[1], f"{pad}    {picked[2]}", pad + picked[3] + end] if picked else [pad + code + end]
    inner = pad + "    " + arguments
    if len(inner) <= WIDTH:
        return [pad + head, inner, pad + code[-1] + end]
    lines, parts = [pad + head], split_arguments(arguments)
    several = len(parts) > 1 or arguments.endswith(",")
    for argument in parts:
        # Behind one expression in brackets that call nothing a comma would make a tuple of it.
        alone = _REPETITION.fullmatch(argument) or _GROUP.search(head)
        lines += statement(indent + 4, argument, comma=several or not alone)
    return [*lines, pad + code[-1] + end]


def _assignment(indent: int, code: str, end: str) -> list[str]:
    """An assignment whose first line would be too long even if its value were broken."""
    pad = " " * indent
    target, _, value = code.partition(" = ")
    names = split_arguments(target)
    if len(names) > 1 and len(f"{pad}{target} = (") > WIDTH:
        return [*listed(indent, "", names)[:-1], *statement(indent, f") = {value}")]
    inner = statement(indent + 4, value)
    if len(inner[0]) > WIDTH and value[:1] in {'"', "'"}:
        return [f"{pad}{target} = {value}{end}"]
    closing = ")"
    if len(inner[0]) > WIDTH:
        mean = _MEAN.fullmatch(value)
        if mean:
            value, closing = mean[1], f"){mean[2]}"
        # A sum or a product: an operand a line, the operators in front.
        inner = [f"{pad}    {operand}" for operand in re.split(r" (?=[-+*/] )", value)]
    return [f"{pad}{target} = (", *inner, f"{pad}{closing}{end}"]


def literal(value: object) -> str:
    """A text, or a list or tuple of plain values, as source with double quotes where ruff would have them."""
    if isinstance(value, list | tuple):
        inner = ", ".join(map(literal, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    return scalar(value)


def listed(indent: int, before: str, items: Sequence[str]) -> list[str]:
    """Items in brackets, one a line: what becomes of ``before a, b, c`` where that is too long."""
    pad = " " * indent
    lines = [line for item in items for line in statement(indent + 4, item, comma=True)]
    return [f"{pad}{before}(", *lines, f"{pad})"]


def returned(indent: int, results: Sequence[str]) -> list[str]:
    """The statement that gives ``results`` back."""
    line = f"{' ' * indent}return {', '.join(results)}"
    return [line] if len(line) <= WIDTH or len(results) == 1 else listed(indent, "return ", results)


def definition(indent: int, name: str, parameters: Sequence[str], returns: str) -> list[str]:
    """The first line of a method, broken between its parameters where it is too long."""
    pad = " " * indent
    line = f"{pad}def {name}({', '.join(parameters)}) -> {returns}:"
    if len(line) <= WIDTH:
        return [line]
    inner = f"{pad}    {', '.join(parameters)}"
    lines = [inner] if len(inner) <= WIDTH else [f"{pad}    {parameter}," for parameter in parameters]
    return [f"{pad}def {name}(", *lines, f"{pad}) -> {returns}:"]


def _last_call(code: str) -> int:
    """Where the brackets open that close at the end of ``code``; -1 if it does not end in brackets with content."""
    if code[-1:] not in tuple(_CLOSE) or code[-2:] in {"()", "[]", "{}"}:
        return -1
    depth = 0
    plain = _without_texts(code)
    for place in range(len(code) - 1, -1, -1):
        depth += (plain[place] in _CLOSE) - (plain[place] in _OPEN)
        if depth == 0:
            return place
    return -1


def split_arguments(text: str) -> list[str]:
    """Split at the commas that stand outside of all brackets and quotes."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(_without_texts(text)):
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if letter == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [part for part in [*parts, text[start:].strip()] if part]


def _without_texts(code: str) -> str:
    """The code with blanks in place of all that stands in quotes, as long as before."""
    return re.sub(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", lambda found: " " * len(found[0]), code)


def one_line(text: str, longest: int = 120) -> str:
    """Any text made safe for a comment or docstring: one printable line without double quotes and backslashes."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    clean = " ".join(clean.replace("\\", "/").replace('"', "'").split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def comment(indent: int, text: str) -> list[str]:
    """Any text as lines of comments: nothing in it can end one. Blank lines at its ends are left out."""
    pad = " " * indent
    lines: list[str] = []
    for line in text.strip().splitlines():
        clean = "".join(letter if letter.isprintable() else " " for letter in line).rstrip()
        wrapped = textwrap.wrap(clean, WIDTH - indent - 2, drop_whitespace=True) or [""]
        lines += [f"{pad}# {part}".rstrip() for part in wrapped]
    return lines


TAKEN = frozenset(
    {"CHANGES", "DEVICE", "EPOCHS", "FACTORS", "LOSSES", "METRICS", "MIXTURES", "OrderedDict", "SEED", "Tensor"}
)
"""Names that generated modules and scripts use themselves."""


def class_name(title: str) -> str:
    """A class name from any title: ``resnet-mini`` gives ``ResnetMini``; ``Network`` if nothing is left of it."""
    words = re.findall(r"[A-Za-z0-9]+", title)
    name = "".join(word[0].upper() + word[1:] for word in words)[:60]
    if name[:1].isdigit():
        name = "Network" + name
    taken = not name or keyword.iskeyword(name) or name in TAKEN or hasattr(builtins, name)
    return "Network" if taken else name
