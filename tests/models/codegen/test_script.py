"""Exported training scripts: they stand alone, and their losses are those of the run."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import CNN, MLP, REGRESSION, Layers, chain, history, regression
from PIL import Image

from models.codegen.module import generate
from models.codegen.script import has_planes, script_source, trained_output
from models.document import Document
from studio.running.launch import new_run, training_script
from studio.worker.session import train

RUN = (
    "import json, runpy, sys\nbanned = ('models', 'studio', 'widgets')\nsys.path.pop(0)\n"
    "histories = {path: runpy.run_path(path)['main']() for path in sys.argv[1:]}\n"
    "assert not [name for name in sys.modules if name.partition('.')[0] in banned]\n"
    "print(json.dumps(histories))\n"
)
DATA = "def load_data():\n    raise NotImplementedError\n"
OPTIMIZERS: list[dict[str, Any]] = [
    {
        "optimizer": {"kind": "SGD", "params": {"lr": 0.02, "momentum": 0.9, "nesterov": True}},
        "schedule": {"kind": "CosineAnnealingLR"},
    },
    {"optimizer": {"kind": "Adam", "params": {"lr": 0.003}}, "batch_size": 37},
]
NETWORKS: dict[str, tuple[Layers, str]] = {
    "mlp": (MLP, "iris"),
    "cnn with dropout and batch norm": (CNN, "digits"),
    "regression": (REGRESSION, "diabetes"),
}


BINARY: Layers = [
    ("input1", "Input", {"shape": [2]}),
    ("fc1", "Linear", {"out_features": 6}),
    ("bn1", "BatchNorm1d", {}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 1}),
    ("output1", "Output", {"loss": "BCEWithLogitsLoss"}),
]
SWITCHES: Layers = [*MLP[:-1], ("output1", "Output", {"loss": "BCEWithLogitsLoss"})]
DOCUMENTS = {
    f"{name} by {settings['optimizer']['kind']}": chain(layers, source, **settings)
    for name, (layers, source) in NETWORKS.items()
    for settings in OPTIMIZERS
} | {
    "two classes, one switch, a last batch of one": chain(
        BINARY, data={"source": "moons", "samples": 201}, batch_size=32, schedule="InverseTimeLR"
    ),
    "three classes, three switches": chain(SWITCHES, "iris", schedule="ExponentialLR"),
    "one batch larger than the set": chain(CNN, "digits", batch_size=5000, schedule="StepLR"),
}


@pytest.fixture(scope="module")
def losses_of_scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[float]]]:
    """What the exported scripts return, run one after another where there is no Netloom."""
    folder = tmp_path_factory.mktemp("scripts")
    files = {name: folder / f"script{number}.py" for number, name in enumerate(DOCUMENTS)}
    for name, document in DOCUMENTS.items():
        files[name].write_text(training_script(document, None))
    command = [sys.executable, "-c", RUN, *map(str, files.values())]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("validation loss") == 3 * len(DOCUMENTS)
    histories = json.loads(result.stdout.splitlines()[-1])
    return {name: histories[str(file)] for name, file in files.items()}


def losses_of_run(document: Document, folder: Path) -> list[list[float]]:
    told: list[tuple[str, dict[str, Any]]] = []
    outcome = train(new_run(document, None, folder), listener=lambda event, facts: told.append((event, facts)))
    assert outcome.state == "finished", outcome
    values = [list(epoch.values()) for epoch in history(told)]
    return [[train_loss, loss, metric] for train_loss, _, loss, metric in values]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_script_gives_the_losses_of_the_run(
    name: str, losses_of_scripts: dict[str, list[list[float]]], tmp_path: Path
) -> None:
    assert losses_of_scripts[name] == losses_of_run(DOCUMENTS[name], tmp_path)


def test_the_script_says_what_it_does_for_small_batches_and_classes() -> None:
    assert "continue  # batch normalization" in training_script(
        DOCUMENTS["two classes, one switch, a last batch of one"], None
    )
    assert "one_hot(targets, 3)" in training_script(DOCUMENTS["three classes, three switches"], None)


@pytest.mark.parametrize("settings", [*OPTIMIZERS, {"device": "auto", "schedule": "StepLR"}])
def test_the_script_is_formatted_as_ruff_does(settings: dict[str, Any]) -> None:
    for layers, source in NETWORKS.values():
        document = chain(layers, source, **settings)
        module = generate(document.network, document.analysis, "Test network")
        text = script_source(document, module, DATA, 10)
        for command in (["check", "-"], ["format", "--diff", "-"]):
            result = subprocess.run(
                [sys.executable, "-m", "ruff", *command, "--isolated"], input=text, capture_output=True, text=True
            )
            assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(params=[0, 20, 60])
def own_data(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Data of every form that a script reads, in folders with names of several lengths: settings by name."""
    tmp_path = tmp_path / ("f" * request.param)
    tmp_path.mkdir(exist_ok=True)
    x, y = np.random.default_rng(0).normal(size=(60, 4)), np.arange(60) % 3
    names = [f"a rather long name of class {number}" for number in range(3)]
    np.savez(tmp_path / "whole.npz", x=x, y=np.array(names)[y])
    np.savez(tmp_path / "parts.npz", x_train=x, y_train=y[:, None], x_test=x[:9], y_test=y[:9, None])
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    rows = (f"{a},{b},{c},{d},{names[kind]}" for (a, b, c, d), kind in zip(x, y, strict=True))
    (tmp_path / "table.csv").write_text("\n".join(["a,b,c,d,kind", *rows]))
    for place in range(60):
        for folder in ("photos", "parts/train", "parts/test"):
            path = tmp_path / folder / names[place % 3] / f"{place}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.full((2, 2), place, dtype=np.uint8)).save(path)
    images = {"source": "image_folder", "color": "grayscale"}
    return {
        "archive": {"source": "numpy", "path": str(tmp_path / "whole.npz")},
        "archive of parts": {"source": "numpy", "path": str(tmp_path / "parts.npz"), "normalize": False},
        "two files": {"source": "numpy", "path": str(tmp_path / "x.npy"), "y_path": str(tmp_path / "y.npy")},
        "table": {"source": "csv", "path": str(tmp_path / "table.csv")},
        "photos": {**images, "path": str(tmp_path / "photos")},
        "photos in parts": {**images, "path": str(tmp_path / "parts")},
        "points": {"source": "spirals", "samples": 60},
        "flowers": {"source": "iris"},
    }


