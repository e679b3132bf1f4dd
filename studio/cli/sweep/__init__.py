"""``netloom sweep F``: train a document many times with settings that vary, and say what came of it."""

from __future__ import annotations

import argparse
import signal
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli.console import (
    CommandError,
    ask_for_data_elsewhere,
    ask_for_document,
    each,
    heed_data_elsewhere,
    note,
    open_document,
    runs_folder,
    table,
    width_of,
)
from studio.cli.training import overrides

if TYPE_CHECKING:
    from models.document import Document
    from studio.experiments.axis import Axis
    from studio.experiments.cluster import Cluster
    from studio.experiments.experiment import Experiment
    from studio.experiments.folder import ExperimentFolder
    from studio.experiments.progress import Progress
    from studio.experiments.runner import Crew

HELP = "Train a document many times with settings that vary; the same command goes on where it was"
GRID = "grid"
MOST_JOBS = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    ask_for_document(parser)
    parser.add_argument(
        "--vary", metavar="NAME=VALUES", action="append", default=[],
        help="a setting and its values: training.optimizer.lr=0.1,0.01 or =1e-4..1e-1:log:4, conv1.out_channels=8,16",
    )  # fmt: skip
    parser.add_argument(
        "--change", metavar="NAME=VALUE", action="append", nargs="+", default=[],
        help="try a change alone against the network as it is: conv1.bypass=true, training.optimizer=SGD",
    )  # fmt: skip
    parser.add_argument(
        "--set", metavar="NAME=VALUE", dest="settings", action="append", default=[], help=overrides.HELP
    )
    parser.add_argument("--search", default="", help="how combinations are found: grid (default), random, tpe")
    parser.add_argument("--trials", metavar="N", type=int, default=0, help="combinations of a random or tpe search")
    parser.add_argument("--seeds", metavar="N", type=int, default=1, help="runs of each, with a seed each (default: 1)")
    parser.add_argument(
        "--folds", metavar="K", type=int, default=0,
        help="cut the data into K parts and train with each of them as validation: mean, standard deviation",
    )  # fmt: skip
    parser.add_argument("--prune", action="store_true", help="give up runs that are worse than half of the finished")
    parser.add_argument("--metric", default="", help="what counts, such as validation/loss")
    parser.add_argument("--jobs", metavar="N", type=int, default=0, help="runs side by side (default: what fits)")
    parser.add_argument(
        "--on", metavar="CLUSTER", default="",
        help="a Ray cluster that sees the folder for runs: ray://HOST:10001, auto (of this computer), or local",
    )  # fmt: skip
    parser.add_argument("--plan", action="store_true", help="say what would be trained, and train nothing")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    ask_for_data_elsewhere(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train all runs that are left, print the results; exit code 1 where none finished, 2 where values do not fit."""
    heed_data_elsewhere(arguments)
    from studio.experiments.fitting import problems_of
    from studio.experiments.folder import ExperimentFolder

    document, path = open_document(arguments), Path(arguments.file).absolute()
    overrides.override(document, arguments.settings)
    experiment = _experiment(arguments, document)
    if twice := [name for name in experiment.names if name in overrides.names(arguments.settings)]:
        raise CommandError(f"{', '.join(twice)} cannot be set and vary at once: leave one of them out.")
    if problems := problems_of(experiment, document, path.parent):
        for problem in problems:
            note(problem)
        raise CommandError("Nothing was started: these values do not fit.")
    runs_dir = runs_folder(arguments.runs)
    if arguments.plan:
        _tell_plan(experiment, document, runs_dir, arguments.jobs)
        return 0
    folder = ExperimentFolder.create(runs_dir, experiment, document, path)
    return _attend(folder, document, arguments.jobs, arguments.on)


def _experiment(arguments: argparse.Namespace, document: Document) -> Experiment:
    """The experiment that the options describe; raises `CommandError`."""
    from studio.experiments.experiment import MOST_FOLDS, MOST_RUNS, MOST_SEEDS, Experiment
    from studio.experiments.searches import SEARCHES

    if arguments.vary and arguments.change:
        raise CommandError("Use --vary for combinations or --change for one change at a time, not both.")
    name = arguments.search or ("ablation" if arguments.change else GRID)
    search = SEARCHES.get(name)
    if search is None or (search.varies and arguments.change):
        there = ", ".join(name for name, search in SEARCHES.items() if search.varies)
        raise CommandError(f"--search expects one of {there}, found ‘{name:.40}’.")
    if search.package and find_spec(search.package) is None:
        raise CommandError(f"--search {name} needs {search.package}: pip install netloom[search]")
    for option, least, most in (("seeds", 1, MOST_SEEDS), ("trials", 0, MOST_RUNS), ("jobs", 0, MOST_JOBS)):
        if not least <= getattr(arguments, option) <= most:
            found = getattr(arguments, option)
            raise CommandError(f"--{option} expects a number from {least} to {most:,}, found {found}.")
    if arguments.folds and not 2 <= arguments.folds <= MOST_FOLDS:
        raise CommandError(f"--folds expects a number from 2 to {MOST_FOLDS:,}, found {arguments.folds}.")
    return Experiment(
        title=Path(arguments.file).stem,
        search=name,
        axes=each(arguments.vary, partial(_axis, document)),
        changes=each(arguments.change, partial(_change, document)),
        seeds=arguments.seeds,
        trials=arguments.trials,
        metric=arguments.metric,
        prune=arguments.prune,
        folds=arguments.folds,
    )


def _axis(document: Document, text: str) -> Axis:
    from studio.experiments.axis import axis_from
    from studio.experiments.dotted import SettingError

    name, values = _halves(document, text, "--vary expects NAME=VALUES such as training.optimizer.lr=0.1,0.01")
    try:
        return axis_from(name, values)
    except SettingError as error:
        raise CommandError(str(error)) from error


def _change(document: Document, texts: list[str]) -> dict[str, Any]:
    from studio.experiments.dotted import SettingError

    change = {}
    for text in texts:
        setting, value = _halves(document, text, "--change expects NAME=VALUE such as conv1.bypass=true")
        try:
            change[setting.name] = setting.from_text(value)
        except SettingError as error:
            raise CommandError(str(error)) from error
    return change


def _halves(document: Document, text: str, expected: str) -> tuple[Any, str]:
    from studio.experiments.dotted import SettingError, setting_of

    name, sign, value = text.partition("=")
    if not sign:
        raise CommandError(f"{expected}, found ‘{text:.60}’.")
    try:
        return setting_of(document, name.strip()), value
    except SettingError as error:
        raise CommandError(str(error)) from error


def _tell_plan(experiment: Experiment, document: Document, runs_dir: Path, jobs: int) -> None:
    from studio.experiments.progress import Progress

    print(_plan(Progress(experiment).total, experiment, document, runs_dir, jobs))


def _plan(runs: int, experiment: Experiment, document: Document, runs_dir: Path, jobs: int) -> str:
    """How many runs, and about how long where runs of before can tell."""
    from studio.experiments.estimate import duration_text, epoch_of_past, total_seconds
    from studio.experiments.runner import workers_for
    from studio.runs.index import RunIndex

    with RunIndex(runs_dir) as index:
        index.refresh()
        epoch = epoch_of_past(index.runs(), document)
    beside = jobs or workers_for(runs)
    about = f", about {duration_text(total_seconds(epoch, experiment, document, runs, beside))}" if epoch else ""
    return f"{runs:,} {'run' if runs == 1 else 'runs'}, {beside} side by side{about}."


def _attend(folder: ExperimentFolder, document: Document, jobs: int, cluster: str) -> int:
    """Train what is left while telling of it; Ctrl-C saves the runs that go on."""
    from studio.experiments.cluster import Cluster
    from studio.experiments.progress import Progress
    from studio.experiments.runner import Crew
    from studio.runs.index import RunIndex

    with RunIndex(folder.runs_dir) as index:
        before = Progress.read(folder.experiment, folder.id, index)
    left = before.total - before.ended
    if not left:
        print("All runs are there already.")
        _print(before)
        return 0 if before.count("finished") else 1
    if cluster:
        crew: Crew | Cluster = Cluster(cluster, folder, _tell, jobs)
    else:
        print(_plan(left, folder.experiment, document, folder.runs_dir, jobs), flush=True)
        crew = Crew(folder.runs_dir, lambda: [folder], _tell, min(jobs, left))
    received = _listen(crew)
    outcome = crew.work()
    with RunIndex(folder.runs_dir) as index:
        progress = Progress.read(folder.experiment, folder.id, index)
    _print(progress)
    if outcome.state == "failed":
        note(outcome.reason)
    if outcome.state != "done":
        print(f"{progress.ended:,} of {progress.total:,} runs are done. Go on with the same command.", flush=True)
    if received:
        return 128 + received[0]
    return 0 if outcome.state == "done" and progress.count("finished") else 1


def _listen(crew: Crew | Cluster) -> list[int]:
    """The first signal has all runs saved, a second one ends the program at once; gives those received."""
    received: list[int] = []

    def ask(number: int, _frame: object) -> None:
        received.append(number)
        signal.signal(number, signal.SIG_DFL)
        crew.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return received


def _tell(event: str, facts: dict[str, Any]) -> None:
    """A line for each run that has ended, and for what went wrong."""
    if event == "ended":
        progress: Progress = facts["progress"]
        run = progress.run_of(facts["job"].cell)
        print(f"{progress.ended:>{len(str(progress.total))}}/{progress.total}  {facts['job'].words}: "
              f"{_result(run, progress.metric, facts)}", flush=True)  # fmt: skip
    elif event == "died":
        note(f"{facts['job'].words}: {facts['reason']} It is tried once more.")
    elif event == "given up":
        note(facts["reason"])


def _result(run: Any, metric: str, facts: dict[str, Any]) -> str:
    from studio.cli.training.progress import told

    if facts["outcome"] == "finished" and run is not None and metric in run.best:
        return told({metric: run.best[metric]})
    return str(facts["reason"] or facts["outcome"])


def _print(progress: Progress) -> None:
    """The results as a table, what mattered, and a sentence."""
    from models.training.metrics import measure_of
    from studio.experiments import results
    from studio.experiments.dotted import short_names, value_text

    names = progress.experiment.names
    measure = measure_of(progress.metric)
    cells = [
        [
            *(value_text(row.trial.settings[name]) if name in row.trial.settings else "·" for name in names),
            results.value_text(row.estimate, measure) if row.estimate else "–",
            row.state,
        ]
        for row in results.rows(progress)
    ]
    if cells:
        short = short_names(names)
        header = [*(short[name] for name in names), f"{measure.part} {measure.words}".strip(), "runs"]
        print("\n".join(table(header, cells, numbers=range(len(names) + 1), width=width_of(sys.stdout))))
    if progress.experiment.changes:
        for verdict in results.verdicts(progress):
            print(f"{verdict.words}: {verdict.text}")
    elif shares := results.importance(progress):
        short = short_names(names)
        print("Importance: " + ", ".join(f"{short[name]} {share:.0%}" for name, share in results.ranked(shares)) + ".")
    for words in results.spread(progress):
        print(words[:1].upper() + words[1:])
    if words := results.curve_verdict(progress):
        print(words)
    print(results.sentence(progress), flush=True)
