"""Blocks from code alone: classes and containers that a person adds."""

from __future__ import annotations

import pytest
from block_networks import gated, opened, resnet
from code_edits import code, typed

from models.codegen.module import generate
from models.document import Document
from models.network import Edge, Network, Node
from models.sources import opened as opened_code
from models.sources import read
from models.storage import templates

MADE, CALLED, MAIN = "self.fc1 = nn.Linear(64, 10)  # 10", "x = self.fc1(x)", "class Net(nn.Module):"
TAIL = '''class Tail(nn.Module):
    """Mine."""

    def __init__(self, in_features, width=24):
        super().__init__()
        self.in_features = in_features
        self.width = width
        self.lin = nn.Linear(in_features, width)  # the one
        nn.init.zeros_(self.lin.bias)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        # goes on
        return self.act(self.lin(x)) * 2


'''


@pytest.fixture
def net() -> Document:
    return templates.load("small-resnet")


def grown(document: Document, made: str, more: str = "x = self.tail(x)", classes: str = "") -> list[str]:
    """Make one more module behind the last, and call it; returns what keeps it from being drawn."""
    changes = (
        (MAIN, classes + MAIN),
        (MADE, f"{MADE}\n        self.tail = {made}"),
        (CALLED, f"{CALLED}\n        {more}"),
    )
    return [problem.message for problem in typed(document, *changes)]


def inside(document: Document, scope: str) -> list[tuple[str, str, dict[str, object]]]:
    return [(node.id, node.kind, node.params) for node in document.content[scope]]


def in_step(document: Document) -> None:
    """The code that is shown says what the document says, and that has no errors."""
    present = code(document)
    assert read(present.text, present.before, present.text) == ((), ())
    assert not [issue for issue in document.analysis.issues() if issue.severity == "error"]


def test_a_class_becomes_a_block_that_keeps_its_lines(net: Document) -> None:
    assert grown(net, "Tail(10, width=32)", classes=TAIL) == []
    assert (net.network["tail"].kind, net.network["tail"].params) == ("Tail", {"width": 32})
    zeros = {"kind": "Zeros", "params": {}}
    assert inside(net, "Tail") == [
        ("input1", "Input", {}),
        ("lin", "Linear", {"out_features": "=width", "bias_init": zeros}),
        ("act", "ReLU", {}),
        ("expression1", "Expression", {"formula": "x * 2"}),
        ("output1", "Output", {}),
    ]
    assert net.content["Tail"].parameters == {"width": 24}, "what is told is in_channels, and no setting"
    in_step(net)
    text = code(net).text
    for line in (
        '    """Mine."""',
        "width)  # the one",
        "# goes on",
        "return self.act(self.lin(x)) * 2",
        "inplace=True",
    ):
        assert line in text
    assert "self.width = width" in text and "in_features" not in text, "it is called in_channels now"
    net.undo()
    assert "Tail" not in net.content.networks and "tail" not in net.network


@pytest.mark.parametrize(
    ("made", "params"),
    [
        ("nn.Sequential(Tail(10, 10), Tail(10, 10))", {"width": 10, "repeat": 2}),
        ("nn.Sequential(Tail(10, 12), *(Tail(12, 12) for _ in range(3)))", {"width": 12, "repeat": 4}),
        ("nn.ModuleList([Tail(10, 10) for _ in range(2)])", {"width": 10, "repeat": 2}),
    ],
)
def test_a_class_is_repeated(net: Document, made: str, params: dict[str, int]) -> None:
    loop = "for each in self.tail:\n            x = each(x)"
    assert grown(net, made, loop if "List" in made else "x = self.tail(x)", TAIL) == []
    assert net.network["tail"].params == params
    in_step(net)


@pytest.mark.parametrize(
    ("made", "kinds"),
    [
        ("nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 5))", ["linear1", "relu1", "linear2"]),
        ('nn.Sequential(OrderedDict([("a", nn.Linear(10, 5)), ("b", nn.ReLU())]))', ["a", "b"]),
        ("nn.Sequential(*[nn.Linear(10, 10) for _ in range(3)])", ["linear1", "linear2", "linear3"]),
        ("nn.Sequential(nn.Sequential(nn.Linear(10, 4)), nn.ReLU(True))", ["sequential1", "relu1"]),
        ("nn.Sequential(nn.ReLU(), Tail(10, 12), nn.Dropout(0.2))", ["relu1", "tail1", "dropout1"]),
    ],
)
def test_a_container_becomes_a_block_called_after_its_attribute(net: Document, made: str, kinds: list[str]) -> None:
    assert grown(net, made, classes=TAIL if "Tail" in made else "") == []
    scope = net.network["tail"].kind
    assert scope == ("Tail2" if "Tail" in made else "Tail")
    assert [node.id for node in net.content[scope]] == ["input1", *kinds, "output1"]
    in_step(net)


