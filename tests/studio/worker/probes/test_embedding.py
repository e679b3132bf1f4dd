"""An embedding is read by the classes of the training examples that are nearest to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from documents import Layers, chain
from sklearn.neighbors import KNeighborsClassifier
from trained_runs import Asking, asking, trained

from models.scoring.predictions import Answering, cells, header, whole
from studio.runs.exchange.card import model_card
from studio.runs.folder import RunFolder
from studio.worker.predicting.neighbors import Neighbors
from studio.worker.process.control import Control
from studio.worker.training.loop import outputs_of

__all__ = ["asking"]

LAYERS: Layers = [
    ("input1", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}),
    ("relu1", "ReLU", {}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 6}),
    ("output1", "Output", {"loss": "MinedTripletLoss"}),
]


@pytest.fixture(scope="module")
def embedding(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return trained(chain(LAYERS, "digits", epochs=1, metrics=["RecallAtK"]), tmp_path_factory.mktemp("embedding"))


def vectors(asking: Asking, run: RunFolder, part: str) -> tuple[np.ndarray, np.ndarray]:
    asking.ask("about", run)
    rows = asking.bench.rows(asking.question("scores", run, part=part), Control(), lambda *_: None)
    ((inputs, targets),) = rows.batches(10**6)
    with torch.no_grad():
        return outputs_of(asking.bench.model, inputs)[0].numpy(), targets[0].numpy()


def test_scores_are_those_of_its_nearest_neighbors(embedding: RunFolder, asking: Asking) -> None:
    found = asking.ask("scores", embedding).arrays
    known, classes = vectors(asking, embedding, "training")
    asked, truth = vectors(asking, embedding, "validation")
    theirs = KNeighborsClassifier(10).fit(known, classes).predict_proba(asked)
    assert found["truth"].tolist() == truth.tolist()
    np.testing.assert_allclose(found["certainty"], theirs.max(1), atol=0.01)
    clear = np.sort(theirs, 1)[:, -1] > np.sort(theirs, 1)[:, -2]
    assert (found["answer"] == theirs.argmax(1))[clear].all()
    assert (found["answer"] == truth).mean() > 0.85 and (found["loss"] >= 0).all()


def test_on_the_training_part_an_example_is_no_neighbor_of_itself(embedding: RunFolder, asking: Asking) -> None:
    found = asking.ask("scores", embedding, part="training").arrays
    known, classes = vectors(asking, embedding, "training")
    near = KNeighborsClassifier(10).fit(known, classes).kneighbors(return_distance=False)
    shares = np.array([np.bincount(classes[row], minlength=10).max() / 10 for row in near])
    np.testing.assert_allclose(found["certainty"], shares, atol=0.01)


def test_a_sample_is_shown_with_its_neighbors_and_what_speaks_for_its_class(
    embedding: RunFolder, asking: Asking
) -> None:
    found = asking.ask("thought", embedding, sample=3)
    known, classes = vectors(asking, embedding, "training")
    asked, _ = vectors(asking, embedding, "validation")
    order = np.linalg.norm(known - asked[3], axis=1).argsort()[:5]
    assert found.arrays["near.classes"].tolist() == classes[order].tolist()
    assert found.arrays["near"].shape == (5, 1, 8, 8) and "loss" not in found.arrays
    assert found.arrays["chances"].sum() == pytest.approx(1, abs=1e-5) and len(found.arrays["chances"]) == 10
    for method in ("gradient", "occlusion", "grad_cam", "integrated_gradients"):
        assert np.abs(asking.ask(method, embedding, sample=3).arrays["heat"]).sum() > 0, method


def test_its_space_is_the_embedding_itself(embedding: RunFolder, asking: Asking) -> None:
    found = asking.ask("projection", embedding, examples=150)
    assert found.facts["layer"] == "output1" and found.arrays["points"].shape == (150, 2)
    assert asking.ask("projection", embedding, examples=50, layer="conv1").facts["layer"] == "conv1"
    (told,) = asking.ask("about", embedding).facts["outputs"]
    assert (told["targets"], told["answers"], len(told["classes"])) == ("classes", "embedding", 10)


def test_parts_of_the_network_are_switched_off_and_pruned_by_the_same_reading(
    embedding: RunFolder, asking: Asking
) -> None:
    facts = asking.ask("ablation", embedding, changes=[{"layer": "conv1"}], examples=100).facts
    assert facts["accuracy"][0] > 0.8 > facts["accuracy"][1]
    assert "two classes below 0" in asking.failure("ablation", embedding, swap=[0, 1])


def test_several_runs_have_no_mean(embedding: RunFolder, asking: Asking) -> None:
    assert "spaces of their own" in asking.failure("ensemble", embedding, runs=[])


def test_predictions_are_the_vector_and_the_class_of_its_neighbors(
    embedding: RunFolder, asking: Asking, tmp_path: Path
) -> None:
    asked, _ = vectors(asking, embedding, "validation")
    np.save(tmp_path / "x.npy", next(iter(asking.bench._data.values())).first_input.validation)
    answer = asking.ask("predictions", embedding, files=[str(tmp_path / "x.npy")])
    (how,) = [Answering(**{**item, "places": tuple(item["places"])}) for item in answer.facts["outputs"]]
    found = [whole([values], [how]) for values in answer.arrays["answers.0"]]
    np.testing.assert_allclose([item["embedding"] for item in found], asked, atol=1e-5)
    scores = asking.ask("scores", embedding).arrays
    assert [item["class"] for item in found] == [str(number) for number in scores["answer"]]
    assert header([how], classes=False) == ["example", "class", "probability"]
    assert len(cells("a", found[0], [how])) == len(header([how])) == 3 + 10 + 6
    alone = how._replace(classes=())
    assert whole([answer.arrays["answers.0"][0][:6]], [alone]).keys() == {"embedding"}
    assert header([alone], classes=False)[1:] == [f"embedding {number}" for number in range(1, 7)]


def test_its_package_and_its_card_tell_of_the_vector(embedding: RunFolder, asking: Asking) -> None:
    assert asking.ask("package", embedding, path="", name="vectors").facts
    assert "an embedding of 6 numbers, by 10 classes" in model_card(embedding)


def test_equal_vectors_tell_nothing() -> None:
    same = Neighbors(torch.ones(20, 3).double(), torch.arange(20) % 2, 2, tuple(range(20)))
    assert torch.allclose(same.scores(torch.ones(4, 3)).softmax(1), torch.full((4, 2), 0.5))
    one = Neighbors(torch.zeros(3, 2).double(), torch.tensor([0, 0, 2]), 4, (0, 1, 2))
    assert one.closeness(torch.ones(1, 2))[0].isfinite().tolist() == [True, False, True, False]
