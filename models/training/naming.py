"""Which weights of a file are which of a network, by names and shapes. Exported scripts contain these functions."""

from __future__ import annotations

Shapes = dict[str, tuple[int, ...]]


def names_for(own: Shapes, given: Shapes) -> dict[str, str]:
    """The name that a network has for each weight it is given: by name, or else by order.

    Where it has none, that is the name that the weight came with.
    """
    named, ordered = by_name(own, given), by_order(own, given)
    first = sum(own.get(new) == given[old] for old, new in named.items())
    other = sum(own.get(new) == given[old] for old, new in ordered.items())
    return named if first >= other else named | ordered


def by_name(own: Shapes, given: Shapes) -> dict[str, str]:
    """Names as they are, without what stands before them.

    Weights of a part of something larger have its name before theirs ("model.fc.bias"):
    the one with which most of them are found is left out.
    """
    found = {"": sum(name in own for name in given)}
    for name in given:
        lead, _, rest = name.partition(".")
        while rest:
            found[lead + "."] = found.get(lead + ".", 0) + (rest in own)
            part, _, rest = rest.partition(".")
            lead = f"{lead}.{part}"
    lead = max(found, key=lambda each: (found[each], -len(each)))
    return {name: name.removeprefix(lead) for name in given}


def by_order(own: Shapes, given: Shapes) -> dict[str, str]:
    """Names of layers that come in the same order, under other names; none where anything else differs.

    The first and the last layer may have other sizes. A name that both have is one layer.
    """
    ends = [{name.rpartition(".")[2] for name in names} for names in (own, given)]
    both = ends[0] & ends[1]
    mine, theirs = layers_of(own, both), layers_of(given, both)
    pairs = list(zip(mine, theirs, strict=False))
    if len(mine) != len(theirs):
        return {}
    if any(mine[ours] != theirs[other] for ours, other in pairs[1:-1]):
        return {}
    if any(mine[ours].keys() != theirs[other].keys() for ours, other in pairs):
        return {}
    if any(other in mine and ours != other for ours, other in pairs):
        return {}
    layers = {other: ours for ours, other in pairs}
    found = {}
    for name in given:
        layer, dot, end = name.rpartition(".")
        found[name] = f"{layers[layer]}{dot}{end}" if layer in layers else name
    return found


def layers_of(shapes: Shapes, ends: set[str]) -> dict[str, Shapes]:
    """Layers in their order, with the shapes of their weights, of those that end in so."""
    every = [name.rpartition(".")[0] for name in shapes]
    layers = {layer: dict[str, tuple[int, ...]]() for layer in every}
    for name, shape in shapes.items():
        layer, _, end = name.rpartition(".")
        if end in ends:
            layers[layer][end] = shape
    return {layer: found for layer, found in layers.items() if found}
