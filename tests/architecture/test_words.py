"""One word for one thing: what the table in docs/words.md retires stands in no text of ours."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (tokenize.STRING, tokenize.COMMENT)
PLACES = ("models", "widgets", "studio", "tests", "benchmarks", "tools")
GLOSSARY = ROOT / "docs" / "words.md"
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(set((ROOT / "docs").glob("*.md")) - {GLOSSARY})]
SOURCES = sorted(path for place in PLACES for path in (ROOT / place).rglob("*.py") if path != Path(__file__).resolve())


def retired(glossary: str) -> list[str]:
    """The words of the last column."""
    rows = [line.strip("| ").split(" | ") for line in glossary.splitlines() if line.startswith("| ")]
    return [word.strip() for _, _, words in rows[1:] for word in words.split(",")]


WORDS = retired(GLOSSARY.read_text())
_ANY = "|".join(r"\s+".join(map(re.escape, word.split())) for word in WORDS)
FORBIDDEN = re.compile(rf"\b(?:{_ANY})s?\b", re.IGNORECASE)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of what people read in a file: all of a page, the strings and comments of a module."""
    content = path.read_text()
    if path.suffix != ".py":
        yield 1, content
        return
    if not FORBIDDEN.search(content):
        return  # taking a module apart takes long
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type in TEXT:
            yield token.start[0], token.string


def found(path: Path) -> list[str]:
    return [
        f"{path.name}:{line + text.count(chr(10), 0, match.start())}: {match.group()}"
        for line, text in texts(path)
        for match in FORBIDDEN.finditer(text)
    ]


def test_the_table_is_read() -> None:
    assert {"whole number", "mean and spread", "colour", "takes one wire"} <= set(WORDS) and len(WORDS) > 30


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('x = "expected a whole number"', "whole number"),
        ('x = f"{n} Whole\\n numbers"', ""),
        ('"""Two class\nnumbers."""', "class\nnumbers"),
        ("colour = 1  # the Colours of it", "Colours"),
        ("def grey(): ...", ""),
        ('"greyhound"', ""),
    ],
)
def test_what_is_found(text: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text)
    assert [line.partition(": ")[2] for line in found(tmp_path / "a.py")] == ([word] if word else [])


def test_retired_words_stand_nowhere() -> None:
    assert [line for path in (*SOURCES, *DOCS) for line in found(path)] == []
