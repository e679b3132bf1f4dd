"""netloom summary: the table of an exam, JSON, CSV and Markdown, costs, and hostile names."""

from __future__ import annotations

import csv
import io
import json
import time
from itertools import pairwise

from commands import Run, broken

from models.document import Document
from models.network import Edge, Network, Node
from models.storage import files
from studio.cli import console
from support import in_time


# summary
def test_the_table_is_laid_out_as_in_an_exam(run: Run, exam: str) -> None:
    code, out, err = run("summary", exam)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].split() == [
        "Layer",
        "Type",
        "Output",
        "C",
        "H×W",
        "Parameters",
        "Multiply-adds",
        "Receptive",
        "field",
    ]
    assert lines[3].split() == ["conv1", "Conv2d", "16", "32×32", "448", "442,368", "3×3"]
    assert lines[-1].startswith("Total: 13,050 parameters")


def test_the_json_holds_what_is_promised(run: Run, exam: str) -> None:
    code, out, _ = run("summary", exam, "--format", "json")
    value = json.loads(out)
    assert list(value) == ["nodes", "total_parameters", "trainable_parameters", "multiply_adds", "issues"]
    assert code == 0 and value["total_parameters"] == value["trainable_parameters"] == 13_050
    assert value["multiply_adds"] == 16 * 32 * 32 * 27 + 16 * 16 * 16 * 144 + 10_240 and value["issues"] == []
    conv = value["nodes"][1]
    assert conv == {
        "id": "conv1", "kind": "Conv2d", "module": "conv1", "inputs": ["input1"], "output_shapes": [[16, 32, 32]],
        "parameters": 448, "buffers": 0, "multiply_adds": 442_368, "receptive_field": {"size": [3, 3],
        "stride": [1, 1]}, "issues": [],
    }  # fmt: skip


def test_costs_are_told_when_they_are_asked_for(run: Run, exam: str) -> None:
    code, out, _ = run("summary", exam, "--costs")
    assert code == 0 and out.splitlines()[-1].startswith("2,084,864 FLOPs. Training with batches of 64 takes about ")
    found = json.loads(run("summary", exam, "--costs", "--format", "json")[1])
    assert found["flops"] == 2 * found["multiply_adds"]
    memory = found["training_memory"]
    assert memory["total"] == memory["weights"] + memory["gradients"] + memory["optimizer"] + memory["activations"]
    assert memory["gradients"] == 4 * 13_050
    assert out.rstrip().endswith("s.") and " A step takes roughly " in out and 0 < found["step_seconds"] < 60


def test_code_whose_products_are_not_counted_is_named(run: Run) -> None:
    code = "def own(x: float[6], w: weight[6, 6]) -> float[6]:\n    return x @ w"
    nodes = [Node("input1", "Input", {"shape": [6]}), Node("own1", "TorchCode", {"code": code})]
    files.write(Document(Network(nodes, [Edge("input1", "output", "own1", "x")])), "own.netloom")
    out = run("summary", "own.netloom")[1]
    assert out.rstrip().endswith("Multiply-adds leave out own1.")
    found = json.loads(run("summary", "own.netloom", "--format", "json")[1])
    assert found["nodes"][1]["multiply_adds"] is None and found["nodes"][1]["parameters"] == 36


def test_the_json_has_a_layer_a_line(run: Run, exam: str) -> None:
    lines = run("summary", exam, "--format", "json")[1].splitlines()
    assert [line.split('"')[3] for line in lines[1:12]] == list(files.read(exam)[0].network.nodes)
    assert lines[12] == ' "total_parameters": 13050,' and lines[-1] == ' "issues": []}'


def test_the_csv_can_be_read_back(run: Run, exam: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run("summary", exam, "--format", "csv")[1])))
    assert sum(int(row["Parameters"]) for row in rows) == 13_050
    assert [row["Layer"] for row in rows][:2] == ["input1", "conv1"]


def test_the_markdown_is_a_table(run: Run, exam: str) -> None:
    lines = run("summary", exam, "--format", "markdown")[1].splitlines()
    assert len(lines) == 13 and all(line.startswith("| ") and line.count(" | ") == 6 for line in lines)


def test_a_network_with_errors_is_summed_up_as_far_as_known(run: Run) -> None:
    code, out, err = run("summary", broken(), "--format", "json")
    value = json.loads(out)
    assert code == 1 and "error: conv1: Conv2d needs" in err
    assert value["nodes"][1]["output_shapes"] == [None] and value["nodes"][1]["parameters"] is None
    assert value["issues"][0]["node"] == "conv1" and value["nodes"][1]["issues"][0]["code"] == "shape"
    table = run("summary", "broken.netloom")[1]
    assert "?" in table and "Not counted: conv1, out1." in table


def test_hostile_kinds_cannot_reach_the_terminal_or_a_spreadsheet(run: Run) -> None:
    kind = '=HYPERLINK("x")|\x1b[31m*b*'
    files.write(Document(Network([Node("a", kind)])), "h.netloom")
    for form in cli_formats():
        _, out, err = run("summary", "h.netloom", "--format", form)
        assert form == "json" or ("\x1b" not in out and "\x1b" not in err)
    assert (
        next(csv.reader(io.StringIO(run("summary", "h.netloom", "--format", "csv")[1].split("\n", 1)[1])))[1][0] == "'"
    )
    assert "\\|" in run("summary", "h.netloom", "--format", "markdown")[1]
    assert "\x1b" not in run("check", "h.netloom")[1]


def cli_formats() -> tuple[str, ...]:
    from studio.cli.summary import FORMATS

    return FORMATS


def test_a_summary_of_thousands_of_layers_takes_no_longer_a_layer(run: Run) -> None:
    ids = [f"n{place}" for place in range(20_000)]
    wires = [Edge(before, "output", after, "input") for before, after in pairwise(ids)]
    files.write(Document(Network([Node(id, "ReLU") for id in ids], wires)), "long.netloom")
    began = time.process_time()
    code, out, _ = run("summary", "long.netloom", "--format", "json")
    assert in_time(time.process_time() - began, 4) and code == 1
    assert json.loads(out)["nodes"][2]["inputs"] == ["n1"]
    table = run("summary", "long.netloom")[1]
    assert table.splitlines()[-1].endswith("n10, n11 and 19,988 more.")


def test_a_layer_with_thousands_of_unknown_settings_is_no_burden(run: Run) -> None:
    params = {f"setting{place}": place for place in range(50_000)}
    files.write(Document(Network([Node("input1", "Input"), Node("a", "ReLU", params)])), "many.netloom")
    began = time.process_time()
    _, out, _ = run("check", "many.netloom")
    assert in_time(time.process_time() - began, 2) and out.count("ReLU has no setting") == 20
    assert len(files.read("many.netloom")[0].network["a"].params) == 50_000


def test_columns_that_do_not_fit_go_from_the_right() -> None:
    rows = [("conv1", "Conv2d", "16"), ("a" * 60, "名前", "1")]
    wide = console.table(("Layer", "Type", "Output"), rows, numbers=(2,), width=200)
    assert wide[2].endswith("    16") and len({console.display_width(line) for line in wide}) == 1
    narrow = console.table(("Layer", "Type", "Output"), rows, numbers=(2,), width=52)
    assert "Output" not in narrow[0] and "…" in narrow[3]
    assert max(map(console.display_width, narrow)) <= 52
