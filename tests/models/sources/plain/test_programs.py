"""Constructors and ``forward`` followed statement by statement: what is done, and what is said where it cannot be."""

from __future__ import annotations

import ast

import pytest

from models.sources.plain.outlining import outline
from models.sources.plain.statements import MOST_STATEMENTS
from models.sources.syntax.outline import Problem

HEAD = "import math\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def source(constructor: str, forward: str = "return self.a(x)", told: str = "", more: str = "") -> str:
    """A class with these statements."""
    lines = [f"class Net(nn.Module):\n    def __init__(self{told}):\n        super().__init__()"]
    lines += [f"        {line}" for line in constructor.split("\n")]
    lines += ["\n    def forward(self, x):", *(f"        {line}" for line in forward.split("\n"))]
    return f"{HEAD}\n{more}\n" + "\n".join(lines) + "\n"


def plain(text: str) -> tuple[list[str], list[str]]:
    """What the class says in the end: the statements of its constructor and of its ``forward``."""
    found = outline(text)
    part = list(found.classes.values())[-1]
    assert found.problems == () and part.problems == [] and part.constructor and part.forward
    return [ast.unparse(node) for node in part.constructor.body[1:]], [ast.unparse(n) for n in part.forward.body]


def problems(text: str) -> list[Problem]:
    """What keeps a class from being drawn."""
    found = outline(text)
    return [*found.problems, *list(found.classes.values())[-1].problems]


@pytest.mark.parametrize(
    ("constructor", "told", "made"),
    [
        ("self.a = nn.Linear(width, width * 2)", ", width=8", ["self.a = nn.Linear(8, 16)"]),
        ("w = width // 3\nw += 1\nself.a = nn.Linear(4, w)", ", width=8", ["self.a = nn.Linear(4, 3)"]),
        ("self.a = nn.ReLU() if act == 'relu' else nn.Tanh()", ", act='tanh'", ["self.a = nn.Tanh()"]),
        ("self.a = nn.Linear(2, 3)\nif deep and not wide:\n    self.b = nn.ReLU()", ", deep=True, wide=False",
         ["self.a = nn.Linear(2, 3)", "self.b = nn.ReLU()"]),
        ("layers = []\nfor i, w in enumerate(widths[1:]):\n    layers += [nn.Linear(widths[i], w), nn.ReLU()]\n"
         "self.a = nn.Sequential(*layers[:-1])", ", widths=(2, 3, 4)",
         ["self.a = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 4))"]),
        ("self.a = nn.Sequential(*[nn.Linear(i, i + 1) for i in range(2, 4) if i > 0])", "",
         ["self.a = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))"]),
        ("self.a = nn.Sequential(*[nn.Linear(n, n) for _ in range(depth)])", ", n=4, depth=3",
         ["self.a = nn.Sequential(*[nn.Linear(4, 4) for _ in range(3)])"]),
        ("self.a = nn.Sequential()\nself.a.add_module('one', nn.ReLU())", "",
         ["self.a = nn.Sequential(OrderedDict([('one', nn.ReLU())]))"]),
        ("self.a = nn.Conv2d(3, 4, k, padding=(k - 1) // 2) if isinstance(k, int) else None", ", k=5",
         ["self.a = nn.Conv2d(3, 4, 5, padding=2)"]),
        ("self.a = nn.Linear(2, int(math.sqrt(17)) + max(n, -1) + len('ab'))", ", *, n=1",
         ["self.a = nn.Linear(2, 7)"]),
        ("conf = {'in': 2, 'out': 3}\nself.a = nn.Linear(conf['in'], conf['out'], **{'bias': False})", "",
         ["self.a = nn.Linear(2, 3, bias=False)"]),
        ("self.a = self._make(3)", "", ["self.a = nn.Linear(3, 6)"]),
        ("self.a = helper(3, bias=False)", "", ["self.a = nn.Linear(3, SIZE, bias=False)".replace("SIZE", "9")]),
        ("self.a: nn.Module = nn.ReLU()\nassert True\npass", "", ["self.a = nn.ReLU()"]),
    ],
)  # fmt: skip
def test_constructors_come_to_layers(constructor: str, told: str, made: list[str]) -> None:
    more = "SIZE = 9\ndef helper(n, bias=True):\n    return nn.Linear(n, SIZE, bias=bias)\n"
    text = source(constructor, told=told, more=more)
    text += "\n    def _make(self, n):\n        return nn.Linear(n, 2 * n)\n"
    assert plain(text)[0] == made


