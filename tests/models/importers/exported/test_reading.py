"""Exported programs as documents, without torch: two that PyTorch 2.13 wrote, and files that cannot be read."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.document import Document
from models.importers import ImportFailed, Report, SizesNeeded, fold
from models.importers.exported import read
from support import ROOT, scaled

GOLDEN = ROOT / "tests" / "golden" / "exported"
PROGRAM = "models/pictures.json"
Changes = Callable[[dict[str, Any]], object]


def imported(path: Path, **sizes: tuple[int, ...]) -> tuple[Document, dict[str, Any], Report]:
    report = Report(path.name)
    found = read(path, report, sizes)
    folded = fold(found.recorded, report)
    return folded.document, folded.arrays(found.weights, report), report


def rewritten(
    path: Path,
    change: Changes = lambda program: None,
    members: Mapping[str, bytes | None] = MappingProxyType({}),
    name: str = "pictures",
) -> Path:
    """A golden file with another program, and other members by the end of their names; None leaves one out."""
    with zipfile.ZipFile(GOLDEN / f"{name}.pt2") as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename.endswith("models/" + f"{name}.json") or item.filename.endswith("models/model.json"):
                program = json.loads(content)
                change(program)
                content = json.dumps(program).encode()
            other = next((key for key in members if item.filename.endswith(key)), None)
            if other is not None and members[other] is None:
                continue
            new.writestr(item.filename, members[other] or b"" if other is not None else content)
    return path


def graph(program: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = program["graph_module"]["graph"]
    return found


def test_modules_become_blocks_and_keep_their_names() -> None:
    document, weights, report = imported(GOLDEN / "pictures.pt2")
    nodes = {node.id: node.kind for node in document.network}
    assert nodes["layers"] == "Residual" and document.network["layers"].params == {"repeat": 2}
    assert {"norm": "LayerNorm", "attend": "MultiheadAttention", "down": "ConvTranspose1d", "slope": "PReLU",
            "head": "Linear", "scores": "Output"}.items() <= nodes.items()  # fmt: skip
    assert document.network["attend"].params["num_heads"] == 2
    assert weights["layers.1.bn.running_var"].shape == (4,) and "attend.out_proj.bias" in weights
    assert report.parameters == report.total == 463 and report.of("left out") == report.of("approximated") == []
    assert [entry.place for entry in report.of("taken") if entry.why] == ["net.py, line 33"] * 2


def test_what_no_input_and_no_parameter_goes_into_is_worked_out() -> None:
    """A mask that is written into in parts, without gradients."""
    _, weights, _ = imported(GOLDEN / "pictures.pt2")
    (mask,) = [array for name, array in weights.items() if name.rpartition(".")[2] == "fixed1"]
    np.testing.assert_array_equal(mask, [[1] * 4, [1] * 4, [0] * 4, [0] * 4])


def test_a_program_for_one_batch_stands_for_any() -> None:
    report = Report("words")
    found = read(GOLDEN / "words.pt2", report)
    assert found.batch == 1
    document = fold(found.recorded, report).document
    assert document.analysis["input1" if "input1" in document.network.nodes else "ids"].outputs[0].shape == (6,)  # type: ignore[union-attr]
    assert document.network["lstm"].params == {"hidden_size": 3, "bidirectional": True}
    assert document.network["drop"].params == {"p": 0.2}, "which an answer does without, and a training not"
    assert report.unused == 6 and [entry.place for entry in report.of("left out")] == ["spare.weight", "spare.bias"]
    code = next(node.params["code"] for node in document.network if node.kind == "TorchCode")
    assert "n * 2" in code, "windows in the batch grow with it"


def _rename(program: dict[str, Any], target: str) -> None:
    graph(program)["nodes"][1]["target"] = target


def _loop(program: dict[str, Any]) -> None:
    node = next(node for node in graph(program)["nodes"] if "higher_order" in node["target"])
    node["target"] = "torch.ops.higher_order.while_loop"


def _write_part(program: dict[str, Any]) -> None:
    """``x[0] = …`` on what follows from the input, which is read again afterwards."""
    nodes = graph(program)["nodes"]
    place = next(at for at, node in enumerate(nodes) if node["target"] == "torch.ops.aten.transpose.int")
    nodes[place + 1 : place + 1] = [{
        "target": "torch.ops.aten.fill_.Scalar", "metadata": {}, "outputs": [{"as_tensor": {"name": "filled"}}],
        "inputs": [{"name": "self", "kind": 1, "arg": {"as_tensor": {"name": nodes[place]["name"]}}},
                   {"name": "value", "kind": 1, "arg": {"as_int": 0}}],
    }, copy.deepcopy(nodes[place - 1]) | {"name": "again", "outputs": [{"as_tensor": {"name": "again"}}]}]  # fmt: skip
    values = graph(program)["tensor_values"]
    values["filled"], values["again"] = values[nodes[place]["name"]], values[nodes[place - 1]["name"]]
    nodes[place + 2]["inputs"][0]["arg"] = {"as_tensor": {"name": nodes[place - 1]["name"]}}


DAMAGED: dict[str, tuple[Changes, dict[str, bytes | None], str]] = {
    "no program": (lambda program: None, {"pictures.json": None, "model.json": None}, "holds no models/"),
    "no JSON": (lambda program: None, {"pictures.json": b"[", "model.json": b"["}, "is no JSON object"),
    "another format": (lambda program: program["schema_version"].update(major=9), {}, "in format 9; format 8 can be"),
    "weights that end early": (lambda program: None, {"weight_0": b"1234"}, "cut off"),
    "weights that are missing": (lambda program: None, {"weight_0": None}, "it holds no data/weights/weight_0"),
    "an operator of others": (lambda p: _rename(p, "torch.ops.mine.wave.default"), {}, r"line \d+\): torch.ops.mine"),
    "a function that no card may call": (
        lambda p: _rename(p, "torch.ops.aten.from_file.default"), {}, "none of the functions that a card may call"),
    "a loop": (_loop, {}, "is a branch or a loop"),
    "writing into a part": (_write_part, {}, "writes into a tensor"),
    "no graph": (lambda program: program["graph_module"].pop("graph"), {}, "the program in .* is damaged: KeyError"),
    "a number": (lambda p: p["graph_module"]["signature"].update(output_specs=[]), {}, "gives tensors"),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGED)
def test_what_cannot_be_read_is_named(tmp_path: Path, what: str) -> None:
    change, members, words = DAMAGED[what]
    with pytest.raises(ImportFailed, match=words):
        imported(rewritten(tmp_path / "net.pt2", change, members))


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("x/serialized_exported_program.json", "before PyTorch 2.8"),
        ("x/data/aotinductor/model/a.so", "compiled code alone"),
        ("x/models/a.json x/models/b.json", "holds 2 programs"),
    ],
)
def test_other_files_of_that_ending_are_told_apart(tmp_path: Path, member: str, words: str) -> None:
    path = tmp_path / "net.pt2"
    with zipfile.ZipFile(path, "w") as archive:
        for name in member.split():
            archive.writestr(name, "{}")
    with pytest.raises(ImportFailed, match=words):
        imported(path)
    path.write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ImportFailed, match="no exported program, or it is cut off"):
        imported(path)


def test_weights_that_are_pickles_are_not_run(tmp_path: Path) -> None:
    with zipfile.ZipFile(GOLDEN / "words.pt2") as archive:
        name = next(name for name in archive.namelist() if name.endswith("weights_config.json"))
        config = json.loads(archive.read(name))
    config["config"]["table.weight"]["use_pickle"] = True
    path = rewritten(tmp_path / "net.pt2", members={"weights_config.json": json.dumps(config).encode()}, name="words")
    with pytest.raises(ImportFailed, match=r"table\.weight are a pickle"):
        imported(path)


def test_other_open_sizes_are_asked_for(tmp_path: Path) -> None:
    def opened(program: dict[str, Any]) -> None:
        sizes = graph(program)["tensor_values"]["x"]["sizes"]
        sizes[2] = {"as_expr": {"expr_str": "Symbol('s9', positive=True, integer=True)", "hint": None}}

    path = rewritten(tmp_path / "net.pt2", opened)
    with pytest.raises(SizesNeeded, match="the input x has open sizes"):
        imported(path)
    assert imported(path, x=(4, 2, 2))[2].parameters == 463


@settings(max_examples=scaled(400), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_damaged_program_ends_with_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    def torn(program: dict[str, Any]) -> None:
        spot: Any = program["graph_module"]
        while isinstance(spot, dict | list) and len(spot):
            key = data.draw(st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot))))
            if not isinstance(spot[key], dict | list) or data.draw(st.integers(0, 5)) == 0:
                spot[key] = data.draw(st.sampled_from([None, -1, "x", [], {}]))
                return
            spot = spot[key]

    path = rewritten(tmp_path_factory.mktemp("torn") / "net.pt2", torn)
    try:
        imported(path)
    except ImportFailed as error:
        assert str(error).endswith(".")
