"""Generated code is read as what it was generated of, and edits of it are edits of the network."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from block_networks import gated, opened, resnet
from code_edits import code, typed
from codegen_networks import random_network
from layer_cases import cases, cases_per_kind
from read_sources import check_drawn, state

from models.document import Document
from models.document.content import CODE
from models.layers import LAYERS
from models.network import Edge, Network, Node
from models.sources.following.flow import STATEMENTS
from models.sources.plain.outlining import outline
from models.sources.reading import read, read_in_pieces
from models.sources.recognizing.settings import read_settings
from models.sources.syntax.values import KEPT, Within
from models.storage import templates
from models.storage.writing import to_json
from support import scaled

MADE = [kind.kind for kind in LAYERS.values() if kind().has_module and kind.inputs]


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
