"""Exported training scripts: they stand alone, and their losses are those of the run."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from block_networks import gated, opened
from documents import (
    ANSWERS,
    CNN,
    MLP,
    REGRESSION,
    USUAL_LOSSES,
    Layers,
    chain,
    history,
    mlp,
    regression,
    suited,
    two_ended,
)
from histories import history_of_run, history_of_script
from PIL import Image

from models.checks import findings
from models.codegen.module import generate
from models.codegen.script import has_planes, script_source
from models.document import Document
from models.document.edits import SetParam
from models.training import LOSSES, METRICS, OPTIMIZERS, SCHEDULES, Metric
from studio.data import dataset_from
from studio.running.launch import LOOP, NAMING, loop_source, new_run, training_script
from studio.runs.metrics.reader import read_metrics
from studio.worker.session import train
from support import SOAK

RUN = (
    "import json, runpy, sys\nbanned = ('models', 'studio', 'widgets')\nsys.path.pop(0)\n"
    "histories = {path: runpy.run_path(path)['main']() for path in sys.argv[1:]}\n"
    "assert not [name for name in sys.modules if name.partition('.')[0] in banned]\n"
    "print(json.dumps(histories))\n"
)
DATA = "def load_data():\n    raise NotImplementedError\n"
ORDER = re.compile(r"\b(zero_grad|outputs_of|backward|step)\(")
SETTINGS: list[dict[str, Any]] = [
    {
        "optimizer": {"kind": "NAdam", "params": {"lr": 0.02}},
        "schedule": {"kind": "OneCycleLR"},
        "schedule_by": "update",
        "warmup": 3,
    },
    {"optimizer": {"kind": "RAdam"}, "warmup": 7},
    {"optimizer": {"kind": "ASGD"}, "schedule": {"kind": "MultiStepLR", "params": {"milestones": "1, 2"}}, "warmup": 3},
    {"optimizer": {"kind": "Adamax"}, "schedule": "PolynomialLR", "warmup": 5},
    {"precision": "bfloat16", "optimizer": {"kind": "AdamW", "params": {"lr": 0.01}}},
    {"precision": "tf32", "schedule": "StepLR", "optimizer": {"kind": "RMSprop"}},
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


def in_blocks() -> Document:
    """Digits by blocks in blocks, one of them repeated with a first that differs."""
    document, usual = opened(gated()), chain(CNN, "digits")
    for section in ("data", "training"):
        document.content.set_section(section, usual.content.section(section))
    return document


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
    for settings in SETTINGS
} | {
    "two classes, one switch, a last batch of one": chain(
        BINARY, data={"source": "moons", "samples": 201}, batch_size=32, schedule="InverseTimeLR"
    ),
    "three classes, three switches": chain(SWITCHES, "iris", schedule="ExponentialLR"),
    "blocks in blocks, one repeated": in_blocks(),
    "one batch larger than the set": chain(CNN, "digits", batch_size=5000, schedule="StepLR"),
}


def is_formatted(text: str) -> str:
    """What the linter and the formatter have to say of a script, "" for nothing."""
    found = []
    for command in (["check", "-"], ["format", "--diff", "-"]):
        arguments = [sys.executable, "-m", "ruff", *command, "--isolated"]
        result = subprocess.run(arguments, input=text, capture_output=True, text=True, check=False)
        found += [result.stdout + result.stderr] if result.returncode else []
    return "".join(found)


WEIGHED = {
    "given": ("CrossEntropyLoss", "setosa: 2, virginica: 0.5"),
    "some left out": ("CrossEntropyLoss", "setosa: 0, virginica: 2"),
    "focal": ("FocalLoss", "setosa: 3"),
    "two classes": ("BCEWithLogitsLoss", "benign: 3"),
    "switches": ("BCEWithLogitsLoss", "balanced"),
}


@pytest.mark.parametrize("name", WEIGHED)
def test_weights_of_classes_give_the_values_of_the_run(name: str, tmp_path: Path) -> None:
    loss, weights = WEIGHED[name]
    document = suited(loss)
    plain = history_of_script(document)
    document.apply(SetParam("output1", "loss", {"kind": loss, "params": {"class_weights": weights}}))
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path) and found[0]["train/loss"] != plain[0]["train/loss"]


@pytest.mark.parametrize("case", ["classes", "two classes", "switches"])
def test_balanced_draws_give_the_values_of_the_run(case: str, tmp_path: Path) -> None:
    source, inputs, outputs = ("breast_cancer", 30, 1) if case == "two classes" else ("wine", 13, 3)
    loss = "CrossEntropyLoss" if case == "classes" else "BCEWithLogitsLoss"
    layers: Layers = [("input1", "Input", {"shape": [inputs]}), ("fc1", "Linear", {"out_features": outputs})]
    document = chain([*layers, ("output1", "Output", {"loss": loss})], source, sampling="balanced")
    assert history_of_script(document) == history_of_run(document, tmp_path)


@pytest.mark.parametrize("source", ["breast_cancer", "wine"])
def test_grouped_draws_of_an_embedding_give_the_values_of_the_run(source: str, tmp_path: Path) -> None:
    loss = {"kind": "MinedTripletLoss", "params": {"mining": "semi-hard", "distance": "cosine", "margin": 0.2}}
    layers: Layers = [
        ("input1", "Input", {"shape": [30 if source == "breast_cancer" else 13]}),
        ("fc1", "Linear", {"out_features": 5}),
        ("output1", "Output", {"loss": loss}),
    ]
    metrics = ["RecallAtK", "PositiveDistance", "NegativeDistance"]
    more = {"sampling": "grouped", "per_class": 3, "watched": "recall_at_k"}
    document = chain(layers, source, metrics=metrics, **more)
    assert is_formatted(training_script(document, None)) == ""
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path) and len(found[0]) == 5
    assert found[-1]["validation/recall_at_k@1"] > 0.5


@pytest.mark.parametrize("metrics", [[], ["MacroF1", "RocAuc"]])
def test_training_that_is_measured_afterwards_is_measured_as_validation(metrics: list[str], tmp_path: Path) -> None:
    document = chain(CNN, "digits", train_measured="afterwards", metrics=metrics)
    told: list[tuple[str, dict[str, Any]]] = []
    run = new_run(document, None, tmp_path)
    assert train(run, listener=lambda event, facts: told.append((event, facts))).state == "finished"
    found = history_of_script(document)
    assert found == history(told) and len(found[0]) == 2 * (1 + max(1, len(metrics)))
    assert not any("dropout" in facts for _, facts in told)
    series = read_metrics(run.metrics_path)
    assert series["train/loss"].epochs.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("loss", ["CrossEntropyLoss", "FocalLoss", "MultiMarginLoss"])
def test_balanced_classes_give_the_values_of_the_run(loss: str, tmp_path: Path) -> None:
    output = {"loss": {"kind": loss, "params": {"class_weights": "balanced"}}}
    layers: Layers = [("input1", "Input", {"shape": [13]}), ("fc1", "Linear", {"out_features": 3})]
    document = chain([*layers, ("output1", "Output", output)], "wine")
    text = training_script(document, None)
    assert "balanced_weights(targets[0], 3)" in text
    assert history_of_script(document) == history_of_run(document, tmp_path)


def labeled(folder: Path, loss: str, *, masks: bool) -> Document:
    """Several labels an example, or a mask of one channel, in a file, and a network for them."""
    generator = np.random.default_rng(2)
    if masks:
        x = generator.normal(size=(60, 2, 6, 6)).astype(np.float32)
        y: Any = (x[:, 0] > 0.5).astype(np.uint8)
        size = {"out_channels": 1, "kernel_size": 3, "padding": 1}
        layers: Layers = [("input1", "Input", {"shape": [2, 6, 6]}), ("conv1", "Conv2d", size)]
    else:
        x = generator.normal(size=(100, 6)).astype(np.float32)
        y = (x[:, :3] + x[:, 3:] > 0).astype(np.float32)
        layers = [("input1", "Input", {"shape": [6]}), ("fc1", "Linear", {"out_features": 3})]
    np.savez(folder / "labels.npz", x=x, y=y)
    data = {"source": "numpy", "path": str(folder / "labels.npz")}
    return chain([*layers, ("output1", "Output", {"loss": loss})], data=data)


@pytest.mark.parametrize("loss", ["BCEWithLogitsLoss", "DiceLoss", "BinaryFocalLoss"])
@pytest.mark.parametrize("masks", [False, True], ids=["labels", "masks"])
def test_several_labels_and_masks_train_as_in_the_run(loss: str, masks: bool, tmp_path: Path) -> None:
    document = labeled(tmp_path, loss, masks=masks)
    facts = dataset_from(document.data)[0].facts()
    assert not [finding for finding in findings(document, facts) if finding.severity == "error"]
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path / "runs")
    assert found[-1]["train/loss"] < found[0]["train/loss"]


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, float]]]:
    """What the exported scripts return, run one after another where there is no Netloom."""
    folder = tmp_path_factory.mktemp("scripts")
    files = {name: folder / f"script{number}.py" for number, name in enumerate(DOCUMENTS)}
    for name, document in DOCUMENTS.items():
        files[name].write_text(training_script(document, None))
    command = [sys.executable, "-c", RUN, *map(str, files.values())]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("validation loss") == 3 * len(DOCUMENTS)
    found = json.loads(result.stdout.splitlines()[-1])
    return {name: found[str(file)] for name, file in files.items()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_script_gives_the_values_of_the_run(
    name: str, histories: dict[str, list[dict[str, float]]], tmp_path: Path
) -> None:
    assert histories[name] == history_of_run(DOCUMENTS[name], tmp_path)


ALL = list(product(OPTIMIZERS, SCHEDULES, LOSSES))


# By default a Latin square: every optimizer with a loss of each kind of answer, every loss, every schedule.
def is_chosen(optimizer: str, schedule: str, loss: str) -> bool:
    """Whether a combination stands in the square."""
    first, second, third = list(OPTIMIZERS).index(optimizer), list(SCHEDULES).index(schedule), list(LOSSES).index(loss)
    return (first + third) % len(SCHEDULES) == second and (loss in ANSWERS or third % len(OPTIMIZERS) == first)


SOME = [case for case in ALL if SOAK or is_chosen(*case)]


def test_every_loss_is_in_the_square() -> None:
    assert {loss for _, _, loss in SOME} == set(LOSSES)


@pytest.mark.parametrize(("optimizer", "schedule", "loss"), SOME)
def test_every_optimizer_schedule_and_loss_gives_the_values_of_the_run(
    optimizer: str, schedule: str, loss: str, tmp_path: Path
) -> None:
    answers = LOSSES[loss].answers
    inner: Layers = [("bn1", "BatchNorm1d", {}), ("relu1", "ReLU", {}), ("drop1", "Dropout", {"p": 0.3})]
    every = [kind.kind for kind in METRICS.values() if answers in kind.needs]
    # Whose steps are as long as gradients: at the usual rate losses of unscaled numbers grow beyond all bounds.
    search = {"max_iter": 4, "line_search_fn": "strong_wolfe"}
    chosen = {"kind": optimizer, "params": {"ASGD": {"lr": 1e-5}, "LBFGS": search}.get(optimizer, {})}
    document = suited(loss, *inner, optimizer=chosen, schedule=schedule, metrics=every)
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path)
    assert len(found) == 3 and len(found[0]) == 2 + len(every)


@pytest.mark.parametrize("metrics", [[], ["MacroF1", "R2Score", {"kind": "TopKAccuracy", "params": {"k": 2}}]])
def test_several_inputs_and_outputs_give_the_values_of_the_run(tmp_path: Path, metrics: list[Any]) -> None:
    document = two_ended(tmp_path, metrics=metrics, schedule="StepLR", optimizer="SGD")
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path / "runs")
    names = ["kind/macro_f1", "kind/top_k_accuracy@2", "price/r2"] if metrics else ["kind/accuracy", "price/mae"]
    assert [name.removeprefix("validation/") for name in found[0]][1:] == ["loss", "kind/loss", "price/loss", *names]
    for text in (training_script(document, None), training_script(document, None, "A name of some length" * 3)):
        for command in (["check", "-"], ["format", "--diff", "-"]):
            command = [sys.executable, "-m", "ruff", *command, "--isolated"]
            result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
            assert result.returncode == 0, result.stdout + result.stderr


def test_an_end_without_a_column_is_a_sentence(tmp_path: Path) -> None:
    for side, id in (("inputs", "picture"), ("targets", "kind")):
        document = two_ended(tmp_path)
        column = document.data[side][id]
        document.content.set_section("data", document.data | {side: {"one": column, "two": column}})
        with pytest.raises(ValueError, match=f"No column of the data is bound to {id}"):
            training_script(document, None)
        outcome = train(new_run(document, None, tmp_path / "runs"))
        assert outcome.state == "failed" and f"no column is bound to {id}" in outcome.reason


def functions(text: str) -> dict[str, str]:
    """The functions of a source as syntax trees, without annotations, under the names that they have there."""
    found = {}
    for item in ast.walk(ast.parse(text)):
        if isinstance(item, ast.FunctionDef):
            for part in ast.walk(item.args):
                if isinstance(part, ast.arg):
                    part.annotation = None
            decorators = [word for word in map(ast.unparse, item.decorator_list) if word != "staticmethod"]
            found[item.name] = "\n".join([*decorators, ast.dump(item.args), *map(ast.dump, item.body)])
    return found


def test_the_script_contains_the_loop_of_the_worker() -> None:
    acts = {"weight_decay_on": "matrices", "l1": 0.1, "clip_grad_norm": 1.0, "clip_grad_value": 1.0, "patience": 2}
    settings = (
        {},
        {"average": "EMA", "sparsity": 0.5, "updates": 9, "activation_checkpointing": 2},
        {"average": "SWA", "accumulate": 2, "restore_best": True, **acts},
        {"start_from": "file"},
        {"precision": "float16", "optimizer": {"kind": "SGD", "params": {"momentum": 0.9}}},
    )
    texts = []
    documents = [mlp(**{"schedule": "StepLR", "precision": "bfloat16", "start_from": "run", **own}) for own in settings]
    documents[0].apply(SetParam("fc1", "lr_factor", 0.5))
    for document in (*documents, regression()):
        module = generate(document.network, document.analysis, "Test network")
        facts = dataset_from(document.data)[0].facts()
        weights = "weights.pt" if document.training.get("start_from") == "file" else "weights.safetensors"
        texts.append(script_source(document, module, DATA, facts, loop_source(), weights).text())
    text = "\n".join(texts)
    theirs, ours = functions(text), functions(LOOP.read_text()) | functions(NAMING.read_text())
    assert {"train_step", "validation_step", "losses_of", "tally", "set_learning_rate"} <= set(ours)
    assert {name: theirs.get(name) for name in ours} == ours
    lines = [line.partition("  # type:")[0] for line in body_lines(LOOP.read_text())]
    assert len(lines) > 30 and set(lines) <= set(text.splitlines())


def body_lines(text: str) -> list[str]:
    """The lines inside the functions of a source, letter for letter."""
    lines = text.splitlines()
    definitions = [item for item in ast.parse(text).body if isinstance(item, ast.FunctionDef)]
    return [line for item in definitions for line in lines[item.body[0].lineno - 1 : item.end_lineno]]


@pytest.mark.parametrize("kind", [kind for kind in SCHEDULES if not SCHEDULES[kind].stays()])
def test_the_script_contains_the_rule_of_the_schedule(kind: str) -> None:
    own = functions(dedent(inspect.getsource(SCHEDULES[kind].rule)))["rule"]
    assert functions(training_script(mlp(schedule=kind), None))["learning_rate_factor"] == own


@pytest.mark.parametrize("kind", METRICS.values(), ids=lambda kind: kind.kind)
def test_the_script_contains_the_functions_of_a_metric(kind: type[Metric]) -> None:
    loss = next(name for name in (*USUAL_LOSSES, "SupConLoss", "CTCLoss") if LOSSES[name].answers in kind.needs)
    document = suited(loss, metrics=[kind.kind])
    text = functions(training_script(document, None))
    for function in (kind.parts, kind.value, *kind.helpers):
        own = functions(dedent(inspect.getsource(function)))[function.__name__]
        name = function.__name__
        assert text[name if function in kind.helpers else f"{kind.name}_{name}"] == own


def test_a_step_is_that_of_every_tutorial() -> None:
    calls = ORDER.findall(LOOP.read_text().partition("def train_step")[2])
    assert calls[:4] == ["zero_grad", "outputs_of", "backward", "step"]


def test_the_script_says_what_it_does_for_small_batches_and_classes() -> None:
    assert "BATCH_SIZE, order, DEVICE, True)" in training_script(
        DOCUMENTS["two classes, one switch, a last batch of one"], None
    )
    assert "switches(y, 3)" in training_script(DOCUMENTS["three classes, three switches"], None)


def test_a_script_stops_at_a_loss_that_is_no_number() -> None:
    layers: Layers = [
        *REGRESSION[:2],
        ("fc2", "Linear", {"out_features": 1}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    document = chain(layers, "diabetes", optimizer={"kind": "SGD", "params": {"lr": 1e30}})
    with pytest.raises(FloatingPointError, match=r"The loss became \w+; lower the learning rate"):
        history_of_script(document)


EVERY = {"l1": 1e-9, "clip_grad_norm": 0.123456789, "clip_grad_value": 5e-324, "patience": 99, "deterministic": True}


@pytest.mark.parametrize(
    "settings",
    [
        *SETTINGS,
        {"device": "auto", "schedule": "StepLR"},
        {"metrics": list(METRICS)},
        {"average": "EMA", "average_decay": 0.123456789, **EVERY, "watched": "accuracy"},
        {"average": "SWA", "accumulate": 65_536, "precision": "float16", **EVERY},
    ],
)
def test_the_script_is_formatted_as_ruff_does(settings: dict[str, Any]) -> None:
    for layers, source in NETWORKS.values():
        document = chain(layers, source, **settings)
        facts = dataset_from(document.data)[0].facts()
        module = generate(document.network, document.analysis, "Test network")
        text = script_source(document, module, DATA, facts, loop_source()).text()
        for command in (["check", "-"], ["format", "--diff", "-"]):
            result = subprocess.run(
                [sys.executable, "-m", "ruff", *command, "--isolated"], input=text, capture_output=True, text=True
            )
            assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("layers", "source"), [(MLP, "iris"), (CNN, "digits")], ids=["mlp", "cnn"])
def test_given_weights_are_the_start_of_script_and_run_alike(layers: Layers, source: str, tmp_path: Path) -> None:
    document = chain(layers, source, start_from="numbers", epochs=1)
    first = layers[1][0]
    shape = (16, 4) if source == "iris" else (6, 1, 3, 3)
    table = np.random.default_rng(3).normal(size=shape).tolist()
    document.content.sections["numbers"] = {"weights": {first: {"weight": table, "gone": [1]}, "fc9": {"bias": [1]}}}
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path)
    assert found != history_of_script(chain(layers, source, epochs=1))
    text = training_script(document, None)
    assert f'WEIGHTS["{first}.weight"]' in text and "gone" not in text and "fc9" not in text
    assert is_formatted(text) == ""


@pytest.mark.parametrize(("layers", "source"), [(MLP, "iris"), (CNN, "digits")], ids=["mlp", "cnn"])
def test_weights_of_another_run_are_the_start_of_script_and_run_alike(
    layers: Layers, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETLOOM_RUNS", str(tmp_path))
    origin = new_run(chain(layers, source, epochs=1), None, tmp_path)
    assert train(origin).state == "finished"
    document = chain(layers, source, start_from="run", start_run=f"{origin.id}/last", epochs=1)
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path)
    assert found != history_of_script(chain(layers, source, epochs=1))
    text = training_script(document, None)
    assert "fitting(model, WEIGHTS)" in text and "from safetensors.torch import load_file" in text
    assert is_formatted(text) == ""
    with pytest.raises(ValueError, match="no run"):
        training_script(chain(layers, source, start_from="run", start_run="gone"), None)


def test_a_script_that_draws_its_weights_says_nothing_of_others() -> None:
    assert "start_from" not in training_script(mlp(), None) and "WEIGHTS" not in training_script(mlp(), None)


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
    is_long = "f" * 20 in own_data["archive"]["path"]
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
        assert is_formatted(text) == "", name
        if is_long and name not in ("archive of parts", "photos"):
            continue  # longer names break lines elsewhere, and nothing else
        assert history_of_script(document) == history_of_run(document, tmp_path / "runs"), name


@pytest.mark.parametrize("own_data", [0], indirect=True)
def test_no_class_takes_a_name_that_the_script_uses(own_data: dict[str, dict[str, Any]]) -> None:
    tried: set[str] = set()
    for place, data in enumerate(own_data.values()):
        document = chain(MLP, data=data)
        taken = words(training_script(document, None, "Drawn network")) - {"DrawnNetwork"}
        assert {"EPOCHS", "np", "range"} < taken
        names = sorted(name for name in taken if name[0].isupper())
        # What one script uses, many do: each name once, and in each script some of those that were tried in others.
        for name in [name for number, name in enumerate(names) if name not in tried or number % 8 == place % 8]:
            tried.add(name)
            text = training_script(document, None, name)
            (network,) = [item for item in ast.parse(text).body if isinstance(item, ast.ClassDef)]
            assert network.name not in taken, name


def words(text: str) -> set[str]:
    """The names that a script uses and imports."""
    nodes = list(ast.walk(ast.parse(text)))
    found = [alias for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names]
    return {alias.asname or alias.name for alias in found} | {node.id for node in nodes if isinstance(node, ast.Name)}


def test_a_network_without_an_output_is_refused() -> None:
    document = chain(MLP[:-1])
    with pytest.raises(ValueError, match="needs an Output with a loss; the network has none"):
        training_script(document, None)


def test_a_network_with_errors_is_refused() -> None:
    document = chain([*MLP[:2], ("conv1", "Conv2d", {}), *MLP[3:]])
    with pytest.raises(ValueError, match="has an error"):
        training_script(document, None)


def test_planes_are_weights_of_four_dimensions() -> None:
    assert has_planes(chain(CNN, "digits"))
    assert not has_planes(chain(MLP))


@pytest.mark.parametrize("by", ["global", "layer", "filter"])
@pytest.mark.parametrize(("layers", "source"), [(MLP, "iris"), (CNN, "digits")], ids=["mlp", "cnn"])
def test_pruned_weights_stay_zero_in_script_and_run_alike(layers: Layers, source: str, by: str, tmp_path: Path) -> None:
    optimizer = {"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.001}}
    document = chain(layers, source, epochs=2, sparsity=0.6, prune_by=by, optimizer=optimizer)
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path)
    assert found != history_of_script(chain(layers, source, epochs=2, optimizer=optimizer))
    for command in (["check", "-"], ["format", "--diff", "-"]):
        arguments = [sys.executable, "-m", "ruff", *command, "--isolated"]
        text = training_script(document, None)
        result = subprocess.run(arguments, input=text, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
