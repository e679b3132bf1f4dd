"""``netloom work F``: a small network worked by hand, every number and every formula written out."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.console import CommandError, ask_for_document, has_errors, note, open_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.byhand.exercise import Exercise, Nested
    from models.byhand.report import Part
    from models.document import Document
    from studio.worker.probing.working import Work

HELP = "Work a small network by hand: forward, loss, backward and update with every number"
FORMATS = ("markdown", "latex", "json")
ENDINGS = {".md": "markdown", ".tex": "latex", ".json": "json", ".pdf": "pdf"}
"""By the ending of the file that is written, its form."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    ask_for_document(parser)
    rows = "numbers, rows apart by a semicolon: “0.8 0.3; 1 2”; NAME=… where there are several"
    parser.add_argument("--input", metavar="ROWS", action="append", default=[], help=f"the batch: {rows}")
    parser.add_argument("--target", metavar="ROWS", action="append", default=[], help="its targets: classes or numbers")
    parser.add_argument("--steps", metavar="N", type=int, default=1, help="updates to work (default: 1)")
    modes = "as it trains, or as it answers afterwards (default: as the document says)"
    parser.add_argument("--mode", choices=("training", "evaluation"), help=f"how the network works: {modes}")
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="how to print it (default: markdown)")
    parser.add_argument("-o", "--output", metavar="FILE", help="the file to write instead: .md, .tex, .json or .pdf")
    parser.add_argument("--gaps", action="store_true", help="leave out the numbers that the document hides")
    parser.add_argument("--check", action="store_true", help="compare all gradients with finite differences as well")


def run(arguments: argparse.Namespace) -> int:
    """Print the worked steps; exit code 1 where the network has errors or a gradient is not confirmed."""
    from models.byhand.exercise import SECTION, ByHandError, Exercise

    form = _form(arguments)
    document = open_document(arguments)
    if has_errors(document):
        return 1
    try:
        exercise = Exercise.read(document.content.section(SECTION))
        document.content.set_section(SECTION, _given(document, exercise, arguments).settings())
        work = _worked(document, arguments.steps)
    except ByHandError as error:
        raise CommandError(str(error)) from error
    content = _written(work, Path(arguments.file).stem, form, arguments.gaps)
    if arguments.output:
        from models.storage.files import save_text

        save_text(content, arguments.output)
        print(f"Wrote {arguments.output}.")
    else:
        sys.stdout.write(content.decode())
    return 0 if not arguments.check or _check(work) else 1


def _given(document: Document, exercise: Exercise, arguments: argparse.Namespace) -> Exercise:
    """The exercise with the batch and targets of the command line."""
    from dataclasses import replace

    from models.byhand.tables import rows_from, shaped
    from models.codegen.objectives import input_ids
    from models.layers.terminals import Input, Output

    inputs: dict[str, Nested] = dict(exercise.inputs)
    for id, text in _named(arguments.input, input_ids(document), "input"):
        layer = document.network[id].layer
        assert isinstance(layer, Input)
        inputs[id] = shaped(rows_from(text), tuple(layer.shape), id).tolist()
    targets: dict[str, Nested] = dict(exercise.targets)
    if arguments.input and not arguments.target:
        targets = {}  # those of another batch
    outputs = [node.id for node in document.network if isinstance(node.layer, Output)]
    for id, text in _named(arguments.target, outputs, "target"):
        rows = len(next(iter(inputs.values()), [[]]))
        targets[id] = _target(document, id, rows_from(text), rows)
    return replace(exercise, inputs=inputs, targets=targets, mode=arguments.mode or exercise.mode)


def _target(document: Document, id: str, found: list[list[float]], rows: int) -> Nested:
    """Targets as the loss takes them: a class a row, or numbers in the shape of the output."""
    from math import prod
    from typing import cast

    from models.byhand.tables import shaped
    from models.layers.terminals import Output
    from models.training import Loss

    flat = [value for row in found for value in row]
    shape = document.analysis[id].shape or ()
    layer = document.network[id].layer
    assert isinstance(layer, Output)
    if cast(Loss, layer.loss).targets == "classes" and len(flat) == rows:
        return flat
    column = [[value] for value in flat] if prod(shape) == 1 else found
    return shaped(column, shape, f"The target of {id}").tolist()


def _named(given: list[str], ids: list[str], option: str) -> list[tuple[str, str]]:
    """Each text with the layer that it is for; raises `CommandError` where that is unclear."""
    found = []
    for text in given:
        name, sign, rest = text.partition("=")
        if sign and name.strip() not in ids:
            raise CommandError(f"--{option}: there is no “{name.strip()[:40]}”. Choose one of {', '.join(ids)}.")
        if not sign and len(ids) != 1:
            raise CommandError(f"--{option}: say for which of {', '.join(ids)} it is, such as {ids[0]}=0.8 0.3")
        found.append((name.strip(), rest) if sign else (ids[0], text))
    return found


def _worked(document: Document, steps: int) -> Work:
    from studio.cli.train import torch_at_hand

    with torch_at_hand():
        from studio.worker.errors import TRAINING_FAILURES, TrainingError, sentence_for
        from studio.worker.probing.errors import ProbeError
        from studio.worker.probing.working import Work

    from models.byhand.exercise import ByHandError

    try:
        work = Work(document)
        for _ in work.walk(steps):
            pass
    except ByHandError:
        raise
    except (ProbeError, TrainingError) as error:
        raise CommandError(str(error)) from error
    except TRAINING_FAILURES as error:
        raise CommandError(sentence_for(error)) from error
    return work


def _form(arguments: argparse.Namespace) -> str:
    """The form that the file's ending or the option asks for; raises `CommandError` for an ending without one."""
    if not arguments.output:
        return str(arguments.format)
    ending = Path(arguments.output).suffix.lower()
    if ending not in ENDINGS:
        wanted = ", ".join(ENDINGS)
        raise CommandError(f"expected a file that ends in {wanted}, found ‘{Path(arguments.output).name:.40}’.")
    return ENDINGS[ending]


def _written(work: Work, title: str, form: str, with_gaps: bool) -> bytes:
    """The worked steps in a form; ``with_gaps`` leaves out what is hidden, and what would give it away."""
    from models.byhand import report
    from models.byhand.leaving import left_out

    if form == "json":
        said = left_out(work.document.network, work.settings)
        return (json.dumps(report.as_json(work.walked, said), indent=1) + "\n").encode()
    hidden = work.exercise.hidden if with_gaps else ()
    heading = f"{title}, to fill in" if with_gaps else f"{title}, worked by hand"
    parts = report.Writer(work.document.network, work.settings, work.walked, hidden).parts(heading)
    if form == "pdf":
        return _pdf(parts, heading)
    return (report.as_latex(parts) if form == "latex" else report.as_markdown(parts)).encode()


def _pdf(parts: Iterable[Part], title: str) -> bytes:
    import os

    from PySide6.QtWidgets import QApplication

    from widgets.numbers.sheet import as_pdf

    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # paper needs no display
        QApplication([])
    return as_pdf(parts, title)


def _check(work: Work) -> bool:
    """Say on standard error whether the gradients are confirmed."""
    found = work.check()
    if found.agrees:
        note(f"{found.count:,} gradients agree with finite differences; the largest difference is {found.worst:.2g}.")
    else:
        note(f"The gradient at {found.cell} differs from finite differences by {found.worst:.2g}.")
    return found.agrees
