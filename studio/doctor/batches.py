"""Batches that do not go with the learning rate: so small that steps wander, or so large that there are few of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from studio.doctor.base import LIKELY, POSSIBLE, Diagnosis, Evidence, diagnosis, tell
from studio.doctor.case import Case, curve
from studio.doctor.remedies import with_training
from studio.doctor.trends import level, longest_climb, share_of_falls

SMALL, LARGER = 16, 4
WANDERS, UP = 0.04, 0.3
"""Share of its mean by which the training loss moves from epoch to epoch, and of those moves that go up."""
CLIMBS, NO_FURTHER = 0.2, 0.95
"""Share of its best so far by which the loss climbs, and where it ends at least, as a share of that best."""
CALMER, UP_AT_ALL = 0.5, 0.25
"""As parts of `WANDERS`, and in place of `UP`, where next to nothing has been learned: there no progress hides it."""
FEWEST_EPOCHS = 6
FEW_STEPS, FEW_EPOCH_STEPS = 300, 8
"""Steps of a run, and of an epoch, that leave little chance to learn: tasks of 10 classes take some hundreds."""
GAINS = 0.02
"""Share of a loss that some epochs gain where more steps are worth taking."""
USUAL = 32
"""A batch that leaves steps enough on small data (Masters and Luschi 2018 find the best results at 32 or less)."""


def _case(*losses: float, batch: int, steps: int = 200) -> Case:
    return Case({"batch_size": batch, "epochs": len(losses)}, {"train/loss": curve(losses)}, 10, True, None,
                steps_per_epoch=steps)  # fmt: skip


_WANDERING = 1.0, 0.8, 0.85, 0.77, 0.84, 0.76, 0.83, 0.78, 0.84


@diagnosis(
    ill=lambda: _case(*_WANDERING, batch=2),
    well=lambda: _case(1.0, 0.8, 0.7, 0.6, 0.55, 0.5, 0.45, batch=2),
    needs=("batch_size",),
)
def noisy_batch(case: Case) -> Iterator[Diagnosis]:
    """The training loss of a small batch wanders up and down over whole epochs and comes no further.

    The noise of a step grows with rate / batch (Smith et al. 2018): a larger batch or a smaller rate both calm it.
    """
    losses = case.by_epoch("train/loss")
    if len(losses) < FEWEST_EPOCHS or case.training.batch_size > SMALL:
        return
    late = losses[len(losses) // 3 :]
    mean = sum(late) / len(late)
    moves = [later - sooner for sooner, later in pairwise(late)]
    stuck = not case.has_learned and late[-1] > 0.95 * mean
    wanders = sum(map(abs, moves)) / len(moves) > WANDERS * (CALMER if stuck else 1) * abs(mean)
    wanders = wanders and 1 - share_of_falls(late) >= (UP_AT_ALL if stuck else UP) and late[-1] > 0.8 * mean
    climb = longest_climb(losses)
    climbs = climb.share > CLIMBS and level(losses, 2) > NO_FURTHER * losses[climb.start] and not case.has_learned
    if wanders or climbs:
        batch = min(LARGER * case.training.batch_size, 10_000_000)
        message = f"With batches of {case.training.batch_size:,} the training loss wanders and comes no further."
        detail = f"Each step follows the noise of few examples. Batches of {batch:,} average it out."
        seen = Evidence("train/loss", len(losses) // 3 + 1.0, "Wanders", float(len(losses)))
        yield tell("hint", message, detail, with_training(f"Use batches of {batch:,}", batch_size=batch),
                   sure=POSSIBLE, evidence=(seen,))  # fmt: skip


@diagnosis(
    ill=lambda: _case(2.3, 2.2, 2.1, 2.0, 1.9, 1.8, batch=1000, steps=2),
    well=lambda: _case(2.3, 1.0, 0.5, 0.4, 0.3, 0.3, batch=32),
    explains=("unfinished", "creeping"),
    needs=("batch_size",),
)
def large_batch(case: Case) -> Iterator[Diagnosis]:
    """So few steps an epoch that a steadily falling loss is still high at the end."""
    losses, steps = case.by_epoch("train/loss"), case.steps_per_epoch
    if not case.over or not 0 < steps <= FEW_EPOCH_STEPS or len(losses) < FEWEST_EPOCHS:
        return
    last = losses[-FEWEST_EPOCHS:]
    falls = share_of_falls(last) == 1 and last[-1] < last[0] - GAINS * abs(last[0])
    few = steps * len(losses) <= FEW_STEPS and case.training.batch_size > USUAL
    if few and falls and not case.has_learned:
        message = f"Batches of {case.training.batch_size:,} made {steps} steps an epoch, and the loss still falls."
        detail = (
            f"The run took {steps * len(losses):,} steps in all. Smaller batches take more of them in the same time."
        )
        seen = Evidence("train/loss", float(len(losses)), "Few steps")
        smaller = with_training(f"Use batches of {USUAL}", batch_size=USUAL)
        yield tell("hint", message, detail, smaller, sure=LIKELY, evidence=(seen,))
