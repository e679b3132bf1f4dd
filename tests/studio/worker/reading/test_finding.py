"""What in a file gives data is found, or said by name."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from models.importers import ImportFailed
from studio.worker.importing.loading import MODULE
from studio.worker.reading.finding import find_maker, made_by

CLASS = "class {0}(Dataset):\n  def __init__(self{1}): self.given = {2}\n"
FUNCTION = "def {0}({1}): return [1], [2]\n"


def module(text: str) -> ModuleType:
    found = ModuleType(MODULE)
    exec(compile("from torch.utils.data import Dataset, DataLoader\n" + text, "rows.py", "exec"), vars(found))
    return found


@pytest.mark.parametrize(
    ("text", "arguments", "name"),
    [
        (CLASS.format("A", "", 1), {}, "A"),
        (CLASS.format("A", "", 1) + "class B(A): pass\n", {}, "B"),
        (CLASS.format("A", "", 1) + FUNCTION.format("helper", ""), {}, "A"),
        (CLASS.format("A", "", 1) + FUNCTION.format("load_data", ""), {}, "load_data"),
        (CLASS.format("A", "", 1) + "ready = A()\n", {}, "ready"),
        (CLASS.format("A", "", 1) + CLASS.format("B", ", root", 2), {}, "A"),
        (CLASS.format("A", ", root", "root"), {"root": 3}, "A"),
        (CLASS.format("A", ", root", "root"), [3], "A"),
        (FUNCTION.format("only", "*rest, **more"), {}, "only"),
        ("class Plain:\n  def __len__(self): return 1\n  def __getitem__(self, i): return i\n", {}, "Plain"),
    ],
)
def test_the_only_thing_that_can_give_data_is_taken(text: str, arguments: Any, name: str) -> None:
    found, maker = find_maker(module(text), "", arguments)
    assert found == name
    assert made_by(found, maker, arguments) is not None


@pytest.mark.parametrize(
    ("text", "name", "arguments", "words"),
    [
        ("", "", {}, "found neither"),
        ("x = 3\n", "", {}, "found neither"),
        (
            FUNCTION.format("one", "") + FUNCTION.format("two", ""),
            "",
            {},
            "several .*: one, two. Name one",
        ),
        (FUNCTION.format("one", "a, b=1"), "", {}, "one needs a: give arguments"),
        (FUNCTION.format("one", "a"), "one", {}, "one needs a: give arguments"),
        (FUNCTION.format("one", ""), "other", {}, "expected ‘other’ in it, found one"),
        ("def one(): return 'text'\n", "", {}, "one gave str: expected a data set"),
        ("def one(): pass\n", "", {}, "one gave NoneType"),
    ],
)
def test_what_is_not_there_or_doubtful_is_said(text: str, name: str, arguments: Any, words: str) -> None:
    with pytest.raises(ImportFailed, match=words):
        made_by(*find_maker(module(text), name, arguments), arguments)
