"""Good and broken files of each kind of data set that reads the user's own. A kind without any fails its test."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from recordings import spoken, wav

from studio.data.own.trust import digest_of, trust

Settings = dict[str, Any]
Maker = Callable[[Path], Settings]
"""Makes files in an empty folder; gives the settings of the data that names them."""

ROWS = 24
_GENERATOR = np.random.default_rng(0)
_Y = np.arange(ROWS) % 3


def _archive(folder: Path, **arrays: Any) -> Settings:
    content = {"x": _GENERATOR.uniform(0, 9, (ROWS, 4)), "y": _Y} | arrays
    np.savez(folder / "a.npz", **content)
    return {"path": "a.npz"}


def _table(folder: Path, text: str) -> Settings:
    (folder / "a.csv").write_text(text)
    return {"path": "a.csv"}


def _lines(last: str = "") -> str:
    rows = (f"{row % 5},{row / 4},{'ab'[row % 2]}\n" for row in range(ROWS))
    return "width,height,kind\n" + "".join(rows) + last


def _images(folder: Path, classes: tuple[str, ...] = ("cat", "dog"), each: int = 8) -> Settings:
    for name in classes:
        (folder / name).mkdir()
        for number in range(each):
            pixels = _GENERATOR.integers(0, 255, (5, 6, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return {"path": "."}


def _named_images(folder: Path, cell: str = "{0}.png", **about: Any) -> Settings:
    _images(folder, classes=("photos",), each=ROWS)
    rows = (f"{cell.format(row)},{row / 4},{'ab'[row % 2]}\n" for row in range(ROWS))
    (folder / "labels.csv").write_text("file,size,kind\n" + "".join(rows))
    return {"path": "labels.csv", **about}


def _no_images(folder: Path) -> Settings:
    settings = _images(folder, each=0)
    (folder / "cat" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13))
    return settings


def _frames(folder: Path, **settings: Any) -> Settings:
    found = spoken(folder)
    return {name: value for name, value in found.items() if name != "source"} | settings


def _no_sound(folder: Path) -> Settings:
    for name in ("a_1", "b_1"):
        (folder / f"{name}.wav").write_bytes(b"RIFF0000WAVEfmt ")
    return {"path": "."}


def _unlike(folder: Path) -> Settings:
    for number in (4, 5):
        np.save(folder / f"a_{number}.npy", np.ones((9, number)))
    return {"path": "."}


def _short(folder: Path) -> Settings:
    (folder / "a_1.wav").write_bytes(wav(np.zeros(20)))
    return {"path": "."}


def _texts(folder: Path, each: int = 12, **settings: Any) -> Settings:
    """Reviews in a folder for each class, each with words of its own, one of them in another encoding."""
    for name, word in (("bad", "awful"), ("good", "fine")):
        (folder / name).mkdir()
        for number in range(each):
            text = f"A {word} film, number {number}, {'very ' * (number % 4)}{word}."
            (folder / name / f"{number}.txt").write_text(text, encoding="utf-16" if number == 3 else "utf-8")
    return {"path": ".", "length": 8, "vocabulary": 12, **settings}


def _text_table(folder: Path, text: str = "", **settings: Any) -> Settings:
    rows = "".join(f'"A {("bad", "good")[row % 2]} one, {row}",{row % 2}\n' for row in range(ROWS))
    (folder / "a.csv").write_text(text or f"review,positive\n{rows}")
    return {"path": "a.csv", **settings}


def _no_text(folder: Path) -> Settings:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "picture.txt").write_bytes(bytes(range(256)))
    return {"path": "."}


CODE = """
import torch
from torch.utils.data import Dataset


class Rows(Dataset):
    def __init__(self, count=24):
        self.x = torch.rand(count, 4)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, row):
        return self.x[row], row % 3
