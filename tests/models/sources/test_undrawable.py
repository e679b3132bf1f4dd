"""Code that cannot be drawn is named and changes nothing; cards of code keep their lines."""

from __future__ import annotations

import random
import sys
from typing import Any

import pytest
from code_edits import code, typed
from read_sources import check_drawn, state

from models.codegen.module import generate
from models.document import Document
from models.document.edits import Rename, SetParam
from models.layers import LAYERS
from models.network import Edge, Network, Node
from models.sources.plain.outlining import outline
from models.sources.reading import read, written
from models.sources.recognizing.settings import read_settings
from models.sources.syntax.outline import Unreadable
from models.sources.syntax.values import Within
from models.storage import templates
from support import clocked, scaled, within


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("x = self.fc1(x)", "x = self.fc1(x", "Python: '(' was never closed."),
        ("x = self.fc1(x)", "if x.sum() > 0:\n            x = self.fc1(x)", "holds is not known here."),
        ("x = self.fc1(x)", "x = self.fc2(x)", "self.fc2 is not made in __init__."),
        ("x = self.fc1(x)", "x = self.fc1(y)", "‘y’ holds nothing"),
        ("x = self.fc1(x)", "x = self.fc1(x, x)", "Linear takes 1 inputs; here it gets 2."),
        ("nn.Linear(64, 10)", "nn.Linear(65, 10)", "This follows from what feeds Linear: it is 64 here."),
        ("nn.Linear(64, 10)", "nn.Linear(64, 0)", "out_features expected 1 or more, found 0"),
        ("nn.Linear(64, 10)", "nn.Linear(64, 10, color=3)", "Linear has no setting ‘color’"),
        ("nn.Linear(64, 10)", "nn.Linear(64, count)", "‘count’ is nothing"),
        ("nn.Linear(64, 10)", "nn.Linaer(64, 10)", "Is nn.Linear meant?"),
        ("x = self.fc1(x)", "if x = 3:\n            pass", "instead of '='?"),
        ("nn.Linear(64, 10)", "Head(64, 10)", "Netloom has no layer for ‘Head(64, 10)’."),
        ("nn.Linear(64, 10)", "__import__('os').system('true')", "Netloom has no layer"),
        ("        return x", "        pass", "cannot draw ‘pass’"),
        ("self.fc1 = nn", "self.forward = nn", "has a meaning of its own"),
        ("class Net(", "class Net2(nn.Module):\n    pass\n\n\nclass Other(", None),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_named_and_changes_nothing(
    net: Document, before: str, after: str, message: str | None
) -> None:
    kept = state(net)
    problems = typed(net, (before, after))
    assert state(net) == kept
    if message is not None:
        assert len(problems) == 1 and message in problems[0].message and len(problems[0].message) <= 90
        lines = code(net).text.replace(before, after).split("\n")
        assert after.split("\n")[0].strip() in lines[problems[0].line - 1] or "Python" in message or "pass" in after


@pytest.mark.parametrize("seed", range(scaled(400, 0.05)))
def test_damaged_code_never_raises_and_changes_nothing_or_all(net: Document, seed: int) -> None:
    rng = random.Random(seed)
    present = code(net)
    text = list(present.text)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text))
        text[start : start + rng.randint(0, 30)] = rng.choice(["", "(", "x", "\n", "  ", "self.", "\x00", "=", "“ö"])
    reading = read("".join(text), present.before, present.text)
    assert not (reading.edits and reading.problems)
    assert all(problem.line >= 1 and problem.message for problem in reading.problems)


@pytest.mark.parametrize(
    "value", ["self.relu1(" * 2_000 + "x" + ")" * 2_000, "x" + " + x" * 5_000, "x[" * 90 + "0" + "]" * 90, "9" * 5_000]
)
def test_what_is_nested_too_deep_is_said(net: Document, value: str) -> None:
    problems = typed(net, ("x = self.fc1(x)", f"x = {value}"))
    assert len(problems) == 1


def test_what_nothing_writes_is_found_out_soon(net: Document) -> None:
    value = "x[:, 1:200:3, 4, 5:, 6, 7, -8, 9::10, 11, 12, 13, 14]"
    assert within(0.5, lambda: clocked(lambda: typed(net, ("x = self.fc1(x)", f"x = {value}")))) is None


def test_nothing_of_the_source_runs(net: Document) -> None:
    sys.modules.pop("antigravity", None)
    typed(net, ("import torch\n", "import torch\nimport antigravity\nprint(1 / 0)\n"))
    assert "antigravity" not in sys.modules


