"""What may be wrong with what is inspected, as it is met in the window: a sentence, and what it says to do works."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from documents import Layers, chain, mlp
from safetensors.numpy import load, save
from trained_runs import trained
from waiting import inspected

from studio.runs.checkpoints import _digest, _sum
from studio.runs.files.atomic import to_json
from studio.runs.folder import RunFolder
from studio.workspaces.inspect.workspace import InspectWorkspace

Open = Callable[..., InspectWorkspace]
Weights = dict[str, np.ndarray]  # type: ignore[type-arg]
TURNED: Layers = [
    ("input1", "Input", {"shape": [4], "dtype": "int"}),
    ("turned1", "Flatten", {}),
    ("embedding1", "Embedding", {"num_embeddings": 6, "embedding_dim": 3}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 2}),
    ("output1", "Output", {}),
]
"""What reads the tokens gives tokens still, so that no slope leads to them."""


def said(page: InspectWorkspace) -> str:
    return " ".join(note.text() for note in page.notes)


def rewrite(run: RunFolder, name: str, change: Callable[[Weights], None]) -> None:
    """Other weights in a checkpoint, sealed as if they had been saved."""
    checkpoint = run.checkpoints.get(name)
    assert checkpoint is not None
    file = checkpoint.path / "weights.safetensors"
    weights = load(file.read_bytes())
    change(weights)
    file.write_bytes(save(weights))
    manifest = json.loads((checkpoint.path / "manifest.json").read_text())
    manifest["files"]["weights.safetensors"] = _digest(file)
    manifest.pop("sum")
    (checkpoint.path / "manifest.json").write_bytes(to_json({**manifest, "sum": _sum(manifest)}))


def test_weights_that_are_no_numbers_are_named_and_other_weights_are_shown(page_of: Open, tmp_path: Path) -> None:
    run = trained(mlp(epochs=1), tmp_path / "runs", "spoiled")

    def spoil(weights: Weights) -> None:
        weights["fc1.weight"][0, :3] = np.nan

    last = run.checkpoints.get("last")
    assert last is not None
    shutil.copytree(last.path, last.path.with_name("step-000000000009-000"))
    names = {"best": "step-000000000009-000", "last": last.path.name}
    (last.path.parent / "names.json").write_text(json.dumps(names))
    rewrite(run, "best", spoil)
    page = page_of(tmp_path / "runs", "spoiled")
    assert "fc1.weight holds 3 values that are not numbers. Choose an earlier checkpoint." in said(page)
    assert page.results is None
    page.strip.checkpoint_changed.emit("last")
    inspected(page)
    assert page.results is not None and said(page) == ""


def test_weights_of_another_network_are_said_with_the_first_that_differs(page_of: Open, tmp_path: Path) -> None:
    run = trained(mlp(epochs=1), tmp_path / "runs", "other")
    for name in ("best", "last"):
        rewrite(run, name, lambda weights: weights.update({"fc1.weight": np.zeros((2, 2), np.float32)}))
    page = page_of(tmp_path / "runs", "other")
    assert "These weights are of another network: fc1.weight is 2×2" in said(page)
    assert "Train it again." in said(page)


def test_one_sample_and_a_class_that_never_occurs(page_of: Open, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    np.savez(tmp_path / "two.npz", x=x, y=np.array(["no", "yes"])[np.arange(40) % 2])
    layers: Layers = [("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {"out_features": 2}), ("o", "Output", {})]
    data = {"source": "numpy", "path": str(tmp_path / "two.npz")}
    trained(chain(layers, data=data, epochs=1), tmp_path / "runs", "two")
    np.savez(tmp_path / "one.npz", x=x[:1], y=np.array(["no"]))
    page = page_of(tmp_path / "runs", "two")
    page.use_file(tmp_path / "one.npz")
    inspected(page)
    assert page.results is not None and page.results.count == 1 and page.inside.words.text() == "over 1 sample"
    for name in ("roc", "precision"):
        page.tables.view.set_value(name)
        page.tables.view.changed.emit(name)
        assert page.tables.words.text() == "“yes” never occurs here; try Training"
        assert not page.tables.plot.marks
        page.grab()
    page.inside.view.segment("space").click()
    inspected(page)
    assert "needs 3 samples" in page.inside.words.text()
    page.strip.part.segment("training").click()
    inspected(page)
    assert page.tables.words.text().startswith("average precision 0.")


def test_an_attribution_that_does_not_apply_says_which_one_does(page_of: Open, tmp_path: Path) -> None:
    tokens = np.random.default_rng(0).integers(0, 6, (60, 4))
    np.savez(tmp_path / "tokens.npz", x=tokens, y=tokens[:, 0] % 2)
    data = {"source": "numpy", "path": str(tmp_path / "tokens.npz"), "tokens": True}
    trained(chain(TURNED, data=data, epochs=1), tmp_path / "runs", "tokens")
    page = page_of(tmp_path / "runs", "tokens")
    detail = page.samples.detail
    assert "Try occlusion" in detail.note.text() and detail.looked.heat is None
    detail.method.set_value("occlusion")
    detail.method.changed.emit("occlusion")
    inspected(page)
    assert "Try" not in detail.note.text() and len(detail.tokens.weights) == 4
