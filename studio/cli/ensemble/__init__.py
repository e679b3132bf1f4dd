"""``netloom ensemble RUN RUN…``: how well runs do that answer together, and all of them as one module."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from models.basics.quantities import figures
from studio.cli.console import (
    CommandError,
    ask_for_data_elsewhere,
    find_run,
    heed_data_elsewhere,
    note,
    printable,
    table,
    width_of,
)

HELP = "Average the answers of several runs: how well they do together, and one module of all of them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("runs_named", metavar="RUN", nargs="+", help="their folders, or ids as netloom runs lists them")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    parser.add_argument("--output-id", metavar="ID", default="", help="the Output that is scored (default: the first)")
    parser.add_argument("--device", default="", help="where to compute (default: as the first run began)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print what is found")
    parser.add_argument("-o", "--output", metavar="DIR", help="a folder for one module with all weights")
    ask_for_data_elsewhere(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print how each does and all together; exit code 1 where a run does not fit the first, 2 where fewer than two
    do."""
    heed_data_elsewhere(arguments)
    from studio.cli.training.answers import answer_to, may_be_asked
    from studio.runs.probes.question import Question

    if len(set(arguments.runs_named)) < 2:
        raise CommandError("An ensemble needs two runs at least. netloom runs lists the ones there are.")
    folders = [find_run(named, arguments.runs) for named in dict.fromkeys(arguments.runs_named)]
    for folder in folders:
        may_be_asked(folder)
    paths = {folder.path.name: folder.path for folder in folders}
    others = [str(folder.path) for folder in folders[1:]]
    question = Question(
        "ensemble", str(folders[0].path), output=arguments.output_id, device=arguments.device,
        arguments={"runs": others},
    )  # fmt: skip
    facts = answer_to(question).facts
    for name, why in facts["left_out"].items():
        note(f"{name} is left out: {why}")
    if len(facts["members"]) < 2:
        raise CommandError("Fewer than two of these runs fit together. Nothing was averaged.")
    names = {folder.path.name: str(folder.header["name"] or folder.path.name) for folder in folders}
    if arguments.format == "json":
        print(json.dumps(facts, indent=1))
    else:
        _print(facts, names)
    if arguments.output:
        _export([paths[name] for name in facts["members"]], Path(arguments.output), arguments.format)
    return 1 if facts["left_out"] else 0


def _print(facts: dict[str, Any], names: dict[str, str]) -> None:
    """A line for each member and the average, and what the average gains."""
    from models.scoring.verdicts import of_ensemble

    labels = [*(printable(names[member]) for member in facts["members"]), "average"]
    is_classes = facts["kind"] == "classes"
    header = ("Member", "Accuracy", "Loss", "ECE") if is_classes else ("Member", "RMSE", "MAE")
    columns = ("accuracies", "losses", "calibration_errors") if is_classes else ("errors", "absolute_errors")
    rows = [[label, *(_cell(name, facts[name][row]) for name in columns)] for row, label in enumerate(labels)]
    print("\n".join(table(header, rows, numbers=range(1, len(header)), width=width_of(sys.stdout))))
    for sentence in of_ensemble(facts):
        print(sentence)


def _cell(name: str, value: float) -> str:
    return figures(value) if name in ("losses", "errors", "absolute_errors") else f"{value:.2%}"


def _export(members: list[Path], target: Path, form: str) -> None:
    from studio.runs.exchange.ensembles import export_ensemble

    written = export_ensemble(members, target, target.absolute().name or "Ensemble")
    if form == "text":
        print("Wrote " + " and ".join(map(str, written)) + ".")
