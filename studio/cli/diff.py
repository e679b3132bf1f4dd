"""``netloom diff A B``: in what two networks differ; ``netloom diff F``: what changed since the last commit."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli.console import CommandError, colored, note, printable, runs_folder

if TYPE_CHECKING:
    from models.compare import Comparison, Difference, ShapeChange
    from studio.versions import Version

HELP = "Tell in what two networks differ; exit code 0 if in nothing, 1 if they differ"
FORMATS = ("text", "json")
MARKS = {"added": ("+", "good"), "removed": ("-", "error"), "renamed": ("=", "hint"), "rewired": (">", "warning")}
OTHER_MARK = ("~", "warning")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("first", metavar="A", help="a document, the folder of a run, or the id of a run")
    parser.add_argument("second", metavar="B", nargs="?", help="another one; without it A is compared with git (HEAD)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print it (default: text)")
    parser.add_argument("--salvage", action="store_true", help="use what can be read of a damaged document")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")


def run(arguments: argparse.Namespace) -> int:
    """Print what differs; moved cards are told, but make no difference."""
    from models.compare import compare

    before, after = _versions(arguments)
    for side in (before, after):
        for problem in side.problems:
            note(f"{side.title}: {problem}")
        if not arguments.salvage and any(problem.lost for problem in side.problems):
            raise CommandError(f"{side.title} is damaged. Mend it, or use the rest with --salvage.")
    comparison = compare(before.document, after.document)
    titles = before.title, after.title
    print(_json(comparison, titles) if arguments.format == "json" else _text(comparison, titles))
    return 0 if comparison.equal else 1


def _versions(arguments: argparse.Namespace) -> tuple[Version, Version]:
    from studio.versions import in_git, on_disk, version

    if arguments.second is None:
        file = Path(arguments.first)
        return in_git(file), on_disk(file)
    runs = runs_folder(arguments.runs)
    return version(arguments.first, runs), version(arguments.second, runs)


def _text(comparison: Comparison, titles: tuple[str, str]) -> str:
    from models.compare import effect, effect_lines

    lines = [f"{mark} {printable(title)}" for mark, title in zip(("---", "+++"), titles, strict=True)]
    lines += map(_line, comparison.differences)
    if comparison.equal:
        lines.append("No difference.")
    lines += effect_lines(effect(comparison))
    count = len(comparison.moved)
    if count:
        lines.append(f"{count:,} card{'s' * (count > 1)} moved.")
    return "\n".join(lines)


def _line(item: Difference) -> str:
    mark, style = MARKS.get(item.what, OTHER_MARK)
    kind = f" ({item.kind})" if item.kind and item.what not in ("added", "removed") else ""
    part = "" if item.part == "layer" else f"{item.part} "
    where = f"{item.scope}/" if item.scope and item.part != "block" else ""
    head = colored(f"{mark} {item.what:<8}", style, sys.stdout)
    name = item.name if item.part in ("layer", "block") or item.what != "changed" else ""
    subject = printable(f"{part}{where}{name}{kind}".strip())
    text = printable(str(item))
    return f"{head} {subject}: {text}" if subject else f"{head} {text}"


def _json(comparison: Comparison, titles: tuple[str, str]) -> str:
    from models.compare import effect
    from models.storage.writing import finite

    found = effect(comparison)
    facts = {
        "before": titles[0],
        "after": titles[1],
        "equal": comparison.equal,
        "differences": [_facts(item) for item in comparison.differences],
        "moved": [item.name for item in comparison.moved],
        "shapes": [_shape_facts(change) for change in found.shapes],
        "receptive_fields": [_shape_facts(change) for change in found.receptive_fields],
        "totals": {
            item.name.replace(" ", "_").replace("-", "_"): {"before": item.before, "after": item.after}
            for item in found.quantities
        },
    }
    return json.dumps(finite(facts), ensure_ascii=False, indent=1, allow_nan=False)


def _facts(item: Difference) -> dict[str, Any]:
    changes = [
        {"field": change.name, "before": _value(change.before), "after": _value(change.after)}
        for change in item.changes
    ]
    names = {"before": item.before or None, "after": item.after or None}
    about = {"kind": item.kind or None, "scope": item.scope}
    return {"part": item.part, "what": item.what, **names, **about, "changes": changes}


def _value(value: Any) -> Any:
    from models.compare import ABSENT

    return None if value is ABSENT else value


def _shape_facts(change: ShapeChange) -> dict[str, Any]:
    before, after = (list(shape) if shape is not None else None for shape in (change.before, change.after))
    return {"layer": change.name, "before": before, "after": after}
