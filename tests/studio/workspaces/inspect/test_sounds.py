"""Windows of recordings among the samples of Inspect: waves above spectrograms, as the Data page has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import Layers, chain
from PySide6.QtGui import QImage
from recordings import spoken
from trained_runs import Asking, trained

from models.document import Document
from studio.data import dataset_from
from studio.runs.probes.answer import Answer
from studio.workspaces.data.preview import preview_of
from studio.workspaces.inspect.looks import heat_in_time, looks_of
from studio.workspaces.inspect.subject import Seen
from studio.workspaces.inspect.workspace import InspectWorkspace
from widgets.basics.sound import PADDED, ROWS_A_BIN, WAVE
from widgets.data.samples import Example

Open = Callable[..., InspectWorkspace]
LAYERS: Layers = [
    ("input1", "Input", {"shape": [5, 6]}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 2}),
    ("output1", "Output", {}),
]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("recordings")
    return chain(LAYERS, epochs=1, data={**spoken(folder), "path": str(folder)})


def pixels(image: QImage) -> np.ndarray:
    """Height × width × red, green and blue."""
    shown = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
    return rows[:, : 3 * shown.width()].reshape(shown.height(), shown.width(), 3)


def test_the_worker_tells_the_wave_and_what_lies_beyond(document: Document, tmp_path: Path, asking: Asking) -> None:
    run = trained(document, tmp_path)
    windows: Any = dataset_from(document.data)[0].load().validation.x
    rows = [0, 1, len(windows) - 1]
    found = asking.ask("samples", run, rows=rows).arrays
    assert found["padding"].tolist() == [list(windows.padding(row)) for row in rows]
    assert found["padding"][0].tolist() == [2, 0] and found["padding"][2].tolist() == [0, 2]
    for wave, row in zip(found["waves"], rows, strict=True):
        np.testing.assert_allclose(wave, windows.waves()[windows.span(row)].reshape(-1, 2), atol=1e-3)
    thought = asking.ask("thought", run, sample=1).arrays
    np.testing.assert_array_equal(thought["waves"][0], found["waves"][1])


def test_a_recording_that_is_gone_is_seen_without_its_wave(document: Document, tmp_path: Path) -> None:
    windows: Any = dataset_from(document.data)[0].load().validation.x
    group, other = int(windows.groups[0]), int(windows.groups[-1])
    assert group != other
    windows.waves._sounds[group] = (str(tmp_path / "gone.wav"), *windows.waves._sounds[group][1:])
    assert windows.wave(0) is None and windows.wave(len(windows) - 1) is not None


def test_samples_are_seen_as_the_data_page_has_them(document: Document, page_of: Open, tmp_path: Path) -> None:
    trained(document, tmp_path / "runs", "spoken")
    page = page_of(tmp_path / "runs", "spoken")
    wall = page.samples.wall
    looks = {row: look for row in wall.rows if isinstance(look := wall.look(row), QImage)}
    assert looks and page.results is not None
    dataset, _ = dataset_from(document.data)
    samples = preview_of(dataset, dataset.load()).view().samples
    for row, look in looks.items():
        wanted = samples.picture(Example(1, row), 96)
        shown = pixels(look)
        assert shown.shape == wanted.shape == (16 + 6 * ROWS_A_BIN, 5 * 4, 3)
        assert (shown[:16] == wanted[:16]).all(), "the wave to the pixel"
        assert (shown == WAVE).all(2).any()
    assert isinstance(page.samples.detail.picture.look, QImage)


def test_what_lies_beyond_is_blue_and_without_a_wave_the_spectrogram_is_all() -> None:
    values, padding = np.ones((2, 5, 6), np.float32), np.array([[2, 0], [0, 1]])
    first, second = looks_of(Answer({"values": values, "padding": padding}, {}), Seen("x", (5, 6)))
    assert isinstance(first, QImage) and isinstance(second, QImage)
    assert (pixels(first) == PADDED).all(2).all(0).tolist() == [True, True, False, False, False]
    assert (pixels(second) == PADDED).all(2).all(0).tolist() == [False] * 4 + [True]
    (plain,) = looks_of(Answer({"values": values[:1]}, {}), Seen("x", (5, 6)))
    assert isinstance(plain, QImage) and not (pixels(plain) == PADDED).all(2).any()


def test_heat_lies_as_the_spectrogram_does() -> None:
    heat, padding = np.zeros((5, 8)), np.array([[0, 0]])
    heat[4, 0] = 1  # the lowest bin of the last frame
    plane = heat_in_time(heat, Answer({"padding": padding}, {}))
    assert plane.shape == (8, 5) and plane[-1, -1] == 1 and plane.sum() == 1
    assert heat_in_time(heat, None).shape == heat_in_time(heat, Answer({}, {})).shape == (5, 8), (
        "the longer side is time"
    )
    (look,) = looks_of(Answer({"values": heat[None], "padding": padding}, {}), Seen("x", (5, 8), span=(0.0, 1.0)))
    assert isinstance(look, QImage)
    assert (pixels(look)[..., 0] == plane * 255).all()


def test_heat_of_a_recording_is_shown_beside_it(document: Document, page_of: Open, tmp_path: Path) -> None:
    trained(document, tmp_path / "runs", "heard")
    page = page_of(tmp_path / "runs", "heard")
    heat = page.samples.detail.looked.heat
    assert isinstance(heat, QImage) and (heat.width(), heat.height()) == (5, 6)
