"""Targets that are images: masks with their one channel as networks give it, and images in place of numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from models.checks import findings
from models.document import Document
from models.document.edits import SetParam, SetSection
from models.network import Edge, Network, Node
from studio.data import dataset_from
from studio.data.labels import mask_shape

generator = np.random.default_rng(0)
X = generator.random((20, 1, 6, 5), dtype=np.float32)
COLORS = generator.random((20, 3, 6, 5), dtype=np.float32)
YES = X[:, 0] > 0.5


def saved(folder: Path, y: NDArray[Any], x: NDArray[Any] = X) -> dict[str, str]:
    np.savez(folder / "some.npz", x=x, y=y)
    return {"source": "numpy", "path": str(folder / "some.npz")}


def both(settings: dict[str, str]) -> list[Any]:
    """The targets of training and validation as the program has them; those of the script are the same."""
    dataset, problems = dataset_from(settings)
    assert not problems
    column = dataset.load().target("")
    assert column is not None
    facts = dataset.facts().targets[""]
    assert (facts.shape, facts.classes) == (column.shape, column.classes)
    names: dict[str, Any] = {}
    exec(dataset.script_source(), names)
    script = names["load_data"]()
    assert_array_equal(script[1], column.train)
    assert_array_equal(script[3], column.validation)
    return [column, np.concatenate([column.train, column.validation])]


@pytest.mark.parametrize(
    "y",
    [YES[:, None], YES[:, None].astype(np.float32), YES[:, None] * np.uint8(255), YES[..., None].astype(np.int64)],
    ids=["bool", "float", "255", "last"],
)
def test_masks_of_one_channel_are_masks(tmp_path: Path, y: NDArray[Any]) -> None:
    column, values = both(saved(tmp_path, y))
    assert column.shape == (6, 5) and column.classes is not None and len(column.classes) == 2
    assert values.sum() == YES.sum()


def test_what_is_no_mask_keeps_its_shape() -> None:
    same = [(9,), (9, 1), (9, 1, 5), (9, 3, 6, 5), (9, 1, 1, 5), (9, 1, 6, 1), (9, 6, 5, 3)]
    assert [mask_shape(shape) for shape in same] == same
    assert mask_shape((9, 1, 4, 6, 5)) == mask_shape((9, 4, 6, 5, 1)) == (9, 4, 6, 5)


@pytest.mark.parametrize("last", [False, True])
def test_images_for_images_come_with_their_colors_first(tmp_path: Path, last: bool) -> None:
    y = COLORS.transpose(0, 2, 3, 1) if last else COLORS
    column, values = both(saved(tmp_path, y, COLORS))
    assert column.classes is None and column.shape == (3, 6, 5)
    rows = {row.tobytes() for row in COLORS}
    assert {row.tobytes() for row in values} == rows


def test_an_image_for_an_image_fits_as_it_is(tmp_path: Path) -> None:
    nodes = [Node("in1", "Input", {"shape": [3, 6, 5]}), Node("conv1", "Conv2d", {"out_channels": 3, "kernel_size": 1}),
             Node("out1", "Output", {"loss": {"kind": "MSELoss"}})]  # fmt: skip
    wires = [Edge("in1", "output", "conv1", "input"), Edge("conv1", "output", "out1", "input")]
    document = Document(Network(nodes, wires))
    settings = saved(tmp_path, COLORS, COLORS)
    document.apply(SetSection("data", settings))
    facts = dataset_from(settings)[0].facts()
    assert not [each for each in findings(document, facts) if each.severity == "error"]
    document.apply(SetParam("conv1", "out_channels", 2))
    (finding,) = [each for each in findings(document, facts) if each.severity == "error"]
    assert finding.message == "Output gives 2×6×5; NumPy arrays has 3×6×5 numbers. Set the last layer to 3×6×5."
    document.apply(finding.mends[0].edit)
    assert not [each for each in findings(document, facts) if each.severity == "error"]


def test_numbers_in_a_row_are_flattened_by_a_click(tmp_path: Path) -> None:
    nodes = [Node("in1", "Input", {"shape": [3, 6, 5]}), Node("pool1", "AdaptiveAvgPool2d", {"output_size": 1}),
             Node("out1", "Output", {"loss": {"kind": "MSELoss"}})]  # fmt: skip
    wires = [Edge("in1", "output", "pool1", "input"), Edge("pool1", "output", "out1", "input")]
    document = Document(Network(nodes, wires))
    settings = saved(tmp_path, COLORS[:, :, 0, 0], COLORS)
    document.apply(SetSection("data", settings))
    facts = dataset_from(settings)[0].facts()
    (finding,) = [each for each in findings(document, facts) if each.severity == "error"]
    assert finding.message == "Output gives 3×1×1; NumPy arrays has 3 numbers. Flatten it."
    document.apply(finding.mends[0].edit)
    assert not [each for each in findings(document, facts) if each.severity == "error"]
