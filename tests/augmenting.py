"""Documents whose examples can be augmented: color images with classes, with masks, spectrograms, tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from documents import Layers, chain

from models.document import Document
from models.training import AUGMENTATIONS, Augmentation

COUNT = 60


def _saved(folder: Path, name: str, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    path = folder / f"{name}.npz"
    if not path.exists():
        np.savez(path, x=x, y=y)
    return {"source": "numpy", "path": str(path)}


def photos(folder: Path, **training: Any) -> Document:
    """Color images of three classes."""
    x = np.random.default_rng(0).integers(0, 256, (COUNT, 3, 8, 9), dtype=np.uint8)
    layers: Layers = [
        ("input1", "Input", {"shape": [3, 8, 9]}),
        ("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}),
        ("relu1", "ReLU", {}),
        ("flatten1", "Flatten", {}),
        ("drop1", "Dropout", {"p": 0.2}),
        ("fc1", "Linear", {"out_features": 3}),
        ("output1", "Output", {}),
    ]
    return chain(layers, data=_saved(folder, "photos", x, np.arange(COUNT) % 3), **training)


def masks(folder: Path, loss: str = "CrossEntropyLoss", **training: Any) -> Document:
    """Images with a class at each pixel, or yes and no."""
    x = np.random.default_rng(0).normal(size=(COUNT, 1, 8, 9)).astype(np.float32)
    by_class = loss == "CrossEntropyLoss"
    y = (x[:, 0] > 0).astype(np.int64)
    layers: Layers = [
        ("input1", "Input", {"shape": [1, 8, 9]}),
        ("conv1", "Conv2d", {"out_channels": 2 if by_class else 1, "kernel_size": 3, "padding": 1}),
        ("output1", "Output", {"loss": loss}),
    ]
    return chain(layers, data=_saved(folder, f"masks-{loss}", x, y), **training)


def sounds(folder: Path, **training: Any) -> Document:
    """Spectrograms, frequencies × time."""
    x = np.random.default_rng(0).normal(size=(COUNT, 12, 16)).astype(np.float32)
    layers: Layers = [
        ("input1", "Input", {"shape": [12, 16]}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 3}),
        ("output1", "Output", {}),
    ]
    return chain(layers, data=_saved(folder, "sounds", x, np.arange(COUNT) % 3), **training)


def document_for(kind: type[Augmentation], folder: Path, **training: Any) -> Document:
    """A document that an augmentation suits."""
    make = sounds if kind.takes == "spectrograms" else photos
    return make(folder, augmentation=[kind.kind], **training)


EVERYTHING = [kind.kind for kind in AUGMENTATIONS.values() if kind.takes != "spectrograms"]
