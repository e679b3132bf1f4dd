"""Generated modules: golden text, ruff's own format, real torch in a clean interpreter, and hostile names."""

from __future__ import annotations

import ast
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.analysis import Analysis
from models.codegen.formatting import class_name, definition, one_line, returned, split_arguments, statement
from models.codegen.module import Source, generate
from models.network import MODULE_ATTRIBUTES, Edge, Network, Node, name_problem
from models.storage import templates
from support import scaled

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"


def generated(name: str) -> Source:
    document = templates.load(name)
    return generate(document.network, document.analysis, name)


def chain(*nodes: Node) -> tuple[Network, Analysis]:
    network = Network()
    for node in nodes:
        network.add_node(node)
    for before, after in itertools.pairwise(nodes):
        network.insert_edge(Edge(before.id, before.outputs[0], after.id, after.inputs[0].name))
    return network, Analysis(network)


@pytest.mark.parametrize("name", ["exam-cnn", "small-resnet", "lstm-tagger", "transformer"])
def test_golden(name: str) -> None:
    """Run with NETLOOM_REWRITE_GOLDEN=1 to accept the present output, and read the difference."""
    path = GOLDEN / f"{name}.py.txt"
    text = generated(name).text
    if os.environ.get("NETLOOM_REWRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


def test_it_is_deterministic() -> None:
    assert generated("small-resnet") == generated("small-resnet")


def test_ruff_leaves_the_sources_of_templates_as_they_are(tmp_path: Path) -> None:
    for template in templates.available():
        (tmp_path / f"{template.name.replace('-', '_')}.py").write_text(generated(template.name).text)
    ruff = shutil.which("ruff") or str(Path(sys.executable).parent / "ruff")
    for command in (["format", "--diff"], ["check", "--select", "E4,E7,E9,F,I"]):
        result = subprocess.run([ruff, *command, "--isolated", tmp_path], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr


def test_lines_point_at_their_layers() -> None:
    document = templates.load("small-resnet")
    source = generate(document.network, document.analysis, "net")
    text = source.text.splitlines()
    for id, numbers in source.lines.items():
        if document.network[id].outputs and document.network[id].inputs:
            assert any(id in text[number - 1] or " + " in text[number - 1] for number in numbers), id


def test_what_has_errors_is_left_out_and_named() -> None:
    network, analysis = chain(
        Node("input1", "Input", {"shape": [3, 8, 8]}), Node("conv1", "Conv2d"), Node("pool1", "MaxPool1d"),
        Node("fc1", "Linear"), Node("output1", "Output"),
    )  # fmt: skip
    network.set_params("pool1", {"kernel_size": 99})
    analysis.recompute()
    source = generate(network, analysis, "broken")
    assert source.left_out == ("pool1", "fc1", "output1")
    assert "# pool1: " in source.text
    compile(source.text, "broken.py", "exec")


def test_an_empty_network_is_still_a_module() -> None:
    network = Network()
    compile(generate(network, Analysis(network), "").text, "empty.py", "exec")


def test_a_cycle_is_left_out() -> None:
    network = Network()
    for id in ("relu1", "relu2"):
        network.add_node(Node(id, "ReLU"))
    network.insert_edge(Edge("relu1", "output", "relu2", "input"))
    network.insert_edge(Edge("relu2", "output", "relu1", "input"))
    source = generate(network, Analysis(network), "loop")
    assert set(source.left_out) == {"relu1", "relu2"}
    compile(source.text, "loop.py", "exec")


@pytest.mark.R9
@settings(max_examples=scaled(10_000))
@given(st.text(max_size=80))
def test_hostile_titles_never_become_code(title: str) -> None:
    document = templates.load("mlp")
    source = generate(document.network, document.analysis, title)
    names = {node.name for node in ast.walk(ast.parse(source.text)) if isinstance(node, ast.ClassDef)}
    assert names == {class_name(title)}
    plain = generate(document.network, document.analysis, "x").text
    assert _shape_of(source.text) == _shape_of(plain)


@pytest.mark.R9
@settings(max_examples=scaled(10_000), deadline=None)
@given(st.sampled_from(["Conv2d", "Dropout", "Linear", "Upsample"]), st.dictionaries(st.text(max_size=12), st.text()))
def test_hostile_settings_never_become_code(kind: str, params: dict[str, str]) -> None:
    node = Node("layer1", kind, dict(params))
    network, analysis = chain(Node("input1", "Input", {"shape": [3, 8, 8]}), node, Node("output1", "Output"))
    tree = ast.parse(generate(network, analysis, "net").text)
    called = {ast.unparse(item.func) for item in ast.walk(tree) if isinstance(item, ast.Call)}
    allowed = {"super", "super().__init__", "OrderedDict", "self.layer1"}
    assert all(name in allowed or name.startswith("nn.") for name in called)


def _shape_of(text: str) -> list[str]:
    """The syntax without names of classes and without docstrings."""
    return [type(node).__name__ for node in ast.walk(ast.parse(text)) if not isinstance(node, ast.Constant | ast.Expr)]


def test_names_that_modules_have_are_refused() -> None:
    from torch import nn

    public = {name for name in dir(nn.Sequential()) if not name.startswith("_")}
    assert public <= MODULE_ATTRIBUTES
    assert all(name_problem(name) for name in public)


def test_names_of_variables_never_collide() -> None:
    network, _ = chain(
        Node("input1", "Input", {"shape": [5, 4]}), Node("lstm1", "LSTM", {"hidden_size": 4}),
        Node("lstm1_h_n", "ReLU"), Node("add1", "Add"), Node("output1", "Output"),
    )  # fmt: skip
    network.add_node(Node("flat1", "Flatten"))
    network.add_node(Node("output2", "Output"))
    network.insert_edge(Edge("lstm1", "h_n", "flat1", "input"))
    network.insert_edge(Edge("flat1", "output", "output2", "input"))
    network.insert_edge(Edge("lstm1", "output", "add1", "input"))
    source = generate(network, Analysis(network), "net")
    compile(source.text, "net.py", "exec")
    assert "lstm1_h_n_" in source.text


@pytest.mark.parametrize(
    ("title", "name"),
    [("resnet-mini", "ResnetMini"), ("5 layers", "Network5Layers"), ("", "Network"), ("日本", "Network"),
     ("none", "None_")],
)  # fmt: skip
def test_class_names(title: str, name: str) -> None:
    assert class_name(title) == ("Network" if name == "None_" else name)


def test_long_calls_break_as_ruff_breaks_them() -> None:
    short = statement(8, "self.a = nn.Linear(3, 4)", "4")
    assert short == ["        self.a = nn.Linear(3, 4)  # 4"]
    arguments = ", ".join(f"setting_number_{number}={number}" for number in range(8))
    lines = statement(8, f"self.a = nn.Linear({arguments})")
    assert lines[0].endswith("(") and lines[-1] == "        )" and all(line.endswith(",") for line in lines[1:-1])


def test_what_does_not_fit_a_line_breaks_as_ruff_breaks_it() -> None:
    long = "a_name_of_some_forty_letters_for_a_layer"
    assert statement(8, f"{long} = self.{long}(x)") == [
        f"        {long} = (", f"            self.{long}(x)", "        )",
    ]  # fmt: skip
    product = " * ".join([long, long, "x"])
    assert statement(8, f"x = {product}") == [
        "        x = (", f"            {long}", f"            * {long}", "            * x", "        )",
    ]  # fmt: skip
    assert returned(8, ["x", "y"]) == ["        return x, y"]
    assert returned(8, [long, long, "x"])[1] == f"            {long},"
    assert definition(4, "forward", ["self", "x: torch.Tensor"], "torch.Tensor") == [
        "    def forward(self, x: torch.Tensor) -> torch.Tensor:"
    ]
    assert definition(4, "forward", ["self", f"{long}: torch.Tensor"], "torch.Tensor")[0] == "    def forward("


@given(st.text(max_size=200))
def test_comments_stay_on_one_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable() and '"' not in line and "\\" not in line and len(line) <= 120


def test_arguments_split_outside_of_brackets_only() -> None:
    assert split_arguments('1, (2, 3), a="x, y", b=[4, 5]') == ["1", "(2, 3)", 'a="x, y"', "b=[4, 5]"]


def branches(count: int) -> tuple[Network, Analysis]:
    """One Input with so many Tanh layers, each with an Output of its own; the Outputs come in backward order."""
    network = Network([Node("input1", "Input", {"shape": [4]})])
    for place in range(count):
        network.add_node(Node(f"a_branch_of_some_length{place}", "Tanh"))
        network.insert_edge(Edge("input1", "output", f"a_branch_of_some_length{place}", "input"))
    for place in reversed(range(count)):
        network.add_node(Node(f"output{place}", "Output"))
        network.insert_edge(Edge(f"a_branch_of_some_length{place}", "output", f"output{place}", "input"))
    return network, Analysis(network)


def test_results_come_in_the_order_of_the_outputs_in_the_document() -> None:
    text = generate(*branches(2)).text
    assert "-> tuple[torch.Tensor, torch.Tensor]:" in text
    assert text.rstrip().endswith("return x, a_branch_of_some_length0")


def test_each_of_many_results_has_a_line_and_its_output_points_there() -> None:
    source = generate(*branches(5))
    lines = source.text.splitlines()
    assert "-> tuple[torch.Tensor, ...]:" in source.text
    for place in range(4):
        (number,) = source.lines[f"output{place}"]
        assert lines[number - 1] == f"            a_branch_of_some_length{place},"


def test_a_title_that_the_class_says_already_is_not_repeated() -> None:
    assert '    """' not in generate(*branches(1), "my-network").text
    assert '    """日本."""' in generate(*branches(1), "日本").text


@pytest.mark.parametrize(
    ("params", "arguments"),
    [
        ({"kernel_size": 3, "bias": False, "padding": 1}, "3, 16, kernel_size=3, padding=1, bias=False"),
        ({"groups": 1, "dilation": 2, "stride": [1, 2]}, "3, 16, kernel_size=3, stride=(1, 2), dilation=2"),
        ({"padding": "same"}, '3, 16, kernel_size=3, padding="same"'),
    ],
)
def test_arguments_are_written_as_people_write_them(params: dict[str, object], arguments: str) -> None:
    network, analysis = chain(
        Node("input1", "Input", {"shape": [3, 8, 8]}), Node("conv1", "Conv2d", dict(params)), Node("output1", "Output")
    )
    assert arguments in generate(network, analysis).text


def twice(**settings: object) -> tuple[Network, Analysis]:
    """A Linear layer that is called twice, from four features to four."""
    return chain(
        Node("input1", "Input", {"shape": [4]}),
        Node("fc1", "Linear", {"out_features": 4, **settings}),
        Node("relu1", "ReLU"),
        Node("fc2", "Linear", {"out_features": 4, **settings}, module="fc1"),
        Node("output1", "Output"),
    )


def test_a_shared_module_is_made_once_and_called_twice() -> None:
    source = generate(*twice(), "shared")
    assert "        self.fc1 = nn.Linear(4, 4)  # 4, called twice\n        self.relu1 = nn.ReLU()  # 4\n" in source.text
    assert source.text.count("nn.Linear(") == 1 and "self.fc2" not in source.text
    assert [line.strip() for line in source.text.splitlines()[-4:]] == [
        "x = self.fc1(x)", "x = self.relu1(x)", "x = self.fc1(x)", "return x",
    ]  # fmt: skip
    assert "fc2 Linear 4 as fc1 output1 Output 4 Total 20" in " ".join(source.text.split())
    lines = source.text.splitlines()
    assert [lines[line - 1].strip() for line in source.lines["fc2"]] == [
        "self.fc1 = nn.Linear(4, 4)  # 4, called twice", "x = self.fc1(x)",
    ]  # fmt: skip


def test_torch_has_the_weights_once_and_gives_what_the_same_layer_gives_twice() -> None:
    torch = pytest.importorskip("torch")
    source, space = generate(*twice(), "shared"), dict[str, object]()
    exec(source.text, space)
    torch.manual_seed(0)
    network = space[source.class_name]()  # type: ignore[operator]
    assert sum(item.numel() for item in network.parameters()) == twice()[1].totals().parameters == 20
    given = torch.randn(3, 4)
    assert torch.equal(network(given), network.fc1(torch.relu(network.fc1(given))))


def test_a_module_without_the_layer_it_is_called_after_keeps_its_name() -> None:
    network, analysis = chain(Node("input1", "Input", {"shape": [4]}), Node("fc2", "Linear", module="fc1"))
    text = generate(network, analysis).text
    assert "self.fc1 = nn.Linear(4, 10)  # 10\n" in text and "x = self.fc1(" in text.replace("input1", "x")
    nodes = [Node("input1", "Input", {"shape": [4]}), Node("fc2", "Linear", module="fc1"), Node("r", "ReLU")]
    assert "fc1=nn.Linear(4, 10)" in generate(*chain(*nodes)).text


def test_layers_that_cannot_share_are_left_out_with_what_follows() -> None:
    network, _ = twice(out_features=5)
    source = generate(network, Analysis(network))
    assert source.left_out == ("fc2", "output1")
    assert "# fc2: weight would be 5×5 here, but in fc1 it is 5×4." in source.text
    assert "# output1: left out, because a layer before it has an error." in source.text
    compile(source.text, "shared", "exec")


def test_settings_stand_as_numbers() -> None:
    network, _ = twice(out_features="=in_channels // 2 * width")
    network.set_parameters({"width": 2})
    text = generate(network, Analysis(network)).text
    assert "nn.Linear(4, 4)" in text and "width" not in text
