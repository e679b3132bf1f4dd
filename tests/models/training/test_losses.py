"""Every loss: its module, its formula, and what it makes of odd scores; a loss is tested by being registered."""

from __future__ import annotations

import math
from itertools import groupby, product
from typing import Any

import numpy as np
import pytest
import torch
from documents import USUAL_LOSSES
from torch import Tensor, nn

from models.training import LOSSES, Loss
from models.training.losses import ComparingLoss, EmbeddingLoss
from studio.worker.training.losses import modules as own_losses
from studio.worker.training.single import make_loss

every = pytest.mark.parametrize("kind", list(LOSSES))

COUNT, WIDTH = 9, 4


def pair(loss: Loss, *places: int) -> tuple[Tensor, Tensor]:
    """Outputs and targets that a loss takes."""
    generator = torch.Generator().manual_seed(3)
    if loss.answers == "sequence":
        lengths = torch.arange(COUNT) % 4
        target = torch.randint(1, WIDTH, (COUNT, 3), generator=generator) * (torch.arange(3) < lengths[:, None])
        return torch.randn(COUNT, WIDTH, 6, generator=generator), target
    width = loss.outputs_for(2, ())[0] if isinstance(loss, ComparingLoss | EmbeddingLoss) else WIDTH
    output = torch.randn(COUNT, width, *places, generator=generator)
    if loss.expects:
        output = output.sigmoid() if loss.expects == "sigmoid" else output.log_softmax(1)
    if loss.targets == "classes":
        return output, torch.randint(0, WIDTH, (COUNT, *places), generator=generator)
    target = torch.rand(loss.targets_for(tuple(output.shape)), generator=generator)
    return output, target.round() if loss.targets == "binary" else target


@every
def test_the_expression_of_the_script_makes_the_very_module(kind: str) -> None:
    loss = LOSSES[kind]()
    output, target = pair(loss)
    made = eval(loss.expression(), {"nn": nn, **own_losses.OWN})
    found = make_loss(loss)(output, target)
    assert found.dim() == 0 and math.isfinite(found.item()) and torch.equal(found, made(output, target))


@every
def test_it_says_what_it_is_and_what_it_takes(kind: str) -> None:
    loss = LOSSES[kind]()
    assert loss.title and loss.help.endswith(".") and loss.url.startswith("https://")
    assert loss.module in ("", *own_losses.OWN) and bool(loss.weighs) == ("class_weights" in loss.fields)
    assert not loss.instead or LOSSES[loss.instead].applies in loss.expects
    output, target = pair(loss)
    classes = WIDTH if loss.targets == "classes" else None
    shape = tuple(target.shape[1:])
    assert loss.outputs_for(classes, shape) == tuple(output.shape[1:])


@every
def test_what_metrics_read_is_as_large_as_the_targets(kind: str) -> None:
    loss = LOSSES[kind]()
    output, target = pair(loss)
    read = loss.predicted(output)
    assert read.shape == (output.shape if loss.targets == "classes" else target.shape)


