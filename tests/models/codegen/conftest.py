"""Data of every form that a script reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(params=[0, 20, 60])
def own_data(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Data of every form that a script reads, in folders with names of several lengths: settings by name."""
    tmp_path = tmp_path / ("f" * request.param)
    tmp_path.mkdir(exist_ok=True)
    x, y = np.random.default_rng(0).normal(size=(60, 4)), np.arange(60) % 3
    names = [f"a rather long name of class {number}" for number in range(3)]
    np.savez(tmp_path / "whole.npz", x=x, y=np.array(names)[y])
    np.savez(tmp_path / "parts.npz", x_train=x, y_train=y[:, None], x_test=x[:9], y_test=y[:9, None])
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    rows = (f"{a},{b},{c},{d},{names[kind]}" for (a, b, c, d), kind in zip(x, y, strict=True))
    (tmp_path / "table.csv").write_text("\n".join(["a,b,c,d,kind", *rows]))
    for place in range(60):
        for folder in ("photos", "parts/train", "parts/test"):
            path = tmp_path / folder / names[place % 3] / f"{place}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.full((2, 2), place, dtype=np.uint8)).save(path)
    images = {"source": "image_folder", "color": "grayscale"}
    return {
        "archive": {"source": "numpy", "path": str(tmp_path / "whole.npz")},
        "archive of parts": {"source": "numpy", "path": str(tmp_path / "parts.npz"), "normalize": False},
        "two files": {"source": "numpy", "path": str(tmp_path / "x.npy"), "y_path": str(tmp_path / "y.npy")},
        "table": {"source": "csv", "path": str(tmp_path / "table.csv")},
        "photos": {**images, "path": str(tmp_path / "photos")},
        "photos in parts": {**images, "path": str(tmp_path / "parts")},
        "points": {"source": "spirals", "samples": 60},
        "flowers": {"source": "iris"},
    }
