"""The blocks that the program brings along: documents in resources/blocks, each with a small network that uses it.

The first block of a document is the one that it is there for; another one is what the network is made of beside it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from models.analysis.blocks import Block
from models.analysis.definitions import block_kind
from models.network import Kinds
from models.storage.files import SUFFIX, read_whole
from models.storage.templates import RESOURCES

FOLDER = RESOURCES / "blocks"


@cache
def library() -> Kinds:
    """The blocks of the library by name."""
    found: dict[str, type[Block]] = {}
    for file in files():
        document = read_whole(file)
        about = document.content.extra["about"]
        name = next(filter(None, document.content.networks))
        kind = block_kind(name, document.content[name])
        kind.title, kind.synonyms = about["title"], tuple(about["synonyms"])
        found[name] = kind
    return found


def files() -> list[Path]:
    """The documents of the library, by name."""
    return sorted(FOLDER.glob(f"*{SUFFIX}"))
