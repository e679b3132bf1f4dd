"""``netloom resume RUN``: go on with a run that was stopped or interrupted."""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli.console import CommandError, runs_folder

HELP = "Go on with a run from its newest checkpoint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="its folder, or its id as netloom runs lists it")
    parser.add_argument("--device", default="", help="where to train (default: as the run began)")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")


def run(arguments: argparse.Namespace) -> int:
    """Train on; a run that finished is left as it is."""
    from studio.cli.train import attend
    from studio.runs.folder import RunFolder

    path = Path(arguments.run)
    if not path.is_dir() and not path.is_absolute():
        path = runs_folder(arguments.runs) / arguments.run
    if not path.is_dir():
        raise CommandError(f"There is no run ‘{arguments.run}’. netloom runs lists the ones there are.")
    folder = RunFolder.open(path)
    if folder.status().state == "finished":
        print(f"Run {folder.name} is finished; there is nothing to go on with.\nRun: {folder.path}")
        return 0
    return attend(lambda: folder, resuming=True, device=arguments.device)
