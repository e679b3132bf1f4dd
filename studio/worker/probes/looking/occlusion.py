"""How much the score falls where a part of the input is covered (Zeiler and Fergus 2014)."""

from __future__ import annotations

import torch
from torch import Tensor

from studio.runs.probes.answer import Answer
from studio.worker.probes.scoring.thought import altered, most_likely
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.training.loop import outputs_of

AT_ONCE = 128


@probe(sample=0, patch=3)
def occlusion(asked: Asked) -> Steps:
    """``heat``: the fall of the score while each place lies under a patch of 0, on average over the patches.

    For images as height × width, with square patches of ``patch`` pixels (by default a seventh of the side) at half
    their size apart; else one value at a time, tokens by 0. 0 is the mean of the data where it is normalized.
    """
    inputs, _ = altered(asked)
    x = inputs[0]
    masks = _patches(x, asked.whole("patch")) if x.dim() == 4 else _each(x)
    place = asked.goal.place
    with torch.inference_mode():
        reference = outputs_of(asked.bench.model, inputs)[place]
        score = most_likely(asked, reference)[0]
    total = torch.zeros(masks.shape[1:], device=x.device)
    covered = torch.zeros_like(total)
    for start in range(0, len(masks), AT_ONCE):
        some = masks[start : start + AT_ONCE]
        with torch.inference_mode():
            shown = x.masked_fill(some[:, None] if x.dim() == 4 else some, 0)
            given = (shown, *(other.expand(len(some), *other.shape[1:]) for other in inputs[1:]))
            found = most_likely(asked, torch.cat([reference, outputs_of(asked.bench.model, given)[place]]))[1:]
            falls = (score - found).reshape(-1, *[1] * total.dim())
            total += (falls * some).sum(0)
            covered += some.sum(0)
        yield min(start + AT_ONCE, len(masks)), len(masks)
    return Answer({"heat": (total / covered.clamp(min=1)).cpu().numpy()}, {"signed": True, "score": float(score)})


def _patches(x: Tensor, patch: int) -> Tensor:
    """Masks of squares that cover an image, one after another, as count × height × width."""
    height, width = x.shape[2:]
    size = min(max(patch or max(height, width) // 7, 1), height, width)
    step = max(1, size // 2)
    tops = [*range(0, height - size, step), height - size]
    lefts = [*range(0, width - size, step), width - size]
    masks = torch.zeros(len(tops) * len(lefts), height, width, dtype=torch.bool, device=x.device)
    for number, (top, left) in enumerate((top, left) for top in tops for left in lefts):
        masks[number, top : top + size, left : left + size] = True
    return masks


def _each(x: Tensor) -> Tensor:
    """Masks of single values, of a sequence of vectors of single steps, in the shape of the input."""
    shape = x.shape[1:]
    if len(shape) == 2:
        return torch.eye(shape[0], dtype=torch.bool, device=x.device)[:, :, None].expand(-1, -1, shape[1])
    count = x[0].numel()
    return torch.eye(count, dtype=torch.bool, device=x.device).reshape(count, *shape)
