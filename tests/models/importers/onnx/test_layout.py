"""Rearranging in thought comes to what numpy does, however tensors are reshaped and transposed."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.importers import Recorder
from models.importers.onnx.layout import Flow, flow_of, moves, pieces

BATCH = 7
Array = np.ndarray[Any, Any]


def start(shape: tuple[int, ...]) -> tuple[Flow, Array]:
    """A value of the network as a tensor, and its numbers."""
    wire = Recorder("net").input(shape)
    return flow_of(wire, "float", BATCH), np.arange(BATCH * prod(shape)).reshape(BATCH, *shape)


def settled(flow: Flow, stored: Array, *, as_stored: bool) -> Array:
    """The tensor of a flow, made of the value as the layers would make it."""
    found, spots = pieces(flow, as_stored=as_stored)
    value = stored
    if (way := moves(flow, found[1:])) is not None:
        value = value.reshape(BATCH, *way[0]).transpose(0, *way[1])
    sizes = [prod(atom.size for atom in dim) for dim in found]
    value = value.reshape(sizes)
    order = [spot for part in spots for spot in part]
    order += [place for place in range(len(found)) if place not in order]  # sizes of 1
    return value.transpose(order).reshape(flow.shape)


@given(st.data())
def test_any_chain_of_shapes_and_orders_is_that_of_numpy(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.sampled_from([1, 2, 3, 4, 6]), min_size=1, max_size=3)))
    flow, array = start(shape)
    stored = array
    for _ in range(data.draw(st.integers(0, 4))):
        if data.draw(st.booleans()):
            order = data.draw(st.permutations(range(len(flow.dims))))
            flow, array = flow.transposed(order), array.transpose(order)
            continue
        sizes = list(array.shape)
        if len(sizes) > 1 and data.draw(st.booleans()):
            at = data.draw(st.integers(0, len(sizes) - 2))
            sizes[at : at + 2] = [sizes[at] * sizes[at + 1]]
        else:
            at = data.draw(st.integers(0, len(sizes) - 1))
            sizes[at : at + 1] = data.draw(
                st.sampled_from([[1, sizes[at]], [sizes[at], 1], [2, max(1, sizes[at] // 2)]])
            )
        if prod(sizes) == array.size and (found := flow.reshaped(sizes)) is not None:
            flow, array = found, array.reshape(sizes)
    for as_stored in (False, True):
        np.testing.assert_array_equal(settled(flow, stored, as_stored=as_stored), array)


def test_there_and_back_again_moves_nothing() -> None:
    flow, _ = start((6, 4))
    turned = flow.transposed([1, 0, 2]).reshaped([6, BATCH * 2, 2])
    assert turned is not None and turned.shape == (6, 14, 2)
    back = turned.reshaped([6, BATCH, 4])
    assert back is not None and back.transposed([1, 0, 2]).dims[1:] != () and moves(back, pieces(back)[0][1:]) is None


def test_a_cut_across_the_batch_or_within_a_size_is_none() -> None:
    flow, _ = start((6,))
    assert flow.reshaped([6, BATCH]) is None
    assert flow.reshaped([BATCH, 4]) is None and flow.reshaped([BATCH]) is None
    assert flow.reshaped([BATCH, 4, 2]) is None
