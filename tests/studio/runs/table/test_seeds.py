"""Repetitions: runs that only the seed tells apart."""

from __future__ import annotations

from table_rows import summary

from studio.runs.table.seeds import group_text, groups_of

BASE = {"epochs": 3, "optimizer": {"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.9}}}


def test_runs_that_differ_only_in_the_seed_are_a_group() -> None:
    turned = {"optimizer": {"params": {"momentum": 0.9, "lr": 0.1}, "kind": "SGD"}, "epochs": 3}
    runs = [
        summary(id="1", settings=BASE | {"seed": 0}),
        summary(id="3", settings=turned | {"seed": 1}),
        summary(id="2", settings=BASE | {"seed": 2}, name="named", state="failed"),
        summary(id="4", settings=BASE | {"seed": 3, "epochs": 4}),
        summary(id="5", settings=BASE | {"seed": 3}, network="n2"),
        summary(id="6", settings=BASE | {"seed": 3}, dataset="wine"),
    ]
    assert groups_of(runs) == {"1": ("1", "2", "3")}


def test_a_group_is_called_by_what_its_experiment_gave_all_its_runs() -> None:
    assert group_text(["lr 0.1 · seed 1", "lr 0.1 · seed 2"], [0, 1]) == "lr 0.1 · 2 seeds"
    assert group_text(["lr 0.1 · seed 1", "lr 0.2 · seed 2", "mine"], [0, 1, 2]) == "3 seeds"
    assert group_text(["run 1", "run 2"], [0, 1]) == "2 seeds"


def test_the_same_seed_twice_is_no_group_nor_is_what_is_unknown() -> None:
    assert groups_of([summary(id=id, settings=BASE | {"seed": 1}) for id in "ab"]) == {}
    assert groups_of([summary(id=id, settings=BASE | {"seed": id}) for id in "ab"]) == {}
    assert groups_of([summary(id=id, network="", settings=BASE | {"seed": n}) for n, id in enumerate("ab")]) == {}
    assert groups_of([]) == {}
