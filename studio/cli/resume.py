"""``netloom resume RUN``: go on with a run that was stopped or interrupted."""

from __future__ import annotations

import argparse

from studio.cli.console import find_run

HELP = "Go on with a run from its newest checkpoint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="its folder, or its id as netloom runs lists it")
    parser.add_argument("--device", default="", help="where to train (default: as the run began)")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")


def run(arguments: argparse.Namespace) -> int:
    """Train on; a run that finished is left as it is."""
    from studio.cli.train import attend

    folder = find_run(arguments.run, arguments.runs)
    if folder.status().state == "finished":
        print(f"Run {folder.name} is finished; there is nothing to go on with.\nRun: {folder.path}")
        return 0
    return attend(lambda: folder, resuming=True, device=arguments.device)
