"""``netloom prune RUN``: how well a network does with its smallest weights taken away, and such a network as files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.basics.quantities import bytes_text, figures
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

if TYPE_CHECKING:
    from studio.runs.probes.answer import Answer

HELP = "Set the smallest weights of a run to 0 or remove its weakest filters, and measure what is lost"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="its folder, or its id as netloom runs lists it")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    parser.add_argument("--sparsity", metavar="SHARE", type=float, help="how much is pruned, such as 0.8")
    parser.add_argument(
        "--by", choices=("global", "layer", "filter"), default="global",
        help="compare all weights (default), those of each layer, or whole filters, which are removed",
    )  # fmt: skip
    parser.add_argument("--device", default="", help="where to compute (default: as the run began)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print what is found")
    parser.add_argument("-o", "--output", metavar="DIR", help="a folder for the network, its weights and its document")
    ask_for_data_elsewhere(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the curve over several shares, or with ``--sparsity`` what one comes to."""
    heed_data_elsewhere(arguments)
    from studio.cli.training.answers import answer_to, may_be_asked
    from studio.runs.probes.question import Question

    if arguments.output and arguments.sparsity is None:
        raise CommandError("Say how much is to be pruned, such as --sparsity 0.8.")
    folder = find_run(arguments.run, arguments.runs)
    may_be_asked(folder)
    about = {"by": arguments.by}
    kind = "pruning"
    if arguments.sparsity is not None:
        kind, target = "pruned", str(Path(arguments.output).absolute()) if arguments.output else ""
        about |= {"sparsity": arguments.sparsity, "folder": target}
    answer = answer_to(Question(kind, str(folder.path), device=arguments.device, arguments=about))
    if arguments.format == "json":
        arrays = {name: array.tolist() for name, array in answer.arrays.items()}
        print(json.dumps(answer.facts | arrays, indent=1))
    elif kind == "pruned":
        _print_pruned(answer.facts)
    else:
        _print_curve(answer)
    return 0


def _print_curve(answer: Answer) -> None:
    from models.scoring.verdicts import of_pruning

    levels, losses = answer.arrays["levels"].tolist(), answer.arrays["loss"].tolist()
    accuracies = answer.arrays["accuracy"].tolist() if "accuracy" in answer.arrays else None
    header = ["Pruned", *(["Accuracy"] if accuracies else []), "Loss"]
    rows = [
        [f"{level} %", *([f"{accuracies[place]:.2%}"] if accuracies else []), figures(losses[place])]
        for place, level in enumerate(levels)
    ]
    print("\n".join(table(header, rows, numbers=range(len(header)), width=width_of(sys.stdout))))
    print(of_pruning(levels, accuracies, losses))


def _print_pruned(facts: dict[str, Any]) -> None:
    from models.scoring.verdicts import of_whole_blocks

    if facts["accuracy"][0] is not None:
        print("Accuracy   {:.2%} → {:.2%}".format(*facts["accuracy"]))
    print("Loss       {:.4g} → {:.4g}".format(*facts["loss"]))
    print("Parameters {:,} → {:,}".format(*facts["parameters"]))
    print("File       {} → {}".format(*map(bytes_text, facts["bytes"])))
    print("Compressed {} → {}".format(*map(bytes_text, facts["packed"])))
    print(f"{facts['zeros']:,} of {facts['prunable']:,} weights are pruned.")
    for id, (name, width) in facts["widths"].items():
        print(f"{printable(id)}: {name} {width:,}")
    for id, why in facts["reasons"].items():
        note(f"{id} keeps filters of zeros. {why}")
    if facts["whole"]:
        note(of_whole_blocks(facts["whole"]))
    if facts["wrote"]:
        print("Wrote " + ", ".join(facts["wrote"]) + ".")
