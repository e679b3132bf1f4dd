"""What a package reads files with: the very functions of training, put together for one network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from models.codegen.formatting import literal
from studio.data.formats.images import IMAGE_READERS
from studio.data.formats.notation import NOTATION, written_number
from studio.data.frames.source import FRAME
from studio.data.frames.spectrogram import frame_count, frame_lengths, mel_filters, mel_frames
from studio.data.frames.wav import wav_layout, wav_samples
from studio.data.frames.windows import laid_out
from studio.data.given.base import Asked, Wanted
from studio.data.given.recordings import TOP
from studio.data.kinds.corpus import Texts
from studio.data.kinds.frames import Frames
from studio.data.script import function_source
from studio.data.tables.aligning import columns_of
from studio.data.tables.columns import GAPS, date_parts
from studio.data.texts.settings import tokens_for
from studio.data.texts.tokens import text_of, token_rows, tokens_of
from studio.data.texts.vocabulary import name_of
from studio.worker.exporting.templates import (
    IDS,
    IMAGES,
    NOTED,
    PICTURES,
    PIXELS,
    READING,
    RECORDINGS,
    ROWS,
    TEXTS,
    WRITTEN,
)

Function = Callable[..., Any]
NAMED = ("from functools import partial", "from pathlib import Path", "from PIL import Image, ImageOps")
"""Imports of what reads images that tables name."""
PILLOW_PACKAGE = "Pillow>=11.3"
TEXT_READERS: tuple[Function, ...] = (tokens_of, token_rows, name_of)


class Reading(NamedTuple):
    """How one sort of files is read: what they are, the call that reads one, imports, text, and the functions in it."""

    what: str
    call: str
    imports: tuple[str, ...]
    text: str
    functions: tuple[Function, ...] = ()
    packages: tuple[str, ...] = ()

    def source(self) -> str:
        """The text of the module."""
        plain = sorted({*self.imports, "import numpy as np"}, key=lambda line: (" as " in line or "PIL" in line, line))
        return READING.format(
            what=self.what,
            call=self.call,
            imports="\n".join(plain),
            functions=self.text + "\n\n".join(map(function_source, self.functions)),
        ).rstrip() + "\n"  # fmt: skip


def reading_for(asked: Asked) -> Reading:
    """How the files that a network takes are read; arrays alone where nothing else is known of them."""
    dataset, first = asked.dataset, asked.inputs[0]
    alone = len(asked.inputs) == 1
    if alone and isinstance(dataset, Frames) and TOP in asked.found:
        return _of_recordings(dataset, float(asked.found[TOP]))
    if alone and isinstance(dataset, Texts) and first.vocabulary and not dataset.tokenizer.strip():
        return _of_texts(dataset)
    if alone and _is_picture(first):
        imports, text = ("import csv", *NAMED), IMAGES + PICTURES + PIXELS
        return Reading("images", "image(path, about)", imports, text, IMAGE_READERS, (PILLOW_PACKAGE,))
    if all(wanted.own.features or _is_picture(wanted) for wanted in asked.inputs):
        return _of_rows(
            pictured=any(not wanted.own.features for wanted in asked.inputs),
            written=any(wanted.vocabulary for wanted in asked.inputs),
            noted=any(name.startswith(NOTATION) for name in asked.found),
        )
    return Reading("arrays", "unknown(path, about)", (), "")


def _is_picture(wanted: Wanted) -> bool:
    """Whether an Input takes images, and it is known how bright those are."""
    return wanted.is_image and wanted.span is not None


def _of_rows(*, pictured: bool, written: bool, noted: bool) -> Reading:
    """Rows of tables, of which some columns may name images, some hold texts, and some numbers with signs or units."""
    imports: tuple[str, ...] = ("import csv", "from datetime import datetime")
    functions: tuple[Function, ...] = (date_parts,)
    text = ROWS.format(gaps=literal(GAPS), noted=NOTED if noted else "")
    if noted:
        imports, functions = (*imports, "import re"), (*functions, written_number)
    if written:
        text += WRITTEN
        imports, functions = (*imports, "import re", "import unicodedata"), (*functions, *TEXT_READERS)
    if pictured:
        text += PICTURES + PIXELS
        imports, functions = (*imports, *NAMED), (*functions, *IMAGE_READERS)
    packages = (PILLOW_PACKAGE,) if pictured else ()
    return Reading("rows of tables", "rows(path, about)", imports, text, functions, packages)


def _of_recordings(data: Frames, top: float) -> Reading:
    together = data.labels != FRAME and not data.label_folder
    settings = _told(data.window, data.hop, data.mel_bins, data.log, top, data.context, together)
    functions = (wav_layout, wav_samples, frame_lengths, frame_count, mel_filters, mel_frames, laid_out)
    imports, text = ("import os", "import struct"), RECORDINGS.format(settings=settings)
    return Reading("recordings", "recording(path, about)", imports, text, functions)


def _of_texts(data: Texts) -> Reading:
    text = TEXTS.format(settings=_told(data.level, data.lowercase, data.padding == "start", data.encoding))
    imports = ("import os", "import re", "import unicodedata")
    return Reading("texts", "text(path, about)", imports, text + IDS, (text_of, *TEXT_READERS))


def _told(*values: Any) -> str:
    return ", ".join(literal(value) if isinstance(value, str) else repr(value) for value in values)


def about_input(wanted: Wanted, asked: Asked) -> dict[str, Any]:
    """What a package knows of an Input, as JSON data."""
    own = wanted.own
    exact = own.ends is not None and own.ends[0].dtype.name == "float64"
    found: dict[str, Any] = {"id": wanted.id, "shape": list(wanted.shape), "tokens": wanted.tokens}
    found["column"] = wanted.column
    if own.features and not wanted.vocabulary:
        medians = [] if own.middle is None else own.middle.tolist()
        columns = [told._asdict() for told in columns_of(own.features)]
        for column in columns:
            if how := str(asked.found.get(f"{NOTATION}{column['name']}", "")):
                column["mark"] = how[0]
        found |= {"columns": columns, "medians": medians, "exact": exact}
    if wanted.vocabulary:
        if own.features:
            name = own.features[0]
            found |= {"text": name, "told": list(tokens_for(getattr(asked.dataset, "texts", ()), name).told)}
        found["vocabulary"] = list(wanted.vocabulary)
    if wanted.span is not None:
        found["span"] = list(wanted.span)
    return found
