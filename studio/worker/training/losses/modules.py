"""Losses that `torch.nn` lacks, or takes in another form: plain modules, which exported scripts contain word for word.

They need torch alone. ``reduction`` is "mean" or "none", as in `torch.nn`; with "none" each answer keeps its own.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def balanced_weights(targets: Tensor, classes: int) -> Tensor:
    """What each class counts so that all classes together count alike: rare ones more."""
    counts = torch.bincount(targets.flatten(), minlength=classes).clamp(min=1)
    return targets.numel() / (classes * counts.float())


def balanced_switches(targets: Tensor) -> Tensor:
    """What a yes counts at each output so that all yeses weigh as much as all noes."""
    yes = targets.movedim(1, 0).flatten(1).sum(1)
    weights = (targets[:, 0].numel() - yes) / yes.clamp(min=1)
    return weights.reshape(-1, *[1] * (targets.dim() - 2))


class FocalLoss(nn.Module):
    """Cross-entropy in which easy examples count less (Lin et al. 2017)."""

    def __init__(self, gamma: float = 2.0, weight: Tensor | None = None) -> None:
        super().__init__()
        self.gamma, self.reduction = gamma, "mean"
        self.weight = None if weight is None else nn.Buffer(weight)

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        loss = nn.functional.cross_entropy(output, target, reduction="none")
        loss = (1 - (-loss).exp()) ** self.gamma * loss
        weights = torch.ones_like(loss) if self.weight is None else self.weight[target]
        loss = weights * loss
        return loss.sum() / weights.sum().clamp(min=1e-12) if self.reduction == "mean" else loss


class CountedLoss(nn.Module):
    """A mean in which classes may count nothing: 0 for a batch of those alone, where PyTorch's is NaN."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss, self.reduction = loss, "mean"
        loss.reduction = "sum"  # type: ignore[assignment]

    @property
    def weight(self) -> Tensor:
        return self.loss.weight  # type: ignore[return-value]

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        total: Tensor = self.loss(output, target)
        if target.is_floating_point():
            return total / (target.numel() / target.shape[1])
        counts = self.weight[target].sum()
        return total * (counts > 0) / counts.clamp(min=1e-12)


class BCELoss(nn.Module):
    """PyTorch's, but what is no probability makes the loss NaN and no error, which a graphics card never gets over."""

    def __init__(self) -> None:
        super().__init__()
        self.reduction = "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        inside = output.nan_to_num().clamp(0, 1)
        loss = nn.functional.binary_cross_entropy(inside, target, reduction="none")
        loss = loss.where(output == inside, torch.nan)
        return loss.mean() if self.reduction == "mean" else loss


class BinaryFocalLoss(nn.Module):
    """Binary cross-entropy in which easy answers count less (Lin et al. 2017)."""

    def __init__(self, gamma: float = 2.0, alpha: float = 0.25) -> None:
        super().__init__()
        self.gamma, self.alpha, self.reduction = gamma, alpha, "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        loss = nn.functional.binary_cross_entropy_with_logits(output, target, reduction="none")
        right = target * output.sigmoid() + (1 - target) * (1 - output.sigmoid())
        counts = self.alpha * target + (1 - self.alpha) * (1 - target)
        loss = counts * (1 - right) ** self.gamma * loss
        return loss.mean() if self.reduction == "mean" else loss


class DiceLoss(nn.Module):
    """How far masks fail to overlap, for each example and channel (Milletari et al. 2016)."""

    def __init__(self) -> None:
        super().__init__()
        self.reduction = "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        first = 2 if output.dim() > 2 else 1
        found, wanted = output.sigmoid().flatten(first), target.flatten(first)
        both = (found * wanted).sum(-1)
        loss = 1 - (2 * both + 1) / (found.sum(-1) + wanted.sum(-1) + 1)
        return loss.mean() if self.reduction == "mean" else loss.reshape(len(loss), -1)


class MultiMarginLoss(nn.Module):
    """PyTorch's, at many positions as well; it passes over scores that are NaN, this does not."""

    def __init__(self, p: int = 1, margin: float = 1.0, weight: Tensor | None = None) -> None:
        super().__init__()
        self.p, self.margin, self.reduction = p, margin, "mean"
        self.counts = None if weight is None else nn.Buffer(weight)

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        place = target.unsqueeze(1)
        lacking = (self.margin - output.gather(1, place) + output).clamp(min=0)
        loss = (lacking**self.p).scatter(1, place, 0).sum(1) / output.shape[1]
        if self.counts is not None:
            loss = self.counts[target] * loss
        return loss.mean() if self.reduction == "mean" else loss


class ClassDiceLoss(nn.Module):
    """How far the masks of classes fail to overlap, each class alike (Milletari et al. 2016)."""

    def __init__(self) -> None:
        super().__init__()
        self.reduction = "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        found = output.softmax(1).reshape(*output.shape[:2], -1)
        wanted = nn.functional.one_hot(target.reshape(len(target), -1), output.shape[1])
        wanted = wanted.movedim(-1, 1).to(found.dtype)
        both = (found * wanted).sum(-1)
        loss = 1 - (2 * both + 1) / (found.sum(-1) + wanted.sum(-1) + 1)
        return loss.mean() if self.reduction == "mean" else loss.mean(1)


