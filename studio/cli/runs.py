"""``netloom runs``: past and present trainings, those that are asked for, with the columns that are wanted.

In JSON, NaN and infinities are texts, as in documents.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from models.basics.quantities import epochs_text
from models.training.metrics import main_measure
from studio.cli.console import CommandError, printable, runs_folder, table, width_of
from studio.cli.training.progress import told

if TYPE_CHECKING:
    from studio.runs.summary import RunSummary
    from studio.runs.table.facts import RunFacts

HELP = "List the runs, newest first"
FORMATS = ("table", "csv", "json", "markdown")
EXPORTS = ("file", "tensorboard", "wandb", "mlflow")
HEADER = ("Run", "Name", "State", "Epochs", "Best", "Data", "Began")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("text", nargs="*", help="only runs whose name, data or device holds these words")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    parser.add_argument("--where", metavar="CONDITION", default="", help="only such as ‘lr > 0.01 and accuracy > 95%%’")
    parser.add_argument(
        "--columns", metavar="NAMES", default="", help="what to tell of each, such as lr,accuracy; or all"
    )
    parser.add_argument("--sort", metavar="NAME", default="", help="order by a column")
    parser.add_argument("--descending", action="store_true", help="from the greatest down")
    parser.add_argument("--format", choices=FORMATS, default="table", help="how to print them")
    parser.add_argument("--export", choices=EXPORTS, help="send the runs: a file of each, or to a tracker")
    parser.add_argument("--to", metavar="PLACE", help="the folder for files (.), or the project of a tracker (netloom)")
    parser.add_argument("--limit", metavar="COUNT", type=_count, default=-1, help="at most so many")


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each run."""
    from models.storage.writing import finite
    from studio.runs.index import RunIndex

    folder = runs_folder(arguments.runs)
    with RunIndex(folder) as index:
        index.refresh()
        found = index.runs(" ".join(arguments.text))
        known, others = index.count(), index.others
    found, rows = _chosen(found, arguments)
    if arguments.export and found:
        return _export(found, folder, arguments)
    if arguments.format == "json" and not arguments.columns:
        listed = [asdict(item) | {"path": str(folder / item.id)} for item in found]
        print(json.dumps(finite(listed), indent=1, allow_nan=False))
    elif arguments.format != "table" or (arguments.columns and found):
        _print_columns(rows, arguments)
    elif found:
        print("\n".join(table(HEADER, [_row(item) for item in found], numbers=(3,), width=width_of(sys.stdout))))
        print(f"{len(found)} run{'s' * (len(found) > 1)} in {folder}{_beside(others)}")
    elif known:
        what = f"is such that {arguments.where}" if arguments.where else "has these words in its name, data or device"
        print(f"No run in {folder} {printable(what)}.")
    else:
        print(f"No runs in {folder}{_beside(others)}. netloom train F starts one.")
    return 0


def _chosen(runs: list[RunSummary], arguments: argparse.Namespace) -> tuple[list[RunSummary], list[RunFacts]]:
    """The runs that are asked for in the order that is, with their rows. Raises `CommandError`."""
    from models.find import Condition, QueryError, columns_called
    from studio.runs.table.columns import columns_of, in_order, names_of
    from studio.runs.table.facts import facts_of

    rows = [facts_of(run) for run in runs]
    names = names_of(columns_of(rows))
    try:
        condition = Condition(arguments.where, names)
        kept = [row for row in rows if condition(row)] if rows else []
        if arguments.sort and kept:
            (key,) = columns_called(arguments.sort, names)[:1]
            kept = in_order(kept, key, descending=arguments.descending)
    except QueryError as error:
        raise CommandError(str(error)) from None
    kept = kept if arguments.limit < 0 else kept[: arguments.limit]
    by_id = {run.id: run for run in runs}
    return [by_id[row.id] for row in kept], kept


def _export(runs: list[RunSummary], folder: Path, arguments: argparse.Namespace) -> int:
    """Send the runs that were chosen. Raises `RunError`."""
    from studio.runs.exchange.pack import SUFFIX, pack
    from studio.runs.exchange.tensorboard import write_events
    from studio.runs.exchange.trackers import TRACKERS
    from studio.runs.folder import RunFolder

    opened = [RunFolder.open(folder / run.id) for run in runs]
    if send := TRACKERS.get(arguments.export):
        send(opened, arguments.to or "netloom")
        print(f"Sent {len(opened)} run{'s' * (len(opened) > 1)} to {arguments.export}.")
        return 0
    place = Path(arguments.to or ".")
    for run in opened:
        if arguments.export == "tensorboard":
            print(printable(str(write_events(run, place))))
        else:
            place.mkdir(parents=True, exist_ok=True)
            pack(run, place / f"{run.id}{SUFFIX}")
            print(printable(str(place / f"{run.id}{SUFFIX}")))
    return 0


def _print_columns(rows: list[RunFacts], arguments: argparse.Namespace) -> None:
    from studio.runs.table import written
    from studio.runs.table.columns import columns_of

    columns = _columns(rows, arguments.columns)
    if arguments.format == "table":
        cells = [(row.id, *written.cells(columns, row)) for row in rows]
        numbers = [
            columns.index(column.key) + 1 for column in columns_of(rows) if column.numeric and column.key in columns
        ]
        print("\n".join(table(("Run", *columns), cells, numbers=numbers, width=width_of(sys.stdout))))
    elif arguments.format == "json":
        print(written.as_json(columns, rows))
    else:
        text = (written.as_csv if arguments.format == "csv" else written.as_markdown)(columns, rows)
        print(text.rstrip("\n"))


def _columns(rows: list[RunFacts], named: str) -> list[str]:
    """The columns of these names, all for ``all``, without any those that differ."""
    from models.find import QueryError, columns_called
    from studio.runs.table.columns import columns_of, names_of

    known = columns_of(rows)
    if named == "all":
        return [column.key for column in known]
    if not named:
        return [column.key for column in known if column.differs or column.key == "name"]
    try:
        return [columns_called(name.strip(), names_of(known))[0] for name in named.split(",") if rows]
    except QueryError as error:
        raise CommandError(str(error)) from None


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
