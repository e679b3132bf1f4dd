"""What `netloom summary` prints agrees with itself: the same numbers in all formats, nothing that a reader runs."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from block_networks import gated, opened
from hypothesis import given
from hypothesis import strategies as st

from models.document import Document
from models.network import Edge, Network, Node
from models.storage import files, templates
from studio import cli
from studio.cli import summary
from studio.cli.console import printable

TEMPLATES = [template.name for template in templates.available()]
NODE = {
    "id": str, "kind": str, "module": str, "inputs": list, "output_shapes": list, "parameters": int, "buffers": int,
    "multiply_adds": int, "receptive_field": (dict, type(None)), "issues": list,
}  # fmt: skip


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """What the command prints of a document in a format."""

    def show(document: Document, form: str) -> str:
        files.write(document, tmp_path / "f.netloom")
        cli.main(["summary", str(tmp_path / "f.netloom"), "--format", form])
        return capsys.readouterr().out

    return show


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_json_has_the_promised_keys_and_types(name: str, printed: Any) -> None:
    value = json.loads(printed(templates.load(name), "json"))
    assert [*value] == ["nodes", "total_parameters", "trainable_parameters", "multiply_adds", "issues"]
    waiting = [*value["nodes"]]
    while waiting:
        node = waiting.pop()
        assert [*node] in ([*NODE], [*NODE, "repeat", "children"])
        waiting += node.get("children", [])
        assert all(isinstance(node[key], kind) for key, kind in NODE.items())
        assert all(isinstance(size, int) for shape in node["output_shapes"] for size in shape)
    assert value["total_parameters"] == sum(node["parameters"] for node in value["nodes"])
    assert value["multiply_adds"] == sum(node["multiply_adds"] for node in value["nodes"])


@pytest.mark.parametrize("name", TEMPLATES)
def test_all_formats_tell_the_same(name: str, printed: Any) -> None:
    document = templates.load(name)
    nodes = json.loads(printed(document, "json"))["nodes"]
    table = list(csv.DictReader(io.StringIO(printed(document, "csv"))))
    assert [row["Layer"] for row in table] == [node["id"] for node in nodes]
    assert [int(row["Parameters"]) for row in table] == [node["parameters"] for node in nodes]
    for row, node in zip(table, nodes, strict=True):
        for shape in node["output_shapes"][:1]:
            sizes = [row["Output C"], *filter(None, row["H×W"].split("×"))]
            assert [int(size) for size in sizes] == shape
    for form in ("table", "markdown"):
        text = printed(document, form).replace("\\_", "_")
        assert all(node["id"] in text and f"{node['parameters']:,}" in text for node in nodes)


def test_ports_are_named_where_they_are_not_the_first(printed: Any) -> None:
    nodes = [Node("input1", "Input", {"shape": [5, 4]}), Node("lstm1", "LSTM"), Node("flatten1", "Flatten")]
    wires = [Edge("input1", "output", "lstm1", "input"), Edge("lstm1", "h_n", "flatten1", "input")]
    value = json.loads(printed(Document(Network(nodes, wires)), "json"))
    assert [node["inputs"] for node in value["nodes"]] == [[], ["input1"], ["lstm1:h_n"]]
    assert value["nodes"][1]["output_shapes"] == [[5, 64], [1, 64], [1, 64]]


def test_what_is_not_known_is_null_and_never_zero(printed: Any) -> None:
    nodes = [Node("a", "Magic"), Node("b", "Linear"), Node("c", "Linear", {"out_features": "many"})]
    wires = [Edge("a", "output", "b", "input"), Edge("b", "output", "c", "input")]
    document = Document(Network(nodes, wires))
    for node in json.loads(printed(document, "json"))["nodes"]:
        unknown = ("parameters", "buffers", "multiply_adds", "receptive_field")
        assert all(node[key] is None for key in unknown) and node["output_shapes"] == [None]
    assert [row["Parameters"] for row in csv.DictReader(io.StringIO(printed(document, "csv")))] == ["", "", ""]
    assert "Not counted: a, b, c." in printed(document, "table")


@given(st.text(max_size=30))
def test_no_cell_is_a_formula_to_a_spreadsheet(kind: str) -> None:
    document = Document(Network([Node("a", kind)]))
    (row,) = csv.DictReader(io.StringIO(summary._csv(document, 0)))
    assert row["Type"][:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"}
    assert row["Type"].lstrip("'") == printable(kind).lstrip("'"), "the text itself stays"


@given(st.text(max_size=30))
def test_no_cell_is_markup_to_markdown(kind: str) -> None:
    *_, line = summary._markdown(Document(Network([Node("a", kind)])), 0).splitlines()
    bare = re.sub(r"\\.", "", line)
    assert bare.count("|") == 8 and not set(bare) & set("`*_[]<>#!{}")


def test_shared_weights_are_listed_where_they_are_first_called(printed: Any) -> None:
    nodes = [
        Node("input1", "Input", {"shape": [10]}),
        Node("fc1", "Linear"),
        Node("fc2", "Linear", module="fc1"),
        Node("relu1", "ReLU"),
    ]
    names = [node.id for node in nodes]
    wires = [Edge(one, "output", two, "input") for one, two in itertools.pairwise(names)]
    document = Document(Network(nodes, wires))
    table = {line.split()[0]: line for line in printed(document, "table").splitlines() if line.split()[:1]}
    assert " 110 " in table["fc1"] and " as fc1 " in table["fc2"]
    rows = list(csv.reader(printed(document, "csv").splitlines()))
    assert [row[4] for row in rows[1:5]] == ["0", "110", "0", "0"]
    facts = json.loads(printed(document, "json"))
    assert facts["total_parameters"] == 110
    assert [node["module"] for node in facts["nodes"]] == ["input1", "fc1", "fc1", "relu1"]


def test_blocks_have_their_layers_as_children(printed: Any) -> None:
    value = json.loads(printed(opened(gated()), "json"))
    stage = next(item for item in value["nodes"] if item["id"] == "stage1")
    assert stage["repeat"] == 2 and [*stage] == [*NODE, "repeat", "children"]
    assert [child["id"] for child in stage["children"]] == [
        "stage1/input1", "stage1/conv1", "stage1/bn1", "stage1/relu1", "stage1/se1", "stage1/output1",
    ]  # fmt: skip
    inner = stage["children"][4]
    assert inner["repeat"] == 1 and inner["children"][2]["id"] == "stage1/se1/conv1"
    assert sum(child["parameters"] for child in stage["children"]) < stage["parameters"]
    assert stage["children"][1]["inputs"] == ["stage1/input1"] and stage["children"][1]["output_shapes"] == [[8, 4, 4]]


def test_tables_unfold_blocks_so_many_levels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files.write(opened(gated()), tmp_path / "f.netloom")
    found = []
    for depth in (0, 1, 2):
        cli.main(["summary", str(tmp_path / "f.netloom"), "--format", "csv", "--depth", str(depth)])
        found.append([row[0] for row in csv.reader(io.StringIO(capsys.readouterr().out))][1:])
    assert found[0] == ["input1", "stage1", "stage2", "flat1", "fc1", "output1"]
    assert "stage1/se1" in found[1] and "stage1/se1/conv1" not in found[1]
    assert "stage2/se1/conv1" in found[2] and set(found[0]) < set(found[1]) < set(found[2])
