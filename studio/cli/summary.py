"""``netloom summary F``: shapes, parameters and costs, layer by layer."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeGuard

from studio.cli.console import ask_for_document, has_errors, listed, open_document, printable, table, width_of

if TYPE_CHECKING:
    from models.analysis import Analysis, Issue, ReceptiveField, Report
    from models.analysis.blocks import Block
    from models.analysis.pace import Pace
    from models.checks import Finding
    from models.document import Document
    from models.kinds.layer import Layer, Shape

HELP = "Print shapes, parameters and costs, layer by layer"
FORMATS = ("table", "json", "csv", "markdown")
HEADER = ("Layer", "Type", "Output C", "H×W", "Parameters", "Multiply-adds", "Receptive field")
NUMBERS = (2, 3, 4, 5, 6)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    ask_for_document(parser)
    parser.add_argument("--format", choices=FORMATS, default="table", help="how to print it (default: table)")
    explanation = "unfold blocks so many levels deep (default: 0, in JSON all)"
    costs = "also FLOPs, the memory that training takes and the time of a step, in the table and in JSON"
    parser.add_argument("--costs", action="store_true", help=costs)
    parser.add_argument("--depth", metavar="N", type=int, choices=range(100), help=explanation)


def run(arguments: argparse.Namespace) -> int:
    """Print the summary; exit code 1 if the network has errors, which are named on standard error."""
    document = open_document(arguments)
    if arguments.format == "json":
        print(_json(document, arguments.depth, costs=arguments.costs))
    else:
        texts = {"table": _table, "csv": _csv, "markdown": _markdown}
        print(texts[arguments.format](document, arguments.depth or 0))
        if arguments.costs and arguments.format == "table":
            print(_costs_in_words(document))
    return 1 if has_errors(document) else 0


def facts(document: Document, depth: int | None = None) -> dict[str, Any]:
    """The summary as JSON data; shapes without the batch, null for what is not known.

    Blocks have their layers as ``children``, down to so many levels: as they are in the first repetition.
    """
    totals = document.analysis.totals()
    return {
        "nodes": _all_facts(document.analysis, depth),
        "total_parameters": totals.parameters,
        "trainable_parameters": totals.trainable,
        "multiply_adds": totals.multiply_adds,
        "issues": [_issue_facts(issue) for issue in _issues(document)],
    }


def _all_facts(analysis: Analysis, depth: int | None, path: str = "") -> list[dict[str, Any]]:
    """The facts of all layers; ``path`` leads to the block that they are in."""
    from models.storage.writing import edges_to_json

    network = analysis.network
    sources: dict[str, list[str]] = {}
    for edge, (source, _) in zip(network.edges, edges_to_json(network.nodes, network.edges), strict=True):
        sources.setdefault(edge.target, []).append(path + source)
    return [_node_facts(analysis, id, sources.get(id, []), path, depth) for id in analysis.order]


def _node_facts(analysis: Analysis, id: str, sources: list[str], path: str, depth: int | None) -> dict[str, Any]:
    node, report = analysis.network[id], analysis[id]
    field = report.receptive_field
    found = {
        "id": path + id,
        "kind": node.kind,
        "module": node.attribute,
        "inputs": sources,
        "output_shapes": [list(output.shape) if output else None for output in report.outputs],
        "parameters": report.parameters,
        "buffers": report.buffers,
        "multiply_adds": report.multiply_adds,
        "receptive_field": {"size": list(field.size), "stride": list(field.stride)} if field else None,
        "issues": [_issue_facts(issue) for issue in report.issues],
    }
    if not is_block(node.layer):
        return found
    from models.analysis.blocks import unfolded

    inside = unfolded(analysis, id) if depth is None or depth > 0 else None
    below = None if depth is None else depth - 1
    children = _all_facts(inside, below, f"{path}{id}/") if inside else []
    return {**found, "repeat": node.layer.repeat, "children": children}


def is_block(layer: Layer | None) -> TypeGuard[Block]:
    """Whether a layer is a block."""
    from models.analysis.blocks import Block

    return isinstance(layer, Block)


def _issues(document: Document) -> list[Finding]:
    from models.checks import findings

    return findings(document)


def _issue_facts(issue: Issue) -> dict[str, str]:
    names = ("severity", "code", "node", "message", "detail", "expected", "found", "port")
    return {name: getattr(issue, name) for name in names}


def _rows(analysis: Analysis, depth: int, *, plain: bool, path: str = "") -> list[tuple[str, ...]]:
    """One row a layer, as exams lay it out, and below a block its layers, down to so many levels.

    ``plain`` numbers are without separators, for other programs.
    """
    from models.analysis.blocks import unfolded

    number = str if plain else "{:,}".format
    rows: list[tuple[str, ...]] = []
    again = analysis.sharing()
    for id in analysis.order:
        report, layer = analysis[id], analysis.network[id].layer
        shape, unknown = report.shape, "" if plain else "?"
        times = f" ×{layer.repeat:,}" if is_block(layer) and layer.repeat > 1 else ""
        rows.append(
            (
                path + id,
                analysis.network[id].kind + times,
                unknown if shape is None else number(shape[0]) if shape else "",
                unknown if shape is None else _spatial(shape, plain),
                _parameters(report, again.get(id, ""), plain),
                unknown if report.multiply_adds is None else number(report.multiply_adds),
                _field(report.receptive_field, plain),
            )
        )
        if is_block(layer) and depth > 0 and (inside := unfolded(analysis, id)):
            rows += _rows(inside, depth - 1, plain=plain, path=f"{path}{id}/")
    return rows


def _parameters(report: Report, first: str, plain: bool) -> str:
    """The number of weights; shared ones count for the ``first`` layer that calls them."""
    if report.parameters is None:
        return "" if plain else "?"
    if first and report.parameters:
        return "0" if plain else f"as {first}"
    return str(report.parameters) if plain else f"{report.parameters:,}"


def _spatial(shape: Shape, plain: bool) -> str:
    return "×".join(map(str, shape[1:])) or ("" if plain else "–")


def _field(field: ReceptiveField | None, plain: bool) -> str:
    return "×".join(map(str, field.size)) if field else "" if plain else "–"


def _table(document: Document, depth: int) -> str:
    totals = document.analysis.totals()
    lines = table(HEADER, _rows(document.analysis, depth, plain=False), numbers=NUMBERS, width=width_of(sys.stdout))
    trainable = f" ({totals.trainable:,} trainable)" if totals.frozen else ""
    total = f"Total: {totals.parameters:,} parameters{trainable}, {totals.multiply_adds:,} multiply-adds"
    memory = f"{totals.activation_bytes:,} bytes of activations per example"
    left = f" Not counted: {listed(totals.uncounted)}." if totals.uncounted else ""
    left += f" Multiply-adds leave out {listed(totals.unmultiplied)}." if totals.unmultiplied else ""
    return "\n".join([*lines, lines[1], f"{total}, {memory}.{left}"])


def _costs(document: Document) -> dict[str, Any]:
    """What `--costs` adds to the facts: FLOPs of an example, the bytes that training as it is set takes, and how long
    a step takes, about; None where the device is not there."""
    from models.findings.memory import chosen, memory_of, step_time

    memory = memory_of(document)
    flops = 2 * document.analysis.totals().multiply_adds
    paces = _paces()
    device = chosen(document, paces)
    return {
        "flops": flops,
        "training_memory": {**memory._asdict(), "total": memory.total},
        "step_seconds": step_time(document, paces[device]) if device else None,
    }


def _paces() -> dict[str, Pace]:
    """Those of this computer, measured the first time that somebody asks; none where torch is not installed."""
    from studio.runs.files.paces import known_paces, remember_paces

    if paces := known_paces():
        return paces
    try:
        from studio.worker.pacing import paces as measured_paces
    except ModuleNotFoundError:
        return {}
    paces = measured_paces()
    with suppress(OSError):  # they are measured again then
        remember_paces(paces)
    return paces


def _costs_in_words(document: Document) -> str:
    from models.basics.quantities import bytes_text, moment_text
    from models.training import TrainingSettings

    costs, batch = _costs(document), TrainingSettings.read(document.training)[0].batch_size
    parts = {name: bytes_text(size) for name, size in costs["training_memory"].items()}
    total = parts.pop("total")
    each = ", ".join(f"{size} {name}" for name, size in parts.items())
    told = f"{costs['flops']:,} FLOPs. Training with batches of {batch:,} takes about {total}: {each}."
    seconds = costs["step_seconds"]
    return f"{told} A step takes roughly {moment_text(seconds)}." if seconds else told


def _json(document: Document, depth: int | None, *, costs: bool) -> str:
    """The facts with a layer a line, as in documents."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    found = {**facts(document, depth), **(_costs(document) if costs else {})}
    entries = [f"{encode(name)}: {_lines(entry, encode)}" for name, entry in found.items()]
    return "{" + ",\n ".join(entries) + "}"


def _lines(entry: Any, encode: Callable[[Any], str]) -> str:
    return "[\n  " + ",\n  ".join(map(encode, entry)) + "]" if entry and isinstance(entry, list) else encode(entry)


def _csv(document: Document, depth: int) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([_no_formula(cell) for cell in row] for row in _rows(document.analysis, depth, plain=True))
    return text.getvalue().rstrip("\n")


def _no_formula(cell: str) -> str:
    """A spreadsheet runs cells that begin like a formula; a quote in front makes them text."""
    cell = printable(cell)
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell


def _markdown(document: Document, depth: int) -> str:
    aligned = ["---:" if column in NUMBERS else "---" for column in range(len(HEADER))]
    rows = [[_no_markup(cell) for cell in row] for row in _rows(document.analysis, depth, plain=False)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [HEADER, aligned, *rows])


_MARKUP = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_{}[]<>#|!"})


def _no_markup(cell: str) -> str:
    return printable(cell).translate(_MARKUP)
