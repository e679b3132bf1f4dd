"""Exported training scripts stand alone, and their losses are those of the run."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from complaints import complaints
from documents import ANSWERS, CNN, MLP, Layers, chain, history, suited, two_ended
from histories import history_of_run, history_of_script
from script_settings import DOCUMENTS

from models.checks import findings
from models.document import Document
from models.document.edits import SetParam
from models.training import LOSSES, METRICS, OPTIMIZERS, SCHEDULES
from studio.data import dataset_from
from studio.running.launch import new_run, training_script
from studio.runs.metrics.reader import read_metrics
from studio.worker.session import train
from support import SOAK

RUN = (
    "import json, runpy, sys\nbanned = ('models', 'studio', 'widgets')\nsys.path.pop(0)\n"
    "histories = {path: runpy.run_path(path)['main']() for path in sys.argv[1:]}\n"
    "assert not [name for name in sys.modules if name.partition('.')[0] in banned]\n"
    "print(json.dumps(histories))\n"
)


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
    assert complaints(training_script(document, None)) == ""
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
        assert complaints(text) == ""


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
    assert complaints(text) == ""


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
    assert complaints(text) == ""
    with pytest.raises(ValueError, match="no run"):
        training_script(chain(layers, source, start_from="run", start_run="gone"), None)


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
        assert complaints(text) == "", name
        if is_long and name not in ("archive of parts", "photos"):
            continue  # longer names break lines elsewhere, and nothing else
        assert history_of_script(document) == history_of_run(document, tmp_path / "runs"), name


@pytest.mark.parametrize("by", ["global", "layer", "filter"])
@pytest.mark.parametrize(("layers", "source"), [(MLP, "iris"), (CNN, "digits")], ids=["mlp", "cnn"])
def test_pruned_weights_stay_zero_in_script_and_run_alike(layers: Layers, source: str, by: str, tmp_path: Path) -> None:
    optimizer = {"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.001}}
    document = chain(layers, source, epochs=2, sparsity=0.6, prune_by=by, optimizer=optimizer)
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path)
    assert found != history_of_script(chain(layers, source, epochs=2, optimizer=optimizer))
    assert complaints(training_script(document, None)) == ""
