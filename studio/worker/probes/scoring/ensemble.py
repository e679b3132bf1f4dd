"""How well several runs do that answer together, and each of them."""

from __future__ import annotations

from typing import Any

from models.scoring.ensembles import ClassEnsemble, NumberEnsemble, OutOfBag
from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.members import Members, chances_of, truth_of


@probe(runs=[])
def ensemble(asked: Asked) -> Steps:
    """Facts alone: those of `models.scoring.ensembles` over the validation part of the run and of the others that
    ``runs`` names by their folders, with ``members`` (those that answer) and ``left_out`` (of each other one why).

    Where all members were trained on parts that were drawn again, ``out_of_bag`` tells what they answer for training
    examples that they have not seen.
    """
    members = Members(asked)
    total = len(members.all[0].parts[1])
    for _ in members.joining():
        yield 0, total
    goal, count = members.goal, len(members.all)
    sums: ClassEnsemble | NumberEnsemble = NumberEnsemble(count) if goal.targets == "numbers" else ClassEnsemble(count)
    unseen = members.unseen() if isinstance(sums, ClassEnsemble) else None
    ahead = total + (unseen.shape[1] if unseen is not None else 0)
    done = 0
    for outputs, target in members.batches(1):
        truth, given = truth_of(target, goal), _given(members, outputs)
        known = (truth >= 0) if isinstance(sums, ClassEnsemble) else slice(None)
        sums.add(given[:, known], truth[known])
        done += len(target)
        yield done, ahead
    facts: dict[str, Any] = sums.facts() | {"members": members.names, "left_out": members.left_out}
    if unseen is None:
        return Answer({}, facts)
    bag, seen = OutOfBag(count), 0
    for outputs, target in members.batches(0):
        truth, given = truth_of(target, goal), _given(members, outputs)
        each = unseen[:, seen : seen + len(target)].repeat(len(truth) // len(target), 1)
        known = truth >= 0
        bag.add(given[:, known], truth[known], each[:, known])
        seen += len(target)
        yield total + seen, ahead
    return Answer({}, facts | {"out_of_bag": bag.facts()})


def _given(members: Members, outputs: list[Any]) -> Any:
    shapes = {tuple(output.shape[1:]) for output in outputs}
    if len(shapes) > 1:
        words = " and ".join("×".join(map(str, shape)) for shape in sorted(shapes))
        raise ProbeError(f"These networks give different shapes: {words}. Tick runs that give the same.")
    return chances_of(outputs, [member.goal for member in members.all])
