"""What is packed comes back as it was, however it lies in memory."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load

from studio.runs.files.tensors import packed
from support import ROOT, sources

WHOLE = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
LAID = {
    "transposed": WHOLE.T,
    "channels last": WHOLE.transpose(0, 2, 1).copy().transpose(0, 2, 1),
    "every other": WHOLE[:, :, ::2],
    "backward": WHOLE[::-1],
    "repeated": np.broadcast_to(WHOLE[0, 0], (5, 4)),
    "Fortran order": np.asfortranarray(WHOLE),
    "a number": np.float32(3.5).reshape(()),
    "empty": WHOLE[:0],
}


@pytest.mark.parametrize("name", LAID)
def test_an_array_comes_back_as_it_was(name: str) -> None:
    array = LAID[name]
    np.testing.assert_array_equal(load(packed({"x": array}))["x"], array, strict=True)


@given(arrays(np.int32, st.tuples(*[st.integers(1, 4)] * 3)), st.permutations(range(3)))
def test_whatever_the_order_of_its_axes(array: NDArray[np.int32], order: list[int]) -> None:
    turned = array.transpose(order)
    np.testing.assert_array_equal(load(packed({"x": turned, "y": array}))["x"], turned)


def test_facts_go_along(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(packed({"x": WHOLE}, {"about": "a test"}))
    with safe_open(path, "numpy") as opened:
        assert opened.metadata() == {"about": "a test"} and list(opened.keys()) == ["x"]


def test_nobody_else_packs_arrays() -> None:
    found = {
        file.relative_to(ROOT).as_posix()
        for file in sources()
        if "safetensors.numpy" in file.read_text()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "safetensors.numpy"
        and any(alias.name.startswith("save") for alias in node.names)
    }  # fmt: skip
    assert found == {"studio/runs/files/tensors.py"}