def test_typing_on_in_a_container_defines_its_block_anew(net: Document) -> None:
    assert grown(net, "nn.Sequential(nn.Linear(10, 32), nn.ReLU())") == []
    longer = "nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 5))"
    assert typed(net, ("nn.Sequential(nn.Linear(10, 32), nn.ReLU())", longer)) == ()
    assert [node.kind for node in net.content["Tail"]] == ["Input", "Linear", "ReLU", "Linear", "Output"]
    assert net.network["tail"].kind == "Tail" and len(net.content.networks) == 2
    in_step(net)


@pytest.mark.parametrize(
    ("made", "classes", "message"),
    [
        ("Tail(11)", TAIL, "This follows from what feeds Linear: it is 10 here."),
        ("Tail()", TAIL, "Tail needs a number for in_features."),
        ("Tail(10, 3, 4)", TAIL, "Tail takes: in_features, width."),
        ("Tail(10)", TAIL.replace("ReLU", "RuLU"), "Netloom has no layer for ‘nn.RuLU(inplace=True)’."),
        ("Tail(10)", TAIL.replace("nn.ReLU(inplace=True)", "Tail(10)"), "Tail cannot hold itself."),
        ("tail(10)", TAIL.replace("Tail", "tail"), "Call this class Tail: letters and digits, a capital first."),
        ("Linear(10)", TAIL.replace("Tail", "Linear"), "Netloom has a layer Linear already."),
        ("Tail(in_channels=3)", TAIL.replace("in_features", "in_channels"), "in_channels follows from what"),
        ("Tail(10, width='a')", TAIL, "A block is told numbers; ‘width’ is none."),
        ("Tail(10)", TAIL.replace("self.act(self.lin(x))", "self.lin(x)"), "self.act is made, and forward"),
        ("nn.Sequential(*layers)", "", "Netloom repeats layers as *(nn.Linear(8, 8) for _ in range(3))."),
        ("nn.Sequential(a=nn.ReLU())", "", "Write the layers of a container one by one: nn.Conv2d(…), nn.ReLU()."),
        ("nn.Sequential(nn.Linear(8, 8) for _ in range(9999))", "", "Netloom repeats layers as *("),
    ],
)  # fmt: skip
def test_what_cannot_be_a_block_is_named_and_changes_nothing(
    net: Document, made: str, classes: str, message: str
) -> None:
    present = code(net).text
    problems = grown(net, made, classes=classes)
    assert any(problem.startswith(message) for problem in problems), problems
    assert code(net).text == present
    assert all(len(problem) <= 90 for problem in problems)


def test_a_class_that_nothing_uses_waits(net: Document) -> None:
    assert typed(net, (MAIN, TAIL.replace("nn.ReLU", "nn.Noth") + MAIN)) == ()
    assert "class Tail" in code(net).text and list(net.content.networks) == [""]


WITH_BLOCKS = ["vae", "small-vit", "small-convnext", "efficientnet-b0", "unet", "small-resnet"]


@pytest.mark.parametrize("document", [*map(templates.load, WITH_BLOCKS), opened(gated()), opened(resnet())])
def test_generated_code_alone_says_the_network_with_its_blocks(document: Document) -> None:
    text = generate(document.network, document.analysis, "Net").text
    found, problems = opened_code(text)
    assert problems == ()
    assert found.analysis.totals() == document.analysis.totals()
    for value in (found, document):
        value.analysis.recompute()
    assert told(found) == told(document)


def test_an_input_of_one_number_is_told_from_one_of_one_place() -> None:
    for shape, more in (([], []), ([1], [1])):
        nodes = [Node("a", "Input", {"shape": shape}), Node("b", "Unsqueeze"), Node("output1", "Output")]
        wires = [Edge("a", "output", "b", "input"), Edge("b", "output", "output1", "input")]
        document = Document(Network(nodes, wires))
        found, problems = opened_code(generate(document.network, document.analysis, "Net").text)
        assert problems == () and found.network["a"].params["shape"] == more


def told(document: Document) -> list[tuple[str, object, int | None]]:
    """Each layer with its shape and parameters, in the order in which they are written."""
    analysis = document.analysis
    return [(id, analysis[id].shape, analysis[id].parameters) for id in analysis.order]
