"""Names of a source as documents take them."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count

from models.kinds.layer import LAYERS
from models.network import name_problem

LONGEST = 56
"""Letters of a name before a number is put behind it."""


def sound_name(name: str) -> str:
    """The nearest name that a layer may have."""
    text = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:LONGEST] or "layer"
    text = text if text[0].isalpha() else f"layer_{text}"
    return f"{text}1" if name_problem(text) else text


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or the first with a number behind it that is free."""
    if name not in taken:
        return name
    stem = name.rstrip("0123456789") if not name.rstrip("0123456789").endswith("_") else name
    return next(found for number in count(2) if (found := f"{stem}{number}") not in taken)


def block_name(kind: str, taken: Collection[str]) -> str:
    """What the block of a class is called: after it, unless a layer or another block is."""
    text = re.sub(r"[^A-Za-z0-9]+", "", kind)[:LONGEST] or "Block"
    text = text if text[0].isalpha() else f"Block{text}"
    text = f"{text}Block" if text in LAYERS else text
    return next(found for number in count(1) if (found := text if number == 1 else f"{text}{number}") not in taken)