@pytest.mark.parametrize(
    ("forward", "said"),
    [
        ("for i in range(2):\n    x = self.a(x)\nreturn x", ["x = self.a(x)", "x = self.a(x)", "return x"]),
        ("return self.a(x) if self.on else x", ["return self.a(x)"]),
        ("if self.off is not None:\n    x = self.off(x)\nreturn self.a(x)", ["return self.a(x)"]),
        ("for layer in reversed(self.many):\n    x = layer(x)\nreturn x",
         ["x = self.many_1(x)", "x = self.many_0(x)", "return x"]),
        ("return self.many[-1](self.many[0](x))", ["return self.many_1(self.many_0(x))"]),
        ("for key in self.named:\n    x = self.named[key](x)\nreturn x", ["x = self.named_one(x)", "return x"]),
        ("b = x.size(0)\nreturn x.view(b, -1)", ["return x.view(x.size(0), -1)"]),
        ("return self.chain[1](self.chain(x))",
         ["return self.chain_1(self.chain_1(self.chain_0(x)))"]),
    ],
)  # fmt: skip
def test_forward_comes_to_calls_of_layers(forward: str, said: list[str]) -> None:
    constructor = (
        "self.a = nn.ReLU()\nself.on = True\nself.off = None\nself.many = nn.ModuleList([nn.ReLU(), nn.Tanh()])\n"
        "self.named = nn.ModuleDict({'one': nn.ReLU()})\nself.chain = nn.Sequential(nn.ReLU(), nn.Tanh())"
    )
    assert plain(source(constructor, forward))[1] == said


@pytest.mark.parametrize(
    ("constructor", "forward", "told", "line", "message"),
    [
        ("self.a = nn.ReLU()", "if x.sum() > 0:\n    x = -x\nreturn x", "", 13, "Keep the one way it takes."),
        ("self.a = nn.ReLU()", "while True:\n    pass\nreturn x", ", n=3", None, ""),
        ("self.a = nn.ReLU()", "for row in x:\n    x = self.a(row)\nreturn x", "", 13, "goes through is not known"),
        ("self.a = nn.Linear(2, n)", "return self.a(x)", ", n", 8, "Give n a default here, such as n=10."),
        ("for m in self.modules():\n    pass\nself.a = nn.ReLU()", "return x", "", 10, "is not known here"),
        ("self.a = nn.ReLU()\nself.apply(init)", "return x", "", 11, "Set how weights begin in the settings"),
        ("self.a = nn.Linear(2, 10 ** 99)", "return x", ", n=1", 10, "more than Netloom works out"),
        ("for i in range(10 ** 7):\n    n = i\nself.a = nn.ReLU()", "return x", "", 10, "at most 1,000 times"),
        ("raise ValueError(n)", "return x", ", n=1", 10, "raises this error"),
        ("self.a = nn.Linear(2, 4 // n)", "return x", ", n=0", 10, "Python: integer"),
        ("one = nn.Linear(2, 2)\nself.a = nn.Sequential(one, one)", "return x", "", 10, "stands in two places"),
        ("self.a = self._again(1)", "return x", "", None, "calls itself too often"),
    ],
)
def test_what_cannot_be_followed_is_named_on_its_line(
    constructor: str, forward: str, told: str, line: int | None, message: str
) -> None:
    text = source(constructor, forward, told) + "\n    def _again(self, n):\n        return self._again(n)\n"
    found = problems(text)
    if message:
        assert len(found) == 1 and message in found[0].message and len(found[0].message) <= 90
    if line is not None:
        assert found[0].line == line


def test_loops_within_loops_end() -> None:
    deep = "n = 0\nfor a in range(900):\n    for b in range(900):\n        n = a\nself.a = nn.ReLU()"
    (found,) = problems(source(deep))
    assert f"{MOST_STATEMENTS:,}" in found.message


BLOCK = """class Block(nn.Module):
    def __init__(self, width, twice=False):
        super().__init__()
        self.one = nn.Linear(width, width)
        if twice:
            self.two = nn.Linear(width, 2 * width)

    def forward(self, x):
        return self.one(x)
"""


def test_a_class_that_is_told_otherwise_is_two_classes() -> None:
    text = source("self.a = Block(4)\nself.b = Block(6, True)\nself.c = Block(width=5)", more=BLOCK)
    found = outline(text)
    assert list(found.classes) == ["Block", "Block2", "Net"]
    assert [len(part.made) for part in found.classes.values()] == [1, 2, 3]
    assert all(found.classes[name].arguments == ("width",) for name in ("Block", "Block2"))
    calls = [ast.unparse(made.call) for made in found.classes["Net"].made.values()]
    assert calls == ["Block(4)", "Block2(width=6)", "Block(width=5)"]


def test_plain_code_is_left_as_it_is() -> None:
    text = source("self.a = nn.Sequential(*(nn.Linear(4, 4) for _ in range(3)))\nnn.init.zeros_(self.a.bias)")
    assert not outline(text).is_worked
