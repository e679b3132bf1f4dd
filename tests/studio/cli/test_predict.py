"""``netloom predict``: lists of predictions in three forms, what is left out, what cannot be used."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from trained_runs import run

from studio import cli
from studio.cli.predict.images import png_of, stem_of
from studio.runs.folder import RunFolder

__all__ = ["run"]

Run = Callable[[str], RunFolder]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(2):
        Image.new("L", (12, 12), 100 * number).save(f"{number}.png")
    Path("bad.png").write_bytes(b"no image")


def test_json_is_a_list_with_an_item_an_example(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["predict", str(run("images").path), "0.png", "bad.png", "1.png", "--format", "json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert [set(item) for item in found] == [{"class", "probability", "probabilities"}, {"error"}, set(found[0])]
    assert found[0]["class"] in found[0]["probabilities"] and len(found[0]["probabilities"]) == 10
    assert found[0]["probability"] == max(found[0]["probabilities"].values())
    assert sum(found[0]["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert "Left out: bad.png" in said.err and "0 to 16" in said.err
    np.save("x.npy", np.zeros((3, 10), np.float32))
    assert cli.main(["predict", str(run("tables").path), "x.npy", "--format", "json", "--names"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [item["example"] for item in found] == ["x.npy 1", "x.npy 2", "x.npy 3"]
    assert all(isinstance(item["value"], float) for item in found)


def test_csv_has_a_row_an_example(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
    Path("new.csv").write_text(",".join(names) + "\n5.1,3.5,1.4,0.2\n7,3.2,4.7,1.4\n")
    assert cli.main(["predict", str(run("classes").path), "new.csv", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["example"] for row in rows] == ["new.csv row 2", "new.csv row 3"]
    assert {"class", "probability", "probability of setosa"} <= rows[0].keys()


def test_people_get_a_table(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run("images").path
    assert cli.main(["predict", folder.name, "0.png", "--runs", str(folder.parent), "--checkpoint", "last"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Example") and "0.png" in said and "Probability of" not in said


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (["nothing.png"], "There is no file or folder “nothing.png”"),
        (["bad.png"], "bad.png: "),
        (["song.xyz"], "There is no file or folder"),
    ],
)
def test_without_an_answer_there_is_a_sentence(
    run: Run, capsys: pytest.CaptureFixture[str], files: list[str], sentence: str
) -> None:
    assert cli.main(["predict", str(run("images").path), *files]) == 2
    assert sentence in capsys.readouterr().err


def test_a_run_that_is_none_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["predict", "no-such-run", "0.png"]) == 2
    assert "There is no run" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["png", "npy"])
def test_answers_that_are_images_are_written(run: Run, capsys: pytest.CaptureFixture[str], ending: str) -> None:
    np.save("some.npy", np.zeros((2, 1, 8, 8), np.uint8))
    given = ["0.png", "bad.png", "some.npy", "--images", "out", "--image-format", ending]
    assert cli.main(["predict", str(run("pictures").path), *given, "--format", "json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    names = ["0", "some_1", "some_2"]
    assert sorted(path.name for path in Path("out").iterdir()) == [f"{name}.{ending}" for name in names]
    values = [np.array(answer["value"], np.float32) for answer in answers if "value" in answer]
    for name, wanted in zip(names, values, strict=True):
        if ending == "npy":
            np.testing.assert_allclose(np.load(f"out/{name}.npy"), wanted, rtol=1e-6)
            continue
        with Image.open(f"out/{name}.png") as image:
            np.testing.assert_allclose(np.asarray(image), 255 * wanted[0].clip(0, 1), atol=0.51)


def test_names_of_examples_become_names_of_files() -> None:
    names = ["a.png", "sub/b.tar.gz 3", "x.npz 12", "no suffix", "../..", "C:\\pics\\d.jpg", "archive.v1.2.png"]
    assert [stem_of(name) for name in names] == ["a", "b.tar_3", "x_12", "no_suffix", "example", "d", "archive.v1.2"]


def test_images_have_their_colors_and_other_ranges_are_stretched(tmp_path: Path) -> None:
    colored = np.linspace(0, 1, 27, dtype=np.float32).reshape(3, 3, 3)
    with Image.open(io.BytesIO(png_of(colored))) as image:
        assert image.mode == "RGB" and np.asarray(image)[0, 0].tolist() == [0, 88, 177]
    with Image.open(io.BytesIO(png_of(40 * colored[:1] - 20))) as image:
        assert image.mode == "L" and np.asarray(image).min() == 0 and np.asarray(image).max() == 255


def test_where_nothing_is_an_image_or_nothing_can_be_written_a_sentence_says_so(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["predict", str(run("images").path), "0.png", "--images", "out"]) == 2
    assert "No Output of this network gives images" in capsys.readouterr().err and not Path("out").exists()
    Path("file").write_text("")
    assert cli.main(["predict", str(run("pictures").path), "0.png", "--images", "file"]) == 2
    assert "file cannot be written" in capsys.readouterr().err


def test_the_array_that_is_meant_is_named_by_an_option_or_in_the_file(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    meant, other = np.linspace(0, 1, 30).reshape(3, 10), np.zeros((3, 10))
    np.savez("two.npz", a=meant, b=other)
    ask = ["predict", str(run("tables").path), "--format", "json"]
    assert cli.main([*ask, "two.npz"]) == 2
    said = capsys.readouterr().err
    assert "two.npz: expected an array “x”, found a, b. Call the one to use “x”. Or name it with --array." in said
    assert cli.main([*ask, "two.npz", "--array", "a"]) == 0
    by_option = json.loads(capsys.readouterr().out)
    np.savez("renamed.npz", x=meant, b=other)
    assert cli.main([*ask, "renamed.npz"]) == 0
    assert json.loads(capsys.readouterr().out) == by_option and len(by_option) == 3
    assert cli.main([*ask, "two.npz", "--array", "b"]) == 0
    assert json.loads(capsys.readouterr().out) != by_option


def test_an_array_that_is_not_there_is_told_with_those_that_are(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez("two.npz", a=np.zeros((3, 10)), x=np.zeros((3, 10)))
    ask = ["predict", str(run("tables").path), "two.npz", "--array"]
    assert cli.main([*ask, "q"]) == 2
    assert "expected an array “q”, found a, x. Name one of them." in capsys.readouterr().err
    assert cli.main([*ask, "a"]) == 0


def test_each_of_several_inputs_has_its_array_named(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    from studio.worker.predicting.predictor import predictor_for

    folder = run("mixed").path
    asked = predictor_for(folder).asked.inputs
    arrays = {f"mine{place}": np.ones((2, *wanted.shape), np.int64) for place, wanted in enumerate(asked)}
    np.savez("mine.npz", **arrays)  # type: ignore[arg-type]
    ask = ["predict", str(folder), "mine.npz", "--format", "json"]
    named = [part for place, wanted in enumerate(asked) for part in ("--array", f"{wanted.id}=mine{place}")]
    assert cli.main(ask) == 2 and "Or name it with --array." in capsys.readouterr().err
    assert cli.main([*ask, *named]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert cli.main([*ask, "--array", "mine0"]) == 2
    assert f"Expected --array INPUT=NAME of {asked[0].id}, " in capsys.readouterr().err
