from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.metrics import layout as layout


def test_sizes_are_as_documented() -> None:
    assert layout.RECORD.size == layout.record_dtype().itemsize == layout.UNIT == len(layout.file_header()) == 40
    assert layout.file_version(layout.file_header()) == 1


@given(st.integers(0, 9), st.binary(max_size=300), st.binary(max_size=200))
def test_a_block_is_found_again(kind: int, payload: bytes, behind: bytes) -> None:
    data = layout.block(kind, payload)
    assert len(data) % layout.UNIT == 0
    found = layout.block_at(data + behind, 0)
    assert found
    assert (found.kind, found.end) == (kind, len(data))
    assert data[found.start : found.start + found.size] == payload


@given(st.binary(min_size=1, max_size=120), st.data())
def test_a_changed_or_cut_block_is_none(payload: bytes, data: st.DataObject) -> None:
    block = layout.block(layout.POINTS, payload)
    assert layout.block_at(block[: data.draw(st.integers(0, len(block) - 1))], 0) is None
    position = data.draw(st.integers(0, layout.UNIT + len(payload) - 1))
    changed = bytearray(block)
    changed[position] ^= data.draw(st.integers(1, 255))
    assert layout.block_at(bytes(changed), 0) is None


@given(st.binary(max_size=400))
def test_noise_holds_no_block(noise: bytes) -> None:
    assert layout.block_at(noise, 0) is None
    assert layout.next_block(noise, 0) is None
    assert layout.end_of_sound_data(layout.file_header() + noise) == layout.UNIT


@pytest.mark.parametrize("gap", [1, 2, 7])
def test_the_next_block_is_looked_for_at_whole_units(gap: int) -> None:
    block = layout.block(layout.POINTS, b"x" * 40)
    assert layout.next_block(bytes(gap * layout.UNIT) + block, 0) == gap * layout.UNIT
    assert layout.next_block(bytes(gap * layout.UNIT + 3) + block, 0) is None
    data = layout.file_header() + block + bytes(gap * layout.UNIT) + block
    assert layout.end_of_sound_data(data) == len(data)
    assert layout.end_of_sound_data(data + b"torn") == len(data)


def test_what_jsons_must_hold() -> None:
    assert layout.definition(b'{"id": 3, "name": "loss"}') == (3, "loss")
    assert layout.rewind(b'{"step": 5}') == (5, None)
    assert layout.rewind(b'{"step": 5, "end": 80}') == (5, 80)
    assert layout.rewind(b'{"step": 5, "end": "80"}') == (5, None)
    for payload in (b"", b"null", b"\xff", b'{"id": "3", "name": "x"}', b'{"step": 1.5}', b"[" * 5000):
        assert layout.definition(payload) is None
        assert layout.rewind(payload) is None
