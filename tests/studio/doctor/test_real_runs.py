"""The doctor on real trainings: those that were made to show something, and those that show nothing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from shutil import rmtree

import held_out_runs
import other_runs
import pytest
import real_runs
from drawn_runs import drawn
from real_runs import Made

from models.document.edits import SetSection
from studio.doctor import DIAGNOSES, case_of, diagnose
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex
from studio.worker.session import train
from support import SOAK, scaled

FOUND, FALSE = 0.9, 0.05
TUNED_NUMBERS, HELD_OUT_NUMBERS = range(10), range(700, 705)

Runs = list[tuple[Made, int]]
"""Trainings with the first of their seeds."""


def of(numbers: Iterable[int]) -> tuple[Runs, Runs]:
    """What is drawn for some numbers: runs that show something, and runs that show nothing."""
    pairs = [(made, number) for number in numbers for made in drawn(number)[0]]
    return pairs, [(made, number) for number in numbers for made in drawn(number)[1]]


def seeded(made: Iterable[Made], first: int) -> Runs:
    return [(each, first) for each in made]


SETS: dict[str, tuple[Runs, Runs]] = {
    "tuned by": (seeded(real_runs.ILL, 0), seeded(real_runs.WELL, 0)),
    "tuned by, others": (seeded(other_runs.ILL, 100), seeded(other_runs.WELL, 100)),
    "tuned by, drawn": of(TUNED_NUMBERS),
    "held out, drawn": of(HELD_OUT_NUMBERS),
    "held out": (
        seeded(held_out_runs.ILL, held_out_runs.FIRST_SEED),
        seeded(held_out_runs.WELL, held_out_runs.FIRST_SEED),
    ),
}
"""Runs that show something, and runs that show nothing."""


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
    """What is told of a real run; what another finding explains counts where both come to the same remedy."""
    case = case_of(trained(made, folder, first))
    found = diagnose(case)
    codes = [finding.code for finding in found]
    for registered in DIAGNOSES:
        if registered.code == made.code and registered.code not in codes:
            remedies = {mend.label for finding in registered(case) for mend in finding.mends[:1]}
            others = [finding for finding in found if registered.code in explained_by(finding.code)]
            codes += [made.code for other in others if {mend.label for mend in other.mends[:1]} & remedies]
    return [made.code if code in SAME.get(made.code, ()) else code for code in codes]


SAME = {"rising": {"oscillating"}, "oscillating": {"rising"}}
"""Two words for one thing: steps that are too long."""


def explained_by(code: str) -> tuple[str, ...]:
    return next(registered.explains for registered in DIAGNOSES if registered.code == code)


def test_each_diagnosis_has_a_real_run_that_shows_it() -> None:
    # Memory runs out where a limit is set, in tests of their own.
    codes = {registered.code for registered in DIAGNOSES} - {"out_of_memory"}
    assert {made.code for made in real_runs.ILL} == codes
    assert {made.code for made in drawn(0)[0]} == codes - {"waiting", "seeds_disagree"}
    assert min(len(well) for _, well in SETS.values()) >= 20


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", SETS if SOAK else ["tuned by"])
def test_what_runs_show_is_found_and_nothing_else(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order, (all_ill, all_well) = random.Random(30), SETS[name]
    ill = order.sample(all_ill, scaled(len(all_ill), 2 / len(all_ill)))
    well = order.sample(all_well, scaled(len(all_well), 2 / len(all_well)))
    found, missed, false, ailing = Counter[str](), Counter[str](), list[str](), 0
    for number, (made, first) in enumerate(ill + well):
        folder = tmp_path / str(number)
        folder.mkdir()
        codes = told(made, folder, first)
        if not made.code:
            false += [f"{code} in {made.name}, seed {first}" for code in codes]
            ailing += bool(codes)
        else:
            (found if made.code in codes else missed)[made.code] += 1
        rmtree(folder)
    lines = [f"{code:<18} found in {found[code]} of {found[code] + missed[code]}" for code in sorted(found | missed)]
    lines.append(
        f"{'all':<18} found in {found.total()} of {len(ill)}; {ailing} of {len(well)} well called ill {false or ''}"
    )
    with capsys.disabled():
        print("", f"The doctor on real runs that were made to show something, {name}:", *lines, sep="\n  ")
    assert found.total() >= FOUND * len(ill), missed
    assert ailing <= FALSE * len(well), false


def test_eight_sigmoid_layers_say_how_much_the_gradient_falls(tmp_path: Path) -> None:
    deep = next(made for made in real_runs.ILL if made.name == "eight sigmoid layers")
    (finding,) = diagnose(case_of(trained(deep, tmp_path)))
    assert finding.code == "guessing" and "Gradients fall by a factor of about 0.1" in finding.detail
    assert finding.layers and finding.mends[0].label.startswith("Use ReLU in")
