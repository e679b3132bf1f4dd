"""Packages and cards: a package answers as `netloom predict` does, without Netloom; its own test passes; cards tell."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from data_examples import GOOD
from documents import Layers, chain, two_ended
from PIL import Image
from recordings import tone, wav
from trained_runs import Asking, asking, run, trained

from models.document.edits import AddNode, Connect
from models.network import Edge, Node
from models.scoring.predictions import Answering, whole
from studio.exports import EXPORTS, OfRun
from studio.runs.folder import RunFolder
from studio.worker.exporting.packaging import package_name
from studio.worker.exporting.subject import network_of
from support import run_python

__all__ = ["asking", "run"]

Run = Callable[[str], RunFolder]
FILES = {
    "README.md", "pyproject.toml", "{0}/__init__.py", "{0}/network.py", "{0}/reading.py", "{0}/predictions.py",
    "{0}/predict.py", "{0}/about.json", "{0}/weights.safetensors", "tests/test_{0}.py", "tests/examples.safetensors",
}  # fmt: skip


def packaged(asking: Asking, folder: RunFolder, place: Path) -> str:
    """Write the package of a run; gives its name."""
    asking.ask("package", folder, path=str(place))
    name = package_name(str(folder.header["title"]))
    found = {str(path.relative_to(place).as_posix()) for path in place.rglob("*") if path.is_file()}
    assert found == {file.format(name) for file in FILES}
    return name


def both(
    asking: Asking, folder: RunFolder, place: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, Any]:
    """What Netloom and what the package predict for a file."""
    name = packaged(asking, folder, place)
    answer = asking.ask("predictions", folder, files=[str(file)])
    how = [Answering(**{**item, "places": tuple(item["places"])}) for item in answer.facts["outputs"]]
    arrays = [answer.arrays[f"answers.{at}"] for at in range(len(how))]
    mine = [whole(outputs, how) for outputs in zip(*arrays, strict=True)]
    return mine, list(predicts(place, name, monkeypatch)(file).values())


def predicts(place: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], dict[str, Any]]:
    """The function of a package that was just written."""
    monkeypatch.syspath_prepend(str(place))
    for module in [module for module in sys.modules if module.partition(".")[0] == name]:
        monkeypatch.delitem(sys.modules, module)
    found: Callable[[Path], dict[str, Any]] = importlib.import_module(f"{name}.predict").predict
    return found


def close(mine: Any, theirs: Any) -> None:
    """Compare predictions, numbers nearly."""
    assert type(mine) is type(theirs)
    if isinstance(mine, dict):
        assert mine.keys() == theirs.keys()
        for key, value in mine.items():
            close(value, theirs[key])
    elif isinstance(mine, list):
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            close(one, other)
    elif isinstance(mine, float):
        assert mine == pytest.approx(theirs, rel=1e-4, abs=1e-5)
    else:
        assert mine == theirs


def images(folder: Path) -> tuple[str, Path]:
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)).save(folder / "a.png")
    return "images", folder / "a.png"


def table(folder: Path) -> tuple[str, Path]:
    names = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)"
    (folder / "a.csv").write_text(f"{names}\n5.1,3.5,1.4,0.2\n7,3.2,4.7,1.4\n")
    return "classes", folder / "a.csv"


def points(folder: Path) -> tuple[str, Path]:
    np.save(folder / "a.npy", np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32))
    return "switch", folder / "a.npy"


def pixels(folder: Path) -> tuple[str, Path]:
    """Without the dimension of channels, in an archive of one array."""
    np.savez(folder / "a.npz", some=np.random.default_rng(0).integers(0, 16, (3, 8, 8), dtype=np.uint8))
    return "images", folder / "a.npz"


def texts(folder: Path) -> tuple[str, Path]:
    """Texts beside numbers, with words that the training never saw, and none."""
    rows = "4,red,A fine zeppelin told well\n2,blue,\n0,blue,a dull story of people\n"
    (folder / "a.csv").write_text(f"stars,color,review\n{rows}")
    return "written", folder / "a.csv"


@pytest.mark.parametrize("make", [images, table, points, pixels, texts])
def test_a_package_predicts_what_netloom_predicts(
    make: Callable[[Path], tuple[str, Path]], run: Run, asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, file = make(tmp_path)
    mine, theirs = both(asking, run(name), tmp_path / "out", file, monkeypatch)
    close(mine, theirs)


def heights(folder: Path) -> RunFolder:
    """Two numbers far from 0, of very different sizes, each with a variance."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(200, 4)).astype(np.float32)
    y = np.stack([5_000 + 300 * x[:, 0], 2 + 0.01 * x[:, 1]], 1).astype(np.float32)
    np.savez(folder / "some.npz", x=x, y=y)
    layers: Layers = [("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {"out_features": 4})]
    data = {"source": "numpy", "path": str(folder / "some.npz")}
    return trained(
        chain([*layers, ("output1", "Output", {"loss": "GaussianNLLLoss"})], data=data, epochs=2), folder / "runs"
    )


def test_variances_leave_in_the_unit_of_their_numbers(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = heights(tmp_path)
    rows = np.random.default_rng(1).normal(size=(5, 4)).astype(np.float32)
    np.save(tmp_path / "a.npy", rows)
    mine, theirs = both(asking, folder, tmp_path / "out", tmp_path / "a.npy", monkeypatch)
    close(mine, theirs)
    assert asking.desk._seat is not None and asking.desk._seat._bench is not None
    bench = asking.desk._seat._bench
    unit = bench.objectives[0].unit
    assert unit is not None and bench.scale is not None and bench.scale.inputs["input1"] is not None
    (mean, std), (x_mean, x_std) = unit, map(torch.from_numpy, bench.scale.inputs["input1"])
    with torch.no_grad():
        whole_one = network_of(bench, scaled=True)(torch.from_numpy(rows))
        bare = bench.model((torch.from_numpy(rows) - x_mean) / x_std)
    assert torch.allclose(whole_one[:, :2], bare[:, :2] * std + mean)
    assert torch.allclose(whole_one[:, 2:].exp(), bare[:, 2:].exp() * std.square(), rtol=1e-4)
    assert [item["value"] for item in mine] == [pytest.approx(row, rel=1e-5) for row in whole_one[:, :2].tolist()]


TOKENS: Layers = [
    ("input1", "Input", {"shape": [8], "dtype": "int"}),
    ("embedding1", "Embedding", {"num_embeddings": 12, "embedding_dim": 3}),
    ("flatten1", "Flatten", {}), ("fc1", "Linear", {"out_features": 2}), ("output1", "Output", {}),
]  # fmt: skip
SOUND: Layers = [
    ("input1", "Input", {"shape": [25, 40]}),
    ("flatten1", "Flatten", {}), ("fc1", "Linear", {"out_features": 2}), ("output1", "Output", {}),
]  # fmt: skip


def test_numbers_with_signs_are_read_by_a_package(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f'"{row * 991:,}.5 $",{row} %,{"ab"[row % 2]}\n' for row in range(24))
    (tmp_path / "a.csv").write_text(f"price,share,kind\n{rows}", encoding="utf-8")
    layers: Layers = [
        ("input1", "Input", {"shape": [2]}), ("fc1", "Linear", {"out_features": 2}), ("output1", "Output", {}),
    ]  # fmt: skip
    data = {"source": "csv", "path": str(tmp_path / "a.csv")}
    folder = trained(chain(layers, epochs=1, data=data), tmp_path / "runs", "prices")
    new = tmp_path / "new.csv"
    new.write_text('price,share\n"1,234 $",5%\n77.25,5\n"2,000.5 $",0\n', encoding="utf-8")
    mine, theirs = both(asking, folder, tmp_path / "out", new, monkeypatch)
    assert len(mine) == 3
    close(mine, theirs)


def own_data(kind: str, folder: Path) -> dict[str, Any]:
    found = GOOD[kind](folder)
    return {"source": kind, **found, "path": str(folder / found["path"])}


def test_texts_are_read_by_the_vocabulary(asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    folder = trained(chain(TOKENS, epochs=1, data=own_data("text", tmp_path / "data")), tmp_path / "runs", "reviews")
    (tmp_path / "new.txt").write_text("An awful zeppelin, very very awful")
    close(*both(asking, folder, tmp_path / "out", tmp_path / "new.txt", monkeypatch))


def test_recordings_are_read_as_spectrograms(asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    data = own_data("frames", tmp_path / "data")
    shape = [2 * data.get("context", 12) + 1, data.get("mel_bins", 40)]
    layers = [(id, kind, {"shape": shape} if kind == "Input" else more) for id, kind, more in SOUND]
    folder = trained(chain(layers, epochs=1, data=data), tmp_path / "runs", "tones")
    (tmp_path / "new.wav").write_bytes(wav(tone(300.0)))
    close(*both(asking, folder, tmp_path / "out", tmp_path / "new.wav", monkeypatch))


def test_it_needs_no_netloom_and_its_own_test_passes(run: Run, asking: Asking, tmp_path: Path) -> None:
    name = packaged(asking, run("tables"), tmp_path / "out")
    done = run_python(
        f"import sys; sys.path[:0] = [{str(tmp_path / 'out')!r}, {str(tmp_path / 'out' / 'tests')!r}]\n"
        f"import test_{name}; test_{name}.test_it_answers_as_it_did()\n"
        "assert not [item for item in sys.modules if item.partition('.')[0] in ('studio', 'models', 'widgets')]\n"
        f"import {name}.predict; sys.argv = ['predict', 'nothing.csv']\n"
        f"{name}.predict.main()"
    )
    assert "No such file" in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_several_inputs_are_read_from_an_archive(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = trained(two_ended(tmp_path, epochs=1), tmp_path / "runs", "ends")
    arrays = dict(np.load(tmp_path / "ends.npz"))
    np.savez(tmp_path / "new.npz", picture=arrays["image"][:3], size=arrays["facts"][:3])
    close(*both(asking, folder, tmp_path / "out", tmp_path / "new.npz", monkeypatch))


@pytest.mark.parametrize("names", [("words", "size"), ("review", "stars")], ids=["Inputs", "columns"])
def test_token_ids_beside_numbers_are_read_from_an_archive(
    run: Run, asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str]
) -> None:
    generator = np.random.default_rng(1)
    words, sizes = generator.integers(0, 12, (3, 8)), generator.normal(3, 2, 3)
    np.savez(tmp_path / "new.npz", **{names[0]: words.astype(np.int32), names[1]: sizes})
    mine, theirs = both(asking, run("mixed"), tmp_path / "out", tmp_path / "new.npz", monkeypatch)
    close(mine, theirs)
    assert len(mine) == 3


def test_texts_beside_numbers_are_refused_with_what_to_do(
    run: Run, asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Netloom and by the package: each names the Inputs, and what would feed them."""
    folder = run("mixed")
    name = packaged(asking, folder, tmp_path / "out")
    (tmp_path / "a.csv").write_text("review,stars\ngood film,3\n")
    (tmp_path / "a.md").write_text("A good film")
    np.save(tmp_path / "a.npy", np.zeros((2, 8)))
    np.savez(tmp_path / "a.npz", review=np.zeros((2, 8)))
    np.savez(tmp_path / "b.npz", review=np.zeros((2, 8)), stars=np.zeros(3))
    wide = ",".join("abcdefgh")
    (tmp_path / "b.csv").write_text(f"{wide}\n{wide}\n")
    files = [str(tmp_path / file) for file in ("a.csv", "a.md", "a.npy", "b.csv", "a.npz", "b.npz")]
    left = asking.ask("predictions", folder, files=files).facts["left"]
    assert len(left) == len(files)
    for (_, why), what in zip(left, ("a table", "a .md file", "one array", "a table"), strict=False):
        assert f"Inputs (words, size), which {what} cannot feed. " in why
        assert why.endswith("Use .npz with an array for each; texts as token IDs.")
    assert "expected an array “stars”, found review" in left[4][1] and "as many examples" in left[5][1]
    predict = predicts(tmp_path / "out", name, monkeypatch)
    expected = "expected a .npz file with an array for each Input (review, stars); token IDs for texts."
    said = [expected] * 4 + [
        "expected an array stars, found review.", "expected as many examples for each Input, found [2, 3]."
    ]  # fmt: skip
    for file, sentence in zip(map(Path, files), said, strict=True):
        with pytest.raises(ValueError, match=re.escape(f"{file.name}: {sentence}")):
            predict(file)


PICTURE: Layers = [
    ("picture", "Input", {"shape": [3, 4, 6]}), ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 2}), ("output1", "Output", {}),
]  # fmt: skip


@pytest.mark.parametrize("mixed", [True, False], ids=["with numbers", "alone"])
def test_images_are_read_from_the_rows_of_a_table(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mixed: bool
) -> None:
    head, noise = "file,age,sex,same", np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for number in range(24):
        Image.fromarray(noise.integers(0, 255, (5, 7, 3), dtype=np.uint8)).save(tmp_path / f"photos/p{number}.png")
    rows = [f"p{number}.png,{number / 7},{'fm'[number % 2]},{'yn'[number % 2]}" for number in range(24)]
    (tmp_path / "labels.csv").write_text("\n".join([head, *rows]))
    inputs = {"picture": "file", "facts": "*"} if mixed else {"picture": "file"}
    data = {"source": "image_table", "path": str(tmp_path / "labels.csv"), "inputs": inputs}
    data |= {"size": [4, 6], "targets": {"output1": "same"}}
    middle: Layers = [("concat1", "Concat", {})] if mixed else []
    document = chain([*PICTURE[:2], *middle, *PICTURE[2:]], epochs=1, data=data)
    if mixed:
        document.apply(AddNode(Node("facts", "Input", {"shape": [3]})))
        document.apply(Connect(Edge("facts", "output", "concat1", document.network["concat1"].inputs[0].name)))
    folder = trained(document, tmp_path / "runs", "faces")
    new = tmp_path / "new.csv"
    new.write_text(f"{head}\np1.png,3,f,\n./photos\\p2.png,4,m,\np3.png,5,f,\n")
    mine, theirs = both(asking, folder, tmp_path / "out", new, monkeypatch)
    close(mine, theirs)
    assert len(mine) == 3
    new.write_text(f"{head}\n../p1.png,3,f,\n")
    assert not answered(folder, new), "nothing but what lies beneath the table is opened"


def answered(folder: RunFolder, file: Path) -> bool:
    """Whether the package that was written last reads a file."""
    read = sys.modules[f"{package_name(str(folder.header['title']))}.predict"].predict
    try:
        return bool(read(file))
    except ValueError as error:
        assert "beneath" in str(error)
        return False


@pytest.mark.parametrize(
    ("title", "name"), [("My Net 2", "my_net_2"), ("2 nets", "network_2_nets"), ("Blüten", "bl_ten"), ("…", "network")]
)
def test_titles_become_names_of_packages(title: str, name: str) -> None:
    assert package_name(title) == name and name.isidentifier()


def test_a_card_tells_of_the_run(run: Run, tmp_path: Path) -> None:
    card = EXPORTS["card"]()
    assert isinstance(card, OfRun)
    (path,) = card.write(run("images"), "best", tmp_path / "card.md")
    text = path.read_text()
    for heading in ("Model", "Intended use", "Training data", "Training", "Results", "Limits"):
        assert f"## {heading}\n" in text
    assert "10 classes: 0, 1, 2" in text and "| Input input1 | 1×8×8 numbers |" in text
    accuracy = re.search(r"\| accuracy \| ([\d.]+) \| ([\d.]+) \|", text)
    assert accuracy and 0 < float(accuracy[1]) <= 1
    assert "CrossEntropyLoss" in text and text.startswith("---\nlibrary_name: pytorch\n")
    (path,) = card.write(run("tables"), "best", tmp_path / "numbers.md")
    assert "regression" in path.read_text() and "numbers" in path.read_text()
    assert json.loads(re.search(r"model_name: (.*)", text)[1])  # type: ignore[index]
