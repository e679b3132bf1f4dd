"""The doctor on real trainings: those that were made to show something, and those that show nothing."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import held_out_runs
import pytest
from real_runs import ILL, WELL, Made

from models.document.edits import SetSection
from studio.doctor import DIAGNOSES, case_of, diagnose
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex
from studio.worker.session import train
from support import scaled

FOUND, FALSE = 0.9, 0.05


SETS = {"tuned by": (ILL, WELL, 0), "held out": (held_out_runs.ILL, held_out_runs.WELL, held_out_runs.FIRST_SEED)}
"""Runs that show something, runs that show nothing, and the first of their seeds."""


def trained(made: Made, folder: Path, first: int = 0) -> RunFolder:
    """A real run, the last of its seeds."""
    for seed in range(first, first + made.seeds):
        document = made.make(folder)
        document.apply(SetSection("training", {**document.training, "seed": seed}))
        run = new_run(document, None, folder / "runs")
        assert train(run).state in ("finished", "failed")
    with RunIndex(folder / "runs") as index:
        index.refresh()
    return run


def told(made: Made, folder: Path, first: int) -> list[str]:
    return [finding.code for finding in diagnose(case_of(trained(made, folder, first)))]


def test_each_diagnosis_has_a_real_run_that_shows_it() -> None:
    assert {made.code for made in ILL} == {registered.code for registered in DIAGNOSES}
    assert min(len(WELL), len(held_out_runs.WELL)) >= 20


@pytest.mark.soak
@pytest.mark.parametrize("name", SETS)
def test_what_runs_show_is_found_and_nothing_else(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order, (all_ill, all_well, first) = random.Random(11), SETS[name]
    ill = order.sample(all_ill, scaled(len(all_ill), 0.1))
    well = order.sample(all_well, scaled(len(all_well), 0.1))
    found, missed, false = Counter[str](), Counter[str](), []
    for number, made in enumerate(ill + well):
        folder = tmp_path / str(number)
        folder.mkdir()
        codes = told(made, folder, first)
        if not made.code:
            false += [f"{code} in {made.name}" for code in codes]
        else:
            (found if made.code in codes else missed)[made.code] += 1
    lines = [f"{code:<18} found in {found[code]} of {found[code] + missed[code]}" for code in sorted(found | missed)]
    lines.append(f"{'all':<18} found in {found.total()} of {len(ill)}; {len(false)} false of {len(well)} {false or ''}")
    with capsys.disabled():
        print("", f"The doctor on real runs that were made to show something, {name}:", *lines, sep="\n  ")
    assert found.total() >= FOUND * len(ill), missed
    assert len(false) <= FALSE * len(well), false


def test_eight_sigmoid_layers_say_how_much_the_gradient_falls(tmp_path: Path) -> None:
    deep = next(made for made in ILL if made.name == "eight sigmoid layers")
    (finding,) = diagnose(case_of(trained(deep, tmp_path)))
    assert finding.code == "guessing" and "Gradients fall by a factor of about 0.1" in finding.detail
    assert finding.layers and finding.mends[0].label.startswith("Use ReLU in")
