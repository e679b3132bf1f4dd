"""The data note beside the samples of real runs: undoable, listed, clickable, written to a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from documents import mlp
from pytestqt.qtbot import QtBot
from trained_runs import trained
from waiting import inspected

from models.data.remarked import SECTION, remarked
from models.document.edits import SetSection
from studio.workspaces.inspect.overtime import following
from studio.workspaces.inspect.overtime.side import OVER_TIME
from studio.workspaces.inspect.remarking import MOST_LISTED
from studio.workspaces.inspect.workspace import InspectWorkspace

Open = Callable[..., InspectWorkspace]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("remarks")
    trained(mlp(epochs=1), folder, "iris")
    return folder


@pytest.fixture
def page(page_of: Open, runs: Path) -> InspectWorkspace:
    page = page_of(runs, "iris")
    page.training.documents.apply(SetSection("data", {"source": "iris"}))
    return page


def note(page: InspectWorkspace) -> list[tuple[int, str, str]]:
    return [tuple(item) for item in remarked(page.training.documents.document.content.section(SECTION))]


def test_a_sample_is_noted_with_its_row_and_label_and_taken_out_again(page: InspectWorkspace) -> None:
    field, documents = page.samples.detail.remark, page.training.documents
    field.words.setText("measured twice")
    field.put.click()
    (found,) = note(page)
    data = page.results
    assert data is not None and found[1] == data.caption(page.samples.current).truth.removeprefix("is ").split(",")[0]
    assert found[2] == "measured twice" and field.out.isVisible()
    assert documents.document.undo_label == f"Note sample {page.samples.current + 1:,}"
    field.words.setText("measured three times")
    field.put.click()
    assert [item[2] for item in note(page)] == ["measured three times"]
    field.out.click()
    assert note(page) == [] and field.out.isHidden()
    documents.undo()
    assert len(note(page)) == 1 and field.words.text() == "measured three times"


def test_the_list_leads_back_to_samples(page: InspectWorkspace, qtbot: QtBot) -> None:
    field, wall = page.samples.detail.remark, page.samples.wall
    rows = [int(row) for row in wall.rows[:3]]
    for row in rows:
        page.samples.choose(row)
        field.words.setText(f"number {row}")
        field.put.click()
    remarking = page.side.remarkings[0]
    menu = remarking.open_list()
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts[0] == "Show these 3 alone" and texts[-2:] == ["Data note as Markdown…", "Data note as CSV…"]
    entry = next(action for action in menu.actions() if action.text().endswith(f"number {rows[0]}"))
    assert page.samples.current == rows[2]
    entry.trigger()
    assert page.samples.current == rows[0] and field.words.text() == f"number {rows[0]}"
    menu.actions()[0].trigger()
    assert sorted(wall.rows) == sorted(rows)
    menu.close()
    page.side.views[0].segment(OVER_TIME).click()
    inspected(page)
    menu = page.side.remarkings[1].open_list()
    assert not any(action.isEnabled() for action in menu.actions() if action.text().startswith("Row"))
    menu.close()


def test_training_samples_are_noted_where_they_are_followed(page: InspectWorkspace) -> None:
    page.side.views[0].segment(OVER_TIME).click()
    inspected(page)
    card = page.side.over_time
    card.detail.remark.words.setText("mislabeled")
    card.detail.remark.put.click()
    assert card.labels is not None and [item[0] for item in note(page)] == [int(card.labels.rows[card.current])]
    menu = page.side.remarkings[1].open_list()
    menu.actions()[0].trigger()
    assert list(card.wall.rows) == [card.current]
    menu.close()


def test_of_another_document_nothing_is_noted(page: InspectWorkspace) -> None:
    page.training.documents.apply(SetSection("data", {"source": "digits"}))
    field = page.samples.detail.remark
    assert not field.put.isEnabled() and following.OTHER_DATA[:40] in field.put.toolTip()
    field.put_requested.emit("never")
    assert note(page) == []


@pytest.mark.parametrize("suffix", ["csv", "md"])
def test_it_is_written_to_a_file(page: InspectWorkspace, tmp_path: Path, suffix: str, qtbot: QtBot) -> None:
    section = {str(row): {"label": "a", "text": f"remark {row}"} for row in range(40)}
    page.training.documents.apply(SetSection(SECTION, section))
    remarking, path = page.side.remarkings[0], tmp_path / f"note.{suffix}"
    menu = remarking.open_list()
    assert sum(action.text().startswith("Row") for action in menu.actions()) == MOST_LISTED
    menu.close()
    remarking.write(page, path)
    qtbot.waitUntil(path.exists)
    assert path.read_text().count("remark ") == 40
    remarking.write(page, tmp_path / "gone" / path.name)
    qtbot.waitUntil(lambda: "Could not write" in page.samples.words.text())
