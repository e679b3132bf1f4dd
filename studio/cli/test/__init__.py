"""``netloom test F``: what a document comes to when it is tried for a moment, before any run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.basics.quantities import figures
from studio.cli.console import (
    CommandError,
    ask_for_data_elsewhere,
    ask_for_document,
    colored,
    has_errors,
    heed_data_elsewhere,
    open_document,
    printable,
    table,
    width_of,
)
from studio.runs.probes.trials import TRIALS, Trial

if TYPE_CHECKING:
    from models.document import Document
    from studio.runs.probes.answer import Answer

HELP = "Try a document: range of learning rates, one batch, gradients, speed; exit code 1 if one goes badly"
_STYLES = {"good": "good", "doubtful": "warning", "bad": "error"}
MOST_ROWS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from studio.cli.training import overrides

    ask_for_document(parser)
    for trial in TRIALS:
        parser.add_argument(f"--{trial.option}", action="store_true", help=trial.help)
    parser.add_argument(
        "--set", metavar="NAME=VALUE", dest="settings", action="append", default=[], help=overrides.HELP
    )
    parser.add_argument("--device", default="", help="where to try it: auto, cpu, cuda, cuda:1, mps")
    ask_for_data_elsewhere(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the tests that were chosen, or all; prints numbers and a verdict for each."""
    heed_data_elsewhere(arguments)
    from studio.cli.training import overrides

    document = open_document(arguments)
    overrides.override(document, arguments.settings)
    if has_errors(document):
        return 1
    chosen = [trial for trial in TRIALS if getattr(arguments, trial.option)] or TRIALS
    outcomes = [_shown(trial, _answer(trial, document, arguments)) for trial in chosen]
    return 1 if "bad" in outcomes else 0


def _answer(trial: Trial, document: Document, arguments: argparse.Namespace) -> Answer:
    from models.storage import files
    from studio.cli.train import torch_at_hand
    from studio.runs.probes.question import Question

    with torch_at_hand():
        from studio.data import DataError
        from studio.worker.errors import TRAINING_FAILURES, TrainingError, sentence_for
        from studio.worker.probes import PROBES
        from studio.worker.probing.asked import Asked
        from studio.worker.probing.errors import ProbeError
        from studio.worker.process.control import Control
    given = {"document": files.to_json(document), "path": str(Path(arguments.file).absolute())}
    question = Question(trial.kind, "", device=arguments.device, arguments=given)
    steps = PROBES[trial.kind].answer(Asked(question, None, Control(), lambda done, total: None))
    try:
        while True:
            _tell(trial, *next(steps))
    except StopIteration as end:
        found: Answer = end.value
        return found
    except (ProbeError, TrainingError, DataError) as error:
        raise CommandError(str(error)) from error
    except TRAINING_FAILURES as error:
        raise CommandError(sentence_for(error)) from error
    finally:
        _tell(trial, 0, 0)


def _tell(trial: Trial, done: int, total: int) -> None:
    """How far a test is, where somebody watches."""
    if sys.stderr.isatty():
        line = f"{trial.title}: {done / total:.0%}" if total else ""
        sys.stderr.write(f"\r\033[K{line}")
        sys.stderr.flush()


def _shown(trial: Trial, answer: Answer) -> str:
    facts: dict[str, Any] = answer.facts
    print(f"{trial.title}: {colored(facts['outcome'], _STYLES[facts['outcome']], sys.stdout)}")
    header, rows = _rows(trial, answer)
    if rows:
        print("\n".join(f"  {line}" for line in table(header, rows, numbers=range(1, 9), width=width_of(sys.stdout))))
    print(f"  {printable(facts['sentence'])}")
    if facts.get("begun"):
        print(f"  {printable(facts['begun'])}")
    if facts["setting"]:
        print(f"  --set training.{facts['setting']}={facts['value']:g}")
    return str(facts["outcome"])


def _rows(trial: Trial, answer: Answer) -> tuple[list[str], list[list[str]]]:
    """The numbers of a test, some twenty rows of them at most."""
    names = [trial.axis, *answer.arrays]
    columns = [array.tolist() for array in answer.arrays.values()]
    first = answer.facts.get("layers") or [str(place + 1) for place in range(len(columns[0]))]
    rows = [[name, *(figures(value) for value in row)] for name, *row in zip(first, *columns, strict=True)]
    if trial.across:
        names, rows = names[1:], [row[1:] for row in rows]
    every = max(1, -(-len(rows) // MOST_ROWS))
    return names, rows[::every]
