"""Runs beside each other are called by what differs among them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.summary import RunSummary
from studio.workspaces.train.run_names import (
    MOST_STARTS,
    different_data,
    different_losses,
    names_of,
    names_of_shown,
    starts_of,
    what_differs,
)


def run(number: int, settings: dict[str, Any] | None = None, **values: Any) -> RunSummary:
    blank: dict[str, Any] = {
        "id": f"id{number}", "name": f"run {number}", "created": "", "state": "finished", "reason": "",
        "dataset": "digits", "device": "cpu", "epochs": 20.0, "seconds": 3.0, "parameters": 10, "document_path": "",
        "settings": settings or {}, "best": {}, "last": {}, "title": "exam",
    }  # fmt: skip
    return RunSummary(**(blank | values))


def sgd(**params: Any) -> dict[str, Any]:
    return {"optimizer": {"kind": "SGD", "params": params}}


def names(*runs: RunSummary) -> list[str]:
    return list(names_of(runs).values())


def test_a_lonely_run_goes_by_its_own_name() -> None:
    assert names(run(3)) == ["run 3"]
    assert names() == []


def test_only_what_differs_is_told() -> None:
    assert names(run(1, sgd(lr=0.1, momentum=0.9)), run(2, sgd(lr=0.01, momentum=0.9))) == ["lr 0.1", "lr 0.01"]


def test_a_default_that_was_not_written_down_is_told_as_well() -> None:
    assert names(run(1, sgd(lr=0.1)), run(2, sgd(lr=0.1, momentum=0.9))) == ["momentum 0", "momentum 0.9"]


CROP = {"augmentation": [{"kind": "RandomCrop", "params": {"padding": 1}}]}


def test_augmentation_decay_and_both_are_told_apart() -> None:
    decay = {"optimizer": {"kind": "AdamW", "params": {"weight_decay": 0.05}}}
    plain = {"optimizer": {"kind": "AdamW", "params": {"weight_decay": 0.0}}}
    runs = [run(1, plain | CROP), run(2, decay), run(3, decay | CROP)]
    assert names(*runs) == [
        "weight decay 0 · RandomCrop(padding=1)",
        "weight decay 0.05 · no augmentation",
        "weight decay 0.05 · RandomCrop(padding=1)",
    ]


def test_entries_of_a_list_are_told_apart_by_their_settings_and_only_where_they_are_on() -> None:
    wide = {"augmentation": [{"kind": "RandomCrop", "params": {"padding": 2}}]}
    off = {"augmentation": [{"kind": "RandomCrop", "params": {"padding": 1}, "on": False}]}
    assert names(run(1, CROP), run(2, wide)) == ["RandomCrop(padding=1)", "RandomCrop(padding=2)"]
    assert names(run(1, CROP), run(2, off)) == ["RandomCrop(padding=1)", "no augmentation"]
    assert names(run(1), run(2, off)) == ["run 1", "run 2"]


def test_what_is_left_empty_is_told_from_a_number() -> None:
    assert names(run(1, {"clip_grad_norm": 1.0}), run(2)) == ["clip grad norm 1", "no clip grad norm"]


def test_what_has_the_most_values_comes_first() -> None:
    runs = [run(number, sgd(lr=0.1 / number, nesterov=number == 1, momentum=0.9)) for number in (1, 2, 3)]
    assert names(*runs) == ["lr 0.1 · nesterov", "lr 0.05 · no nesterov", "lr 0.0333333 · no nesterov"]


def test_settings_of_one_optimizer_alone_do_not_count() -> None:
    found = names(run(1, sgd(lr=0.1)), run(2, {"optimizer": {"kind": "Adam", "params": {"lr": 0.1}}}))
    assert found[0] == "SGD" and found[1] == "Adam"


def test_networks_and_data_are_named_where_they_differ() -> None:
    other = {"dataset": "iris", "title": "", "document_path": "/home/ada/mlp.netloom"}
    assert names(run(1), run(2, **other)) == ["exam", "mlp"], "which tells the data as well"
    assert names(run(1), run(2, **other), run(3, dataset="iris")) == ["exam · digits", "mlp · iris", "exam · iris"]
    assert different_data([run(1), run(2, **other)]) == "Different data: digits, iris"
    assert different_data([run(1), run(2)]) == different_data([]) == ""


def tried(number: int, varied: dict[str, Any], seed: int = 1, **more: Any) -> RunSummary:
    facts = {"id": "sweep", "trial": number, "seed": seed, "settings": varied}
    return run(number, {"seed": seed}, name=f"trial {number}", experiment=facts, **more)


def test_groups_are_named_by_what_an_experiment_varied_of_the_layers() -> None:
    runs = [tried(10 * width + seed, {"fc1.out_features": width}, seed) for width in (8, 64) for seed in (1, 2)]
    runs += [tried(90 + seed, {}, seed) for seed in (1, 2)]
    runs += [tried(95 + seed, {"relu1.bypass": True}, seed) for seed in (1, 2)]
    groups = {f"g{at}": (runs[at].id, runs[at + 1].id) for at in range(0, 8, 2)}
    named = names_of_shown(runs, groups)
    assert [named[group] for group in groups] == [
        "out features 8",
        "out features 64",
        "the network as it is",
        "without relu1",
    ]
    assert [named[id] for id in groups["g0"]] == ["trial 81", "trial 82"]


def test_layers_are_named_where_the_same_setting_varies_in_several() -> None:
    runs: list[RunSummary] = [
        tried(at, {"fc1.out_features": at, "fc2.out_features": 9 - at, "data.seed": at % 2}) for at in (1, 2, 3)
    ]
    assert what_differs(runs)["id2"] == "out features 2 · seed 0"
    runs.append(tried(4, {"fc1.out_features": 1, "fc2.out_features": 1, "data.seed": 0}))
    assert what_differs(runs)["id4"] == "fc2.out features 1 · fc1.out features 1 · seed 0"


def test_groups_that_nothing_tells_apart_are_called_by_their_first_runs() -> None:
    runs = [run(at, {"seed": at % 2}) for at in range(4)]
    named = names_of_shown(runs, {"g0": ("id0", "id1"), "g1": ("id2", "id3")})
    assert (named["g0"], named["g1"]) == ("2 seeds from run 0", "2 seeds from run 2")


def test_losses_are_named_where_they_differ() -> None:
    runs = [run(k, {"losses": losses}) for k, losses in enumerate((["CrossEntropyLoss"], ["MSELoss"], ["MSELoss"], 7))]
    assert different_losses(runs) == "Different losses: CrossEntropyLoss; MSELoss"
    assert different_losses(runs[1:3]) == different_losses(runs[2:]) == ""
    assert names(*runs[:2]) == ["CrossEntropyLoss", "MSELoss"]


def test_equal_runs_are_told_apart_by_their_own_names() -> None:
    assert names(run(1), run(2)) == ["run 1", "run 2"]
    same = sgd(lr=0.1)
    assert names(run(1, same), run(2, same), run(3, sgd(lr=0.2))) == ["lr 0.1 · run 1", "lr 0.1 · run 2", "lr 0.2"]


def test_a_name_that_was_given_stays() -> None:
    assert names(run(1, sgd(lr=0.1), name="the best"), run(2, sgd(lr=0.2))) == ["the best", "lr 0.2"]


@pytest.mark.parametrize("settings", [{"optimizer": 7}, {"optimizer": {"kind": "Unknown"}}, {"epochs": "many"}])
def test_settings_that_make_no_sense_are_passed_over(settings: dict[str, Any]) -> None:
    assert len(names(run(1, settings), run(2, sgd(lr=0.5)))) == 2


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.01]), st.integers(0, 2), st.booleans()), max_size=12))
def test_no_two_runs_are_called_alike(settings: list[tuple[float, int, bool]]) -> None:
    runs = [
        run(number, sgd(lr=lr) | {"seed": seed}, dataset="iris" if other else "digits")
        for number, (lr, seed, other) in enumerate(settings)
    ]
    assert len(set(names_of(runs).values())) == len(runs)
    shared = [words for words in what_differs(runs).values() if "momentum" in words]
    assert not shared


def test_runs_that_are_called_as_their_document_are_named_by_what_differs() -> None:
    alike = [run(number, sgd(lr=0.1 / number), name="exam") for number in (1, 2)]
    assert names(*alike) == ["lr 0.1", "lr 0.05"] and names(alike[0]) == ["exam"]


def test_of_names_that_were_given_twice_each_is_told_with_what_differs() -> None:
    assert names(*(run(number, sgd(lr=0.1 / number), name="try") for number in (1, 2))) == [
        "try · lr 0.1",
        "try · lr 0.05",
    ]


def test_a_training_can_start_from_the_best_and_the_last_of_every_run_with_weights() -> None:
    runs = [run(2, name="wide"), run(1, name="narrow"), run(0, state="failed", has_weights=False)]
    both = [("id2/best", "wide, best"), ("id2/last", "wide, last"), ("id1/best", "narrow, best")]
    assert starts_of(runs) == [*both, ("id1/last", "narrow, last")]
    assert starts_of(runs, "id1/best") == starts_of(runs)
    assert starts_of(runs, "id1")[-1] == ("id1", "narrow, best")
    assert starts_of(runs, "id2/00000040")[-1] == ("id2/00000040", "wide, 00000040")
    assert len(starts_of([run(number) for number in range(150)])) == 2 * MOST_STARTS
