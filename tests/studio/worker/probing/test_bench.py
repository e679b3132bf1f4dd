"""What may be wrong with a run that is asked: each is a sentence that says what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from data_examples import GOOD
from documents import REVIEWS, Layers, chain, cnn
from safetensors.numpy import load, save
from trained_runs import Asking, trained

from models.document import Document
from studio.running.launch import new_run
from studio.runs.checkpoints import _digest, _sum
from studio.runs.files.atomic import to_json
from studio.runs.folder import RunFolder
from studio.runs.samples.scale import read_scale, write_scale
from studio.runs.source import ANY
from studio.worker.probing.bench import Bench, checkpoint_of, subject_of
from studio.worker.training.loop import outputs_of

Run = Callable[[str], RunFolder]


@pytest.fixture
def copy(run: Run, tmp_path: Path) -> Callable[[str], RunFolder]:
    """A copy of a run that a test may damage."""

    def make(name: str) -> RunFolder:
        path = tmp_path / f"copy-{name}"
        shutil.copytree(run(name).path, path)
        return RunFolder.open(path)

    return make


def rewrite(run: RunFolder, change: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]) -> None:  # type: ignore[type-arg]
    """Other weights in the best checkpoint, sealed as if they had been saved."""
    checkpoint = run.checkpoints.get("best")
    assert checkpoint is not None
    file = checkpoint.path / "weights.safetensors"
    file.write_bytes(save(change(load(file.read_bytes()))))
    manifest = json.loads((checkpoint.path / "manifest.json").read_text())
    manifest["files"]["weights.safetensors"] = _digest(file)
    manifest.pop("sum")
    (checkpoint.path / "manifest.json").write_bytes(to_json({**manifest, "sum": _sum(manifest)}))


def bench_of(run: RunFolder, asking: Asking) -> Bench:
    checkpoint = checkpoint_of(run, "best")
    return Bench(subject_of(asking.question("about", run), run, checkpoint), run, checkpoint)


def test_the_network_has_the_weights_of_its_checkpoint_and_does_not_learn(run: Run, asking: Asking) -> None:
    bench = bench_of(run("images"), asking)
    checkpoint = run("images").checkpoints.get("best")
    assert checkpoint is not None and not bench.model.training
    saved = load((checkpoint.path / "weights.safetensors").read_bytes())
    for name, weight in bench.model.state_dict().items():
        np.testing.assert_array_equal(weight.numpy(), saved[name])


def test_a_run_without_weights(tmp_path: Path, asking: Asking) -> None:
    run = new_run(cnn(), None, tmp_path / "runs")
    assert "has kept no weights" in asking.failure("thought", run, sample=0)
    assert asking.ask("thought", run, sample=0, checkpoint="").arrays["chances"].sum() == pytest.approx(1)


def test_weights_of_another_network_are_told_by_the_first_that_differs(copy: Run, asking: Asking) -> None:
    run = copy("images")
    rewrite(run, lambda weights: {**weights, "conv1.weight": np.zeros((9, 1, 3, 3), np.float32)})
    assert "conv1.weight is 9×1×3×3, not 6×1×3×3" in asking.failure("scores", run)
    rewrite(run, lambda weights: {name: array for name, array in weights.items() if name != "conv1.weight"})
    assert "conv1.weight is missing, not 6×1×3×3" in asking.failure("scores", run)


def test_weights_that_are_no_numbers_are_told_by_layer(copy: Run, asking: Asking) -> None:
    run = copy("images")

    def spoil(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
        weights["fc1.weight"][0, :3] = np.nan
        return weights

    rewrite(run, spoil)
    assert "fc1.weight holds 3 values that are not numbers" in asking.failure("scores", run)


def test_weights_asked_for_by_their_folder_stay_while_a_training_saves_others(copy: Run, asking: Asking) -> None:
    run = copy("images")
    folder = asking.ask("about", run).facts["checkpoint"]
    before = asking.ask("thought", run, sample=0, checkpoint=folder).arrays["chances"]
    shutil.rmtree(run.path / "checkpoints")
    again = asking.ask("thought", run, sample=0, checkpoint=folder).arrays["chances"]
    np.testing.assert_array_equal(before, again)
    assert "replaced these weights by newer ones" in Asking(asking.folder).failure(
        "thought", run, sample=0, checkpoint=folder
    )


def test_data_is_let_go_where_it_takes_too_much(run: Run, asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.worker.probing.bench.MOST_BYTES", 1)
    asking.ask("thought", run("classes"), sample=0)
    asking.ask("thought", run("classes"), sample=0, data={"source": "iris", "seed": 5})
    assert asking.desk._seat is not None and asking.desk._seat._bench is not None
    assert list(asking.desk._seat._bench._data) == ['{"seed": 5, "source": "iris"}']
    assert len(asking.desk._seat._bench._rows) == 1


def test_a_damaged_checkpoint_is_refused(copy: Run, asking: Asking) -> None:
    run = copy("images")
    checkpoint = run.checkpoints.get("best")
    assert checkpoint is not None
    with open(checkpoint.path / "weights.safetensors", "r+b") as file:
        file.seek(200)
        file.write(b"\x55\x55")
    assert "is damaged" in asking.failure("scores", run)


def test_source_that_came_with_a_run_is_not_run_unasked(copy: Run, asking: Asking, tmp_path: Path) -> None:
    run = copy("images")
    (run.path / "model.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n" + run.source_path.read_text())
    assert "does not generate" in asking.failure("about", run)
    assert not (tmp_path / "ran").exists()
    answer = asking.ask("maps", run, sample=0, trust=ANY)
    assert (tmp_path / "ran").exists()
    assert "conv1" in [layer["id"] for layer in answer.facts["layers"]], "modules are seen through hooks"


def with_file(tmp_path: Path) -> tuple[Document, Path]:
    generator = np.random.default_rng(0)
    path = tmp_path / "own.npz"
    y = np.arange(60) % 10
    np.savez(path, x=generator.normal(y[:, None, None, None], 1, (60, 1, 8, 8)).astype(np.float32), y=y)
    return cnn(epochs=1, data={"source": "numpy", "path": str(path)}), path


def test_data_that_has_moved_is_said_and_other_data_can_be_asked_about(tmp_path: Path, asking: Asking) -> None:
    document, path = with_file(tmp_path)
    run = trained(document, tmp_path / "runs")
    assert asking.ask("scores", run).facts["examples"] == 10
    moved = path.rename(tmp_path / "elsewhere.npz")
    other = Asking(tmp_path)
    facts = other.ask("about", run).facts
    assert "own.npz" in facts["lost"] and facts["layers"]
    again = other.ask("scores", run, data={"source": "numpy", "path": str(moved)}, part="all")
    np.testing.assert_array_equal(again.arrays["truth"], np.arange(60) % 10)
    elsewhere = {"source": "numpy", "path": str(moved)}
    assert other.ask("about", run, data=elsewhere).facts["notes"] == []
    run.scale_path.unlink()
    notes = Asking(tmp_path).ask("about", run, data={**elsewhere, "seed": 1}).facts["notes"]
    assert any("from before scales were kept with runs. This data is scaled by its own mean" in note for note in notes)


def test_the_scale_of_the_run_is_taken_whatever_mean_the_data_has_by_now(tmp_path: Path, asking: Asking) -> None:
    document, path = with_file(tmp_path)
    run = trained(document, tmp_path / "runs")
    before = asking.ask("scores", run, part="all").arrays["loss"]
    arrays = dict(np.load(path))
    doubled = np.concatenate([arrays["x"], arrays["x"] + 50])
    np.savez(tmp_path / "other.npz", x=doubled, y=np.concatenate([arrays["y"], arrays["y"]]))
    data = {"source": "numpy", "path": str(tmp_path / "other.npz")}
    after = Asking(tmp_path).ask("scores", run, data=data, part="all").arrays["loss"][:60]
    np.testing.assert_allclose(np.sort(after), np.sort(before), rtol=1e-5)
    np.savez(path, x=doubled, y=np.concatenate([arrays["y"], arrays["y"]]))
    own = Asking(tmp_path).ask("scores", run, part="all").arrays["loss"]
    assert np.isin(np.round(before, 4), np.round(own, 4)).all()


def test_a_damaged_scale_is_said_and_that_of_the_runs_data_is_taken(tmp_path: Path, asking: Asking) -> None:
    document, path = with_file(tmp_path)
    run = trained(document, tmp_path / "runs")
    expected = asking.ask("scores", run, part="all").arrays["loss"]
    run.scale_path.write_bytes(b"no scale")
    other = {"source": "numpy", "path": str(path), "seed": 2}
    found = Asking(tmp_path).ask("scores", run, data=other, part="all").arrays["loss"]
    np.testing.assert_allclose(np.sort(found), np.sort(expected), rtol=1e-5)
    path.rename(tmp_path / "gone.npz")
    notes = Asking(tmp_path).ask("about", run, data={**other, "path": str(tmp_path / "gone.npz")}).facts["notes"]
    assert any("scale.safetensors holds no answer" in note for note in notes)


def test_data_of_another_shape_than_the_scale_is_a_sentence(tmp_path: Path, asking: Asking, run: Run) -> None:
    names = np.array(["setosa", "virginica", "setosa", "virginica"])
    np.savez(tmp_path / "wide.npz", x=np.zeros((4, 5), np.float32), y=names)
    data = {"source": "numpy", "path": str(tmp_path / "wide.npz")}
    sentence = asking.failure("scores", run("classes"), data=data, part="all")
    assert "holds 5, but the run was scaled by 4. Choose data of its shape." in sentence


def test_data_that_has_changed_since_is_said(tmp_path: Path, asking: Asking) -> None:
    document, path = with_file(tmp_path)
    run = trained(document, tmp_path / "runs")
    assert asking.ask("about", run).facts["changed"] is False
    arrays = dict(np.load(path))
    np.savez(path, x=arrays["x"] + 1, y=arrays["y"])
    assert Asking(tmp_path).ask("about", run).facts["changed"] is True


def test_a_single_sample_is_enough_of_other_data(tmp_path: Path, asking: Asking, run: Run) -> None:
    np.savez(tmp_path / "one.npz", x=np.full((1, 1, 8, 8), 9, np.uint8), y=np.array(["3"]))
    data = {"source": "numpy", "path": str(tmp_path / "one.npz")}
    answer = asking.ask("scores", run("images"), data=data, part="all")
    assert answer.arrays["truth"].tolist() == [3] and answer.facts == {"examples": 1, "positions": 1}
    assert "needs 3 samples" in asking.failure("projection", run("images"), data=data, part="all")


def test_other_data_is_scaled_and_its_classes_numbered_as_the_runs_own(tmp_path: Path, asking: Asking) -> None:
    document, path = with_file(tmp_path)
    run = trained(document, tmp_path / "runs")
    arrays = dict(np.load(path))
    few = arrays["y"] >= 8
    names = np.array([f"{number}" for number in arrays["y"][few]])
    np.savez(tmp_path / "few.npz", x=arrays["x"][few] * 3, y=names)
    answer = asking.ask("scores", run, data={"source": "numpy", "path": str(tmp_path / "few.npz")}, part="all")
    assert set(answer.arrays["truth"].tolist()) == {8, 9} and answer.facts["examples"] == few.sum()
    np.savez(tmp_path / "odd.npz", x=arrays["x"][few], y=np.where(names == "8", "cat", "dog"))
    sentence = asking.failure("scores", run, data={"source": "numpy", "path": str(tmp_path / "odd.npz")}, part="all")
    assert "class “cat” that the network never learned" in sentence


def test_other_texts_have_the_ids_of_the_runs_own_vocabulary(tmp_path: Path, asking: Asking) -> None:
    (tmp_path / "own").mkdir()
    data = {"source": "text", **GOOD["text"](tmp_path / "own"), "path": str(tmp_path / "own")}
    layers: Layers = [
        ("input1", "Input", {"shape": [8], "dtype": "int"}),
        ("embedding1", "Embedding", {"num_embeddings": 12, "embedding_dim": 3}),
        ("flatten1", "Flatten", {}), ("fc1", "Linear", {"out_features": 2}), ("output1", "Output", {}),
    ]  # fmt: skip
    run = trained(chain(layers, epochs=1, data=data), tmp_path / "runs")
    own = asking.ask("scores", run, part="all")
    shutil.copytree(tmp_path / "own", tmp_path / "other")
    others = {**data, "path": str(tmp_path / "other")}
    other = asking.ask("scores", run, data=others, part="all")
    for name in ("certainty", "loss"):
        np.testing.assert_allclose(np.sort(other.arrays[name]), np.sort(own.arrays[name]), rtol=1e-5)
    for file in (tmp_path / "other" / "good").iterdir():
        file.write_text("Entirely strange words")
    assert "good" in asking.ask("about", run, data=others).facts["outputs"][0]["classes"]
    scale = read_scale(run.scale_path)
    assert scale is not None and scale.vocabularies["input1"][:2] == ("<padding>", "<unknown>")
    write_scale(run.scale_path, scale._replace(vocabularies={}))
    shutil.copytree(tmp_path / "own", tmp_path / "third")
    told = asking.failure("scores", trained_anew(run), data={**data, "path": str(tmp_path / "third")}, part="all")
    assert "from before vocabularies were kept" in told


def test_texts_of_another_table_have_the_ids_of_the_runs_own_columns(run: Run, asking: Asking, tmp_path: Path) -> None:
    folder = run("written")
    own = asking.ask("scores", folder, part="all")
    (tmp_path / "other.csv").write_text(REVIEWS)
    data = {**asking.bench.document.data, "path": str(tmp_path / "other.csv")}
    other = asking.ask("scores", folder, data=data, part="all")
    np.testing.assert_allclose(np.sort(other.arrays["loss"]), np.sort(own.arrays["loss"]), rtol=1e-5)
    about = asking.ask("about", folder, data=data).facts
    words, numbers = about["inputs"]
    assert words["words"][:3] == ["<padding>", "<unknown>", "a"] and not numbers["words"]
    few = "review,stars,color,kind\nstrange,3,red,a\nodd,4,blue,b\n"
    (tmp_path / "few.csv").write_text(few)
    told = asking.ask("about", folder, data={**data, "path": str(tmp_path / "few.csv")}).facts
    assert told["counts"][0] == 2, "two words are no sentences, but the run knows the column as texts"


def trained_anew(run: RunFolder) -> RunFolder:
    """The same run in another folder, which no bench knows yet."""
    shutil.copytree(run.path, run.path.with_name("20250101-000000-copied-abcd"))
    return RunFolder.open(run.path.with_name("20250101-000000-copied-abcd"))


def test_the_taps_of_a_bench_compute_what_its_network_does(run: Run, asking: Asking) -> None:
    for name in ("images", "tables", "tokens"):
        bench = bench_of(run(name), asking)
        question = asking.question("about", run(name))
        from studio.worker.process.control import Control

        inputs, _ = bench.rows(question, Control(), lambda done, total: None).pick([0, 1])
        with torch.no_grad():
            assert torch.equal(bench.taps.run(inputs)[0][0], outputs_of(bench.model, inputs)[0])


def test_a_sample_that_there_is_not(run: Run, asking: Asking) -> None:
    for row in (-1, 359, 10**9):
        assert "the data has 359" in asking.failure("thought", run("images"), sample=row)
    assert "Expected an integer for “sample”" in asking.failure("thought", run("images"), sample="x")
