"""Predictions are those that validation measured, in the words of the data, for whatever a network gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import two_ended
from trained_runs import Asking, asking, run, trained

from models.scoring.predictions import Answering, cells, header, prediction, whole
from studio.data import DataError
from studio.data.given.base import Piece
from studio.runs.folder import RunFolder
from studio.runs.samples.scale import read_scale, write_scale
from studio.worker.predicting.predictor import predictor_for
from studio.worker.probing.errors import Failed, ProbeError, failures

__all__ = ["asking", "run"]

Run = Callable[[str], RunFolder]


def records(answer: Any) -> list[dict[str, Any]]:
    """The predictions of an answer."""
    how = [Answering(**{**item, "places": tuple(item["places"])}) for item in answer.facts["outputs"]]
    arrays = [answer.arrays[f"answers.{place}"] for place in range(len(how))]
    return [whole(outputs, how) for outputs in zip(*arrays, strict=True)]


def saved(asking: Asking, folder: RunFolder, path: Path) -> Path:
    """The validation part of a run in a file, as the data holds it."""
    asking.ask("about", folder)
    bench = asking.bench
    data = next(iter(bench._data.values()))
    np.save(path, data.first_input.validation)
    return path


@pytest.mark.parametrize("name", ["images", "classes", "points", "switch", "tables", "tokens"])
def test_it_answers_as_validation_was_scored(run: Run, asking: Asking, tmp_path: Path, name: str) -> None:
    folder = run(name)
    file = saved(asking, folder, tmp_path / "x.npy")
    scores = asking.ask("scores", folder).arrays
    found = asking.ask("predictions", folder, files=[str(file)])
    assert len(found.facts["names"]) == len(np.load(file)) and not found.facts["left"]
    answers = records(found)
    if name == "tables":
        np.testing.assert_allclose([item["value"] for item in answers], scores["answer"][:, 0], rtol=1e-4)
        return
    assert set(answers[0]) == {"class", "probability", "probabilities"}
    certain = np.ravel([item["probability"] for item in answers])
    np.testing.assert_allclose(certain, scores["certainty"], atol=1e-5)
    scale = read_scale(folder.scale_path)
    assert scale is not None
    classes = scale.outputs["output1"] or ()
    assert np.ravel([item["class"] for item in answers]).tolist() == [classes[at] for at in scores["answer"].tolist()]
    assert list(answers[0]["probabilities"]) == list(classes)


def test_several_outputs_are_named(asking: Asking, tmp_path: Path) -> None:
    folder = trained(two_ended(tmp_path, epochs=1), tmp_path / "runs")
    found = asking.ask("predictions", folder, files=[str(tmp_path / "ends.npz")])
    first = records(found)[0]["outputs"]
    assert set(first) == {"kind", "price"} and set(first["price"]) == {"value"}
    assert isinstance(first["price"]["value"], float)


def test_a_run_from_before_scales_were_kept_says_so(asking: Asking, tmp_path: Path) -> None:
    folder = trained(two_ended(tmp_path, epochs=1), tmp_path / "runs")
    folder.scale_path.unlink()
    assert "Train it once more" in asking.failure("predictions", folder, files=[])


def test_one_answer_for_a_group_is_the_mean(run: Run, asking: Asking) -> None:
    from studio.data.given.base import Left, Piece
    from studio.worker.predicting.predictor import Answered, Predictor

    asking.ask("about", run("classes"))
    predictor = Predictor(asking.bench)
    values = np.random.default_rng(0).normal(5, 2, (7, 4)).astype(np.float32)

    def piece(rows: slice, group: str) -> Piece:
        return Piece([group] * len(values[rows]), {"input1": values[rows]}, group)

    pieces = [piece(slice(0, 3), "a"), piece(slice(3, 5), "a"), Left("b", "broken"), piece(slice(5, 7), "c")]
    found = list(predictor.answers(iter(pieces)))
    (each,) = predictor.answers(iter([piece(slice(0, 7), "")]))
    assert isinstance(each, Answered)
    names = [item.names if isinstance(item, Answered) else item.name for item in found]
    assert names == [["a"], "b", ["c"]]
    for item, rows in zip((found[0], found[2]), (slice(0, 5), slice(5, 7)), strict=True):
        assert isinstance(item, Answered)
        np.testing.assert_allclose(item.outputs[0][0], each.outputs[0][rows].mean(0), rtol=1e-5)


def test_what_was_kept_can_go_without_what_is_new(run: Run, asking: Asking, tmp_path: Path) -> None:
    scale = read_scale(run("images").scale_path)
    assert scale is not None and scale.spans == {"input1": (0.0, 16.0)}
    write_scale(tmp_path / "s.safetensors", scale._replace(spans={}, vocabularies={}, found={}))
    assert read_scale(tmp_path / "s.safetensors") is not None


HOW = {
    "classes": (Answering("o", "classes", ("cat", "dog")), [[0.25], [0.75]]),
    "unnamed": (Answering("o", "classes", ()), [[0.25], [0.75]]),
    "mask": (Answering("o", "classes", ("cat", "dog"), (2,)), [[0.25, 0.5], [0.75, 0.5]]),
    "yes": (Answering("o", "switches", ("no", "yes")), [[0.25], [0.75]]),
    "labels": (Answering("o", "switches", (), (2,)), [[0.25, 0.75], [0.75, 0.25]]),
    "number": (Answering("o", "numbers", ()), [3.5]),
    "numbers": (Answering("o", "numbers", (), (2,)), [3.5, 4.5]),
}
SAID: dict[str, dict[str, Any]] = {
    "classes": {"class": "dog", "probability": 0.75, "probabilities": {"cat": 0.25, "dog": 0.75}},
    "unnamed": {"class": "1", "probability": 0.75, "probabilities": {"0": 0.25, "1": 0.75}},
    "mask": {
        "class": ["dog", "cat"], "probability": [0.75, 0.5], "probabilities": {"cat": [0.25, 0.5], "dog": [0.75, 0.5]},
    },
    "yes": {"class": "yes", "probability": 0.75, "probabilities": {"no": 0.25, "yes": 0.75}},
    "labels": {"value": [1, 0], "probability": [0.75, 0.25]},
    "number": {"value": 3.5},
    "numbers": {"value": [3.5, 4.5]},
}  # fmt: skip


@pytest.mark.parametrize("name", HOW)
def test_what_is_given_is_put_into_words(name: str) -> None:
    how, values = HOW[name]
    record = prediction(np.array(values), how)
    assert record == SAID[name]
    both = whole([np.array(values)] * 2, [how, how._replace(id="p")])
    assert both == {"outputs": {"o": record, "p": record}}
    for classes in (True, False):
        for found, many in ((record, [how]), (both, [how, how._replace(id="p")])):
            names = header(many, classes) if name != "unnamed" else header(many, classes=False)
            assert len(names) == len(cells("a", found, many, classes and name != "unnamed"))


@pytest.mark.parametrize("name", ["images", "classes"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_given_stays_as_it_is_and_is_answered_alike_again(run: Run, name: str, dtype: str) -> None:
    predictor = predictor_for(run(name).path)
    (wanted,) = predictor.asked.inputs
    values = np.random.default_rng(1).normal(size=(5, *wanted.shape)).astype(np.float32).astype(dtype)
    before, names = values.copy(), list("abcde")

    def answers(given: np.ndarray) -> list[np.ndarray]:
        return [part for item in predictor.answers(iter([Piece(names, {wanted.id: given})])) for part in item.outputs]  # type: ignore[union-attr]

    first, again = answers(values), answers(values)
    assert np.array_equal(values, before)
    assert all(part.dtype == np.float32 for part in first)
    for one, other, plain in zip(first, again, answers(before.astype(np.float32)), strict=True):
        assert np.array_equal(one, other) and np.array_equal(one, plain)


def test_an_error_of_data_keeps_its_words_and_another_gets_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for error, said in (
        (DataError("The file is gone."), "The file is gone."),
        (ProbeError("Ask again."), "Ask again."),
        (ValueError("of two kinds."), "The network could not be run: ValueError: of two kinds."),
        (MemoryError(), "The memory ran out. Choose fewer samples, or another device."),
    ):
        with pytest.raises(Failed) as raised, failures():
            raise error
        assert str(raised.value) == said
    assert "ValueError: of two kinds" in capsys.readouterr().err
