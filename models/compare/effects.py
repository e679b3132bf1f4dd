"""What differences do to the numbers of a network: shapes, receptive fields, totals."""

from __future__ import annotations

from models.analysis import Report
from models.compare.difference import Comparison, Effect, Quantity, ShapeChange
from models.document import MAIN
from models.kinds.layer import Shape
from models.network import output_nodes

MOST_SHAPES = 8


def effect(comparison: Comparison) -> Effect:
    """The effect of all differences together, on the layers that both sides have and on the totals."""
    before, after = comparison.before.analysis, comparison.after.analysis
    names = comparison.names[MAIN]
    shapes = (ShapeChange(new, before[old].shape, after[new].shape) for old, new in names.items())
    ends = {node.id for node in output_nodes(comparison.after.network)}
    seen = (
        ShapeChange(
            new, *(field.size if field else None for field in (before[old].receptive_field, after[new].receptive_field))
        )
        for old, new in names.items()
        if new in ends
    )
    old_totals, new_totals = before.totals(), after.totals()
    quantities = (
        Quantity("parameters", old_totals.parameters, new_totals.parameters),
        Quantity("multiply-adds", old_totals.multiply_adds, new_totals.multiply_adds),
        Quantity("bytes of activations", old_totals.activation_bytes, new_totals.activation_bytes),
    )
    return Effect(
        tuple(change for change in shapes if change.before != change.after),
        tuple(change for change in seen if change.before != change.after),
        quantities,
    )


def _seen(report: Report) -> Shape | None:
    return report.receptive_field.size if report.receptive_field else None


def effect_lines(found: Effect) -> list[str]:
    """An effect in words, one line a sort of number; nothing where nothing is another."""
    lines = []
    for title, changes in (("Shapes", found.shapes), ("Receptive field", found.receptive_fields)):
        if changes:
            more = len(changes) - MOST_SHAPES
            shown = [_shape_text(change) for change in changes[:MOST_SHAPES]]
            lines.append(f"{title}: {', '.join(shown)}{f' and {more:,} more' if more > 0 else ''}")
    totals = [_quantity_text(item) for item in found.quantities if item.before != item.after]
    return lines + ([f"Total: {', '.join(totals)}"] if totals else [])


def _shape_text(change: ShapeChange) -> str:
    before, after = ("×".join(map(str, shape)) if shape else "?" for shape in (change.before, change.after))
    return f"{change.name} {before} → {after}"


def _quantity_text(item: Quantity) -> str:
    return f"{item.before:,} → {item.after:,} {item.name} ({item.after - item.before:+,})"
