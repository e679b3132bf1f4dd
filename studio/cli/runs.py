"""``netloom runs``: past and present trainings. In JSON, NaN and infinities are texts, as in documents."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from models.basics.quantities import epochs_text
from models.training.metrics import main_measure
from studio.cli.console import runs_folder, table, width_of
from studio.cli.training.progress import told

if TYPE_CHECKING:
    from studio.runs.summary import RunSummary

HELP = "List the runs, newest first"
HEADER = ("Run", "Name", "State", "Epochs", "Best", "Data", "Began")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("text", nargs="*", help="only runs whose name, data or device holds these words")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="how to print them")
    parser.add_argument("--limit", metavar="COUNT", type=_count, default=-1, help="at most so many")


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each run."""
    from models.storage.writing import finite
    from studio.runs.index import RunIndex

    folder = runs_folder(arguments.runs)
    with RunIndex(folder) as index:
        index.refresh()
        found = index.runs(" ".join(arguments.text), limit=arguments.limit)
        known, others = index.count(), index.others
    if arguments.format == "json":
        listed = [asdict(item) | {"path": str(folder / item.id)} for item in found]
        print(json.dumps(finite(listed), indent=1, allow_nan=False))
    elif found:
        print("\n".join(table(HEADER, [_row(item) for item in found], numbers=(3,), width=width_of(sys.stdout))))
        print(f"{len(found)} run{'s' * (len(found) > 1)} in {folder}{_beside(others)}")
    elif known:
        print(f"No run in {folder} has these words in its name, data or device.")
    else:
        print(f"No runs in {folder}{_beside(others)}. netloom train F starts one.")
    return 0


def _beside(others: int) -> str:
    """What a folder for runs holds that is no run."""
    return f", beside {others:,} other folder{'s' * (others > 1)}" if others else ""


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected an integer, found {text!r}")
    return int(text)


def _row(item: RunSummary) -> tuple[str, ...]:
    name = main_measure(item.best)
    chosen = {name: item.best[name]} if name else {}
    return (
        item.id,
        item.name,
        item.state,
        epochs_text(item.epochs),
        told(chosen).removeprefix("validation "),
        item.dataset,
        item.created[:16].replace("T", " "),
    )
