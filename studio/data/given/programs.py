"""What another program gives, for a network that was trained on what a program gave."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from studio.data.given.arrays import arrays
from studio.data.given.base import Asked, Given
from studio.data.kinds.own_code import OwnCode


def program(path: Path, asked: Asked) -> Given:
    """The samples of a program, asked as that of the training was; raises `DataError`."""
    found = cast(OwnCode, asked.dataset).replace(path=str(path)).made(None).arrays
    yield from arrays(found, asked._replace(names={found: asked.name(path)}))
