"""Code in cards: what is read is what is written, and nothing but listed functions of torch can be called."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_cases import CODES
from torch import nn

from models.specs.fields import FieldError
from models.specs.tensor_code import FUNCTIONS, ROOMS, CodeError, CodeText, read_code

HEAD = "def f(x: float[3]) -> float[3]:\n    "

HOSTILE = [
    "import os",
    "def f(x: float[3]) -> float[3]:\n    import os\n    return x",
    HEAD + "return __import__('os')",
    HEAD + "return torch.load('x')",
    HEAD + "return torch.save(x, 'x')",
    HEAD + "return torch.hub.load('a', 'b')",
    HEAD + "return torch.serialization.load('a')",
    HEAD + "return x.apply_(print)",
    HEAD + "return x.numpy().tofile('x')",
    HEAD + "return x.__class__",
    HEAD + "return x.abs.__globals__",
    HEAD + "return (lambda: x)()",
    HEAD + "return [a for a in x]",
    HEAD + "return eval('x')",
    HEAD + "return f'{x}'",
    HEAD + "return nn.Module.abs(x)",
    HEAD + "return nn.functional.__dict__['x']",
    HEAD + "y: int = 3\n    return y",
    HEAD + "x.data = x\n    return x",
    HEAD + "x[0] = 1\n    return x",
    HEAD + "_y = x\n    return _y",
    HEAD + "n = 3\n    return x",
    HEAD + "return (y := x)",
    HEAD + "while True: pass\n    return x",
    HEAD + "yield x",
    HEAD + "return x.abs(*print)",
    "@print\n" + HEAD + "return x",
    "def f(x: float[3] = print()) -> float[3]:\n    return x",
    "def f(*x: float[3]) -> float[3]:\n    return x",
    "async " + HEAD + "return x",
    "class A: pass",
    "x = 1",
    "",
    HEAD + "return (" + "(" * 70 + "x" + ")" * 70 + ")",
    HEAD + "return " + "-" * 500 + "x",
    HEAD + "return x\n" + "#" * 30_000,
    HEAD + "return '" + "a" * 100 + "'",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_not_arithmetic_of_tensors_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(FieldError, match=r"expected .*, found .*\."):
        CodeText(CODES[0]).parse(text)


def test_listed_functions_are_there_and_take_no_files_and_no_functions() -> None:
    homes = [torch, torch.Tensor, nn.functional, torch.linalg, torch.fft]
    assert [name for name in FUNCTIONS if not any(hasattr(home, name) for home in homes)] == []
    for word in ("load", "save", "apply", "map", "file", "numpy", "compile", "hook", "pickle", "jit", "storage", "set"):
        assert [name for name in FUNCTIONS if word in name and name not in ("cummax",)] == [], word
    assert ROOMS == ("torch", "nn.functional", "torch.linalg", "torch.fft")


@pytest.mark.parametrize("text", CODES)
def test_statements_are_those_of_the_text_under_other_names(text: str) -> None:
    program = read_code(text)
    names = {argument.name: f"self.card.{argument.name}" for argument in program.held}
    names |= {argument.name: "image" for argument in program.values}
    lines = list(program.statements(names, "y"))
    assert len(lines) == len(text.splitlines()) - 1 and lines[-1].startswith("y = ")
    assert all(line.startswith(("_", "y = ")) for line in lines) and not any(" x" in line for line in lines)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, HEAD + text):
        try:
            read_code(whole)
        except CodeError:
            continue
