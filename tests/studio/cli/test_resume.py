"""Source that a run from elsewhere brings along: shown, refused, and run after a word of trust."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from documents import CNN, chain, mlp
from PIL import Image

from models.document.edits import SetSection
from models.storage import files
from studio.cli import main
from studio.running.launch import new_run


def test_a_run_from_elsewhere_is_shown_and_refused_until_it_is_trusted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(mlp(epochs=1), None, tmp_path / "runs")
    run.source_path.write_text(
        run.source_path.read_text() + f"open({str(tmp_path / 'ran')!r}, 'w').close()  # \x1b[2J\n"
    )
    assert main(["resume", str(run.path)]) == 2
    out, err = capsys.readouterr()
    assert f"+open('{tmp_path}/ran', 'w').close()  # \ufffd[2J" in err and "\x1b" not in err and not out
    assert "It was not run. If you trust these lines, add --trust." in err
    assert not (tmp_path / "ran").exists() and run.status().state == "created"
    assert main(["resume", str(run.path), "--trust"]) == 0
    assert (tmp_path / "ran").exists() and run.status().state == "finished"


def test_a_run_from_elsewhere_does_not_say_itself_what_lies_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = mlp(epochs=1)
    document.apply(SetSection("data", {"source": "csv", "path": "a.csv"}))
    run = new_run(document, Path("//server/share/exam.netloom"), tmp_path / "runs")
    run.document_path.write_text(run.document_path.read_text() + " ")  # not as it was written here
    assert main(["resume", str(run.path)]) == 2
    said = capsys.readouterr().err
    assert "data on the network: //server/share/a.csv. To read it, add --network-data." in said
    assert run.status().state == "created"


@pytest.mark.parametrize("named", ["images", "{folder}/images"], ids=["relative", "absolute"])
def test_data_that_was_moved_meanwhile_is_found_again_as_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], named: str, own_home: None
) -> None:
    for name in ("a", "b"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for row in range(6):
            Image.new("L", (8, 8), 20 * row).save(tmp_path / "images" / name / f"{row}.png")
    data = {"source": "image_folder", "path": named.format(folder=tmp_path), "color": "grayscale"}
    document, path = chain(CNN, data={**data, "loading": "streamed"}, epochs=1), tmp_path / "my network.netloom"
    files.write(document, path)
    run = new_run(document, path, tmp_path / "runs")
    (tmp_path / "images").rename(tmp_path / "elsewhere")
    assert main(["resume", str(run.path)]) == 1
    (said,) = [line for line in capsys.readouterr().err.splitlines() if "--moved-to" in line]
    command = shlex.split(said.partition(": ")[2].partition(": ")[2].replace("PATH", str(tmp_path / "elsewhere")))
    assert main(command[1:]) == 0
    assert main(["resume", str(run.path)]) == 0
    assert run.status().state == "finished"