def test_whole_scripts_are_formatted_and_give_the_losses_of_the_run(
    own_data: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    for name, data in own_data.items():
        shape = [1, 2, 2] if data["source"] == "image_folder" else [2] if name == "points" else [4]
        outputs = 2 if name == "points" else 3
        layers: Layers = [
            ("input1", "Input", {"shape": shape}),
            ("flatten1", "Flatten", {}),
            ("fc1", "Linear", {"out_features": outputs}),
            ("output1", "Output", {}),
        ]
        document = chain(layers, data=data, schedule="CosineAnnealingLR")
        text = training_script(document, None)
        for command in (["check", "-"], ["format", "--diff", "-"]):
            command = [sys.executable, "-m", "ruff", *command, "--isolated"]
            result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
            assert result.returncode == 0, name + result.stdout + result.stderr
        names: dict[str, Any] = {"__name__": "script"}
        exec(compile(text, "script.py", "exec"), names)
        assert [list(row) for row in names["main"]()] == losses_of_run(document, tmp_path / "runs"), name


def test_no_class_takes_a_name_that_the_script_uses(own_data: dict[str, dict[str, Any]]) -> None:
    for data in own_data.values():
        document = chain(MLP, data=data)
        taken = words(training_script(document, None, "Drawn network")) - {"DrawnNetwork"}
        assert {"EPOCHS", "np", "range"} < taken
        for name in (name for name in taken if name[0].isupper()):
            text = training_script(document, None, name)
            (network,) = [item for item in ast.parse(text).body if isinstance(item, ast.ClassDef)]
            assert network.name not in taken, name


def words(text: str) -> set[str]:
    """The names that a script uses and imports."""
    nodes = list(ast.walk(ast.parse(text)))
    found = [alias for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names]
    return {alias.asname or alias.name for alias in found} | {node.id for node in nodes if isinstance(node, ast.Name)}


def test_two_outputs_are_refused_with_a_sentence() -> None:
    document = regression()
    node = document.network.nodes["output1"].copy("output2")
    document.network.add_node(node)
    with pytest.raises(ValueError, match="needs one Output with a loss; the network has 2"):
        trained_output(document)


def test_a_network_with_errors_is_refused() -> None:
    document = chain([*MLP[:2], ("conv1", "Conv2d", {}), *MLP[3:]])
    with pytest.raises(ValueError, match="has an error"):
        training_script(document, None)


def test_planes_are_weights_of_four_dimensions() -> None:
    assert has_planes(chain(CNN, "digits"))
    assert not has_planes(chain(MLP))
