"""What was seen of data as the tables of the Data workspace. No Qt."""

from __future__ import annotations

from collections.abc import Iterator

from models.basics.quantities import percent
from models.basics.text import counted, times
from studio.data.seen.columns import Feature, Span
from studio.data.seen.look import Seen, Target
from studio.data.seen.twins import Twins
from widgets.data.samples import number_text
from widgets.data.seen.listing import Line, Listing

CLASSES, COLUMNS, INPUTS, EXACT, NEAR = "classes", "columns", "inputs", "exact", "near"
MOST_CLASSES = 2_000


def listings(found: Seen) -> list[Listing]:
    """All tables that have something in them."""
    made = [*(item for target in found.targets for item in _target(found, target)), *_columns(found), _inputs(found)]
    made += _twins(EXACT, "Equal examples", "the same value everywhere", found, found.exact)
    made += _twins(
        NEAR, "Nearly equal examples", "that differ by a fiftieth of a standard deviation", found, found.near
    )
    return made


def _target(found: Seen, target: Target) -> Iterator[Listing]:
    if target.numbers is not None:
        own = target.numbers
        values = (own.lowest, own.highest, own.mean, own.std)
        heads: tuple[str, ...] = ("Target", "Lowest", "Highest", "On average", "Standard deviation")
        line = Line((target.name, *map(number_text, values)), (target.name, *values))
        note = f"always giving the mean is {number_text(own.mean_alone)} off on average in validation"
        yield Listing(f"numbers {target.name}", "Numbers to predict", note, heads, [line])
        return
    has_test = "test" in found.parts
    heads = ("Class", target.per.capitalize(), "Share", "Training", "Validation", *(["Test"] if has_test else []))
    ranked = sorted(enumerate(target.classes), key=lambda item: -item[1].total)[:MOST_CLASSES]
    lines = []
    for place, item in ranked:
        counts = (item.total, item.training, item.validation, *([item.test or 0] if has_test else []))
        texts = (f"{item.total:,}", percent(item.share), *(f"{count:,}" for count in counts[1:]))
        ranks: tuple[float | str, ...] = (item.name, float(item.total), item.share, *map(float, counts[1:]))
        lines.append(Line((item.name or "(empty)", *texts), ranks, key=str(place) if target.per == "examples" else ""))
    total = sum(item.total for item in target.classes)
    note = f"{counted(len(target.classes), 'class', 'classes')}, {total:,} {target.per}"
    if ranked and ranked[0][1].total > ranked[-1][1].total:
        note += f"; most {_brief(ranked[0][1].name)}, fewest {_brief(ranked[-1][1].name)}"
    if len(ranked) < len(target.classes):
        note += f"; the first {len(ranked):,} by count"
    name = CLASSES if target is found.targets[0] else f"classes {target.name}"
    yield Listing(name, f"Classes of {target.name:.40}" if len(found.targets) > 1 else "Classes", note, heads, lines)


def _brief(name: str) -> str:
    words = " ".join(name.split())
    return f"“{words}”" if len(words) <= 24 else f"“{words[:23]}…”"


def _columns(found: Seen) -> Iterator[Listing]:
    if not found.columns:
        return
    heads = ("Column", "Lowest", "Highest", "On average", "Std", "Gaps", "Far out", "With target")
    ranked = sorted(found.columns, key=lambda item: -abs(item.correlation or 0.0))
    note = "by how much they go with the target" + (f"; {found.unlisted:,} more" if found.unlisted else "")
    yield Listing(COLUMNS, "Columns", note, heads, [*map(_column, ranked)], bars="Spread")


def _column(item: Feature) -> Line:
    together = "–" if item.correlation is None else f"{item.correlation:.2f}"
    values = (item.lowest, item.highest, item.mean, item.std)
    texts = (item.name, *map(number_text, values), f"{item.gaps:,}", f"{item.far_out:,}", together)
    ranks = (item.name, *values, float(item.gaps), float(item.far_out), abs(item.correlation or 0.0))
    return Line(texts, ranks, tuple(item.counts))


def _inputs(found: Seen) -> Listing:
    heads = ("Input column", "Shape", "Stored as", "Values", "As the network sees them", "Lengths")
    lines = [Line(texts, texts) for texts in map(_span, found.inputs)]
    note = "mean and standard deviation of the training part alone"
    return Listing(INPUTS, "Values and normalization", note, heads, lines, words=len(heads))


def _span(item: Span) -> tuple[str, ...]:
    ends = f"{number_text(item.lowest)} to {number_text(item.highest)}"
    seen = "as they are"
    if item.normalized is not None:
        seen = f"{number_text(item.normalized[0])} to {number_text(item.normalized[1])}"
    lengths = "–"
    if item.lengths:
        lengths = f"{item.lengths[0]:,} to {item.lengths[2]:,}, median {item.lengths[1]:g}"
    return item.name, times(item.shape), item.dtype, ends, seen, lengths


def _twins(name: str, title: str, what: str, found: Seen, twins: Twins | None) -> Iterator[Listing]:
    if twins is None or not twins.total:
        return
    parts = list(found.parts)
    within = [f"{getattr(twins, part):,} within {part}" for part in parts if getattr(twins, part)]
    across = [f"{twins.across:,} across parts"] if twins.across else []
    conflicts = [f"{twins.conflicts:,} with different targets"] if twins.conflicts else []
    note = f"{counted(twins.total, 'pair')} with {what}: {', '.join([*within, *across, *conflicts])}"
    lines = [
        Line((f"{one:,} and {other:,}", parts[first[0]], parts[second[0]]), (float(one), parts[first[0]],
             parts[second[0]]), key=f"{first[0]},{first[1]},{second[0]},{second[1]}")
        for (one, other), (first, second) in zip(twins.rows, twins.places, strict=True)
    ]  # fmt: skip
    yield Listing(name, title, note, ("Rows", "First in", "Second in"), lines, words=3)
