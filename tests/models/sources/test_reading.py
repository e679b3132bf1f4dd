from __future__ import annotations

import random
import sys
from itertools import pairwise
from typing import Any

import pytest
from block_networks import gated, opened, resnet
from code_edits import code, typed
from codegen_networks import random_network
from layer_cases import cases, cases_per_kind

from models.codegen.module import generate
from models.document import Document
from models.document.content import CODE
from models.document.edits import Rename, SetParam
from models.layers import LAYERS
from models.network import Edge, Network, Node
from models.sources.following.flow import STATEMENTS, drawn
from models.sources.following.known import known
from models.sources.plain.outlining import outline
from models.sources.reading import read, read_in_pieces, written
from models.sources.recognizing.base import bases
from models.sources.recognizing.settings import read_settings
from models.sources.syntax.outline import Unreadable
from models.sources.syntax.values import KEPT, Within
from models.storage import templates
from models.storage.writing import to_json
from support import clocked, scaled, within

MADE = [kind.kind for kind in LAYERS.values() if kind().has_module and kind.inputs]


@pytest.fixture
def net() -> Document:
    return templates.load("small-resnet")


def state(document: Document) -> dict[str, Any]:
    """The document without its kept code, and without where cards lie."""
    value = to_json(document)
    value.pop(CODE, None)
    value["network"].pop("layout", None)
    return value


# What is generated is read as what it was generated of


@pytest.mark.parametrize("name", [template.name for template in templates.available()])
def test_the_code_of_templates_says_what_they_say(name: str) -> None:
    check_drawn(templates.load(name))


@pytest.mark.parametrize("value", [resnet(), gated()], ids=["resnet", "gated"])
def test_the_code_of_blocks_says_what_they_say(value: dict[str, Any]) -> None:
    check_drawn(opened(value))


@pytest.mark.parametrize("seed", range(scaled(300, 0.06)))
def test_the_code_of_random_networks_says_what_they_say(seed: int) -> None:
    check_drawn(Document(random_network(seed)[0]))


def check_drawn(document: Document) -> None:
    source = generate(document.network, document.analysis, "Net")
    found = outline(source.text)
    for name, base in bases(document, source).items():
        drawing = drawn(base, found, found.classes[name], {})
        assert drawing.problems == []
        assert drawing.steps.keys() <= base.network.nodes.keys()
        for id, step in drawing.steps.items():
            assert step.kind == base.network[id].kind
            if step.wires is not None:
                fed = [(edge.target_port, (edge.source, edge.source_port)) for edge in base.fed(id)]
                assert step.wires == fed
        expected = known(base, source.left_out if name == source.class_name else ())
        assert (drawing.starts, drawing.results) == (expected.starts, expected.results)
        assert {base.network[id].attribute for id in drawing.steps} == {
            base.network[id].attribute for id in expected.steps
        }


@pytest.mark.parametrize("kind", MADE)
def test_settings_are_read_from_what_a_kind_writes(kind: str) -> None:
    for case in cases(kind, min(cases_per_kind(), 4)):
        if case.outputs is None:
            continue
        if not case.layer.has_module:
            continue
        call = outline(f"x = {case.layer.module(case.inputs)}").tree.body[0].value  # type: ignore[attr-defined]
        for present in (case.layer, None):
            said = read_settings(LAYERS[kind], call, case.inputs, Within(), present)
            settings = {name: value for name, value in said.items() if value is not KEPT}
            kept = case.layer.settings() if present else {}
            found = LAYERS[kind](**{**{name: kept[name] for name in kept if name not in settings}, **settings})
            assert found.module(case.inputs) == case.layer.module(case.inputs)
            if present:
                assert found == case.layer


def test_places_of_arguments_are_those_of_torch() -> None:
    import inspect

    from torch import nn

    from models.sources.recognizing.settings import signature, writes_itself

    for name in MADE:
        kind = LAYERS[name]
        parameters = list(inspect.signature(getattr(nn, name, object)).parameters)
        if not writes_itself(kind) or parameters[:1] in ([], ["args"]):
            continue
        for place, argument in enumerate(signature(kind)):
            derived = argument.isdigit() or argument == "normalized_dims"
            assert derived or parameters[place] == argument, f"{name}: {argument} at {place}, not {parameters[place]}"


# Edits


