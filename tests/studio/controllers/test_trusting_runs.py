"""Runs from elsewhere, from before and from the list: what is asked first, what comes back, what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import cnn, mlp
from training_studio import LONG, Studio, interrupted, states

from models.document import Document
from models.document.edits import SetParam, SetSection
from models.storage import files
from models.storage.consent import CONSENT
from studio.controllers.preparation import TrustQuestion
from studio.running.launch import new_run


def test_runs_that_cannot_be_kept_are_said(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    studio.training.runs.folder = tmp_path / "file" / "runs"
    studio.documents.show_run(mlp(), "exam")
    studio.training.train()
    studio.until(lambda: studio.said)
    assert studio.said[-1].kind == "error"
    assert not studio.training.is_training


def test_a_run_that_is_none_is_said(cold: Studio, tmp_path: Path) -> None:
    cold.training.resume("no such run")
    cold.until(lambda: cold.said)
    assert "is not a run" in cold.said[-1].text and not cold.training.is_training
    said = len(cold.said)
    cold.training.open_trained("no such run")
    cold.until(lambda: len(cold.said) > said)
    assert "is not a run" in cold.said[-1].text


def test_source_from_elsewhere_runs_after_a_yes_alone(studio: Studio, tmp_path: Path) -> None:
    run = new_run(mlp(epochs=1), None, studio.training.runs_dir, name="gift")
    source = run.source_path.read_text()
    run.source_path.write_text(f"{source}\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n")
    asked: list[TrustQuestion] = []
    studio.training.preparation.trust_asked.connect(asked.append)
    studio.training.resume(run.id)
    studio.until(lambda: asked)
    assert not studio.training.is_training and not (tmp_path / "ran").exists() and not studio.said
    assert "Run gift brings a model.py along" in asked[0].text and f"+open('{tmp_path}" in asked[0].difference
    asked[0].accept()
    studio.until(lambda: studio.ended)
    assert (tmp_path / "ran").exists() and states(studio) == {"gift": "finished"}


def test_a_yes_is_for_the_lines_that_were_shown(studio: Studio, tmp_path: Path) -> None:
    run = new_run(mlp(epochs=1), None, studio.training.runs_dir)
    run.source_path.write_text("harmless = True\n")
    asked: list[TrustQuestion] = []
    studio.training.preparation.trust_asked.connect(asked.append)
    studio.training.resume(run.id)
    studio.until(lambda: asked)
    run.source_path.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    asked[0].accept()
    studio.until(lambda: len(asked) == 2)
    assert not (tmp_path / "ran").exists() and not studio.ended


@pytest.fixture
def asking() -> Iterator[None]:
    CONSENT.ask("Allow it.")
    yield
    CONSENT.forget()


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("made_here", [True, False])
def test_data_that_nobody_here_has_named_is_read_after_a_yes_alone(
    studio: Studio, tmp_path: Path, made_here: bool
) -> None:
    """Data outside of the folder of a document, and any at all of a run from elsewhere."""
    (tmp_path / "nets").mkdir()
    data = tmp_path / "nets" / "a.csv" if not made_here else tmp_path / "a.csv"
    data.write_text("a,b,label\n" + "0.5,1,x\n2,0.1,y\n" * 20)
    document = mlp(epochs=1)
    document.apply(SetSection("data", {"source": "csv", "path": str(data)}))
    run = new_run(document, tmp_path / "nets" / "exam.netloom", studio.training.runs_dir, name="gift")
    if not made_here:
        run.document_path.write_text(run.document_path.read_text() + " ")
    studio.training.resume(run.id)
    studio.until(lambda: studio.said and not studio.training.is_training)
    assert run.status().state == "created"
    assert studio.said[-1].text == f"The document names data outside of its folder: {data}. Read it if you trust it."
    studio.act("Read it")
    studio.until(lambda: studio.ended)
    studio.until(lambda: len(studio.said) == 2)
    assert "outside" not in studio.said[-1].text
    assert run.status().state != "created"


@pytest.mark.usefixtures("asking")
def test_data_beside_the_document_of_a_run_made_here_needs_no_question(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b,label\n" + "0.5,1,x\n2,0.1,y\n" * 20)
    document = mlp(epochs=1)
    document.apply(SetSection("data", {"source": "csv", "path": "a.csv"}))
    run = new_run(document, tmp_path / "exam.netloom", studio.training.runs_dir)
    studio.training.resume(run.id)
    studio.until(lambda: studio.ended)
    assert not [message.text for message in studio.said if "names data" in message.text]


def test_only_runs_of_this_computer_are_offered_at_the_start(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(studio, "mine")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("models.storage.seal.state_folder", lambda: tmp_path / "other computer" / "journal")
        interrupted(studio, "gift")
    assert set(states(studio).values()) == {"interrupted"}
    studio.training.warm_up()
    studio.until(lambda: studio.said)
    assert studio.said[-1].text == "mine was interrupted at epoch 0."


def test_relative_paths_of_a_reopened_network_start_where_it_was_trained(cold: Studio, tmp_path: Path) -> None:
    document = mlp()
    document.apply(SetSection("data", {"source": "csv", "path": "flowers.csv"}))
    run = new_run(document, tmp_path / "flowers.netloom", cold.training.runs_dir)
    opened: list[Document] = []
    cold.training.trained_opened.connect(lambda document, title: opened.append(document))
    cold.training.open_trained(run.id)
    cold.until(lambda: opened)
    assert opened[0].data == {"source": "csv", "path": str(tmp_path / "flowers.csv")}
    assert not opened[0].undo_label


def test_the_network_as_trained_comes_back(studio: Studio) -> None:
    run = studio.begin(cnn(epochs=LONG))
    studio.training.stop()
    opened: list[tuple[Document, str]] = []
    studio.training.trained_opened.connect(lambda document, title: opened.append((document, title)))
    studio.documents.apply(SetParam("conv1", "out_channels", 99))
    studio.until(lambda: studio.ended)
    studio.training.open_trained(run.name)
    studio.until(lambda: opened)
    ((document, title),) = opened
    assert title == "exam"
    assert document.network["conv1"].params["out_channels"] == 6
    assert files.to_json(document)["training"]["epochs"] == LONG


def test_runs_can_be_renamed_deleted_and_restored(studio: Studio) -> None:
    run = studio.begin(mlp(epochs=5000))
    studio.training.stop()
    studio.until(lambda: studio.ended)
    studio.training.runs.rename(run.name, "best")
    assert list(states(studio)) == ["best"]
    assert studio.training.run_name == "best"
    told: list[tuple[list[str], str]] = []
    studio.training.runs.delete([run.name], lambda *those: told.append(those))
    assert states(studio) == {}
    assert told == [([run.name], "")]
    studio.training.runs.restore(run.name)
    assert list(states(studio)) == ["best"]
