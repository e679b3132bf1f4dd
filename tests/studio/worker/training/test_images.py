"""Networks that give an image for an image, trained by a run and by its exported script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import Layers, chain
from histories import history_of_run, history_of_script
from PIL import Image

from models.document import Document
from models.training import LOSSES

KEEPS: Layers = [
    ("input1", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
    ("relu1", "ReLU", {}),
    ("conv2", "Conv2d", {"out_channels": 1, "kernel_size": 3, "padding": 1}),
]
NARROWS: Layers = [
    ("input1", "Input", {"shape": [1, 8, 8]}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 16}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 64}),
]
ITSELF = {"source": "digits", "targets": {"output1": "x"}}
METRICS = ["MeanAbsoluteError", "PeakSignalToNoise", "R2Score"]
NOISE = [{"kind": "GaussianNoise", "params": {"sigma": 0.3}}]
FLIP = [{"kind": "RandomHorizontalFlip"}, {"kind": "RandomAffine"}]


def autoencoder(layers: Layers, loss: str, last: str = "", **training: Any) -> Document:
    ending: Layers = [("last", last, {})] if last else []
    return chain(
        [*layers, *ending, ("output1", "Output", {"loss": {"kind": loss}})],
        **({"epochs": 2, "data": ITSELF} | training),
    )


@pytest.mark.parametrize(
    "document",
    [
        autoencoder(KEEPS, "MSELoss"),
        autoencoder(KEEPS, "L1Loss", last="Sigmoid"),
        autoencoder(KEEPS, "BCEWithLogitsLoss"),
        autoencoder(KEEPS, "BCELoss", last="Sigmoid"),
        autoencoder(KEEPS, "BCEWithLogitsLoss", metrics=METRICS, watched="psnr"),
        autoencoder(KEEPS, "BCELoss", last="Sigmoid", metrics=METRICS),
        autoencoder(NARROWS, "SoftMarginLoss", metrics=METRICS),
        autoencoder(NARROWS, "MSELoss"),
        autoencoder(KEEPS, "MSELoss", augmentation=NOISE),
        autoencoder(KEEPS, "MSELoss", augmentation=FLIP),
    ],
    ids=["mse", "l1", "logits", "bce", "logits measured", "bce measured", "flat yes", "flat", "noise", "moved"],
)
def test_the_script_learns_the_very_same(document: Document, tmp_path: Path) -> None:
    run = history_of_run(document, tmp_path)
    assert run == history_of_script(document)
    assert run[-1]["validation/loss"] < run[0]["validation/loss"]


def test_it_learns_to_give_the_image_back(tmp_path: Path) -> None:
    metrics = [{"kind": kind} for kind in ("MeanAbsoluteError", "RootMeanSquaredError", "PeakSignalToNoise")]
    adam = {"kind": "Adam", "params": {"lr": 0.01}}
    document = autoencoder(KEEPS, "MSELoss", epochs=8, metrics=metrics, optimizer=adam)
    last = history_of_run(document, tmp_path)[-1]
    # As digits are, of which 0.3 is the standard deviation.
    assert last["validation/mae"] < 0.06 and last["validation/rmse"] < 0.1 and last["validation/psnr@1.0"] > 20


@pytest.mark.parametrize(
    ("loss", "last"),
    [
        ("BCEWithLogitsLoss", ""),
        ("BCELoss", "Sigmoid"),
        ("SoftMarginLoss", ""),
        ("BinaryFocalLoss", ""),
        ("DiceLoss", ""),
    ],
)
def test_gray_is_no_yes_or_no_whatever_the_loss(loss: str, last: str, tmp_path: Path) -> None:
    document = autoencoder(KEEPS, loss, last=last, epochs=1, metrics=["Accuracy", *METRICS])
    (values,) = history_of_run(document, tmp_path)
    names = {name.removeprefix("validation/") for name in values if name.startswith("validation/")}
    assert names == {"loss", "mae", "psnr@1.0", "r2"}
    (usual,) = history_of_run(autoencoder(KEEPS, loss, last=last, epochs=1), tmp_path / "usual")
    assert set(usual) == {"train/loss", "validation/loss", "validation/mae"}
    assert usual["validation/mae"] == values["validation/mae"]


def test_losses_that_order_or_measure_distances_take_yes_and_no() -> None:
    taking = {loss.kind for loss in LOSSES.values() if loss().takes_shades}
    assert taking == {
        "BCEWithLogitsLoss",
        "BCELoss",
        "BinaryFocalLoss",
        "DiceLoss",
        "SoftMarginLoss",
        "MultiLabelSoftMarginLoss",
    }


def test_masks_of_two_classes_stay_yes_and_no(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    x = generator.integers(0, 256, (60, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "some.npz", x=x, y=(x > 128).astype(np.uint8))
    data = {"source": "numpy", "path": str(tmp_path / "some.npz")}
    document = autoencoder(KEEPS, "BCEWithLogitsLoss", epochs=1, data=data)
    (values,) = history_of_run(document, tmp_path)
    assert set(values) == {"train/loss", "validation/loss", "validation/accuracy"}


def test_pairs_of_folders_of_other_sizes(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for name, side in (("inputs", 4), ("targets", 8)):
        (tmp_path / name).mkdir()
        for number in range(20):
            pixels = generator.integers(0, 256, (side, side, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    data = {"source": "image_folder", "path": str(tmp_path), "task": "image to image"}
    layers: Layers = [
        ("input1", "Input", {"shape": [3, 4, 4]}),
        ("up1", "Upsample", {"scale_factor": 2}),
        ("conv1", "Conv2d", {"out_channels": 3, "kernel_size": 3, "padding": 1}),
    ]
    document = autoencoder(layers, "MSELoss", data=data, batch_size=4)
    assert history_of_run(document, tmp_path / "runs") == history_of_script(document)
