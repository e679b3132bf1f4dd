"""Blocks as classes: the modules that they make in real torch are what was analyzed, by names and shapes."""

from __future__ import annotations

import ast
import shutil
import subprocess
from itertools import permutations
from typing import Any

import pytest
import torch
from block_networks import BOTTLENECK, conv, document_of, gated, network, node, opened, resnet
from layer_cases import held_by

from models.byhand.starting import shapes_of
from models.codegen.blocks.classes import argument_name, python_text
from models.codegen.module import generate
from models.document import Document


def made(document: Document, title: str = "Net") -> tuple[str, torch.nn.Module]:
    """The source, and the module that it makes; weights and outputs are held against the analysis."""
    source = generate(document.network, document.analysis, title)
    assert source.left_out == ()
    names: dict[str, Any] = {}
    exec(compile(source.text, "net", "exec"), names)
    model = names[source.class_name]().eval()
    assert held_by(model) == shapes_of(document.network, document.analysis)
    inputs = [report for report in map(document.analysis.__getitem__, document.analysis.order) if not report.inputs]
    given = [torch.zeros(2, *report.outputs[0].shape) for report in inputs if report.outputs[0]]
    last = document.analysis[document.analysis.order[-1]]
    assert tuple(model(*given).shape[1:]) == last.shape
    return source.text, model


def test_one_class_a_definition_with_its_parameters_as_arguments() -> None:
    text, model = made(opened(resnet(size=64)))
    assert text.count("\nclass ") == 3
    assert "def __init__(self, in_channels: int, width: int = 64, stride: int = 1) -> None:" in text
    assert "self.conv3 = nn.Conv2d(width, width * 4, kernel_size=1, bias=False)" in text
    assert "*(Bottleneck(in_channels=512, width=128) for _ in range(3))" in text
    names = dict(model.named_parameters())
    assert "stage1.1.conv3.weight" in names and "down2.conv4.weight" in names


def test_blocks_in_blocks_and_a_first_that_differs() -> None:
    text, model = made(opened(gated()))
    assert "self.se1 = Excite(in_channels=width)" in text
    assert "nn.Conv2d(in_channels, in_channels // 4, kernel_size=1, bias=False)" in text
    assert "Gated(in_channels=1, stride=2)" in text
    assert {"stage1.0.se1.conv1.weight", "stage1.1.bn1.weight", "stage2.conv1.weight"} < dict(
        model.named_parameters()
    ).keys()


INPUT = node("input1", "Input", shape=[4, 8, 8])


def uses(block: dict[str, Any], *nodes: dict[str, Any], **more: Any) -> Document:
    return opened(document_of(network([INPUT, *nodes, node("end1", "Output")]), Part=block, **more))


def test_what_follows_from_the_size_of_the_input_is_told() -> None:
    inner = [
        node("i", "Input"),
        node("flat", "Flatten"),
        node("fc", "Linear", out_features="=width"),
        node("o", "Output"),
    ]
    block = {"parameters": {"width": 4}, "network": network(inner)}
    text, _ = made(uses(block, node("a", "Part", width=6), node("b", "Part")))
    assert "self.fc = nn.Linear(fc_in_size, width)" in text
    assert "Part(fc_in_size=256, width=6)" in text and "Part(fc_in_size=6)" in text


def test_uses_that_differ_in_more_than_numbers_get_a_class_each() -> None:
    inner = [node("i", "Input"), conv("c", "=4", 3, padding=["=pad", 1]), node("o", "Output")]
    block = {"parameters": {"pad": 1}, "network": network(inner)}
    text, _ = made(uses(block, node("a", "Part"), node("b", "Part", pad=2)))
    assert text.count("class Part") == 2


STRIDES = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 2), (3, 3)]


