"""Arithmetic that layer kinds share: sizes of sliding windows, ranks of inputs, words for cards.

Size formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html and the pages of the other kinds.
"""

from __future__ import annotations

from models.kinds.layer import Shape, ShapeError, TensorType, brief, times

LONGEST_SUMMARY = 40

LAYOUTS = {
    0: "features",
    1: "channels×length",
    2: "channels×height×width",
    3: "channels×depth×height×width",
}
"""What the sizes of an input mean, by the number of its spatial dimensions."""


def require_channels(kind: str, given: TensorType, spatial: int) -> None:
    """Raise `ShapeError` unless the input has a channel dimension and ``spatial`` further ones."""
    if len(given.shape) != spatial + 1:
        raise ShapeError(
            f"{kind} needs {LAYOUTS[spatial]}, but it receives {brief(given.shape)}.",
            expected=LAYOUTS[spatial],
            found=times(given.shape),
            mend="unflatten" if len(given.shape) == 1 else "",
        )


def span(kernel: int, dilation: int) -> int:
    """How many input elements a dilated kernel reaches over."""
    return dilation * (kernel - 1) + 1


def check_fits(sizes: Shape, kernel: Shape, padding: tuple[tuple[int, int], ...], dilation: Shape) -> None:
    """Raise `ShapeError` where a window is larger than the padded input; ``padding`` is (before, after) each."""
    for size, reach, (before, after) in zip(sizes, map(span, kernel, dilation), padding, strict=True):
        if size + before + after < reach:
            enough = -(-(reach - size) // 2)
            padded = before + after > 0
            where, verb = (f"padded {brief(sizes)}", "Use") if padded else (brief(sizes), "Add")
            raise ShapeError(
                f"Kernel {reach} is larger than the {where} input. {verb} padding {enough}.",
                expected=f"kernel of at most {size + before + after}",
                found=str(reach),
                mend="padding",
            )


def window_size(size: int, kernel: int, stride: int, padding: int, dilation: int = 1, ceil: bool = False) -> int:
    """⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, or with ⌈ ⌉.

    Rounded up, a last window that would start beyond the input and its left padding is left out, as PyTorch does.
    """
    room = size + 2 * padding - span(kernel, dilation)
    if not ceil:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= size + padding else count


def settings(*parts: str) -> str:
    """The parts of a card's second row, empty ones left out; the last ones go where the row would be too long."""
    kept = [part for part in parts if part]
    while len(text := " · ".join(kept)) > LONGEST_SUMMARY and len(kept) > 1:
        kept.pop()
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"


def short(letter: str, value: Shape) -> str:
    """A per-dimension setting on a card: ``s2``, ``p1×0``."""
    return letter + (str(value[0]) if len(set(value)) == 1 else times(value))


def check_dimension(kind: str, dim: int, given: TensorType) -> int:
    """``dim`` counted from the front with the batch as 0; raises `ShapeError` for the batch and beyond the end."""
    count = len(given.shape) + 1
    place = dim + count if dim < 0 else dim
    if place == 0:
        raise ShapeError(
            f"{kind} over dimension {dim} would mix the examples of a batch.", expected="not the batch", found=str(dim)
        )
    if not 0 < place < count:
        raise ShapeError(
            f"{kind} has no dimension {dim}: the input, N×{brief(given.shape)}, has {count}.",
            expected=f"1 to {count - 1}" if count > 1 else "a dimension beside the batch",
            found=str(dim),
        )
    return place


def require_sequence(kind: str, given: TensorType, port: str = "") -> None:
    """Raise `ShapeError` unless the input is a sequence, steps×features."""
    if len(given.shape) != 2:
        raise ShapeError(
            f"{kind} needs steps×features, but it receives {brief(given.shape)}.",
            expected="steps×features",
            found=times(given.shape),
            port=port,
            mend="unflatten" if len(given.shape) == 1 else "",
        )
