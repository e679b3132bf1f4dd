"""Pruned networks: the curve against pruning by hand, files that load, filters that truly go or say why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from block_networks import conv, document_of, network, node, opened
from documents import Layers, chain
from safetensors.torch import load_file
from trained_runs import Asking, trained

from models.codegen.pruning import prunable
from models.document import Document
from models.storage import files
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.training.loop import outputs_of
from studio.worker.training.plan import load_model

Run = Callable[[str], RunFolder]
DEEP: Layers = [
    ("input1", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
    ("bn1", "BatchNorm2d", {}),
    ("relu1", "ReLU", {}),
    ("conv2", "Conv2d", {"out_channels": 12, "kernel_size": 3}),
    ("relu2", "ReLU", {}),
    ("pool1", "MaxPool2d", {"kernel_size": 2}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 16}),
    ("sigmoid1", "Sigmoid", {}),
    ("fc2", "Linear", {"out_features": 10}),
    ("output1", "Output", {}),
]


def residual() -> Document:
    """A convolution whose outputs are added to what went in."""
    nodes = [
        ("input1", "Input", {"shape": [1, 8, 8]}),
        ("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
        ("conv2", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
        ("add1", "Add", {}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 10}),
        ("output1", "Output", {}),
    ]
    wires = ["input1 conv1", "conv1 conv2", "conv1 add1", "conv2 add1", "add1 flatten1", "flatten1 fc1", "fc1 output1"]
    document, problems = files.from_json(
        {
            "netloom": 1,
            "network": {
                "nodes": [{"id": id, "kind": kind, "params": params} for id, kind, params in nodes],
                "edges": [wire.split() for wire in wires],
            },
            "data": {"source": "digits"},
            "training": {"epochs": 1, "device": "cpu"},
        }
    )
    assert not problems
    return document


def some(asking: Asking, run: RunFolder) -> tuple[torch.Tensor, ...]:
    """A few examples as the network takes them."""
    rows = asking.bench.rows(asking.question("scores", run), Control(), lambda done, total: None)
    return rows.pick(list(range(40)))[0]


def written(asking: Asking, run: RunFolder, folder: Path, **more: object) -> tuple[dict[str, object], torch.nn.Module]:
    """The facts of a network that was written, and the network as its files make it."""
    facts = asking.ask("pruned", run, folder=str(folder), **more).facts
    assert sorted(path.name for path in folder.iterdir()) == ["model.py", "network.netloom", "weights.safetensors"]
    model = load_model((folder / "model.py").read_text(), folder / "model.py").eval()
    model.load_state_dict(load_file(folder / "weights.safetensors"))
    files.read_whole(folder / "network.netloom")
    return facts, model


@pytest.mark.parametrize("by", ["global", "layer"])
def test_the_curve_is_that_of_pruning_by_hand(run: Run, asking: Asking, by: str) -> None:
    found = asking.ask("pruning", run("images"), by=by, levels=[0, 50, 90])
    model, bench = asking.bench.model, asking.bench
    rows = bench.rows(asking.question("scores", run("images")), Control(), lambda done, total: None)
    ((inputs, (target,)),) = rows.batches(10**6)
    names = prunable(bench.document, by)
    weights = {name: weight for name, weight in model.named_parameters() if name in names}
    state = {name: weight.clone() for name, weight in model.state_dict().items()}
    with torch.no_grad():
        for place, share in enumerate((0.0, 0.5, 0.9)):
            every = torch.cat([weight.abs().flatten() for weight in weights.values()])
            for weight in weights.values():
                of = every if by == "global" else weight.abs().flatten()
                gone = round(share * len(of))
                limit = of.sort().values[gone - 1] if gone else -1.0
                weight[weight.abs() <= limit] = 0
            accuracy = (outputs_of(model, inputs)[0].argmax(1) == target).float().mean().item()
            assert found.arrays["accuracy"][place] == pytest.approx(accuracy, abs=0.003)
            model.load_state_dict(state)
    sizes = np.array(found.facts["sizes"])
    shares = sizes @ found.arrays["zeros"] / sizes.sum()
    np.testing.assert_allclose(shares, [0, 0.5, 0.9], atol=0.01)


def test_without_pruning_nothing_changes(run: Run, asking: Asking) -> None:
    scores = asking.ask("scores", run("images")).arrays
    found = asking.ask("pruning", run("images"), levels=[0]).arrays
    assert found["accuracy"][0] == pytest.approx(np.mean(scores["truth"] == scores["answer"]))
    assert found["loss"][0] == pytest.approx(scores["loss"].mean(), rel=1e-5)
    assert "accuracy" not in asking.ask("pruning", run("tables"), levels=[0, 50]).arrays


def test_weights_with_zeros_are_written_and_pack_smaller(run: Run, asking: Asking, tmp_path: Path) -> None:
    facts, model = written(asking, run("images"), tmp_path / "out", sparsity=0.8, by="global")
    zeros = sum(int((weight == 0).sum()) for name, weight in model.named_parameters() if weight.dim() > 1)
    assert facts["zeros"] == zeros == round(0.8 * facts["prunable"])  # type: ignore[operator]
    assert facts["packed"][1] < 0.6 * facts["packed"][0]  # type: ignore[index]
    assert facts["parameters"][0] == facts["parameters"][1]  # type: ignore[index]


def test_filters_are_removed_and_the_answers_are_those_with_zeros(asking: Asking, tmp_path: Path) -> None:
    run = trained(chain(DEEP, "digits", epochs=1), tmp_path / "runs")
    facts, model = written(asking, run, tmp_path / "out", sparsity=0.5, by="filter")
    assert facts["widths"] == {"conv1": ["out_channels", 4], "conv2": ["out_channels", 6]}
    assert list(facts["reasons"]) == ["fc1"] and "does not hand on zeros" in facts["reasons"]["fc1"]  # type: ignore[call-overload,index]
    assert facts["parameters"][1] < 0.6 * facts["parameters"][0]  # type: ignore[index]
    assert facts["bytes"][1] < 0.7 * facts["bytes"][0]  # type: ignore[index]
    from studio.worker.training.updating.pruning import prune

    zeroed, names = asking.bench.model, prunable(asking.bench.document, "filter")
    prune(zeroed, 0.5, "filter", names)
    inputs = some(asking, run)
    with torch.no_grad():
        torch.testing.assert_close(model(*inputs), zeroed(*inputs), atol=1e-4, rtol=1e-4)


def test_what_the_graph_does_not_allow_says_why(asking: Asking, tmp_path: Path) -> None:
    run = trained(residual(), tmp_path / "runs")
    facts, _ = written(asking, run, tmp_path / "out", sparsity=0.5, by="filter")
    assert not facts["widths"] and set(facts["reasons"]) == {"conv1", "conv2"}  # type: ignore[call-overload]
    assert facts["reasons"]["conv2"].startswith("add1: ")  # type: ignore[index]
    assert facts["parameters"][0] == facts["parameters"][1]  # type: ignore[index]


def test_beside_blocks_filters_go_and_within_them_they_stay(asking: Asking, tmp_path: Path) -> None:
    block = network(
        [node("input1", "Input"), conv("conv1", 8, 3, padding=1), node("relu1", "ReLU"), node("output1", "Output")]
    )
    main = network(
        [node("input1", "Input", shape=[1, 8, 8]), conv("conv1", 8, 3), node("relu1", "ReLU"), node("stage1", "Stage"),
         node("flatten1", "Flatten"), node("fc1", "Linear", out_features=10), node("output1", "Output")]
    )  # fmt: skip
    settings = {"data": {"source": "digits"}, "training": {"epochs": 1, "device": "cpu"}}
    run = trained(opened(document_of(main, Stage=block) | settings), tmp_path / "runs")
    facts = asking.ask("pruned", run, folder=str(tmp_path / "out"), sparsity=0.5, by="filter").facts
    assert facts["widths"] == {"conv1": ["out_channels", 4]} and facts["whole"] == ["stage1"]
    text = (tmp_path / "out" / "model.py").read_text()
    model = load_model(text, tmp_path / "model.py", str(run.header["class"])).eval()
    model.load_state_dict(load_file(tmp_path / "out" / "weights.safetensors"))
    assert not asking.ask("pruned", run, sparsity=0.5, by="global").facts["whole"]


def test_what_cannot_be_is_a_sentence(run: Run, asking: Asking) -> None:
    assert "“by”" in asking.failure("pruning", run("images"), by="color")
    assert "“levels”" in asking.failure("pruning", run("images"), levels=[100])
    assert "“sparsity”" in asking.failure("pruned", run("images"), sparsity=1.0)
    assert "Prune by layer" in asking.failure("pruning", run("switch"), by="filter")
