"""Networks as people write them are drawn as Python would run them, and their text stays theirs."""

from __future__ import annotations

import math
from typing import Any

import pytest
from code_edits import code
from people_code import HEAD, NETWORKS

from models.codegen.module import generate
from models.document import Document
from models.document.edits import Edit, RemoveNodes, Rename, SetParam
from models.network import Network, Node
from models.sources import editing, opened, read


def pasted(name: str) -> Document:
    """A document whose Input has the sizes of an example, with the source of a network put into it."""
    text, shape, tokens = NETWORKS[name]
    params = {"shape": list(shape), **({"dtype": "int"} if tokens else {})}
    document = Document(Network([Node("input1", "Input", params)]))
    present = code(document)
    reading = read(HEAD + text, present.before, present.text)
    assert reading.problems == ()
    document.apply(editing(document, present, HEAD + text, reading))
    return document


def instance(text: str, name: str) -> Any:
    """A class of a source, made, with all of its numbers the same."""
    import torch

    names: dict[str, Any] = {"__name__": "written"}
    exec(compile(text, name, "exec"), names)  # our own text
    module = names[name]()
    with torch.no_grad():
        for value in [*module.parameters(), *module.buffers()]:
            if value.dtype.is_floating_point:
                value.fill_(0.05)
    return module.eval()


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_drawn_computes_what_python_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    document = pasted(name)
    assert not [issue for issue in document.analysis.issues() if issue.severity == "error"]
    text, shape, tokens = NETWORKS[name]
    theirs = instance(HEAD + text, "small" if "def small" in text else main_class(text))
    source = generate(document.network, document.analysis, "Drawn")
    ours = instance(source.text, source.class_name)
    sizes = [sorted(tuple(value.shape) for value in module.parameters()) for module in (theirs, ours)]
    assert sizes[0] == sizes[1]
    count = 2 * math.prod(shape)
    batch = (torch.arange(count) if tokens else torch.linspace(-1, 1, count)).reshape(2, *shape)
    for one, other in zip(parts(theirs(batch)), parts(ours(batch)), strict=True):
        torch.testing.assert_close(one, other)


def main_class(text: str) -> str:
    """The name of the last class of a source."""
    return text.rpartition("class ")[2].partition("(")[0]


def parts(answer: Any) -> tuple[Any, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_text_stays_to_the_byte_and_reads_as_no_edit(name: str) -> None:
    document = pasted(name)
    present = code(document)
    assert present.text == HEAD + NETWORKS[name].text
    assert read(present.text, present.before) == ((), ())
    document.undo()
    assert list(document.network.nodes) == ["input1"]


@pytest.mark.parametrize("name", ["functions", "stack", "lists", "steps"])
def test_code_without_a_table_finds_sizes_that_fit(name: str) -> None:
    document, problems = opened(HEAD + NETWORKS[name].text)
    assert problems == () and not [issue for issue in document.analysis.issues() if issue.severity == "error"]


CHANGES: dict[str, tuple[str, Edit, dict[str, str]]] = {
    "a layer": (
        "functions",
        SetParam("conv1", "out_channels", 6),
        {"(1, 4, 5)": "(1, 6, 5)", "(4, 8, 5)": "(6, 8, 5)"},
    ),
    "a function": ("functions", SetParam("leakyrelu1", "negative_slope", 0.3), {"0.2)": "negative_slope=0.3)"}),
    "a name": ("functions", Rename("conv2", "deep"), {"self.conv2": "self.deep"}),
    "a default": ("functions", SetParam("fc2", "out_features", 7), {"nn.Linear(20, classes)": "nn.Linear(20, 7)"}),
    "in a container": (
        "stack",
        SetParam("linear1", "out_features", 9).within("Body"),
        {"nn.Linear(8*8, hidden)": "nn.Linear(8*8, 9)", "nn.Linear(hidden, 3)": "nn.Linear(9, 3)"},
    ),
    "a container": ("stack", Rename("body", "mlp"), {"self.body": "self.mlp"}),
    "beside a choice": ("choices", SetParam("head", "out_features", 3), {"nn.Linear(16, classes)": "nn.Linear(16, 3)"}),
    "beside a list": ("lists", SetParam("head_a", "bias", False), {}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_an_edit_of_the_canvas_changes_only_what_it_says(what: str) -> None:
    name, edit, changes = CHANGES[what]
    document = pasted(name)
    before = code(document).text
    document.apply(edit)
    present = code(document)
    assert read(present.text, present.before) == ((), ())
    expected = before
    for old, new in changes.items():
        expected = expected.replace(old, new)
    if changes:
        assert present.text == expected
    document.undo()
    assert code(document).text == before


def test_what_a_class_is_told_of_channels_never_says_others_than_come_in() -> None:
    document = pasted("choices")
    document.apply(SetParam("stem", "out_channels", 12))
    present = code(document)
    assert read(present.text, present.before) == ((), ())
    found = instance(present.text, main_class(present.text))
    count = sum(value.numel() for value in found.parameters())
    assert found.stem.weight.shape[0] == 12 and count == document.analysis.totals().parameters


def test_a_layer_that_goes_leaves_the_rest_of_the_file() -> None:
    document = pasted("functions")
    document.apply(RemoveNodes(["leakyrelu1"], heal=True))
    present = code(document)
    assert read(present.text, present.before) == ((), ())
    assert "leaky" not in present.text and "# two stages" in present.text and "print(Digits())" in present.text


def test_typing_another_default_is_another_setting() -> None:
    document = pasted("stack")
    present = code(document)
    text = present.text.replace("hidden: int = 32", "hidden: int = 64")
    reading = read(text, present.before, present.text)
    assert reading.problems == ()
    document.apply(editing(document, present, text, reading))
    assert document.content["Body"]["linear1"].params["out_features"] == 64
    assert code(document).text == text


@pytest.mark.parametrize(
    ("lines", "message", "instead"),
    [
        (["image, mask = batch", "return image * mask"], "forward(self, image, mask)", "image, mask"),
        (["[image, mask] = batch", "return image * mask"], "forward(self, image, mask)", "image, mask"),
        (["_, _ = batch", "return batch"], "forward(self, input1, input2)", "input1, input2"),
        (["x = torch.tanh(batch)", "a, b = x", "return a * b"], "Index it instead.", ""),
    ],
)
def test_a_tensor_is_not_taken_apart_unsaid(lines: list[str], message: str, instead: str) -> None:
    def text(arguments: str, lines: list[str]) -> str:
        head = "class Pair(nn.Module):\n    def __init__(self):\n        super().__init__()\n\n"
        return f"{HEAD}{head}    def forward(self, {arguments}):\n" + "".join(f"        {line}\n" for line in lines)

    present = code(Document(Network([Node("input1", "Input", {"shape": [3, 4, 4]})])))
    (problem,) = read(text("batch", lines), present.before, present.text).problems
    assert message in problem.message and len(problem.message) <= 90
    if instead:  # what is said helps
        names = instead.split(", ")
        assert not read(text(instead, [f"return {' * '.join(names)}"]), present.before, present.text).problems