class MultiLabelMarginLoss(nn.Module):
    """PyTorch's, for a 0 or 1 at each output; it passes over scores that are NaN, this does not."""

    def __init__(self) -> None:
        super().__init__()
        self.reduction = "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        lead = output.unsqueeze(2) - output.unsqueeze(1)
        pairs = target.unsqueeze(2) * (1 - target).unsqueeze(1)
        loss = (pairs * (1 - lead).clamp(min=0)).sum((1, 2)) / output.shape[1]
        return loss.mean() if self.reduction == "mean" else loss.unsqueeze(1)


class HingeEmbeddingLoss(nn.HingeEmbeddingLoss):
    """PyTorch's, for targets of 0 (different) and 1 (alike)."""

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        return super().forward(output, 2 * target - 1)


class GaussianNLLLoss(nn.Module):
    """PyTorch's, for outputs that hold all means, then the logarithms of all variances."""

    def __init__(self, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps, self.reduction = eps, "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        mean, logarithm = output.chunk(2, 1)
        return nn.functional.gaussian_nll_loss(mean, target, logarithm.exp(), eps=self.eps, reduction=self.reduction)


class CosineLoss(nn.Module):
    """One less the cosine between what is predicted and the target."""

    def __init__(self) -> None:
        super().__init__()
        self.reduction = "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        loss = 1 - nn.functional.cosine_similarity(output.flatten(1), target.flatten(1))
        return loss.mean() if self.reduction == "mean" else loss.unsqueeze(1)


class MarginRankingLoss(nn.Module):
    """PyTorch's, for two scores side by side and targets of 0 (the second leads) and 1 (the first)."""

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        self.margin, self.reduction = margin, "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        first, second = output.chunk(2, 1)
        loss = (self.margin - (2 * target - 1) * (first - second)).clamp(min=0)
        return loss.mean() if self.reduction == "mean" else loss


class CosineEmbeddingLoss(nn.Module):
    """PyTorch's, for two vectors side by side and targets of 0 (different) and 1 (alike)."""

    def __init__(self, margin: float = 0.0) -> None:
        super().__init__()
        self.margin, self.reduction = margin, "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        first, second = output.chunk(2, 1)
        cosine = nn.functional.cosine_similarity(first, second).unsqueeze(1)
        loss = target * (1 - cosine) + (1 - target) * (cosine - self.margin).clamp(min=0)
        return loss.mean() if self.reduction == "mean" else loss


class TripletMarginLoss(nn.Module):
    """PyTorch's, for three vectors side by side; where the target is 0 the last two change places."""

    def __init__(self, margin: float = 1.0, p: int = 2) -> None:
        super().__init__()
        self.margin, self.p, self.reduction = margin, p, "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        anchor, second, third = output.chunk(3, 1)
        near = nn.functional.pairwise_distance(anchor, second, self.p, keepdim=True)
        lead = near - nn.functional.pairwise_distance(anchor, third, self.p, keepdim=True)
        loss = target * (self.margin + lead).clamp(min=0)
        loss = loss + (1 - target) * (self.margin - lead).clamp(min=0)
        return loss.mean() if self.reduction == "mean" else loss


class TripletMarginWithDistanceLoss(nn.Module):
    """PyTorch's, for vectors side by side; where the target is 0 two change places."""

    def __init__(self, distance_function: str, margin: float, swap: bool) -> None:
        super().__init__()
        self.distance, self.margin, self.swap = distance_function, margin, swap
        self.reduction = "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        anchor, second, third = output.chunk(3, 1)
        like = torch.where(target > 0.5, second, third)
        unlike = torch.where(target > 0.5, third, second)
        far = self.between(anchor, unlike)
        far = torch.minimum(far, self.between(like, unlike)) if self.swap else far
        loss = (self.between(anchor, like) - far + self.margin).clamp(min=0)
        return loss.mean() if self.reduction == "mean" else loss.unsqueeze(1)

    def between(self, one: Tensor, other: Tensor) -> Tensor:
        if self.distance == "cosine":
            return 1 - nn.functional.cosine_similarity(one, other)
        if self.distance == "squared":
            return (one - other).square().sum(1)
        return nn.functional.pairwise_distance(one, other)


def distances_among(output: Tensor) -> Tensor:
    """How far each vector of a batch is from each; the slope is 0 where two are one."""
    # Where they lie together does not matter, and products are most exact around 0.
    output = output - output.mean(0).detach()
    squares = output.square().sum(1)
    apart = squares.unsqueeze(1) + squares - 2 * output @ output.t()
    return apart.clamp(min=1e-12).sqrt()


def cosines_among(output: Tensor) -> Tensor:
    """The cosine between each vector of a batch and each."""
    output = nn.functional.normalize(output)
    return output @ output.t()


def over_anchors(loss: Tensor, has: Tensor, output: Tensor) -> Tensor:
    """The mean loss of the anchors that have one; 0 without any, and NaN for outputs that are."""
    return loss.sum() / has.sum().clamp(min=1) + 0 * output.sum()


class MinedTripletLoss(nn.Module):
    """Triplets mined in the batch by class (Schroff et al. 2015, Hermans et al. 2017)."""

    def __init__(self, mining: str, margin: float, distance: str) -> None:
        super().__init__()
        self.mining, self.margin, self.distance = mining, margin, distance
        self.reduction = "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        turned = self.distance == "cosine"
        away = 1 - cosines_among(output) if turned else distances_among(output)
        same = target.unsqueeze(1) == target
        others = away.masked_fill(same, torch.inf)
        like = same & ~torch.eye(len(target), dtype=torch.bool, device=target.device)
        has = like.any(1) & ~same.all(1)
        chosen = self.hard if self.mining == "batch-hard" else self.semi_hard
        loss = torch.where(has, chosen(away, others, like), 0)
        return loss if self.reduction == "none" else over_anchors(loss, has, output)

    def hard(self, away: Tensor, others: Tensor, like: Tensor) -> Tensor:
        """The farthest of its class, the nearest of the others."""
        lead = away.masked_fill(~like, 0).amax(1) - others.amin(1)
        return (lead + self.margin).clamp(min=0)

    def semi_hard(self, away: Tensor, others: Tensor, like: Tensor) -> Tensor:
        """Each of its class, the nearest other one beyond it, or else the farthest."""
        ordered = others.sort(1).values
        last = (others.isfinite().sum(1, keepdim=True) - 1).clamp(min=0)
        wanted = away.detach().contiguous()
        place = torch.searchsorted(ordered.detach(), wanted, right=True)
        lead = away - ordered.gather(1, torch.minimum(place, last))
        lacking = (lead + self.margin).clamp(min=0).where(like, 0)
        return lacking.sum(1) / like.sum(1).clamp(min=1)


class SupConLoss(nn.Module):
    """Each vector told from all others, those of its class together (Khosla et al. 2020)."""

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.temperature, self.reduction = temperature, "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        own = torch.eye(len(target), dtype=torch.bool, device=target.device)
        like = (target.unsqueeze(1) == target) & ~own
        scores = cosines_among(output) / self.temperature
        shares = scores.masked_fill(own, -torch.inf).log_softmax(1).where(like, 0)
        loss, has = -shares.sum(1) / like.sum(1).clamp(min=1), like.any(1)
        return loss if self.reduction == "none" else over_anchors(loss, has, output)


class CTCLoss(nn.Module):
    """PyTorch's, for scores N × classes × steps, and targets with zeros behind the end."""

    def __init__(self, zero_infinity: bool) -> None:
        super().__init__()
        self.zero_infinity, self.reduction = zero_infinity, "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        lengths, order = (target > 0).sum(1), (target == 0).int().argsort(dim=1, stable=True)
        chances = output.movedim(2, 0).log_softmax(2)
        steps = torch.full_like(lengths, len(chances))
        ways = chances, target.gather(1, order), steps, lengths
        zero = self.zero_infinity
        loss = nn.functional.ctc_loss(*ways, reduction="none", zero_infinity=zero)
        # It passes over scores that are NaN, this does not.
        loss = loss / lengths.clamp(min=1) + 0 * output.sum((1, 2))
        return loss.mean() if self.reduction == "mean" else loss


class SoftMarginLoss(nn.Module):
    """PyTorch's, for targets of 0 and 1, and finite for large scores."""

    def __init__(self) -> None:
        super().__init__()
        self.reduction = "mean"

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        loss = nn.functional.softplus((1 - 2 * target) * output)
        return loss.mean() if self.reduction == "mean" else loss


class InUnit(nn.Module):
    """A loss of numbers that takes targets in standard deviations from their mean."""

    def __init__(self, loss: nn.Module, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        self.loss = loss
        self.mean, self.std = nn.Buffer(mean), nn.Buffer(std)

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        return self.loss(output, (target - self.mean) / self.std)  # type: ignore[no-any-return]

    def read(self, output: Tensor) -> Tensor:
        return output * self.std + self.mean


OWN: dict[str, type[nn.Module]] = {
    kind.__name__: kind
    for kind in (
        CountedLoss,
        FocalLoss,
        BCELoss,
        BinaryFocalLoss,
        DiceLoss,
        MultiMarginLoss,
        ClassDiceLoss,
        MultiLabelMarginLoss,
        HingeEmbeddingLoss,
        GaussianNLLLoss,
        CosineLoss,
        MarginRankingLoss,
        CosineEmbeddingLoss,
        TripletMarginLoss,
        TripletMarginWithDistanceLoss,
        MinedTripletLoss,
        SupConLoss,
        CTCLoss,
        SoftMarginLoss,
    )
}
"""All of them by name."""
