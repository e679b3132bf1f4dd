"""Runs that answer together, compared with averaging their probabilities by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from ensembles import members
from trained_runs import Asking

from studio.runs.folder import RunFolder
from studio.worker.probing.bench import Bench
from studio.worker.process.control import Control
from studio.worker.training.loop import outputs_of

__all__ = ["members"]

Members = Mapping[str, RunFolder]


def outputs(asking: Asking, run: RunFolder) -> tuple[torch.Tensor, torch.Tensor, Bench]:
    """What one run gives for its own validation part, and the targets."""
    asking.ask("about", run)
    rows = asking.bench.rows(asking.question("scores", run), Control(), lambda done, total: None)
    ((inputs, targets),) = rows.batches(10**6)
    with torch.no_grad():
        return outputs_of(asking.bench.model, inputs)[0], targets[0], asking.bench


def names(members: Members, *chosen: str) -> list[str]:
    return [str(members[name].path) for name in chosen]


def test_different_networks_are_averaged_as_by_hand(members: Members, asking: Asking) -> None:
    facts = asking.ask("ensemble", members["one"], runs=names(members, "two", "wider")).facts
    found = [outputs(asking, members[name])[:2] for name in ("one", "two", "wider")]
    chances, truth = torch.stack([output.softmax(1) for output, _ in found]), found[0][1]
    accuracies = [(each.argmax(1) == truth).float().mean().item() for each in (*chances, chances.mean(0))]
    assert facts["accuracies"] == pytest.approx(accuracies)
    loss = torch.nn.functional.nll_loss(chances.mean(0).log(), truth).item()
    assert facts["losses"][-1] == pytest.approx(loss, rel=1e-5)
    assert facts["members"] == [members[name].path.name for name in ("one", "two", "wider")]
    assert facts["growth"]["sizes"] == [1, 2, 3] and not facts["left_out"] and "out_of_bag" not in facts


def test_members_with_a_part_of_their_own_scale_it_themselves(members: Members, asking: Asking) -> None:
    facts = asking.ask("ensemble", members["bag1"], runs=names(members, "bag2", "bag3")).facts
    found = [outputs(asking, members[f"bag{number}"])[:2] for number in (1, 2, 3)]
    chances, truth = torch.stack([output.softmax(1) for output, _ in found]), found[0][1]
    expected = [(each.argmax(1) == truth).float().mean().item() for each in (*chances, chances.mean(0))]
    assert facts["accuracies"] == pytest.approx(expected)
    bag = facts["out_of_bag"]
    assert bag["examples"] == 120 and 0.7 < bag["covered"] / 120 <= 1.0
    assert 0.5 < bag["accuracy"] <= 1.0 and len(bag["accuracies"]) == 3


def test_out_of_bag_leaves_out_what_a_member_has_seen(members: Members, asking: Asking) -> None:
    facts = asking.ask("ensemble", members["bag2"], runs=[]).facts
    rows = asking.bench.rows(asking.question("scores", members["bag2"], part="training"), Control(), lambda *_: None)
    assert rows.data.rows is not None
    seen = len(np.unique(rows.data.rows[0]))
    assert facts["out_of_bag"]["covered"] == 120 - seen


@pytest.mark.parametrize(
    ("name", "why"),
    [("other split", "validated on other examples"), ("other data", "validated on other examples")],
)
def test_what_does_not_fit_is_left_out_with_a_sentence(name: str, why: str, members: Members, asking: Asking) -> None:
    facts = asking.ask("ensemble", members["one"], runs=names(members, "two", name)).facts
    assert len(facts["members"]) == 2
    assert why in facts["left_out"][members[name].path.name]


def test_runs_without_weights_or_folder_are_left_out(members: Members, asking: Asking) -> None:
    facts = asking.ask("ensemble", members["one"], runs=[str(members["one"].path.parent / "none")]).facts
    assert facts["members"] == [members["one"].path.name] and facts["left_out"]["none"].endswith(".")
    assert "not 71" in asking.failure("ensemble", members["one"], runs=["x"] * 70)


def test_numbers_are_averaged_with_their_error_each_in_the_unit_of_the_data(members: Members, asking: Asking) -> None:
    """The second member has a training part of its own, and so another scale of its targets."""
    facts = asking.ask("ensemble", members["numbers1"], runs=names(members, "numbers2")).facts
    found = [outputs(asking, members[name]) for name in ("numbers1", "numbers2")]
    units = [bench.objectives[0] for _, _, bench in found]
    answers = torch.stack([unit.predicted(output) for unit, (output, _, _) in zip(units, found, strict=True)])
    truth = found[0][1]
    assert not torch.allclose(units[0].predicted(found[1][0]), answers[1], rtol=1e-4)
    errors = [(each - truth).square().mean().sqrt().item() for each in (*answers, answers.mean(0))]
    assert facts["kind"] == "numbers" and facts["errors"] == pytest.approx(errors, rel=1e-5)
