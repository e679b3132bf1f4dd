from __future__ import annotations

import ast

import pytest

from models.sources.syntax.outline import attribute_of, dotted
from models.sources.syntax.outline import parsed as outline

MODULE = """import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, width: int = 3) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width)
        nn.init.zeros_(self.conv1.bias)
        {line}

    def forward(self, x):
        return self.conv1(x)
"""


def test_classes_are_read_with_what_their_constructors_make() -> None:
    found = outline(MODULE.format(line="self.conv1.requires_grad_(False)"))
    part = found.classes["Net"]
    assert (part.arguments, list(part.made), part.chain) == (("width",), ["conv1"], False)
    assert len(part.made["conv1"].beginnings) == 2 and part.problems == []
    assert part.forward is not None and part.forward.name == "forward"
    assert found.aliases["F"] == "torch.nn.functional"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x = 3", "Only layers are made here"),
        ("self.conv1 = nn.ReLU()", "self.conv1 is made already."),
        ("self.relu.requires_grad_(False)", "self.relu is not made before this line."),
        ("for i in range(3): pass", "one a line"),
        ("print(1)", "one a line"),
        ("'a text'", ""),
        ("pass", ""),
    ],
)
def test_other_lines_of_a_constructor_are_named(line: str, message: str) -> None:
    problems = outline(MODULE.format(line=line)).classes["Net"].problems
    assert [problem.line for problem in problems] == ([11] if message else [])
    assert all(message in problem.message for problem in problems)


def test_a_chain_has_its_layers_in_order() -> None:
    body = "super().__init__(OrderedDict(a=nn.ReLU(), b=nn.Tanh()))"
    source = f"class Net(nn.Sequential):\n    def __init__(self):\n        {body}"
    part = outline(source).classes["Net"]
    assert part.chain and list(part.made) == ["a", "b"] and part.problems == []
    assert outline(source.replace("OrderedDict(", "list(")).classes["Net"].problems


@pytest.mark.parametrize("source", ["x = (", "\x00", "  x", "def f(:", "x = " + "(" * 500])
def test_what_python_cannot_read_is_one_problem(source: str) -> None:
    found = outline(source)
    assert found.classes == {} and len(found.problems) == 1
    assert found.problems[0].message.startswith("Python") and found.problems[0].line >= 1


@pytest.mark.parametrize(
    ("source", "name"),
    [("nn.Conv2d", "nn.Conv2d"), ("torch.nn.Conv2d", "nn.Conv2d"), ("F.relu", "nn.functional.relu"),
     ("torch.cat", "torch.cat"), ("f().g", ""), ("Block", "Block")],
)  # fmt: skip
def test_names_are_spelled_as_generated_code_does(source: str, name: str) -> None:
    tree = ast.parse(source, mode="eval").body
    assert dotted(tree, {"F": "torch.nn.functional"}) == name


def test_attributes_of_the_module_are_its_own_alone() -> None:
    assert attribute_of(ast.parse("self.conv1", mode="eval").body) == "conv1"
    assert attribute_of(ast.parse("other.conv1", mode="eval").body) == ""
