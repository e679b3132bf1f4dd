"""Layer kinds as lists offer them, by family or as a search finds them: those of the registry, and ``blocks``."""

from __future__ import annotations

from collections.abc import Iterable

from models.kinds.layer import FAMILIES, Layer
from models.layers import LAYERS
from models.specs.spec import searched
from widgets.theme import FAMILY_ICONS, theme

MIME = "application/x-netloom-kind"
"""What a dragged layer kind is called: the data is the kind's name in UTF-8."""

Kind = type[Layer]


def families(blocks: Iterable[Kind] = ()) -> list[tuple[str, list[Kind]]]:
    """Every family that has kinds, with its kinds in order of registration."""
    groups: dict[str, list[Kind]] = {family: [] for family in FAMILIES}
    for kind in (*LAYERS.values(), *blocks):
        groups.setdefault(kind.family, []).append(kind)
    return [(family, kinds) for family, kinds in groups.items() if kinds]


def found(text: str, blocks: Iterable[Kind] = ()) -> list[Kind]:
    """The kinds that a search finds, best first; all of them, by family, for an empty search."""
    if text.strip():
        return searched((*LAYERS.values(), *blocks), text.strip())
    return [kind for _, kinds in families(blocks) for kind in kinds]


def closest(text: str, blocks: Iterable[Kind] = ()) -> Kind | None:
    """The kind that a search which found nothing may have meant: by its name, title or another word for it."""
    from difflib import get_close_matches  # here: seldom needed

    kinds = (*LAYERS.values(), *blocks)
    words = {kind.kind.casefold(): kind for kind in kinds}
    for kind in kinds:
        for word in (kind.title, *kind.synonyms, *kind.title.split()):
            words.setdefault(word.casefold(), kind)
    found = get_close_matches(text.strip().casefold()[:80], words, n=1)
    return words[found[0]] if found else None


def not_found(text: str, blocks: Iterable[Kind] = ()) -> str:
    """What an empty result says."""
    nearest = closest(text, blocks)
    ending = f" Closest: {nearest.kind}" if nearest else ""
    return f"No layer called ‘{text.strip():.40}’.{ending}"


def family_icon(family: str) -> str:
    """The icon of a family; families that plug-ins bring have a neutral one."""
    return FAMILY_ICONS.get(family, "info")


def family_token(family: str) -> str:
    """The color token of a family; families that plug-ins bring are neutral."""
    return family if family in theme().palette.families else "text2"


def kind_icon(kind: Kind) -> str:
    """The icon of a kind: its family's, or the way out for a kind that ends a path."""
    return family_icon(kind.family) if kind.outputs else "io_out"
