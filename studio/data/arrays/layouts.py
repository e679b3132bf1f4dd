"""How examples lie in an array, and how they come to lie as a network takes them; scripts do the same in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.basics.text import times
from studio.data.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.data.formats.npy import Place

LAYOUTS = ("auto", "as stored", "add channel", "channels last")
TOKENS = "tokens"
_CHANNELS = (1, 3, 4)
_RANKS = {"add channel": 3, "channels last": 4}


def layout_of(
    place: Place, shape: tuple[int, ...], dtype: np.dtype[np.generic], wanted: str, *, tokens: bool, several: bool
) -> str:
    """The layout with "auto" decided by shape and type. Of ``several`` inputs each takes what is meant for it.

    Raises `DataError` where it is another than wanted, or cannot be told.
    """
    if tokens and not (several and (dtype.kind not in "iu" or len(shape) > 2)):
        return TOKENS
    is_meant = len(shape) == _RANKS.get(wanted, len(shape))
    if not is_meant and not several:
        raise DataError(
            f"{place}: layout “{wanted}” expects {_RANKS[wanted]} dimensions, "
            f"found {times(shape)}. Set the layout to auto.",
            layout="auto",
        )
    if wanted != "auto" and is_meant:
        return wanted
    if len(shape) == 3 and dtype.name == "uint8":
        return "add channel"
    if len(shape) != 4:
        return "as stored"
    first, last = (shape[place] in _CHANNELS for place in (1, 3))
    if first is last and 1 != shape[1] == shape[2] != shape[3]:  # as two equal sizes stand, channels come behind
        raise DataError(
            f"{place}: {times(shape)} may hold channels first or last. Set the layout to “channels last” or “as "
            "stored”.",
            layout="channels last",
        )
    return "channels last" if last and not first else "as stored"


def arrange(x: NDArray[np.generic], layout: str) -> NDArray[np.generic]:
    """Examples as the network takes them; images stay uint8 where they are stored so."""
    import numpy as np

    if layout == TOKENS:
        return _as_tokens(x)
    if layout == "add channel":
        x = x[:, None]
    if layout == "channels last":
        x = np.moveaxis(x, -1, 1)
    if x.ndim == 1:
        x = x[:, None]
    if x.dtype == np.uint8 and x.ndim == 4:
        return np.ascontiguousarray(x)
    with np.errstate(over="ignore"):  # what overflows is infinite and found by the checks
        return np.ascontiguousarray(x, dtype=np.float32)


def _as_tokens(x: NDArray[np.generic]) -> NDArray[np.int64]:
    import numpy as np

    with np.errstate(invalid="ignore"):
        tokens = x.astype(np.int64)
    odd = x[tokens != x] if x.dtype.kind == "f" else x[:0]
    if odd.size:
        raise DataError(
            f"Expected integers as tokens, found {odd.flat[0]} in x. Switch tokens off or round the numbers.",
            tokens=False,
        )
    return tokens


def arranged(shape: tuple[int, ...], layout: str) -> tuple[int, ...]:
    """The shape of one example after `arrange`."""
    if layout == "add channel":
        return (1, *shape[1:])
    if layout == "channels last":
        return (shape[-1], *shape[1:-1])
    return shape[1:] if len(shape) > 1 or layout == TOKENS else (1,)


def arranging(source: str, shape: tuple[int, ...], dtype: np.dtype[np.generic], layout: str) -> str:
    """What `arrange` does to an array of this shape and type, as an expression."""
    if layout == TOKENS:
        return f"{source}.astype(np.int64)"
    if layout == "channels last":
        source = f"np.moveaxis({source}, -1, 1)"
    elif layout == "add channel" or len(shape) == 1:
        source = f"{source}[:, None]"
    return f"np.ascontiguousarray({source}{'' if are_bytes(shape, dtype, layout) else ', dtype=np.float32'})"


def are_bytes(shape: tuple[int, ...], dtype: np.dtype[np.generic], layout: str) -> bool:
    """Whether `arrange` leaves them as they are: images of uint8."""
    return dtype.name == "uint8" and len(shape) + (layout == "add channel") == 4