def written(kind: str, x: Any, y: Any) -> Any:
    """The formula of a loss, for each number (or class) of an example, in numpy."""
    match kind:
        case "SmoothL1Loss":
            return np.where(abs(x - y) < 1, (x - y) ** 2 / 2, abs(x - y) - 0.5)
        case "PoissonNLLLoss":
            return np.exp(x) - y * x
        case "GaussianNLLLoss":
            mean, logarithm = np.split(x, 2, 1)
            return (logarithm + (mean - y) ** 2 / np.exp(logarithm)) / 2
        case "KLDivLoss":
            return (y * (np.log(y) - x)).sum(1)
        case "CosineLoss":
            return 1 - (x * y).sum(1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
        case "BCELoss":
            return -y * np.log(x) - (1 - y) * np.log(1 - x)
        case "BinaryFocalLoss":
            p = 1 / (1 + np.exp(-x))
            return -0.25 * y * (1 - p) ** 2 * np.log(p) - 0.75 * (1 - y) * p**2 * np.log(1 - p)
        case "DiceLoss":
            p = 1 / (1 + np.exp(-x))
            return 1 - (2 * (p * y).sum(1) + 1) / (p.sum(1) + y.sum(1) + 1)
        case "MultiLabelMarginLoss":
            lead = x[:, :, None] - x[:, None]
            return (y[:, :, None] * (1 - y[:, None]) * np.maximum(0, 1 - lead)).sum((1, 2)) / x.shape[1]
        case "HingeEmbeddingLoss":
            return np.where(y == 1, x, np.maximum(0, 1 - x))
        case "MarginRankingLoss":
            return np.maximum(0, 1 - np.where(y == 1, 1, -1) * (x[:, :1] - x[:, 1:]))
        case "CosineEmbeddingLoss":
            a, b = np.split(x, 2, 1)
            cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
            return np.where(y[:, 0] == 1, 1 - cosine, np.maximum(0, cosine))
        case "TripletMarginLoss":
            a, b, c = np.split(x, 3, 1)
            lead = np.linalg.norm(a - b, axis=1) - np.linalg.norm(a - c, axis=1)
            return np.maximum(0, 1 + np.where(y[:, 0] == 1, 1, -1) * lead)
        case "TripletMarginWithDistanceLoss":
            return written("TripletMarginLoss", x, y)
        case "MinedTripletLoss" | "SupConLoss":
            return anchored(kind, x, y)
        case "CTCLoss":
            return np.array([unaligned(*example) for example in zip(x, y, strict=True)])
        case "SoftMarginLoss":
            return np.log(1 + np.exp(-(2 * y - 1) * x))
        case "MultiLabelSoftMarginLoss":
            return written("BCELoss", 1 / (1 + np.exp(-x)), y).mean(1)
    chosen = np.take_along_axis(x, y[:, None], 1)[:, 0]
    p = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    own = np.take_along_axis(p, y[:, None], 1)[:, 0]
    match kind:
        case "NLLLoss":
            return -chosen
        case "FocalLoss":
            return -((1 - own) ** 2) * np.log(own)
        case "MultiMarginLoss":
            return (np.maximum(0, 1 - chosen[:, None] + x).sum(1) - 1) / x.shape[1]
        case "ClassDiceLoss":
            wanted = np.eye(x.shape[1])[y]
            return 1 - (2 * p * wanted + 1) / (p + wanted + 1)
    raise AssertionError(f"Write down what {kind} should come to.")


def unaligned(x: Any, y: Any) -> float:
    """−ln of the probability of every way through the steps that reads as y, by its length."""
    chances, total = np.exp(x) / np.exp(x).sum(0), 0.0
    for way in product(range(len(x)), repeat=x.shape[1]):
        read = [token for token, _ in groupby(way) if token]
        if read == [token for token in y if token]:
            total += float(np.prod(chances[list(way), range(x.shape[1])]))
    return -math.log(total) / max(1, int((y > 0).sum()))


def test_what_is_read_leaves_out_blanks_and_repeats() -> None:
    steps = torch.tensor([[0, 3, 3, 0, 3, 1], [2, 2, 2, 2, 2, 2], [0, 0, 0, 0, 0, 0]])
    read = LOSSES["CTCLoss"]().predicted(nn.functional.one_hot(steps, 4).movedim(2, 1).float()).argmax(1)
    assert read.tolist() == [[3, 3, 1, 0, 0, 0], [2, 0, 0, 0, 0, 0], [0] * 6]


def test_targets_too_long_for_the_steps_count_nothing_unless_they_are_to_end_the_run() -> None:
    output, target = torch.randn(1, 4, 2), torch.tensor([[1, 1]])
    assert make_loss(LOSSES["CTCLoss"]())(output, target).item() == 0
    assert make_loss(LOSSES["CTCLoss"](zero_infinity=False))(output, target).item() == math.inf
    gaps = make_loss(LOSSES["CTCLoss"]())(torch.randn(1, 4, 5), torch.tensor([[0, 1, 0, 2]])).item()
    assert math.isfinite(gaps) and gaps > 0
    assert math.isnan(make_loss(LOSSES["CTCLoss"]())(output * math.nan, target).item())


def test_ctc_says_what_it_asks_for() -> None:
    loss = LOSSES["CTCLoss"]()
    assert loss.mismatch((4, 9), 4, (3,)) == "" == loss.mismatch((4, 3), 4, (3,))
    assert "4×3 outputs or more steps" in loss.mismatch((4, 2), 4, (3,))
    assert "sequences of classes" in loss.refusal(("0", "1"), ())[0]
    assert loss.refusal(("0", "1"), (3,)) == ("", "")
    reason, other = loss.refusal(("1", "2"), (3,))
    assert "takes class 0 as its blank" in reason and other == ""


def anchored(kind: str, x: Any, y: Any) -> Any:
    """What each anchor costs that has a partner, in plain loops."""
    found = []
    for anchor in range(len(x)):
        like = [place for place in range(len(x)) if y[place] == y[anchor] and place != anchor]
        others = [place for place in range(len(x)) if y[place] != y[anchor]]
        if not like:
            continue
        if kind == "SupConLoss":
            z = x / np.linalg.norm(x, axis=1, keepdims=True)
            scores = {place: np.exp(z[anchor] @ z[place] / 0.1) for place in (*like, *others)}
            found.append(-np.mean([np.log(scores[place] / sum(scores.values())) for place in like]))
        elif others:
            away = np.linalg.norm(x - x[anchor], axis=1)
            far = sorted(away[others])
            lacking = [away[place] - next((d for d in far if d > away[place]), far[-1]) + 1 for place in like]
            found.append(np.mean(np.maximum(lacking, 0)))
    return np.array(found)


def test_the_hardest_of_a_batch_are_the_farthest_of_a_class_and_the_nearest_of_the_others() -> None:
    loss = LOSSES["MinedTripletLoss"](mining="batch-hard", distance="cosine", margin=0.3)
    output, target = pair(loss)
    away = 1 - nn.functional.cosine_similarity(output[:, None], output[None], dim=2)
    same = target[:, None] == target
    found = [
        max(0.0, float(row[like].max() - row[~like].min()) + 0.3)
        for row, like in zip(away, same, strict=True)
        if like.sum() > 1
    ]
    assert make_loss(loss)(output, target).item() == pytest.approx(sum(found) / len(found), rel=1e-5)


EMBEDDING_LOSSES = [
    LOSSES["SupConLoss"](),
    *(LOSSES["MinedTripletLoss"](mining=mining, distance=distance)
      for mining in ("batch-hard", "semi-hard") for distance in ("euclidean", "cosine")),
]  # fmt: skip


@pytest.mark.parametrize("loss", EMBEDDING_LOSSES, ids=str)
def test_batches_without_partners_cost_nothing_and_equal_vectors_have_finite_slopes(loss: Loss) -> None:
    module, batches = make_loss(loss), [(torch.arange(4), 4), (torch.zeros(4), 4), (torch.arange(6) // 2, 6)]
    for target, count in batches:
        output = torch.ones(count, 3, requires_grad=True)
        found = module(output, target.long())
        found.backward()
        assert math.isfinite(found.item()) and output.grad is not None and output.grad.isfinite().all()
        assert (found.item() == 0) == (len(target.unique()) == count or ("Mined" in loss.kind and count == 4))
    assert math.isnan(module(torch.full((4, 3), math.nan), torch.arange(4)).item())


@pytest.mark.parametrize("loss", EMBEDDING_LOSSES, ids=str)
def test_slopes_of_embeddings_are_those_of_finite_differences(loss: Loss) -> None:
    output, target = pair(loss)
    assert torch.autograd.gradcheck(lambda x: make_loss(loss)(x, target), output.double().requires_grad_())


@pytest.mark.parametrize("loss", EMBEDDING_LOSSES, ids=str)
def test_distances_between_embeddings_as_read_are_those_that_are_trained(loss: Loss) -> None:
    output, target = pair(loss)
    read = loss.predicted(output)
    straight = loss.replace(distance="euclidean") if "distance" in loss.fields else loss
    longer = make_loss(loss)(output * (1 if getattr(loss, "distance", "") == "euclidean" else 3), target)
    assert torch.allclose(longer, make_loss(loss)(output, target), atol=1e-6)
    if read is not output:
        assert torch.allclose(read.norm(dim=1), torch.ones(len(read)))
    else:
        assert straight == loss


def test_every_loss_says_what_its_output_answers() -> None:
    assert {loss.answers for loss in LOSSES.values()} == {"classes", "binary", "numbers", "embedding", "sequence"}
    learned = ("embedding", "sequence")
    assert all(loss.answers == loss.targets for loss in LOSSES.values() if loss.answers not in learned)
    assert all(loss.targets == "classes" for loss in LOSSES.values() if loss.answers in learned)


def test_an_embedding_has_any_width_and_one_class_an_example() -> None:
    loss = LOSSES["SupConLoss"]()
    assert loss.mismatch((2,), 10, ()) == loss.mismatch((512,), 10, ()) == ""
    assert "asks for one vector" in loss.mismatch((4, 4), 10, ())
    assert "one class an example" in loss.refusal(("a", "b"), (5,))[0] and loss.refusal(("a", "b"), ()) == ("", "")


def test_triplets_by_another_distance_are_those_of_pytorch() -> None:
    output, target = torch.randn(50, 12), torch.arange(50).remainder(2).unsqueeze(1).float()
    a, b, c = output.chunk(3, 1)
    functions: dict[str, Any] = {
        "euclidean": nn.PairwiseDistance(),
        "squared": lambda x, y: (x - y).square().sum(1),
        "cosine": lambda x, y: 1 - nn.functional.cosine_similarity(x, y),
    }
    for name, function in functions.items():
        loss = LOSSES["TripletMarginWithDistanceLoss"](distance_function=name, margin=0.3, swap=True)
        theirs = nn.TripletMarginWithDistanceLoss(distance_function=function, margin=0.3, swap=True)
        assert torch.allclose(make_loss(loss)(output, target * 0 + 1), theirs(a, b, c))
        assert torch.allclose(make_loss(loss)(torch.cat((a, c, b), 1), target * 0), theirs(a, b, c))


def test_soft_margins_are_those_of_pytorch() -> None:
    output, target = torch.randn(50, 4), torch.randint(0, 2, (50, 4)).float()
    assert torch.allclose(
        make_loss(LOSSES["SoftMarginLoss"]())(output, target), nn.SoftMarginLoss()(output, 2 * target - 1)
    )
    assert math.isfinite(make_loss(LOSSES["SoftMarginLoss"]())(-1e4 * torch.ones(1, 1), torch.ones(1, 1)).item())


@pytest.mark.parametrize("kind", [kind for kind in LOSSES if kind not in USUAL_LOSSES])
def test_its_value_is_its_formula(kind: str) -> None:
    output, target = pair(LOSSES[kind]())
    wanted = written(kind, output.double().numpy(), target.numpy()).mean()
    assert make_loss(LOSSES[kind]())(output, target).item() == pytest.approx(wanted, rel=1e-5)


def test_what_is_compared_side_by_side_has_the_losses_of_pytorch() -> None:
    output, target = torch.randn(50, 12), torch.arange(50).remainder(2).unsqueeze(1).float()
    sign, (first, second), (a, b, c) = 2 * target[:, 0] - 1, output.chunk(2, 1), output.chunk(3, 1)
    found = make_loss(LOSSES["CosineEmbeddingLoss"](margin=0.2))(output, target)
    assert torch.allclose(found, nn.CosineEmbeddingLoss(0.2)(first, second, sign))
    found = make_loss(LOSSES["TripletMarginLoss"](margin=0.3, p=1))(output, target * 0 + 1)
    assert torch.allclose(found, nn.TripletMarginLoss(0.3, p=1)(a, b, c))
    swapped = make_loss(LOSSES["TripletMarginLoss"](margin=0.3, p=1))(torch.cat((a, c, b), 1), target * 0)
    assert torch.allclose(found, swapped)
    found = make_loss(LOSSES["MarginRankingLoss"](margin=0.5))(output[:, :2], target)
    assert torch.allclose(found, nn.MarginRankingLoss(0.5)(output[:, 0], output[:, 1], sign))


def test_they_take_vectors_of_any_width_and_say_yes_where_the_target_is_one() -> None:
    triplet, alike = LOSSES["TripletMarginLoss"](), LOSSES["CosineEmbeddingLoss"](margin=0.5)
    assert triplet.mismatch((96,), 2, ()) == "" and "asks for 24 outputs" in triplet.mismatch((97,), 2, ())
    assert triplet.mismatch((96,), 3, ()) and triplet.mismatch((3, 2), 2, ())
    assert (triplet.predicted(torch.tensor([[0.0, 1.0, 3.0], [0.0, 3.0, 1.0]])) > 0).tolist() == [[True], [False]]
    assert (alike.predicted(torch.tensor([[1.0, 0, 2, 0.1], [1, 0, 0, 2]])) > 0).tolist() == [[True], [False]]
    assert (LOSSES["MarginRankingLoss"]().predicted(torch.tensor([[2.0, 1], [1, 2]])) > 0).tolist() == [[True], [False]]


@every
def test_a_score_that_is_no_number_makes_the_loss_none(kind: str) -> None:
    output, target = pair(LOSSES[kind]())
    output[2, 1] = math.nan
    if LOSSES[kind].targets == "classes":
        target[2] = 1
    assert not math.isfinite(make_loss(LOSSES[kind]())(output, target).item())


def test_what_is_no_probability_makes_the_loss_none() -> None:
    own, target = make_loss(LOSSES["BCELoss"]()), torch.ones(1, 2)
    assert math.isfinite(own(torch.tensor([[0.0, 1.0]]), target).item())
    assert math.isnan(own(torch.tensor([[0.5, 1.1]]), target).item())


@pytest.mark.parametrize("p", [1, 2])
def test_the_margin_of_classes_is_that_of_torch(p: int) -> None:
    output, target = pair(LOSSES["MultiMarginLoss"]())
    weights = torch.tensor([1.0, 2.0, 0.5, 1.5])
    own = make_loss(LOSSES["MultiMarginLoss"](p=p, margin=0.7), weights)
    assert torch.allclose(own(output, target), nn.MultiMarginLoss(p, 0.7, weights)(output, target))


def test_the_margin_of_labels_is_that_of_torch() -> None:
    output, target = pair(LOSSES["MultiLabelMarginLoss"]())
    listed = torch.full(target.shape, -1)
    for row, labels in enumerate(target):
        listed[row, : int(labels.sum())] = labels.nonzero().flatten()
    expected = nn.MultiLabelMarginLoss()(output, listed)
    assert torch.allclose(make_loss(LOSSES["MultiLabelMarginLoss"]())(output, target), expected)
    for classes, shape in ((("no", "yes"), ()), (None, (1,))):
        assert LOSSES["MultiLabelMarginLoss"]().refusal(classes, shape)[1] == "BCEWithLogitsLoss"
    assert LOSSES["MultiLabelMarginLoss"]().refusal(("a", "b", "c"), ()) == ("", "")


def test_masks_overlap_channel_by_channel() -> None:
    dice = make_loss(LOSSES["DiceLoss"]())
    target = torch.zeros(2, 1, 4, 4)
    target[0, 0, :2] = 1
    assert dice(40 * target - 20, target).item() == pytest.approx(0, abs=1e-5)
    assert dice(20 - 40 * target, target).item() == pytest.approx(1 - (1 / 17 + 1 / 17) / 2, abs=1e-5)
    classes = make_loss(LOSSES["ClassDiceLoss"]())
    truth = target[:, 0].long()
    assert classes(40 * nn.functional.one_hot(truth, 2).movedim(-1, 1).float(), truth).item() == pytest.approx(
        0, abs=1e-5
    )


def test_a_focal_loss_without_focus_is_cross_entropy() -> None:
    weights = torch.tensor([1.0, 2.0, 0.5, 1.5])
    focal, plain = LOSSES["FocalLoss"](gamma=0), LOSSES["CrossEntropyLoss"]()
    for places in ((), (5,)):
        output, target = pair(plain, *places)
        for given_ in (None, weights):
            found, wanted = (make_loss(loss, given_)(output, target) for loss in (focal, plain))
            assert torch.allclose(found, wanted)


def test_probabilities_are_read_as_the_scores_behind_them() -> None:
    scores = torch.randn(50, 3)
    assert torch.allclose(LOSSES["BCELoss"]().predicted(scores.sigmoid()), scores, atol=1e-4)
    near, far = LOSSES["HingeEmbeddingLoss"](margin=2.0).predicted(torch.tensor([0.9, 1.1]))
    assert near > 0 > far
    assert LOSSES["PoissonNLLLoss"]().predicted(torch.zeros(1)).item() == 1
