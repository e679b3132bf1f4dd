"""Data that a program makes: run in a child, found by looking at samples, kept until something has changed."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_examples import CODE, program

from studio import cli
from studio.data import DATASETS, DataError, Dataset
from studio.data.own import making
from studio.processes import limited
from tests.documents import mlp

IMAGES = """
import os, random
import numpy as np
from PIL import Image
from torch.utils.data import Dataset

class Base(Dataset):
    def __len__(self):
        return 24

class Pictures(Base):
    def __init__(self, root="pictures", train=True):
        self.files = sorted(os.listdir(root))
        self.noise = random.random()

    def __getitem__(self, row):
        with Image.open("pictures/" + self.files[row % len(self.files)]) as image:
            return {"image": image.convert("RGB"), "about": np.float32([row, self.noise]), "label": "ab"[row % 2]}
"""


def made(folder: Path, text: str, **settings: Any) -> Dataset:
    return DATASETS["python"](**program(folder, text, **settings))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A note of each time that a child is asked."""
    found: list[str] = []
    ask = limited.answer_of
    monkeypatch.setattr(limited, "answer_of", lambda module, *rest: found.append(module) or ask(module, *rest))
    return found


def test_pictures_numbers_and_texts_are_columns_and_what_it_reads_is_watched(tmp_path: Path, runs: list[str]) -> None:
    from PIL import Image

    (tmp_path / "pictures").mkdir()
    for number in range(3):
        Image.new("RGB", (5, 4), (number, 0, 0)).save(tmp_path / "pictures" / f"{number}.png")
    settings = {"inputs": {"scan": "image", "about": "about"}, "targets": {"kind": "label"}}
    dataset = made(tmp_path, IMAGES, **settings)
    data = dataset.load(tmp_path)
    assert data.input("scan").shape == (3, 4, 5) and data.input("scan").dtype == np.uint8
    assert data.input("about").shape == (2,) and data.classes == ("a", "b")
    assert dataset.facts(tmp_path) == data.facts() and len(runs) == 1, "what is known is not made again"
    (tmp_path / "document.netloom").write_text("beside it")
    dataset.load(tmp_path)
    assert len(runs) == 1
    Image.new("RGB", (5, 4), (9, 9, 9)).save(tmp_path / "pictures" / "1.png")
    assert 9 in dataset.load(tmp_path).input("scan").train and len(runs) == 2
    (tmp_path / "pictures" / "3.png").write_bytes((tmp_path / "pictures" / "1.png").read_bytes())
    dataset.load(tmp_path)
    assert len(runs) == 3, "a file more in a folder that it lists"


SAMPLES = "import torch\nfrom torch.utils.data import Dataset, IterableDataset\nclass A({base}):\n{body}"
FAULTS = {
    "raises": ("def __getitem__(self, i):\n  if i == 17: raise ValueError('no label')\n  return [0.0], i % 2",
               r"rows.py, line \d+: sample 17: ValueError: no label\."),
    "shapes": ("def __getitem__(self, i): return torch.zeros(2 + (i == 5)), i % 2",
               "sample 5: x is 3, that of the first 2: make all alike"),
    "types": ("def __getitem__(self, i): return torch.zeros(2, dtype=torch.complex64), i % 2",
              "sample 0: expected numbers or text in x, found complex64"),
    "names": ("def __getitem__(self, i): return {'x': 1., 'y': i % 2} | ({'z': 1} if i == 3 else {})",
              "sample 3: it has x, y, z, the first x, y: make all alike"),
    "ragged": ("def __getitem__(self, i): return [[1, 2], [3]], 0", "ValueError: setting an array element"),
    "package": ("import absent_package", "needs the package absent_package, which is not installed"),
    "outside": ("def __init__(self): open(OUTSIDE).read()", "was not allowed, or not able, to use"),
    "argument": ("def __init__(self, root): pass", "A needs root: give arguments as JSON, by name"),
    "empty": ("def __len__(self): return 0", "it gives no sample"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_a_sentence_with_its_place(fault: str, tmp_path: Path) -> None:
    outside = tmp_path.with_name(f"{tmp_path.name} outside.txt")
    outside.write_text("of somebody else")
    lines = f"def __len__(self): return 24\n{FAULTS[fault][0].replace('OUTSIDE', repr(str(outside)))}".splitlines()
    body = "".join(f"  {line}\n" for line in lines)
    with pytest.raises(DataError, match=FAULTS[fault][1]) as caught:
        made(tmp_path, SAMPLES.format(base="Dataset", body=body)).load(tmp_path)
    assert str(caught.value).endswith(".")


def test_what_is_endless_takes_as_many_as_are_wanted_and_what_is_slow_is_ended(tmp_path: Path) -> None:
    body = "  def __iter__(self):\n    while True: yield torch.rand(3), 'xy'[int(torch.rand(()) > 0.5)]\n"
    text = SAMPLES.format(base="IterableDataset", body=body)
    data = made(tmp_path, text, samples=30).load(tmp_path)
    assert sum(data.sizes.values()) == 30 and data.shape == (3,)
    slow = made(tmp_path, text.replace("yield", "__import__('time').sleep(9); yield"), seconds=1)
    with pytest.raises(DataError, match=r"took longer than 1 seconds .* Set samples to take the first ones"):
        slow.load(tmp_path)


def test_parts_that_it_gives_are_the_parts(tmp_path: Path) -> None:
    text = "import numpy as np\ndef f(n):\n  x = np.eye(n)\n  return (x, np.arange(n) % 2), (x[:4], [0, 1, 0, 1])\n"
    data = made(tmp_path, text, arguments='{"n": 9}').load(tmp_path)
    assert data.own_split and data.sizes == {"training": 9, "validation": 4}


def test_what_was_kept_and_damaged_is_made_again(tmp_path: Path, runs: list[str]) -> None:
    dataset = made(tmp_path, CODE)
    first = dataset.load(tmp_path).train.x
    kept = max(making._folder().iterdir(), key=lambda path: path.stat().st_mtime)
    with zipfile.ZipFile(kept / making.ARRAYS) as archive:
        assert all(item.compress_type == zipfile.ZIP_STORED for item in archive.infolist())
    os.unlink(kept / making.ARRAYS)
    np.testing.assert_array_equal(dataset.load(tmp_path).train.x, first)
    (kept / making.ABOUT).write_text('{"name": 3}')
    np.testing.assert_array_equal(dataset.load(tmp_path).train.x, first)
    assert len(runs) == 3, "and what is drawn by chance is drawn alike"


def test_the_command_line_asks_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from models.document.edits import SetSection
    from models.storage import files

    (tmp_path / "rows.py").write_text(CODE.replace("24", "26"))
    document = mlp()
    document.apply(SetSection("data", {"source": "python", "path": "rows.py"}))
    files.write(document, tmp_path / "a.netloom")
    assert cli.main(["data", str(tmp_path / "a.netloom")]) == 2
    assert "rows.py is a program" in capsys.readouterr().err
    trusting = ["--trust", str(tmp_path / "rows.py")]
    assert cli.main(["data", str(tmp_path / "rows.py"), *trusting]) == 0
    assert cli.main(["data", str(tmp_path / "a.netloom")]) == 0, "remembered for what it says"
    assert "26" in capsys.readouterr().out
    assert cli.main(["data", str(tmp_path / "a.netloom"), "--trust", "gone.py"]) == 2