@pytest.mark.parametrize(
    ("id", "call", "params"),
    [
        ("conv1", "nn.Conv2d(3, 24, 5, bias=False)", {"out_channels": 24, "kernel_size": 5, "bias": False}),
        ("conv1", "nn.Conv2d(3, 16, (3, 3), padding='same')", {"out_channels": 16, "padding": "same"}),
        ("bn1", "nn.BatchNorm2d(16, eps=1e-3, momentum=None)", {"eps": 1e-3, "momentum": None}),
        ("fc1", "nn.Linear(64, 2 * 6, bias=False)", {"out_features": 12, "bias": False}),
        ("pool1", "torch.nn.AdaptiveAvgPool2d((2, 2))", {"output_size": 2}),
        ("relu1", "nn.LeakyReLU(0.2)", {"negative_slope": 0.2}),
    ],
)
def test_settings_in_code_are_those_of_the_layer(net: Document, id: str, call: str, params: dict[str, Any]) -> None:
    made = outline(code(net).text).classes["Net"].made[id]
    assert typed(net, (outline(code(net).text).text.of(made.written), f"self.{id} = {call}")) == ()
    node = net.network[id]
    assert node.kind == call.removeprefix("torch.").removeprefix("nn.").partition("(")[0]
    assert node.layer == LAYERS[node.kind](**params)
    assert not net.network[id].problems


def test_one_edit_of_code_is_one_undo_and_typing_on_joins_it(net: Document) -> None:
    before = state(net)
    assert typed(net, ("nn.Conv2d(3, 16,", "nn.Conv2d(3, 24,")) == ()
    assert net.undo_label == "Set out_channels of conv1"
    net.undo()
    assert state(net) == before and CODE not in to_json(net)
    net.redo()
    assert net.network["conv1"].params["out_channels"] == 24


def test_a_name_in_code_is_that_of_the_layer(net: Document) -> None:
    assert typed(net, ("self.relu1 =", "self.act1 =")) == ()
    assert "act1" in net.network and "relu1" not in net.network
    assert "self.act1(x)" in code(net).text and "self.relu1" not in code(net).text


def test_a_layer_is_added_and_removed_in_code(net: Document) -> None:
    before = state(net)
    drop = ("        self.pool1 =", "        self.drop1 = nn.Dropout(0.3)\n        self.pool1 =")
    call = ("        x = self.pool1(x)\n", "        x = self.drop1(x)\n        x = self.pool1(x)\n")
    assert typed(net, drop, call) == ()
    assert net.network["drop1"].params == {"p": 0.3}
    assert [edge.source for edge in net.network.edges_into("pool1")] == ["drop1"]
    assert typed(net, (drop[1], drop[0]), (call[1], call[0])) == ()
    after = state(net)
    assert sorted(after["network"]["edges"]) == sorted(before["network"]["edges"])
    assert after["network"]["nodes"] == before["network"]["nodes"]


def test_layers_are_wired_otherwise_in_code(net: Document) -> None:
    assert typed(net, ("x = x + relu1", "x = torch.cat([x, relu1, relu1], dim=1)")) == ()
    concat = next(node for node in net.network if node.kind == "Concat")
    assert [edge.source for edge in net.network.edges_into(concat.id)] == ["block1_bn2", "relu1", "relu1"]
    assert "block1_add" not in net.network


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("x = self.bn1(x)", "x = F.relu(self.bn1(x))", "ReLU"),
        ("x = self.bn1(x)", "x = torch.sigmoid(self.bn1(x))", "Sigmoid"),
        ("x = self.flatten1(x)", "x = x.view(-1, 64)", "Flatten"),
        ("x = self.flatten1(x)", "x = torch.flatten(x, 1)", "Flatten"),
        ("x = self.flatten1(x)", "x = x.mean((2, 3))", "Mean"),
        ("x = self.flatten1(x)", "x = x[:, :, 0, 0]", ""),
        ("x = x + relu1", "x += relu1", "Add"),
        ("x = x + relu1", "x = x - relu1", "Subtract"),
        ("x = x + relu1", "x = torch.maximum(x, relu1)", "Maximum"),
        ("x = x + relu1", "x = (x + relu1) / 2", "Average"),
    ],
)
def test_functions_are_layers(net: Document, before: str, after: str, kind: str) -> None:
    imports = ("import torch\n", "import torch\nimport torch.nn.functional as F\n")
    problems = typed(net, imports, (before, after))
    if not kind:
        assert [problem.message for problem in problems] == ["Netloom has no layer for ‘x[:, :, 0, 0]’."]
        return
    assert problems == ()
    assert kind in {node.kind for node in net.network}
    assert read(code(net).text, code(net).before).edits == ()


