"""``netloom check`` and the issues of ``netloom summary``: each mistake on its layer, with expected and found."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio import cli

Layers = list[tuple[str, str, dict[str, Any]]]
Wires = list[tuple[str, str]]


def source(*shape: int, **params: Any) -> tuple[str, str, dict[str, Any]]:
    return "in1", "Input", {"shape": list(shape), **params}


OUT = ("out1", "Output", {})
IMAGE = source(3, 8, 8)


def chain(*layers: tuple[str, str, dict[str, Any]]) -> tuple[Layers, Wires]:
    """Layers in a row, an Output behind the last."""
    row = [*layers, OUT]
    return row, [(before[0], after[0]) for before, after in pairwise(row)]


def merge(kind: str) -> tuple[Layers, Wires]:
    """Two convolutions of one image that come out differently, brought together."""
    same, smaller = ("a", "Conv2d", {"out_channels": 4, "padding": 1}), ("b", "Conv2d", {"out_channels": 5})
    wires = [("in1", "a"), ("in1", "b"), ("a", "m"), ("b", "m"), ("m", "out1")]
    return [IMAGE, same, smaller, ("m", kind, {}), OUT], wires


LOOP = (
    [IMAGE, ("add1", "Add", {}), ("relu1", "ReLU", {}), OUT],
    [("in1", "add1"), ("add1", "relu1"), ("relu1", "add1"), ("relu1", "out1")],
)
FED_BY_ITSELF = ([IMAGE, ("add1", "Add", {}), OUT], [("in1", "add1"), ("add1", "add1"), ("add1", "out1")])
PORTS = ([IMAGE, ("c", "ReLU", {}), OUT], [("in1:mask", "c"), ("c", "out1")])
STRAY = ([IMAGE, ("c", "ReLU", {}), OUT], [("in1", "c"), ("in1", "c:mask"), ("c", "out1")])
TWICE = ([IMAGE, ("c", "ReLU", {}), OUT], [("in1", "c"), ("in1", "out1"), ("c", "out1")])
UNWIRED = ([IMAGE, ("c", "Conv2d", {}), OUT], [("in1", "out1")])
FIRST_ALONE = ([IMAGE, ("bl", "Bilinear", {}), OUT], [("in1", "bl"), ("bl", "out1")])
CASES: dict[str, tuple[tuple[Layers, Wires], str, str, str, str]] = {
    "loop": (LOOP, "cycle", "add1", "no way back to this layer", "a wire from relu1"),
    "loop of one": (FED_BY_ITSELF, "cycle", "add1", "no way back to this layer", "a wire from add1"),
    "wrong rank": (chain(source(784), ("c", "Conv2d", {})), "shape", "c", "channels×height×width", "784"),
    "a dimension more": (chain(source(3, 8, 8, 8), ("b", "BatchNorm2d", {})), "shape", "b", "channels×height×width",
                         "3×8×8×8"),
    "vanishes": (chain(source(3, 4, 4), ("c", "Conv2d", {"kernel_size": 5})), "shape", "c", "kernel of at most 4", "5"),
    "pooled away": (chain(source(3, 1, 1), ("p", "MaxPool2d", {})), "shape", "p", "kernel of at most 1", "2"),
    "jumps over": (chain(source(1, 7, 9), ("p", "MaxPool2d", {"dilation": 8, "padding": 1})), "shape", "p",
                   "a dilation of at most 7", "8"),
    "nothing at all": (chain(source(3, 0, 8), ("c", "Conv2d", {})), "setting", "in1", "1 or more", "[3, 0, 8]"),
    "sum": (merge("Add"), "shape", "m", "4×8×8", "5×6×6"),
    "product": (merge("Multiply"), "shape", "m", "4×8×8", "5×6×6"),
    "joined": (merge("Concat"), "shape", "m", "4×8×8", "5×6×6"),
    "no input": (UNWIRED, "missing-input", "c", "a wire", "none"),
    "no second input": (FIRST_ALONE, "missing-input", "bl", "a wire", "none"),
    "two wires": (TWICE, "occupied", "out1", "1", "2"),
    "no such output": (PORTS, "no-such-port", "c", "output", "mask"),
    "no such input": (STRAY, "no-such-port", "c", "input", "mask"),
    "groups of inputs": (chain(IMAGE, ("c", "Conv2d", {"groups": 2})), "shape", "c", "a divisor of 3", "2"),
    "groups of filters": (chain(IMAGE, ("c", "Conv2d", {"groups": 3})), "shape", "c", "a divisor of 16", "3"),
    "groups of channels": (chain(source(6, 8), ("g", "GroupNorm", {})), "shape", "g", "a divisor of 6", "4"),
    "heads": (chain(source(5, 8), ("m", "MultiheadAttention", {"num_heads": 3})), "shape", "m", "a divisor of 8", "3"),
    "words": (chain(source(8, dtype="int"), ("fc", "Linear", {})), "shape", "fc", "float", "int"),
    "no words": (chain(source(8), ("e", "Embedding", {})), "shape", "e", "int", "float"),
    "unknown kind": (chain(IMAGE, ("c", "Conv2D", {})), "unknown-kind", "c", "Conv2d", "Conv2D"),
    "another program's kind": (chain(IMAGE, ("c", "Dense", {})), "unknown-kind", "c", "Linear", "Dense"),
    "wrong type": (chain(IMAGE, ("c", "Conv2d", {"out_channels": "many"})), "setting", "c", "an integer", "'many'"),
    "wrong number": (chain(IMAGE, ("c", "Conv2d", {"stride": 0})), "setting", "c", "1 or more", "0"),
    "too much": (
        chain(source(10**9), ("fc", "Linear", {"out_features": 10**9})), "shape", "fc",
        "at most 9,007,199,254,740,992 numbers", "1000000000×1000000000",
    ),
}  # fmt: skip


@pytest.fixture
def saved(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    layers, wires = CASES[request.getfixturevalue("name")][0]
    nodes = [{"id": id, "kind": kind, "params": params} for id, kind, params in layers]
    path = tmp_path / "net.netloom"
    path.write_text(json.dumps({"netloom": 1, "network": {"nodes": nodes, "edges": wires}}))
    return str(path)


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_named_on_its_layer(name: str, saved: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, code, node, expected, found = CASES[name]
    assert cli.main(["summary", saved, "--format", "json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    issues = [issue for issue in facts["issues"] if (issue["code"], issue["node"]) == (code, node)]
    assert [(issue["severity"], issue["expected"], issue["found"]) for issue in issues] == [("error", expected, found)]
    # Nothing is claimed of a layer that cannot be, nor of those behind it.
    (broken,) = [entry for entry in facts["nodes"] if entry["id"] == node]
    assert broken["issues"] and broken["parameters"] is None and broken["receptive_field"] is None
    assert cli.main(["check", saved]) == 1
    listed = capsys.readouterr().out.splitlines()
    assert any(line.startswith(f"error: {node}: {issues[0]['message']}") for line in listed)
    assert listed[-1].endswith(".") and "error" in listed[-1]


@pytest.mark.parametrize("name", ["wrong rank", "loop", "unknown kind", "no input"])
def test_what_has_mistakes_is_exported_without_them_and_makes_no_script(
    name: str, saved: str, capsys: pytest.CaptureFixture[str]
) -> None:
    node = CASES[name][2]
    assert cli.main(["export", saved]) == 1
    out, err = capsys.readouterr()
    compile(out, "module", "exec")
    assert f"# {node}: " in out and f"self.{node} = " not in out and node in err
    assert cli.main(["export", saved, "--script"]) == 1
    out, err = capsys.readouterr()
    assert out == "" and "Nothing was written" in err


def test_a_remedy_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = [{"id": "in1", "kind": "Input", "params": {"shape": [10]}}, {"id": "out1", "kind": "Output"}]
    document = {"netloom": 1, "network": {"nodes": layers, "edges": [["in1", "out1"]]}, "data": {"source": "diabetes"}}
    file = tmp_path / "numbers.netloom"
    file.write_text(json.dumps(document))
    for command in ("check", "train"):
        assert cli.main([command, str(file), *(("--runs", str(tmp_path)) if command == "train" else ())])
        told = "".join(capsys.readouterr())
        assert told.count("Use MSELoss") == 1, told


def test_integers_that_are_read_as_numbers_to_scale_are_told_so_and_the_remedy_helps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = np.random.default_rng(2)
    np.savez(tmp_path / "words.npz", words=chance.integers(0, 9, (40, 5)), label=np.arange(40) % 2)
    layers = [
        {"id": "words", "kind": "Input", "params": {"shape": [5], "dtype": "int"}},
        {"id": "table", "kind": "Embedding", "params": {"num_embeddings": 9, "embedding_dim": 4}},
        {"id": "flat", "kind": "Flatten"},
        {"id": "fc", "kind": "Linear", "params": {"out_features": 2}},
        {"id": "out", "kind": "Output"},
    ]
    edges = [[one["id"], two["id"]] for one, two in pairwise(layers)]
    data: dict[str, Any] = {"source": "numpy", "path": "words.npz", "x_name": "words", "y_name": "label"}
    document = {"netloom": 1, "network": {"nodes": layers, "edges": edges}, "data": data}
    file = tmp_path / "words.netloom"
    file.write_text(json.dumps(document))
    assert cli.main(["check", str(file)]) == 1
    told = capsys.readouterr().out
    assert "its data is read as numbers to scale. Set tokens to true." in told and "holds others" not in told
    data["tokens"] = True
    file.write_text(json.dumps(document))
    assert cli.main(["check", str(file)]) == 0, capsys.readouterr().out
