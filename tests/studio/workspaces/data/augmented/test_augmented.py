"""Examples before and after augmentation: made by a real worker with the functions that train."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from augmenting import masks, photos, sounds
from documents import Layers, chain, mlp, two_ended
from pytestqt.qtbot import QtBot
from recordings import spoken
from waiting import idle, until

from models.document import Document
from models.document.edits import SetSection
from models.network import input_nodes, output_nodes
from models.training.augmentation.noise import GaussianNoise
from models.training.augmentation.planes import RandomHorizontalFlip
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.data import dataset_from
from studio.workspaces.data.augmented.dialog import AugmentedDialog
from studio.workspaces.data.augmented.rows import cautions, pairs_of, rows_of, told_shares
from studio.workspaces.data.preview import Preview, preview_of
from widgets.data.samples import Example

Open = Callable[[Document], AugmentedDialog]


def preview(document: Document) -> Preview:
    dataset, _ = dataset_from(document.data)
    return preview_of(dataset, dataset.load())


@pytest.fixture
def dialog(qtbot: QtBot, own_home: None, probing: Probing) -> Iterator[Open]:
    """Makes the window over a document, once it has its answer."""
    made: list[AugmentedDialog] = []

    def make(document: Document) -> AugmentedDialog:
        controller = DocumentController()
        controller.show_run(document, "photos")
        idle(controller)
        made.append(AugmentedDialog(controller, probing, preview(document)))
        made[-1].show()
        answered(made[-1])
        return made[-1]

    yield make
    for item in made:
        item.close()
        item._controller.close()
        item.deleteLater()


def answered(dialog: AugmentedDialog) -> None:
    until(lambda: bool(dialog._place) and not dialog._probing.is_busy)


def after(dialog: AugmentedDialog) -> np.ndarray:
    """What stands on the right."""
    view = next(item for item in dialog.after if not item.isHidden())
    samples = view._model.samples
    assert samples is not None
    found: np.ndarray = samples.parts[1].x
    return found


def before(dialog: AugmentedDialog) -> np.ndarray:
    view = next(item for item in dialog.before if not item.isHidden())
    samples = view._model.samples
    assert samples is not None
    found: np.ndarray = samples.parts[0].x
    return found


def test_the_right_is_what_training_does_to_the_left(dialog: Open, tmp_path: Path) -> None:
    document = photos(tmp_path, augmentation=["RandomHorizontalFlip"], seed=3)
    shown = dialog(document)
    x = torch.from_numpy(before(shown)).float()
    chosen = RandomHorizontalFlip.draw(x, torch.Generator().manual_seed(3), p=0.5)
    wanted = RandomHorizontalFlip.change(x, chosen, 0.0, 1.0, p=0.5)
    assert 0 < chosen.sum() < len(x)
    np.testing.assert_allclose(after(shown), wanted.numpy(), atol=1e-3)


def test_another_draw_has_another_seed_which_is_told(dialog: Open, tmp_path: Path) -> None:
    shown = dialog(photos(tmp_path, augmentation=["RandomCrop"], seed=3))
    first = after(shown)
    assert shown.told_seed.text() == "Seed 3"
    shown.draw.click()
    answered(shown)
    assert shown.told_seed.text() == "Seed 4" and not np.array_equal(after(shown), first)


def test_the_list_is_changed_here_as_an_edit_and_seen_at_once(dialog: Open, tmp_path: Path) -> None:
    shown = dialog(photos(tmp_path))
    np.testing.assert_allclose(after(shown), before(shown))
    shown.form.changed.emit("augmentation", [{"kind": "GaussianNoise", "params": {"sigma": 1.0}}])
    answered(shown)
    assert not np.allclose(after(shown), before(shown))
    document = shown._controller.document
    assert document.training["augmentation"][0]["kind"] == "GaussianNoise"
    document.undo()
    answered(shown)
    np.testing.assert_allclose(after(shown), before(shown))


def test_what_is_mixed_misfits_or_may_change_labels_is_said(dialog: Open, tmp_path: Path) -> None:
    shown = dialog(photos(tmp_path, augmentation=["MixUp", "TimeMasking", "RandomVerticalFlip"]))
    assert shown.shares.text().startswith("Targets: ") and "%" in shown.shares.text()
    assert "RandomVerticalFlip may change labels: “0” upside down" in shown.notes.text()
    tables = dialog(mlp(augmentation=["RandomCrop", "GaussianNoise"]))
    assert "RandomCrop changes images" in tables.notes.text()
    assert not tables.shares.isVisible() and not np.allclose(after(tables), before(tables))


@pytest.mark.parametrize("make", [masks, sounds, two_ended])
def test_data_of_every_form_is_handed_over(make: Any, dialog: Open, tmp_path: Path) -> None:
    shown = dialog(make(tmp_path, augmentation=["GaussianNoise"]))
    assert not shown.notes.text() and not np.allclose(after(shown), before(shown))


def test_rows_hold_what_each_input_and_output_needs(tmp_path: Path) -> None:
    document = two_ended(tmp_path)
    ids = [node.id for node in input_nodes(document.network)], [node.id for node in output_nodes(document.network)]
    found = rows_of(preview(document), *ids, [3, 1])
    assert found.classes == {"kind": 3}
    assert {name.partition("/")[0] for name in found.arrays} == {"x", "y", "ends", "mean", "std"}
    assert found.arrays["x/size"].shape == (2, 3) and found.arrays["y/price"].shape[0] == 2


def test_spectrograms_are_seen_as_images(tmp_path: Path) -> None:
    samples = preview(sounds(tmp_path)).view().samples
    pairs = pairs_of(samples, [0, 1], None)
    assert pairs.form == "images" and pairs.parts[0].x.shape == (2, 1, 12, 16)


def test_shares_and_cautions_in_words() -> None:
    shares = np.array([[0.0, 0.25, 0.75], [1.0, 0.0, 0.0]])
    assert told_shares(("a", "b", "c"), shares) == "Targets: c (75 %) + b (25 %), a (100 %), …"
    wanted = [RandomHorizontalFlip(), GaussianNoise()]
    assert len(cautions(wanted, ("left", "right"))) == 1 and not cautions(wanted, ("cat", "dog"))


def test_images_that_are_wanted_move_along_and_stay_without_noise(dialog: Open, tmp_path: Path) -> None:
    document = photos(tmp_path, augmentation=["RandomHorizontalFlip", "GaussianNoise"], seed=3)
    document.apply(SetSection("data", document.data | {"targets": {"output1": "x"}}))
    layers: Layers = [
        ("input1", "Input", {"shape": list(dataset_from(document.data)[0].facts().shape)}),
        ("conv1", "Conv2d", {"out_channels": 3, "kernel_size": 1}),
        ("output1", "Output", {"loss": {"kind": "MSELoss"}}),
    ]
    shown = dialog(chain(layers, data=document.data, augmentation=document.training["augmentation"]))
    (view,) = (item for item in shown.after if not item.isHidden())
    samples = view._model.samples
    assert samples is not None and samples.are_pairs
    first, last = samples.parts
    is_same = [np.array_equal(*pair) for pair in zip(first.y, last.y, strict=True)]
    is_moved = [np.allclose(one, other[..., ::-1]) for one, other in zip(first.y, last.y, strict=True)]
    assert 0 < sum(is_moved) < len(is_moved) and all(one or other for one, other in zip(is_same, is_moved, strict=True))
    assert not any(np.array_equal(*pair) for pair in zip(first.x, last.x, strict=True)), "noise is on what is given"


def test_recordings_are_seen_with_their_waves_before_and_after(dialog: Open, tmp_path: Path) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [5, 6]}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]
    data = {**spoken(tmp_path), "path": str(tmp_path)}
    shown = dialog(chain(layers, data=data, augmentation=[{"kind": "TimeMasking", "params": {"time_first": True}}]))
    (view,) = (item for item in shown.after if not item.isHidden())
    samples = view._model.samples
    assert samples is not None and samples.form == "images" and samples.wave and samples.padding
    whole = preview(chain(layers, data=data)).view().samples
    assert whole.wave and whole.padding
    for row, chosen in enumerate(shown._chosen[:5]):
        for part in (0, 1):
            np.testing.assert_array_equal(samples.wave(Example(part, row)), whole.wave(Example(0, chosen)))
            assert samples.padding(Example(part, row)) == whole.padding(Example(0, chosen))
        before, changed = (samples.picture(Example(part, row), 96) for part in (0, 1))
        np.testing.assert_array_equal(before, whole.picture(Example(0, chosen), 96))
        assert (before[:16] == changed[:16]).all(), "the wave stays"
    assert not np.array_equal(samples.parts[0].x, samples.parts[1].x)