def test_layers_with_errors_stay_in_edited_code() -> None:
    nodes = [Node("input1", "Input", {"shape": [3, 8, 8]}), Node("conv1", "Conv2d"), Node("relu1", "ReLU")]
    edges = [Edge("input1", "output", "conv1", "input"), Edge("conv1", "output", "relu1", "input")]
    document = Document(Network(nodes, edges))
    assert typed(document, ("kernel_size=3", "kernel_size=9")) == ()
    assert document.network["conv1"].params["kernel_size"] == 9
    assert "relu1=nn.ReLU()" in code(document).text, "it has no shape any more, but it was written"
    assert typed(document, ("kernel_size=9", "kernel_size=5")) == ()
    assert "# 16×4×4" in code(document).text


def test_what_code_does_not_say_stays() -> None:
    document = templates.load("small-resnet")
    document.apply(SetParam("fc1", "lr_factor", 2.0))
    assert typed(document, ("nn.Linear(64, 10)", "nn.Linear(64, 12)")) == ()
    assert document.network["fc1"].params == {"out_features": 12, "lr_factor": 2.0}
    document.apply(Rename("fc1", "head"))
    assert typed(document, ("nn.Linear(64, 12)", "nn.Linear(64, 10)")) == ()
    assert document.network["head"].params == {"lr_factor": 2.0}


def test_the_reader_refuses_what_is_no_module() -> None:
    with pytest.raises(Unreadable):
        read_settings(LAYERS["Linear"], outline("x = 3").tree.body[0].value, None, Within(), None)  # type: ignore[attr-defined]


def test_an_empty_network_is_read_as_one() -> None:
    document = Document()
    source = generate(document.network, document.analysis, "Net")
    assert read(source.text, written(document, source)).problems == ()


WEIGHTED = "def f(x: float[4, 6], w: weight[6]) -> float[4, 6]:\n    y = x * w\n    return torch.roll(y, 1, 2)"


@pytest.mark.parametrize("params", [{}, {"code": WEIGHTED}])
def test_cards_of_code_stay_while_others_are_edited(params: dict[str, Any]) -> None:
    kinds = [("input1", "Input", {"shape": [4, 6]}), ("own1", "TorchCode", params), ("fc1", "Linear", {})]
    nodes = [Node(id, kind, settings) for id, kind, settings in kinds]
    edges = [Edge("input1", "output", "own1", nodes[1].inputs[0].name), Edge("own1", "output", "fc1", "input")]
    document = Document(Network(nodes, edges))
    check_drawn(document)
    assert typed(document, ("nn.Linear(6, 10)", "nn.Linear(6, 12)")) == ()
    assert document.network["own1"].params == params and document.network["fc1"].params == {"out_features": 12}


@pytest.mark.parametrize(
    ("params", "before", "after", "line"),
    [
        ({}, "torch.roll(x, 1, 2)", "torch.roll(x, 2, 1)", "return torch.roll(x, 2, 1)"),
        ({}, "x = torch.roll(x, 1, 2)", "_y = x * 2\n        x = torch.flip(_y, (1,))", "y = x * 2"),
        ({"code": WEIGHTED}, "torch.roll(_y, 1, 2)", "torch.roll(_y, 3, 2)", "return torch.roll(y, 3, 2)"),
        ({"code": WEIGHTED}, "_y = x * self.own1.w", "_y = x + self.own1.w", "y = x + w"),
    ],
)
def test_lines_of_a_card_of_code_are_edited_in_place(
    params: dict[str, Any], before: str, after: str, line: str
) -> None:
    nodes = [Node("input1", "Input", {"shape": [4, 6]}), Node("own1", "TorchCode", params), Node("fc1", "Linear")]
    edges = [Edge("input1", "output", "own1", nodes[1].inputs[0].name), Edge("own1", "output", "fc1", "input")]
    document = Document(Network(nodes, edges))
    assert typed(document, (before, after)) == ()
    assert line in [each.strip() for each in str(document.network["own1"].params["code"]).split("\n")]
    present = code(document)
    assert read(present.text, present.before, present.text) == ((), ())


def test_lines_that_no_card_of_code_may_hold_are_named() -> None:
    nodes = [Node("input1", "Input", {"shape": [4, 6]}), Node("own1", "TorchCode"), Node("fc1", "Linear")]
    edges = [Edge("input1", "output", "own1", nodes[1].inputs[0].name), Edge("own1", "output", "fc1", "input")]
    document = Document(Network(nodes, edges))
    (problem,) = typed(document, ("torch.roll(x, 1, 2)", "torch.save(x, 'a')"))
    assert "Netloom has no layer for" in problem.message