@pytest.mark.parametrize("pair", list(permutations(STRIDES, 2)), ids=str)
def test_sizes_that_are_equal_in_one_use_alone_are_each_use_s_own(pair: tuple[tuple[int, int], ...]) -> None:
    """Equal sizes are written as one, and those at their default not at all."""
    inner = [node("i", "Input"), conv("c", 4, 1, stride=["=high", "=wide"]), node("o", "Output")]
    block = {"parameters": {"high": 1, "wide": 1}, "network": network(inner)}
    text, model = made(uses(block, *(node(f"u{high}{wide}", "Part", high=high, wide=wide) for high, wide in pair)))
    assert [model.get_submodule(f"u{high}{wide}.c").stride for high, wide in pair] == list(pair)
    assert text.count("class Part") == len({(high == wide, (high, wide) == (1, 1)) for high, wide in pair})


def test_growing_inputs_are_written_one_by_one() -> None:
    inner = [node("i", "Input"), conv("c", "=growth", 3, padding=1), node("cat", "Concat"), node("o", "Output")]
    block = {"parameters": {"growth": 2}, "network": network(inner, ["i", "cat"])}
    text, model = made(uses(block, node("dense", "Part", repeat=3)))
    assert "Part(in_channels=4), Part(in_channels=6), Part(in_channels=8)" in " ".join(text.split())
    assert dict(model.named_parameters())["dense.2.c.weight"].shape == (2, 8, 3, 3)


def test_repetitions_may_be_a_parameter_themselves() -> None:
    inner = [node("i", "Input"), conv("c", "=in_channels"), node("o", "Output")]
    stack = {"parameters": {"depth": 2}, "network": network(
        [node("i", "Input"), node("all", "Part", repeat="=depth"), node("o", "Output")])}  # fmt: skip
    part = {"network": network(inner)}
    document = uses(part, *(node(f"s{depth}", "Deep", depth=depth) for depth in (1, 2, 3)), Deep=stack)
    text, model = made(document)
    assert "for _ in range(depth)" in text and text.count("class Deep") == 2
    assert {"s1.all.c.weight", "s3.all.2.c.weight"} < dict(model.named_parameters()).keys()


@pytest.mark.parametrize(
    "name", ["class", "os; import os", "Net", "nn", "OrderedDict", "DiceLoss", "…", "Streamed", "a" * 300]
)
def test_hostile_names_never_become_code(name: str) -> None:
    document = opened(document_of(network([INPUT, node("use1", name, width=1)]), **{name: BOTTLENECK}))
    text, _ = made(document)
    code = ast.parse(text)
    assert all(isinstance(part, ast.Expr | ast.Import | ast.ImportFrom | ast.ClassDef) for part in code.body)
    assert "os" not in {alias.name for part in code.body if isinstance(part, ast.Import) for alias in part.names}


@pytest.mark.parametrize("name", ["self", "nn", "lambda", "print", "x", "torch", "max_"])
def test_parameters_may_be_called_as_python_calls_things(name: str) -> None:
    inner = [node("i", "Input"), conv("c", f"={name} * 2"), node("o", "Output")]
    text, _ = made(uses({"parameters": {name: 2}, "network": network(inner)}, node("a", "Part", **{name: 3})))
    assert f"{argument_name(name)} * 2" in text


@pytest.mark.parametrize(
    ("expression", "source"),
    [("007 * width", "7 * width"), ("min(a, 2) // 02", "min(a, 2) // 2"), ("0.50 * a", "0.50 * a"), ("0", "0")],
)
def test_expressions_are_python_but_for_leading_zeros(expression: str, source: str) -> None:
    assert python_text(expression) == source


def test_fractions_that_come_to_integers_are_rounded() -> None:
    inner = [node("i", "Input"), conv("c", "=width * 0.5"), node("d", "Dropout", p="=rate / 2"), node("o", "Output")]
    block = {"parameters": {"width": 4, "rate": 0.5}, "network": network(inner)}
    text, _ = made(uses(block, node("a", "Part"), node("b", "Part", width=6)))
    assert "round(width * 0.5)" in text and "p=rate / 2" in text


@pytest.mark.skipif(not shutil.which("ruff"), reason="ruff is not installed")
@pytest.mark.parametrize("value", [resnet(), gated()], ids=["resnet", "gated"])
def test_ruff_would_write_it_so(value: dict[str, Any]) -> None:
    document = opened(value)
    text = generate(document.network, document.analysis, "Net").text
    command = ["ruff", "format", "--isolated", "--stdin-filename", "net.py", "-"]
    assert subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout == text
