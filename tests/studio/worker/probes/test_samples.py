"""Labels of samples and whose neighbors have another one, on data with planted mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from documents import cnn, two_ended
from trained_runs import Asking, trained

from models.document import Document
from models.scoring.over_time import suspects
from studio.data import dataset_from
from studio.runs.folder import RunFolder
from studio.runs.samples.reader import read_samples
from studio.worker.probes.space import strangers as module
from studio.worker.probes.space.strangers import given_last
from studio.workspaces.inspect.overtime import following

PLANTED = 40


def planted() -> Document:
    """Digits of which forty have another label."""
    data = dataset_from({"source": "digits"})[0].load()
    assert data.rows is not None
    chosen = np.random.default_rng(1).choice(len(data.train), PLANTED, replace=False).tolist()
    corrections = {}
    for place in chosen:
        truth = int(data.train.y[place])
        corrections[str(data.rows[0][place])] = [str(truth), str((truth + 1 + place % 9) % 10)]
    return cnn(epochs=6, data={"source": "digits", "corrections": corrections})


@pytest.fixture(scope="module")
def wrong_labels(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return trained(planted(), tmp_path_factory.mktemp("planted"))


def test_wrong_labels_come_first(wrong_labels: RunFolder, asking: Asking) -> None:
    labels = following.Labels.of(asking.ask("labels", wrong_labels, part="training"))
    log = read_samples(wrong_labels.samples_path)
    assert log is not None and labels.correctable and labels.known
    course = following.course_of(log)
    corrected = planted().data["corrections"]
    wrong = {place for place, row in enumerate(labels.rows.tolist()) if str(row) in corrected}
    assert len(wrong) == PLANTED
    assert all(str(labels.truth[place]) == corrected[str(labels.rows[place])][1] for place in wrong)
    answer = asking.ask("strangers", wrong_labels, part="training", neighbors=10)
    found = following.with_strangers(course, answer)
    first = set(suspects(found)[:PLANTED].tolist())
    assert len(first & wrong) >= 0.85 * PLANTED, "chance would give one"
    assert answer.facts["layer"] == "flatten1"


def test_neighbors_are_those_of_a_plain_search(wrong_labels: RunFolder, asking: Asking) -> None:
    answer = asking.ask("strangers", wrong_labels, part="validation", neighbors=3)
    bench = asking.desk._seat._bench  # type: ignore[union-attr]
    rows = next(iter(bench._rows.values()))  # type: ignore[union-attr]
    points = []
    for inputs, _ in rows.batches(64):
        points.append(bench.taps.run(inputs)[1]["flatten1"].detach().flatten(1).numpy())  # type: ignore[union-attr]
    flat = np.concatenate(points)
    if flat.shape[1] > module.WIDEST:
        flat = flat @ module._projection(bench.parameters()["fc1.weight"]).numpy()  # type: ignore[union-attr]
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    likeness = flat @ flat.T
    np.fill_diagonal(likeness, -1)
    best = np.sort(likeness, 1)[:, ::-1][:, :3]
    chosen = np.take_along_axis(likeness, answer.arrays["neighbors"].astype(int), 1)
    np.testing.assert_allclose(chosen, best, atol=1e-5)
    truth = np.concatenate([rows.data.validation.y])
    other = (truth[answer.arrays["neighbors"]] != truth[:, None]).mean(1)
    np.testing.assert_allclose(answer.arrays["strangers"], other, atol=1e-6)


def test_of_many_samples_the_most_costly_are_asked_about(
    wrong_labels: RunFolder, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ASKED", 50)
    some = asking.ask("strangers", wrong_labels, part="validation", neighbors=4)
    losses = asking.ask("scores", wrong_labels, part="validation").arrays["loss"]
    assert sorted(some.arrays["rows"].tolist()) == sorted(np.argsort(-losses)[:50].tolist())
    monkeypatch.setattr(module, "MOST_KNOWN", 100)
    assert "7 to 100 samples; there are 359" in asking.failure(
        "strangers", wrong_labels, part="validation", neighbors=6
    )


def test_labels_that_are_numbers_cannot_be_corrected(asking: Asking, tmp_path: Path) -> None:
    both = trained(two_ended(tmp_path, epochs=1), tmp_path / "runs")
    first, second = (asking.ask("labels", both, part="training", output=name) for name in ("kind", "price"))
    assert first.facts["correctable"] and not second.facts["correctable"]
    assert (first.facts["target"], second.facts["target"]) == ("", "price")
    assert first.arrays["truth"].dtype.kind == "i" and second.arrays["truth"].dtype.kind == "f"


def test_what_tells_samples_apart_is_given_to_the_last_layer_with_weights() -> None:
    network = planted().network
    assert given_last(network, "output1", {"fc1.weight", "conv1.weight"}) == "flatten1"
    assert given_last(network, "output1", {"conv1.weight"}) == "input1"
    assert given_last(network, "output1", set()) == "fc1"


def test_samples_with_labels_at_many_positions_have_no_neighbors(
    asking: Asking, run: Callable[[str], RunFolder]
) -> None:
    tokens = run("tokens")
    assert asking.ask("labels", tokens).facts == {"form": "many", "correctable": False, "known": True, "target": ""}
    assert "one class a sample" in asking.failure("strangers", tokens)
    assert asking.ask("labels", run("tables")).facts["form"] == "number"
