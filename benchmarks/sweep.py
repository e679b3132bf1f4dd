"""Four small runs side by side against the same four one after another, by workers that are warm in both cases.

    python benchmarks/sweep.py [--runs 4]

Prints the seconds of both and their ratio; on two cores it is to be at most 0.6. Whole commands are timed, so that
starting the workers counts, once without it as well.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.document.edits import SetSection
from models.storage import templates
from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment
from studio.experiments.folder import ExperimentFolder
from studio.experiments.runner import Crew

EPOCHS = 60


def seconds(runs: int, jobs: int) -> tuple[float, float]:
    """How long the runs take in all, and from the first that begins."""
    document = templates.load("digits-cnn")
    document.apply(SetSection("training", {**document.training, "epochs": EPOCHS, "device": "cpu"}))
    plan = Experiment("bench", axes=(Axis("training.seed", tuple(range(runs))),))
    began: list[float] = []
    with tempfile.TemporaryDirectory() as place:
        folder = ExperimentFolder.create(Path(place), plan, document, None)

        def listen(event: str, facts: object) -> None:
            if event == "progress" and not began:
                began.append(time.perf_counter())

        start = time.perf_counter()
        outcome = Crew(Path(place), lambda: [folder], listen, jobs).work()
        end = time.perf_counter()
    assert outcome.state == "done", outcome
    return end - start, end - began[0]


def main() -> None:
    """Print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    one, one_warm = seconds(arguments.runs, 1)
    many, many_warm = seconds(arguments.runs, arguments.jobs)
    print(f"{arguments.runs} runs one after another: {one:.1f} s, from the first step {one_warm:.1f} s")
    print(f"{arguments.runs} runs, {arguments.jobs} side by side: {many:.1f} s, from the first step {many_warm:.1f} s")
    print(f"ratio {many / one:.2f}, from the first step {many_warm / one_warm:.2f} (at most 0.6 on two calm cores)")


if __name__ == "__main__":
    main()