"""


def program(folder: Path, text: str = CODE, **settings: Any) -> Settings:
    """A program that the user has allowed."""
    (folder / "rows.py").write_text(text)
    trust(digest_of(folder / "rows.py"))
    return {"path": "rows.py", **settings}


def _function(body: str) -> str:
    return f"import numpy as np\ndef load_data():\n    {body}\n"


GOOD: dict[str, Maker] = {
    "numpy": _archive,
    "csv": lambda folder: _table(folder, _lines()),
    "image_folder": _images,
    "image_table": _named_images,
}
GOOD["frames"] = _frames
GOOD["python"] = program
GOOD["text"] = _texts
BROKEN: dict[str, tuple[Maker, ...]] = {
    "frames": (
        lambda folder: {"path": "nothing"},
        lambda folder: {"path": "."},
        _no_sound,
        _unlike,
        _short,
        lambda folder: _frames(folder, mel_bins=400),
        lambda folder: _frames(folder, labels="list"),
        lambda folder: _frames(folder, labels="each frame"),
        lambda folder: _frames(folder, name_part=9),
        lambda folder: _frames(folder, label_list="nothing.csv"),
    ),
    "text": (
        lambda folder: {"path": "nothing"},
        lambda folder: {"path": "."},
        _no_text,
        lambda folder: _texts(folder, each=0),
        lambda folder: _texts(folder) | {"path": "good", "task": "classification"},
        lambda folder: _texts(folder, task="regression"),
        lambda folder: _texts(folder, task="next token", length=5000),
        lambda folder: _text_table(folder, column="story"),
        lambda folder: _text_table(folder, target="stars"),
        lambda folder: _text_table(folder, "review\na b\nc d\n"),
        lambda folder: _text_table(folder, "review,stars\n" + ",1\n,2\n" * 9),
        lambda folder: _text_table(folder, "review,stars\n" + "some words,\n" * 9),
    ),
    "python": (
        lambda folder: {"path": "nothing.py"},
        lambda folder: program(folder, "x = (\n"),
        lambda folder: program(folder, _function("return 1 / 0")),
        lambda folder: program(folder, _function("return np.ones((9, 2)), np.arange(8)")),
        lambda folder: program(folder, arguments="{count: 3}"),
    ),
    "numpy": (
        lambda folder: {"path": "nothing.npz"},
        lambda folder: _archive(folder, y=_Y[:5]),
        lambda folder: _archive(folder, x=np.full((ROWS, 2), np.nan)),
        lambda folder: _archive(folder, y=np.zeros(ROWS, int)),
        lambda folder: _archive(folder, x=np.array([{}] * ROWS)),
        lambda folder: _archive(folder) | {"x_name": "z"},
        lambda folder: _archive(folder) | {"inputs": {"a": "z"}},
        lambda folder: _archive(folder) | {"validation": 0.999},
    ),
    "csv": (
        lambda folder: {"path": "nothing.csv"},
        lambda folder: _table(folder, ""),
        lambda folder: _table(folder, "a,b\0\n1,2\n"),
        lambda folder: _table(folder, _lines("1,2\n")),
        lambda folder: _table(folder, _lines("wide,2,a\n")),
        lambda folder: _table(folder, _lines("1,2,\n")),
        lambda folder: _table(folder, "only\na\nb\n"),
        lambda folder: _table(folder, _lines()) | {"target": "color"},
        lambda folder: _table(folder, _lines()) | {"inputs": {"a": "color"}},
    ),
    "image_table": (
        lambda folder: {"path": "nothing.csv"},
        lambda folder: _named_images(folder, cell="{0}"),
        lambda folder: _named_images(folder, cell="x{0}.png"),
        lambda folder: _named_images(folder, images="picture"),
        lambda folder: _named_images(folder, target="color"),
        lambda folder: _named_images(folder, inputs={"a": "color"}),
    ),
    "image_folder": (
        lambda folder: {"path": "nothing"},
        lambda folder: {"path": "."},
        lambda folder: _images(folder) | {"path": "cat"},
        lambda folder: _images(folder, each=0),
        _no_images,
    ),
}
