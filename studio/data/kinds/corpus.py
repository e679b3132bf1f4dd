"""Texts: files in folders by class, a column of a table, or running text whose next token is to be predicted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from models.basics.text import counted
from models.codegen.formatting import literal
from models.specs.fields import Choice, Text
from studio.data.base import DATASETS, Dataset
from studio.data.data import Progress, Raw, RawColumn
from studio.data.errors import DataError
from studio.data.formats.csv import ENCODINGS, Way
from studio.data.formats.shards import TEXTS, has_shards, holds
from studio.data.formats.tables.shards import recognized
from studio.data.paths import first_names, is_folder, located
from studio.data.texts.settings import (
    BYTES,
    CHARACTERS,
    LENGTH,
    LOWERCASE,
    PADDING,
    RAREST,
    START,
    VOCABULARY,
    WORDS,
)
from studio.data.texts.telling import is_running_text

if TYPE_CHECKING:
    from studio.data.texts.sources import Found
    from studio.data.texts.tokenizer import Tokenizer

AUTO, CLASSES, NUMBERS, NEXT = "auto", "classification", "regression", "next token"
PLAIN = (".txt", ".text", ".md")
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xlsm", ".sqlite", ".sqlite3", ".db")
_PIECE = 500
_READ = '''
def read_data():
    """Tokens, numbered as they come; {what}."""
    known, parts = {{}}, []
    for texts, y{names} in read_texts():
{lines}
    return parts
'''
_ROWS = """        x, sizes = token_rows(texts, {settings}, known)
        parts += [x[sizes > 0], y[sizes > 0]{named}]"""
_WINDOWS = "        parts += token_windows(texts, {settings}, known)"
_ENCODED_ROWS = """        x, sizes = encoded_rows(texts, {length}, {at_start}, TOKENIZER, {padding})
        parts += [x[sizes > 0], y[sizes > 0]{named}]"""
_ENCODED_WINDOWS = "        parts += encoded_windows(texts, {length}, TOKENIZER)"


@DATASETS.register
class Texts(Dataset, kind="text"):
    """Texts as token IDs, from files or from a table."""

    title = "Text"
    suffixes = (*PLAIN, *_TABLES)
    synonyms = (
        "words",
        "tokens",
        "documents",
        "corpus",
        "language model",
        "characters",
        "bytes",
        "nlp",
        "hugging face",
    )
    help = (
        "A folder with one folder of text files for each class, a table with a column of texts, or a text whose next "
        "token is to be predicted. The vocabulary comes from the training part."
    )

    path = Text(
        label="File or folder", path=True, folder=True, help="Texts or a table; relative paths start at the document."
    )
    task = Choice(
        AUTO,
        (AUTO, CLASSES, NUMBERS, NEXT),
        help="What to predict: a class, a number, or the token that follows. Auto tells by what is there.",
    )
    level = Choice(
        WORDS,
        (WORDS, CHARACTERS, BYTES),
        label="Tokens",
        help="Words and signs, characters, or bytes of UTF-8.",
    )
    lowercase, length, padding, vocabulary, rarest = LOWERCASE, LENGTH, PADDING, VOCABULARY, RAREST
    column = Text(label="Text column", help="Of a table: name or number (from 1); the longest texts where empty.")
    target = Text(label="Target column", help="Of a table: name or number (from 1); the last other one where empty.")
    name_column = Text(
        label="Name column",
        help="Of a table: what lists of the parts call a text by, instead of the number of its row.",
        advanced=True,
    )
    table = Text(
        label="Sheet or table", help="The sheet of a workbook, or the table of a database; the first where empty."
    )
    tokenizer = Text(
        path=True,
        help="A tokenizer.json of Hugging Face: its tokens and IDs in place of Tokens, Lowercase and the vocabulary.",
        advanced=True,
    )
    encoding = Choice(
        AUTO,
        (AUTO, *ENCODINGS),
        help="How text files are written. Auto is UTF-8, UTF-16 with its mark, or cp1252, which is said.",
        advanced=True,
    )

    column_advice: ClassVar[str] = "For numbers beside texts, choose “Table” for this file."

    @property
    def named_by(self) -> str:
        return self.name_column.strip()

    @classmethod
    def accepts(cls, path: Path) -> bool:
        """A folder of texts alone, or a file of text that is called so; tables may hold anything."""
        if holds(path) == TEXTS:
            return True
        if not path.is_dir():
            return path.suffix.lower() in PLAIN[1:] or (path.suffix.lower() == PLAIN[0] and is_running_text(path))
        try:
            suffixes = {Path(name).suffix.lower() for name in first_names(path) if not name.startswith(".")}
        except OSError:
            return False
        return bool(suffixes & set(PLAIN)) and suffixes <= {*PLAIN, ""}

    def opened_tokenizer(self, base: Path | None) -> Tokenizer | None:
        """The tokenizer that is named, None where none is; raises `DataError`."""
        from studio.data.texts.tokenizer import opened_tokenizer

        return opened_tokenizer(located(self.tokenizer, base, "tokenizer")) if self.tokenizer.strip() else None

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        from studio.data.texts.tokens import Numbering

        found, tokenizer = self._found(base, progress), self.opened_tokenizer(base)
        known: dict[str, int] = {}
        warnings = [*found.warnings]
        parts: Sequence[tuple[Any, ...]]
        if found.parts[0][1] is None:
            parts = self._windows(found, known, tokenizer)
        else:
            parts = self._rows(found, known, warnings, progress, tokenizer)
        vocabulary = tuple(known) if tokenizer is None else tokenizer.names
        texts, targets, *kept = zip(*parts, strict=True)
        numbering = None if tokenizer else Numbering(self.vocabulary, self.rarest)
        x = RawColumn(texts[0], vocabulary=vocabulary, numbering=numbering).with_parts(texts)
        targets_too = vocabulary if found.parts[0][1] is None else ()
        classes = targets_too if targets_too and tokenizer else found.classes
        y = RawColumn(targets[0], None, classes, vocabulary=targets_too).with_parts(targets)
        names = list(compress(found.names, kept[0][0])) if found.names is not None else None
        return Raw({"x": x}, {"y": y}, tuple(warnings), names=names)

    def read_source(self, base: Path | None) -> str:
        from studio.data.script import function_source, with_test
        from studio.data.texts.tokenizer import SOURCE, encoded_rows, encoded_windows
        from studio.data.texts.tokens import token_rows, token_windows, tokens_of

        found, tokenizer = self._found(base, None), self.opened_tokenizer(base)
        following = found.parts[0][1] is None
        told: list[Any] = [self.length, self.level, self.lowercase, *([] if following else [self.padding == START])]
        named = ", np.array(names)[sizes > 0]" if found.names is not None else ""
        lines = (_WINDOWS if following else _ROWS).format(settings=", ".join(map(literal, told)), named=named)
        if tokenizer is not None:
            lines = (_ENCODED_WINDOWS if following else _ENCODED_ROWS).format(
                length=self.length, at_start=self.padding == START, padding=tokenizer.padding, named=named
            )
        what = "targets are the tokens that follow" if following else "targets"
        reading = _READ.format(what=what, lines=lines, names=", names" if named else "")
        functions = [function_source(tokens_of), function_source(token_windows if following else token_rows)]
        if tokenizer is not None:
            path = literal(str(located(self.tokenizer, base, "tokenizer")))
            functions = [SOURCE.format(path=path), function_source(encoded_windows if following else encoded_rows)]
        source = found.source
        if "import unicodedata" not in source:
            source = source.replace("import re\n", "import re\nimport unicodedata\n", 1)
        whole = "\n\n".join((source.rstrip() + "\n", *functions, reading.strip()))
        return with_test(whole) if len(found.parts) > 2 else whole

    def _found(self, base: Path | None, progress: Progress | None) -> Found:
        """The texts and what is to be predicted; raises `DataError`."""
        from studio.data.formats.tables.door import opened
        from studio.data.texts.sources import from_file, from_folder, from_table

        place = located(self.path, base, "text", folder=is_folder(self.path, base))
        name_column = self.name_column if self.named_by and self.lists(base).by_name else None
        if has_shards(place):
            whole = recognized(place, self.table, whole=True)
            return from_table(whole, self.column, self.target, self._of_table, progress, name_column)
        if place.is_dir():
            if self.task == NUMBERS:
                raise DataError(
                    f"{place.name}: expected a table with a column of numbers, found a folder. Set the task to auto.",
                    task=AUTO,
                )
            by_class = {CLASSES: True, NEXT: False}.get(self.task)
            return from_folder(place, by_class, self.encoding, progress, self.lists(base))
        following = self.task == NEXT or (self.task == AUTO and place.suffix.lower() in PLAIN)
        if following and place.suffix.lower() not in _TABLES:
            if progress:
                progress(0, 1)
            return from_file(place, self.encoding)
        file = opened(place, self.table, Way(encoding=self.encoding), progress)
        return from_table(file, self.column, self.target, self._of_table, progress, name_column)

    @property
    def _of_table(self) -> str | None:
        """What is predicted from a table, None for the next token."""
        return None if self.task == NEXT else self.task

    def _windows(self, found: Found, known: dict[str, int], tokenizer: Tokenizer | None) -> list[tuple[Any, Any]]:
        from studio.data.texts.tokenizer import encoded_windows
        from studio.data.texts.tokens import token_windows

        parts = [
            encoded_windows(texts, self.length, tokenizer.encoder)
            if tokenizer
            else token_windows(texts, self.length, self.level, self.lowercase, known)
            for texts, _ in found.parts
        ]
        if not all(len(x) for x, _ in parts):
            raise DataError(
                f"{self.called()}: expected more than {self.length:,} tokens in each part, found fewer. "
                "Set a smaller length."
            )
        return parts

    def _encoded(self, texts: list[str], known: dict[str, int], tokenizer: Tokenizer | None) -> tuple[Any, Any]:
        """A row of tokens for each text, and how many each has."""
        from studio.data.texts.tokenizer import encoded_rows
        from studio.data.texts.tokens import token_rows

        at_start = self.padding == START
        if tokenizer is not None:
            return encoded_rows(texts, self.length, at_start, tokenizer.encoder, tokenizer.padding)
        return token_rows(texts, self.length, self.level, self.lowercase, at_start, known)

    def _rows(
        self,
        found: Found,
        known: dict[str, int],
        warnings: list[str],
        progress: Progress | None,
        tokenizer: Tokenizer | None,
    ) -> list[tuple[Any, Any, Any]]:
        """Rows of tokens with their targets, and which of the texts have any."""
        import numpy as np

        from studio.data.formats.memory import check_memory

        total = sum(len(texts) for texts, _ in found.parts)
        check_memory(f"{total:,} texts of {self.length:,} tokens", 24 * total * self.length, "Set a smaller length.")
        parts, empty, cut, done = [], 0, 0, 0
        for texts, y in found.parts:
            pieces = []
            for start in range(0, len(texts), _PIECE):
                some = texts[start : start + _PIECE]
                pieces.append(self._encoded(some, known, tokenizer))
                done += len(some)
                if progress:
                    progress(total + done, 2 * total)
            x, sizes = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
            kept = sizes > 0
            if not kept.any():
                raise DataError(
                    f"{self.called()}: expected texts, found {len(texts):,} empty ones. Choose other texts."
                )
            parts.append((x[kept], y[kept] if y is not None else None, kept))
            empty, cut = empty + int((~kept).sum()), cut + int((sizes > self.length).sum())
        if empty:
            warnings.append(f"{counted(empty, 'empty text')} left out.")
        if cut:
            warnings.append(f"{cut:,} of {total:,} texts are longer than {self.length:,} tokens and are cut.")
        return parts
