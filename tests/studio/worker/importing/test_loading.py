"""Which network a file holds, and how it is made."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.importers import ImportFailed
from studio.worker.importing.child import _sentence
from studio.worker.importing.loading import MODULE, arguments_from, find_network, load_file, make_network

HEAD = "import torch\nfrom torch import nn\n"
PART = "class Part(nn.Module):\n    def __init__(self, n=2):\n        super().__init__()\n"
WHOLE = "class Whole(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.part = Part()\n"


@pytest.fixture(autouse=True)
def own_modules() -> Iterator[None]:
    path, given = list(sys.path), list(sys.argv)
    yield
    sys.modules.pop(MODULE, None)
    sys.path[:], sys.argv[:] = path, given


def found(tmp_path: Path, source: str, name: str = "") -> Any:
    file = tmp_path / "net.py"
    file.write_text(HEAD + source)
    return find_network(load_file(file), name)


def test_the_network_is_the_one_that_no_other_uses(tmp_path: Path) -> None:
    assert found(tmp_path, PART + WHOLE).__name__ == "Whole"
    assert found(tmp_path, PART + WHOLE, "Part").__name__ == "Part"
    assert type(found(tmp_path, PART + WHOLE + "net = Part(3)\n")).__name__ == "Part", "one that is made already"


def test_a_file_that_reads_a_command_line_finds_none(tmp_path: Path) -> None:
    source = (
        "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--width', type=int, default=3)\n"
    )
    network = found(tmp_path, source + "net = nn.Linear(parser.parse_args().width, 2)\n")
    assert network.in_features == 3


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        ("", "", "no network"),
        (PART + PART.replace("Part", "Other"), "", "2 networks: choose one of Part, Other"),
        (PART, "Missing", "has no ‘Missing’. It has Part"),
    ],
)
def test_a_file_without_one_network_is_named(tmp_path: Path, source: str, name: str, words: str) -> None:
    with pytest.raises(ImportFailed, match=words):
        found(tmp_path, source, name)


def test_arguments_go_to_the_making_and_what_it_does_not_know_to_the_call(tmp_path: Path) -> None:
    kind = found(tmp_path, PART + "    def forward(self, x, scale=1): return x\n")
    network, rest = make_network(kind, {"n": 5, "scale": 2})
    assert type(network).__name__ == "Part" and rest == {"scale": 2}
    assert make_network(kind, [3])[1] == {}
    with pytest.raises(ImportFailed, match="takes an argument ‘other’"):
        make_network(kind, {"other": 1})
    with pytest.raises(ImportFailed, match="found int"):
        make_network(3, {})
    with pytest.raises(ImportFailed, match="as JSON"):
        arguments_from("{num: 1}")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModuleNotFoundError("No module named 'timm'", name="timm"), "needs the package timm"),
        (MemoryError(), "more memory"),
        (PermissionError(13, "Permission denied", "/x"), "to use /x: Permission denied"),
        (RuntimeError("expected scalar type Long but found Float"), "128:int"),
        (ValueError("odd\nsecond"), "ValueError: odd"),
    ],
)
def test_errors_of_a_file_are_sentences(error: BaseException, words: str) -> None:
    assert words in _sentence(error) and "\n" not in _sentence(error)
