"""What differences do to the numbers of a network: shapes, receptive fields, totals."""

from __future__ import annotations

from models.analysis import Report
from models.compare.difference import Comparison, Effect, Quantity, ShapeChange
from models.document import MAIN
from models.kinds.layer import Shape
from models.network import output_nodes


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
