"""Coloring cards by a number in place of their family: neutral where it is small, orange where it is large."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from models.basics.quantities import bytes_text, count_text
from widgets.basics.heat import SCALES, Scale
from widgets.basics.heat import shade as shade_of_level
from widgets.canvas.scene.scene import Scene
from widgets.theme import color, theme

if TYPE_CHECKING:
    from models.analysis import Report

FAMILY = "family"
_LEVELS = 12
"""Few shades, so that cards share their pictures."""


class Heat(NamedTuple):
    """What a card shows of the number: its text and its shade as ``#RRGGBB``."""

    text: str
    shade: str


class Measure(NamedTuple):
    """A number to color by: what people read, how to get it from a report, and how to write it."""

    label: str
    value: Callable[[Report], int | None]
    text: Callable[[int], str]


MEASURES: dict[str, Measure] = {
    "parameters": Measure("Parameters", lambda report: report.parameters, count_text),
    "multiply_adds": Measure("Multiply-adds", lambda report: report.multiply_adds, count_text),
    "activation_bytes": Measure("Memory", lambda report: report.activation_bytes, bytes_text),
}


Readings = Mapping[str, Mapping[str, float]]
"""What a run measured of layers: by measure, then by module."""
MEASURED = ("gradient", "update ratio", "std")
"""The measures of a run that cards are colored by, of `SCALES`."""
EXPECTED: Mapping[str, Scale] = {
    "expected variance": Scale("Variance", "Expected variance", (1e-6, 1e6), (1e-3, 100.0)),
    "expected gradient": Scale("Variance back", "Expected mean square of gradients", (1e-9, 1e9), (1e-4, 1e4)),
}
"""What layers may be expected to give before any training (`models.expected`), beside the Outputs' gradients."""
COLORS = {FAMILY: "Family", **{name: measure.label for name, measure in MEASURES.items()}}
COLORS |= {name: scale.label for name, scale in EXPECTED.items()}
COLORS |= {name: SCALES[name].label for name in MEASURED}
OUTPUTS = "outputs"
"""No color: cards show what their layers give for a sample."""
COLORS[OUTPUTS] = "Outputs"
"""All that cards may be colored by, with the words for it."""


def heats(scene: Scene, by: str, readings: Readings) -> dict[str, Heat]:
    """The heat of every card whose number is known; none for the family."""
    if by in MEASURED:
        scale, known = SCALES[by], readings.get(by, {})
        modules = {id: scene.network[id].attribute for id in scene.cards}
        return {
            id: Heat(scale.text(known[name]), shade_of_level(scale.level(known[name])).name().upper())
            for id, name in modules.items()
            if name in known
        }
    if by in EXPECTED:
        return _expected(scene, by)
    measure = MEASURES.get(by)
    if measure is None:
        return {}
    values = {id: measure.value(scene.document.analysis[id]) for id in scene.cards}
    largest = max((value for value in values.values() if value), default=1)
    return {
        id: Heat(measure.text(value) if value else "", shade(sqrt(value / largest)))
        for id, value in values.items()
        if value is not None
    }


def _expected(scene: Scene, by: str) -> dict[str, Heat]:
    """The heat of the cards whose variance, or gradient, can be worked out from how weights begin."""
    from models.expected.spreading import expected  # heavy, and asked for by few

    place, scale = list(EXPECTED).index(by), EXPECTED[by]
    values = {id: found[place] for id, found in expected(scene.network, scene.document.analysis).items()}
    return {
        id: Heat(scale.text(value), shade_of_level(scale.level(value)).name().upper())
        for id, value in values.items()
        if value is not None and id in scene.cards
    }


def shade(share: float) -> str:
    """The shade of a share from 0 to 1."""
    level = round(share * _LEVELS) / _LEVELS
    cold, hot = color("control_line"), color(theme().palette.curves[1])
    red, green, blue = (
        round(low + (high - low) * level)
        for low, high in zip(cold.getRgb()[:3], hot.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return f"#{red:02X}{green:02X}{blue:02X}"
