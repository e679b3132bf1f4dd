"""The examples that are shown before and after, as the worker and the grids take them. No Qt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from models.basics.quantities import percent
from models.training.augmentation import Augmentation, other_label
from studio.workspaces.data.preview import Preview
from widgets.data.samples import Example, Part, Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNT, LOOKED_AT = 24, 1000
"""Examples that are shown, and of how many the least and the largest value are looked for, as training does."""
MOST_TOLD = 4


class Rows(NamedTuple):
    """Arrays for the worker (`studio.worker.probes.trying.augmented`), and how many classes each Output has."""

    arrays: dict[str, NDArray[Any]]
    classes: dict[str, int]


def rows_of(preview: Preview, inputs: list[str], outputs: list[str], chosen: list[int]) -> Rows:
    """Some training examples for all Inputs and Outputs of a network."""
    import numpy as np

    arrays: dict[str, NDArray[Any]] = {}
    for id in inputs:
        bound = id if any(first == id for first, _ in preview.views) else next(iter(preview.views))[0]
        x = next(view for (first, _), view in preview.views.items() if first == bound).samples.parts[0].x
        arrays[f"x/{id}"] = x[chosen]
        arrays[f"ends/{id}"] = np.array([x[:LOOKED_AT].min(), x[:LOOKED_AT].max()], dtype=np.float64)
        if scale := preview.scales.get(bound):
            arrays[f"mean/{id}"], arrays[f"std/{id}"] = scale
    classes: dict[str, int] = {}
    for id in outputs:
        bound = id if any(second == id for _, second in preview.views) else next(iter(preview.views))[1]
        samples = next(view for (_, second), view in preview.views.items() if second == bound).samples
        arrays[f"y/{id}"] = samples.parts[0].y[chosen]
        if samples.classes is not None:
            classes[id] = len(samples.classes)
    return Rows(arrays, classes)


def pairs_of(
    samples: Samples, chosen: list[int], after: NDArray[Any] | None, targets: NDArray[Any] | None = None
) -> Samples:
    """Some training examples of a data set as one part, and what became of them as the other, with the ``targets`` that
    moved along; recordings with their waves, as they are seen before, other spectrograms as images in gray."""
    part = samples.parts[0]
    x, y = part.x[chosen], part.y[chosen]
    found = x if after is None else after
    aims = y if targets is None else targets
    span = samples.span
    if samples.padding and x.ndim == 3:
        return _sounds(samples, chosen, (Part("before", x, y), Part("after", found, y)))
    if x.ndim == 3:
        x, found = x[:, None], found[:, None]
        span = float(x.min()), float(x.max())
    parts = Part("before", x, y), Part("after", found, aims)
    return Samples(parts, samples.classes, samples.features, span, aim_span=samples.aim_span)


def _sounds(samples: Samples, chosen: list[int], parts: tuple[Part, ...]) -> Samples:
    """Windows of recordings that were chosen, before and after; nothing changes where they lie and how they sound."""
    padding, wave = samples.padding, samples.wave
    found = replace(samples, parts=parts)
    if padding is not None:
        found = replace(found, padding=lambda example: padding(Example(0, chosen[example.row])))
    if wave is not None:
        found = replace(found, wave=lambda example: wave(Example(0, chosen[example.row])))
    return found


def told_shares(classes: tuple[str, ...], shares: NDArray[Any]) -> str:
    """What mixed targets are, of the first examples: “3 (64 %) + 8 (36 %)”."""
    told = []
    for row in shares[:MOST_TOLD]:
        places = [place for place in row.argsort()[::-1].tolist() if row[place] > 0.005][:3]
        told.append(" + ".join(f"{classes[place]} ({percent(row[place])})" for place in places))
    return "Targets: " + ", ".join(told) + ", …"


def cautions(wanted: list[Augmentation], classes: tuple[str, ...]) -> list[str]:
    """Sentences on what may change the label of these classes."""
    seen = [(spec.kind, spec.seen, other_label(spec.seen, classes)) for spec in wanted]
    return [f"{kind} may change labels: “{name:.20}” {way} may be another class." for kind, way, name in seen if name]
