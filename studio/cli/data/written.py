"""What is seen of data, as text for a terminal."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from models.basics.quantities import figures
from models.document.edits import Edit, SetParam, SetSection
from studio.cli.console import printable, table

if TYPE_CHECKING:
    from models.findings.finding import Finding
    from studio.data.seen.look import Seen, Target
    from studio.data.seen.twins import Twins

MOST_SHOWN = 40
"""Classes and columns in text; JSON has all of them."""


def lines(found: Seen, width: int) -> Iterator[str]:
    """All lines, for a terminal of so many columns."""
    parts = ", ".join(f"{count:,} {name}" for name, count in found.parts.items())
    yield printable(f"{found.name}: {found.examples:,} examples = {parts} ({found.split})")
    yield ""
    yield from _inputs(found, width)
    for target in found.targets:
        yield ""
        yield from _target(target, width)
    if found.ordered_by_class:
        yield "The data stands in the order of its classes; the split and each epoch shuffle it."
    if found.columns:
        yield ""
        yield from _columns(found, width)
    yield ""
    yield _twins("Equal examples", found.exact)
    yield _twins("Nearly equal examples", found.near)
    yield from (f"warning: {printable(text)}" for text in found.warnings)


def _inputs(found: Seen, width: int) -> Iterator[str]:
    rows = []
    for item in found.inputs:
        normalized = "as they are"
        if item.normalized is not None:
            normalized = f"{figures(item.normalized[0], 3)} to {figures(item.normalized[1], 3)}, by the training part"
        shape = "×".join(map(str, item.shape)) or "1"
        lengths = f"{item.lengths[0]:,} to {item.lengths[2]:,}, median {item.lengths[1]:g}" if item.lengths else ""
        rows.append([item.name, shape, item.dtype, f"{item.lowest:g} to {item.highest:g}", normalized, lengths])
    header = ["Name", "Shape", "Type", "Range", "Normalized", "Lengths"]
    yield from table(header, rows, numbers=(), width=width)
    several = len(found.inputs) > 1
    for item in found.inputs:
        if item.vocabulary is not None:
            words = ", ".join(f"{word} ({count:,})" for word, count in item.vocabulary.most_common)
            shares = [f"{share:.1%}" for share in item.vocabulary.unknown]
            whose = f"of {item.name}, " if several else "of "
            yield printable(
                f"Vocabulary {whose}{item.vocabulary.size:,} tokens; unknown in training {shares[0]}, in validation "
                f"{shares[1]}. Most common: {words}"
            )


def _target(target: Target, width: int) -> Iterator[str]:
    if target.numbers is not None:
        own = target.numbers
        yield printable(
            f"Target {target.name}: {own.lowest:,.6g} to {own.highest:,.6g}, mean {own.mean:,.6g}, standard deviation "
            f"{own.std:,.6g}. Always giving the mean is {own.mean_alone:,.6g} off on average."
        )
        return
    ranked = sorted(target.classes, key=lambda item: -item.total)
    has_test = any(item.test is not None for item in ranked)
    rows = [
        [
            *(item.name, f"{item.total:,}", f"{item.share:.1%}", f"{item.training:,}", f"{item.validation:,}"),
            *([f"{item.test or 0:,}"] if has_test else []),
        ]
        for item in ranked[:MOST_SHOWN]
    ]
    header = [f"Class of {target.name}", target.per.capitalize(), "Share", "Training", "Validation"]
    header += ["Test"] if has_test else []
    yield from table(header, rows, numbers=range(1, len(header)), width=width)
    if len(ranked) > MOST_SHOWN:
        yield f"and {len(ranked) - MOST_SHOWN:,} more, the rarest {printable(ranked[-1].name)} ({ranked[-1].total:,})"


def _columns(found: Seen, width: int) -> Iterator[str]:
    rows = []
    ranked = sorted(found.columns, key=lambda item: -abs(item.correlation or 0.0))
    for item in ranked[:MOST_SHOWN]:
        together = "" if item.correlation is None else f"{item.correlation:.2f}"
        ends = [f"{value:g}" for value in (item.lowest, item.highest)]
        about = [figures(item.mean), figures(item.std), f"{item.gaps:,}", f"{item.far_out:,}"]
        rows.append([item.name, *ends, *about, together, bars(item.counts)])
    header = ["Column", "Lowest", "Highest", "Mean", "Std", "Gaps", "Far out", "With target", "Histogram"]
    yield from table(header, rows, numbers=range(1, 8), width=width)
    if len(found.columns) > MOST_SHOWN:
        yield f"and {len(found.columns) - MOST_SHOWN:,} more columns"


def bars(counts: list[int]) -> str:
    """A histogram in one line."""
    most = max(counts, default=0) or 1
    return "".join(" ▁▂▃▄▅▆▇█"[-(-8 * count // most)] for count in counts)


def told(finding: Finding) -> dict[str, Any]:
    """What is doubtful as JSON data, with the settings that mend it."""
    remedies = [{"label": mend.label, "set": _settings(mend.edit)} for mend in finding.mends]
    return {"severity": finding.severity, "message": finding.message, "detail": finding.detail, "remedies": remedies}


def remark(finding: Finding) -> str:
    """What is doubtful in a line, with the options that mend it."""
    ways = [way for mend in finding.mends if (way := options(_settings(mend.edit)))]
    remedy = f" Try {' or '.join(ways)}." if ways else ""
    return printable(f"{finding.severity}: {f'{finding.message} {finding.detail}'.strip()}{remedy}")


def options(settings: Mapping[str, Any]) -> str:
    """Settings by their dotted names as options of the command line, "" for those that no option can say."""
    if any(isinstance(value, dict) for value in settings.values()):
        return ""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in settings.items()}
    return " ".join(f"--set {shlex.quote(f'{name}={text}')}" for name, text in texts.items())


def _settings(edit: Edit) -> dict[str, Any]:
    """The settings that an edit changes, by their dotted names."""
    if isinstance(edit, SetSection):
        return {f"{edit.section}.{edit.field}": edit.settings[edit.field]} if edit.field else {}
    return {f"{edit.id}.{edit.name}": edit.value} if isinstance(edit, SetParam) else {}


def _twins(what: str, found: Twins | None) -> str:
    if found is None:
        return f"{what}: not looked for."
    if not found.total:
        return f"{what}: none."
    more = f"; {found.conflicts:,} of them with different targets" if found.conflicts else ""
    first = f" First: rows {found.rows[0][0]:,} and {found.rows[0][1]:,}."
    return (
        f"{what}: {found.training:,} pairs within training, {found.validation:,} within validation, "
        f"{f'{found.test:,} within the test part, ' if found.test else ''}{found.across:,} across{more}.{first}"
    )
