"""Tensors of ONNX over values of a document: rearranged in thought, and only moved where a layer needs them so.

In a document the batch comes first and is not counted; in ONNX it lies in any dimension, alone or together with others
(``(steps, batch, features)``, ``(batch·heads, steps, features)``). A `Flow` knows which *atoms* of a value, the batch
among them, make up each dimension, so that reshaping and transposing there and back again leave no layer behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from models.importers.records import Wire


@dataclass(eq=False, frozen=True)
class Atom:
    """A dimension, or a part of one, that is not split any further; never of size 1."""

    size: int
    is_batch: bool = False


Dim = tuple[Atom, ...]
"""A dimension of a tensor: its atoms from the outermost to the innermost, none for a size of 1."""


@dataclass(eq=False, frozen=True)
class Flow:
    """A tensor: the ``wire`` that gives it, the atoms of that in ``memory`` (the batch first), and its ``dims``."""

    wire: Wire
    dtype: str
    memory: Dim
    dims: tuple[Dim, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes, that of the batch among them."""
        return tuple(prod(atom.size for atom in dim) for dim in self.dims)

    def transposed(self, order: Sequence[int]) -> Flow:
        """Dimension i is what was dimension ``order[i]``."""
        return replace(self, dims=tuple(self.dims[place] for place in order))

    def without(self, places: Sequence[int]) -> Flow:
        """Without dimensions of size 1."""
        return replace(self, dims=tuple(dim for place, dim in enumerate(self.dims) if place not in places))

    def reshaped(self, sizes: Sequence[int]) -> Flow | None:
        """The same numbers in order, in dimensions of other sizes; None where atoms would have to be cut across."""
        flow = self
        rest = [atom for dim in self.dims for atom in dim]
        dims: list[list[Atom]] = []
        for size in sizes:
            dim: list[Atom] = []
            while size > 1:
                if not rest:
                    return None
                atom = rest.pop(0)
                if size % atom.size == 0:
                    dim.append(atom)
                    size //= atom.size
                elif atom.size % size == 0 and not atom.is_batch:
                    outer, inner = Atom(size), Atom(atom.size // size)
                    flow = flow._split(atom, (outer, inner))
                    dim.append(outer)
                    rest.insert(0, inner)
                    size = 1
                else:
                    return None
            dims.append(dim)
        return None if rest else replace(flow, dims=tuple(map(tuple, dims)))

    def _split(self, atom: Atom, parts: Dim) -> Flow:
        at = self.memory.index(atom)
        return replace(self, memory=(*self.memory[:at], *parts, *self.memory[at + 1 :]))


def flow_of(wire: Wire, dtype: str, batch: int) -> Flow:
    """A value as a tensor: the batch, then its own dimensions."""
    dims: list[Dim] = [(Atom(batch, is_batch=True),)]
    dims += [(Atom(size),) if size != 1 else () for size in wire.shape or ()]
    return Flow(wire, dtype, tuple(atom for dim in dims for atom in dim), tuple(dims))


@dataclass(frozen=True)
class Settled:
    """A value whose dimensions are those of a tensor, but for the batch, which is first: ``sizes`` without it.

    ``spots`` tells for each dimension of the tensor which of the value's it is made of, 0 for the batch.
    """

    wire: Wire
    dtype: str
    sizes: tuple[int, ...]
    spots: tuple[tuple[int, ...], ...]

    def dim(self, axis: int) -> int | None:
        """The value's dimension (the batch is 0) that is a dimension of the tensor; None where it is none."""
        spot = self.spots[axis]
        return spot[0] if len(spot) == 1 and spot[0] else None

    def loosened(self, wire: Wire, dtype: str, batch: int) -> Flow:
        """What a layer made of it, in the arrangement of the tensor."""
        made = flow_of(wire, dtype, batch)
        dims = tuple(tuple(atom for spot in spots for atom in made.dims[spot]) for spots in self.spots)
        return replace(made, dims=dims)


def pieces(flow: Flow, *, as_stored: bool = False) -> tuple[list[Dim], tuple[tuple[int, ...], ...]]:
    """The dimensions with the batch by itself and first, and for each of the tensor which of them it is made of. They
    come in the tensor's order, or ``as_stored``, in that of the value."""
    batch = next(atom for atom in flow.memory if atom.is_batch)
    found: list[Dim] = [(batch,)]
    spots: list[tuple[int, ...]] = []
    for dim in flow.dims:
        if batch not in dim:
            found.append(dim)
            spots.append((len(found) - 1,))
            continue
        at, mine = dim.index(batch), []
        for part in (dim[:at], (batch,), dim[at + 1 :]):
            if part == (batch,):
                mine.append(0)
            elif part:
                found.append(part)
                mine.append(len(found) - 1)
        spots.append(tuple(mine))
    if not as_stored:
        return found, tuple(spots)
    ranked = _as_stored(flow, found)
    place = {old: new for new, old in enumerate(ranked)}
    return [found[old] for old in ranked], tuple(tuple(place[part] for part in spot) for spot in spots)


def _as_stored(flow: Flow, found: Sequence[Dim]) -> list[int]:
    """The places of pieces as their first atoms lie in memory; a size of 1 stays behind the piece before it."""
    at = {atom: place for place, atom in enumerate(flow.memory)}
    keys: list[int] = []
    for dim in found:
        keys.append(at[dim[0]] if dim else keys[-1])
    return sorted(range(len(found)), key=lambda place: keys[place])


def moves(flow: Flow, wanted: Sequence[Dim]) -> tuple[list[int], list[int]] | None:
    """How a value becomes one with the ``wanted`` dimensions (without the batch): the sizes to unfold it to, and the
    order, from 1, to permute those; None where the order in memory is the wanted one."""
    order = [atom for dim in wanted for atom in dim]
    memory = [atom for atom in flow.memory if not atom.is_batch]
    if order == memory:
        return None
    at = {atom: place for place, atom in enumerate(order)}
    # Atoms that are neighbors both before and after move together.
    runs: list[list[Atom]] = []
    for atom in memory:
        if runs and at[atom] == at[runs[-1][-1]] + 1:
            runs[-1].append(atom)
        else:
            runs.append([atom])
    ranked = sorted(range(len(runs)), key=lambda place: at[runs[place][0]])
    return [prod(atom.size for atom in run) for run in runs], [place + 1 for place in ranked]