def test_statements_about_weights_are_settings(net: Document) -> None:
    line = "self.fc1 = nn.Linear(64, 10)  # 10\n"
    more = '        nn.init.kaiming_normal_(self.fc1.weight, nonlinearity="linear")\n'
    more += "        nn.init.zeros_(self.fc1.bias)\n        self.fc1.requires_grad_(False)\n"
    assert typed(net, (line, line + more)) == ()
    params = net.network["fc1"].params
    assert params["weight_init"]["kind"] == "KaimingNormal" and params["bias_init"]["kind"] == "Zeros"
    assert params["frozen"] is True
    assert typed(net, (more, "")) == ()
    assert not {"weight_init", "bias_init", "frozen"} & net.network["fc1"].params.keys()


def test_inputs_and_outputs_come_and_go_with_arguments_and_results(net: Document) -> None:
    assert typed(net, ("        return x", "        return x, relu1")) == ()
    outputs = [node.id for node in net.network if node.kind == "Output"]
    assert [net.network.edges_into(id)[0].source for id in outputs] == ["fc1", "relu1"]
    assert typed(net, ("        return x, relu1", "        return x")) == ()
    assert [node.id for node in net.network if node.kind == "Output"] == outputs[:1]
    assert typed(net, ("x: torch.Tensor)", "x: torch.Tensor, y: torch.Tensor)"), ("x = x + relu1", "x = x + y")) == ()
    assert net.network["y"].kind == "Input"


def test_a_module_is_shared_by_calling_it_again(net: Document) -> None:
    assert typed(net, ("x = self.bn1(x)", "x = self.bn1(x)\n        x = self.bn1(x)")) == ()
    assert net.network["bn2"].module == "bn1"
    assert net.network.partners("bn1") == ("bn1", "bn2")


def test_expressions_of_blocks_are_read_as_such() -> None:
    document = opened(resnet())
    before = "self.conv3 = nn.Conv2d(width, width * 4, kernel_size=1, bias=False)"
    after = "self.conv3 = nn.Conv2d(width, 2*width + in_channels//2, kernel_size=1)"
    problems = typed(document, (before, after))
    assert problems == ()
    params = document.content["Bottleneck"]["conv3"].params
    assert params == {"out_channels": "=2 * width + in_channels // 2", "kernel_size": 1}


def test_uses_of_blocks_are_read_with_their_repetitions() -> None:
    document = opened(gated())
    wide = "stage2=nn.Sequential(Gated(in_channels=8, width=4), *(Gated(in_channels=4) for _ in range(3)))"
    assert typed(document, ("stage2=Gated(in_channels=8, width=16)", wide)) == ()
    params = document.network["stage2"].params
    assert params == {"first": {"width": 4}, "repeat": 4}
    assert typed(document, ("width: int = 8", "width: int = 12")) == ()
    assert document.content["Gated"].parameters["width"] == 12


def test_a_large_network_is_read_piece_by_piece() -> None:
    nodes = [Node("input1", "Input", {"shape": [6]}), *(Node(f"relu{n}", "ReLU") for n in range(1, 901))]
    nodes.append(Node("add1", "Add"))  # so that it is no chain
    edges = [Edge(a.id, "output", b.id, "input") for a, b in pairwise(nodes[:-1])]
    edges += [Edge(id, "output", "add1", nodes[-1].inputs[0].name) for id in ("relu900", "relu1")]
    document = Document(Network(nodes, edges))
    present = code(document)
    edited = present.text.replace("x = self.relu3(x)", "x = self.relu3(x)\n        x = x * 2", 1)
    given = edited, present.before, present.text
    rests = len(list(read_in_pieces(*given)))
    assert rests >= 900 / STATEMENTS + 2, "one for parsing, some for the lines, one at the end"
    assert "Add Expression" in [edit.label for edit in read(*given).edits]


# What cannot be drawn changes nothing


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
