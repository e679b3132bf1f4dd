"""What can be written next in code: layers behind ``nn.``, their settings, and the modules that there are."""

from __future__ import annotations

import re
from typing import NamedTuple

from models.kinds.layer import OF_WEIGHTS
from models.layers import LAYERS
from models.sources.recognizing.functions import is_made
from models.sources.recognizing.settings import writes_itself

MOST = 16
_LAYER = re.compile(r"\bnn\.(\w*)$", re.ASCII)
_SETTING = re.compile(r"\bnn\.(\w+)\((?:[^()]|\([^()]*\))*?(?<![\w.])([A-Za-z_]\w*|)$", re.ASCII)
_MODULE = re.compile(r"\bself\.(\w*)$", re.ASCII)
_MADE = re.compile(r"\bself\.(\w+) *=", re.ASCII)


class Offers(NamedTuple):
    """What may stand in place of what was ``typed``, the likeliest first."""

    typed: str
    texts: tuple[str, ...] = ()


def offers(before: str, text: str) -> Offers:
    """What fits behind the text before the cursor, of the statement that it is in; ``text`` is all there is."""
    if found := _LAYER.search(before):
        kinds = [kind.kind for kind in LAYERS.values() if is_made(kind) and writes_itself(kind)]
        return _fitting(found[1], kinds)
    if found := _MODULE.search(before):
        return _fitting(found[1], list(dict.fromkeys(_MADE.findall(text))))
    if found := _SETTING.search(before):
        kind = LAYERS.get(found[1])
        names = [name for name in kind.fields if name not in OF_WEIGHTS] if kind is not None else []
        return _fitting(found[2], [f"{name}=" for name in names if f"{name}=" not in found[0]])
    return Offers("")


def _fitting(typed: str, names: list[str]) -> Offers:
    """The names that begin so, then those that hold it, whatever the case of the letters."""
    wanted = typed.casefold()
    begin = [name for name in names if name.casefold().startswith(wanted) and name != typed]
    hold = [name for name in names if wanted in name.casefold() and name not in begin and name != typed]
    return Offers(typed, tuple((begin + hold)[:MOST]))
