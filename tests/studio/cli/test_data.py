"""``netloom data``: what is seen, as text and as JSON, of a document and of a file."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from pathlib import Path

import pytest
from PIL import Image

from models.data.held import SECTION, noted
from models.document.edits import SetSection
from models.storage import files
from studio import cli
from studio.cli.data.written import bars
from studio.data.kept import notes
from studio.data.kept.noticing import files_now
from tests.documents import mlp


def test_a_document_shows_its_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "iris.netloom"
    files.write(mlp(), path)
    assert cli.main(["data", str(path), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parts"] == {"training": 120, "validation": 30}
    assert {"name": "setosa", "count": 50, "share": 1 / 3, "training": 40, "validation": 10} in found["classes"]
    assert found["duplicates"]["exact"]["training"] + found["duplicates"]["exact"]["across"] >= 1
    assert cli.main(["data", str(path)]) == 0
    text = capsys.readouterr().out
    assert "150 examples = 120 training, 30 validation" in text and "by the training part" in text
    assert text.index("petal length") < text.index("sepal width")  # what goes with the target comes first


def test_the_split_that_is_asked_for_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"p{row % 6},{row},{'ab'[row % 2]}" for row in range(36)]
    (tmp_path / "a.csv").write_text("\n".join(["patient,value,kind", *rows]))
    document = mlp()
    document.apply(SetSection("data", {"source": "csv", "path": "a.csv", "group": "patient", "validation": 2}))
    files.write(document, tmp_path / "a.netloom")
    assert cli.main(["data", str(tmp_path / "a.netloom"), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parts"] == {"training": 24, "validation": 12}
    assert found["split"] == "2 held out for validation, by patient, split seed 0"


def test_a_file_shows_what_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "prices.csv"
    rows = [f"{size},{'' if size == 3 else size % 7},{1000.5 * size}" for size in range(40)]
    path.write_text("\n".join(["size,rooms,price", *rows, rows[1]]))
    assert cli.main(["data", str(path)]) == 0
    text, said = capsys.readouterr()
    assert "Target price: 0 to 39,019.5" in text and "Equal examples: " in text and "gaps are filled: rooms (1)" in text
    assert "1 lie " not in text
    assert said == ""  # nobody asks about a file that was named itself


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.mat", b"MATLAB 5.0 MAT-file", "a.mat: expected a MATLAB file, but it can't be read"),
        ("a9a", b"+1 3:1 5:0.5\n-1 4:1\n", "a9a: found a LibSVM file. Name it .libsvm"),
        ("a", b"fLaC\0\0", "a: found a FLAC recording. Convert it to WAV"),
        ("a.arff", b"@relation a", "a.arff: expected a line @DATA above the rows, found none"),
        ("gone.dcm", None, "gone.dcm: found a DICOM file. Save its pixels as PNG"),
        ("a.odd", b"what", "a.odd is no Netloom document"),
    ],
)
def test_a_file_that_is_no_data_is_named_for_what_it_is(
    name: str, content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert cli.main(["data", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err


LEADING = {
    "a gap in the target": [f"{row},{row % 7},{'' if row == 3 else 'ab'[row % 2]}" for row in range(40)],
    "numbers in another notation": [f"{row},{row % 7}%,{'ab'[row % 2]}" for row in range(40)],
    "a word among numbers": [
        f"{row / 7},{'missing' if row % 5 == 2 else row / 3},{'ab'[row % 2]}" for row in range(40)
    ],
    "two of these": [f"{row / 7}€,{row % 7}%,{'' if row == 9 else 'ab'[row % 2]},{row}" for row in range(40)],
}


@pytest.mark.parametrize("kind", LEADING)
def test_each_option_that_is_named_leads_to_data(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = LEADING[kind]
    head = "size,width,kind" if rows[0].count(",") == 2 else "size,width,kind,last"
    (tmp_path / "a.csv").write_text("\n".join([head, *rows]))
    command = ["data", str(tmp_path / "a.csv"), *(["--set", "data.target=kind"] if "last" in head else [])]
    for _ in range(4):
        if not cli.main(command):
            break
        (named,) = re.findall(r"Try (.*)\.$", capsys.readouterr().err.strip())
        command += shlex.split(named)
    else:
        pytest.fail(f"no data in the end: {command}")
    assert "examples = " in capsys.readouterr().out


def test_a_table_of_images_is_read_as_what_it_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for row in range(12):
        Image.new("RGB", (4, 4), (20 * row, 0, 0)).save(tmp_path / f"{row}.png")
    (tmp_path / "a.csv").write_text("\n".join(["image,kind", *(f"{row}.png,{'ab'[row % 2]}" for row in range(12))]))
    command = ["data", str(tmp_path / "a.csv")]
    assert cli.main(command) == 2
    said = capsys.readouterr().err
    assert "“image” names images. Choose “Images with a table” to learn from them. Try --set data.source=" in said
    (named,) = re.findall(r"Try (.*)\.$", said.strip())
    assert cli.main([*command, *shlex.split(named)]) == 0
    assert "12 examples = 10 training, 2 validation" in capsys.readouterr().out


def test_a_file_is_looked_at_with_other_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("\n".join(["kind,size", *(f"{'ab'[row % 2]},{row * 1.5}" for row in range(40))]))
    path = str(tmp_path / "a.csv")
    assert cli.main(["data", path]) == 0
    assert "Target size: " in capsys.readouterr().out
    assert cli.main(["data", path, "--set", "data.target=kind", "--set", "data.validation=10"]) == 0
    text = capsys.readouterr().out
    assert "Class of kind" in text and "40 examples = 30 training, 10 validation" in text
    assert cli.main(["data", path, "--set", "data.goal=kind"]) == 2
    assert "goal" in capsys.readouterr().err


def test_data_that_was_moved_is_told_of_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "\n".join(["a,b,kind", *(f"{row},{row % 5},{'xy'[row % 2]}" for row in range(30))])
    (tmp_path / "now.csv").write_text(lines)
    first, second = tmp_path / "first.netloom", tmp_path / "second.netloom"
    for path in (first, second):
        document = mlp()
        document.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / "gone" / "then.csv")}))
        files.write(document, path)
    assert cli.main(["data", str(first)]) == 2
    assert cli.main(["data", str(first), "--moved-to", str(tmp_path / "nowhere")]) == 2
    assert "Name the place where the data lies now" in capsys.readouterr().err
    assert cli.main(["data", str(first), "--moved-to", str(tmp_path / "now.csv")]) == 0
    assert cli.main(["data", str(second)]) == 0
    assert capsys.readouterr().out.count("30 examples") == 2
    files.write(mlp(), first)
    assert cli.main(["data", str(first), "--moved-to", str(tmp_path / "now.csv")]) == 2


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["data", str(tmp_path / "gone.csv")]) == 2
    assert "gone.csv" in capsys.readouterr().err


def test_a_histogram_in_one_line_shows_even_a_single_value() -> None:
    assert bars([0, 1, 500, 1000]) == " ▁▄█" and bars([0, 0]) == "  " and bars([]) == ""


def test_what_files_hold_is_told_and_that_it_has_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "\n".join(["a,b,kind", *(f"{row},{row % 5},{'xy'[row % 2]}" for row in range(30))])
    (tmp_path / "x.csv").write_text(lines)
    document, path = mlp(), tmp_path / "net.netloom"
    document.apply(SetSection("data", {"source": "csv", "path": "x.csv"}))
    files.write(document, path)
    assert cli.main(["data", str(path), "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)["contents"]["path"]
    assert content["sha256"] == hashlib.sha256(lines.encode()).hexdigest() and content["bytes"] == len(lines)
    document.note(SECTION, {"path": content})
    files.write(document, path)
    assert cli.main(["data", str(path)]) == 0 and "has changed" not in capsys.readouterr().out
    (tmp_path / "x.csv").write_text(f"{lines}\n7,7,x")
    for command in ("data", "check"):
        cli.main([command, str(path)])
        assert "x.csv has changed since it was chosen." in capsys.readouterr().out


def test_data_that_lies_elsewhere_is_found_by_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "_file", lambda name: tmp_path / "user" / f"{name}.json")
    (tmp_path / "x.csv").write_text("\n".join(["a,b,kind", *(f"{row},{row},{'xy'[row % 2]}" for row in range(30))]))
    document, path = mlp(), tmp_path / "net.netloom"
    document.apply(SetSection("data", {"source": "csv", "path": "x.csv"}))
    document.note(SECTION, noted({}, files_now(document.data, tmp_path)))
    files.write(document, path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "x.csv").rename(tmp_path / "tables" / "y.csv")
    assert cli.main(["data", str(path)]) == 0
    assert "x.csv was moved" not in (text := capsys.readouterr().out) and "y.csv was moved, and is read from" in text
