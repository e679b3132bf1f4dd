"""Inspect: what cannot be asked, runs that train, data that moved, several outputs, masks, and what is taken away."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
from documents import Layers, chain, cnn, two_ended
from inspect_page import Open, said, view
from PySide6.QtGui import QImage
from trained_runs import PLANE, trained
from waiting import idle, inspected, until

from studio.running.launch import new_run
from studio.workspaces.inspect import exporting
from studio.workspaces.inspect.workspace import CHANGED
from widgets.theme import theme


def test_what_cannot_be_asked_is_said_and_can_be_tried_again(page_of: Open, all_runs: Path, tmp_path: Path) -> None:
    new_run(cnn(), None, tmp_path / "runs", name="young")
    page = page_of(tmp_path / "runs", "young")
    assert "has kept no weights" in said(page)[0] and page.results is None


def test_a_run_that_trains_is_shown_as_soon_as_it_has_weights(page_of: Open, tmp_path: Path) -> None:
    page = page_of(tmp_path / "runs")
    page.controller.show_run(chain(PLANE, "moons", epochs=1_000_000), "long")  # type: ignore[attr-defined]
    idle(page.controller)  # type: ignore[attr-defined]
    page.training.train()
    until(lambda: page.training.current_id)
    assert page.training.run is not None
    page.inspect(page.training.run.name)
    until(lambda: bool(said(page)))
    assert "has kept no weights yet" in said(page)[0]
    until(lambda: page.results is not None)
    assert page.subject is not None and page.subject.run == page.training.run and said(page) == []
    assert page.training.current_id, "it still trains"
    page.training.stop()
    until(lambda: not page.training.current_id)


def test_the_first_run_of_another_document_is_shown_and_then_what_was_chosen_stays(
    page_of: Open, all_runs: Path, tmp_path: Path
) -> None:
    shutil.copytree(all_runs, tmp_path / "runs")
    page = page_of(tmp_path / "runs", "points")
    old = page.strip.run.value()
    page.controller.show_run(chain(PLANE, "moons", epochs=1), "never saved")  # type: ignore[attr-defined]
    idle(page.controller)  # type: ignore[attr-defined]
    assert page.strip.run.value() == old
    for is_first in (True, False):
        page.hide()
        page.training.train()
        until(lambda: page.training.current_id)
        until(lambda: not page.training.current_id)
        page.show()
        inspected(page)
        assert page.training.run is not None
        assert page.strip.run.value() == (page.training.run.name if is_first else old)
        page.inspect(old)
        inspected(page)


def test_data_that_moved_is_said_with_other_data_offered(page_of: Open, tmp_path: Path) -> None:
    y = np.arange(60) % 10
    x = np.random.default_rng(0).normal(size=(60, 1, 8, 8)).astype(np.float32)
    np.savez(tmp_path / "own.npz", x=x, y=y)
    trained(cnn(epochs=1, data={"source": "numpy", "path": str(tmp_path / "own.npz")}), tmp_path / "runs", "own")
    np.savez(tmp_path / "own.npz", x=x + 1, y=y)
    page = page_of(tmp_path / "runs", "own")
    assert CHANGED in said(page) and page.results is not None
    shutil.move(tmp_path / "own.npz", tmp_path / "moved.npz")
    page.open()
    inspected(page)
    assert "own.npz" in said(page)[0] and page.notes[0].buttons[0].text() == "Other data…"
    page.use_file(tmp_path / "moved.npz")
    inspected(page)
    assert page.results is not None and page.results.count == 60


def test_of_several_outputs_one_is_chosen(page_of: Open, tmp_path: Path) -> None:
    trained(two_ended(tmp_path, epochs=1), tmp_path / "runs", "two")
    page = page_of(tmp_path / "runs", "two")
    output = page.strip.output
    assert output.isVisible() and output.value() == "kind" and page.results is not None and page.results.has_classes
    output.set_value("price")
    output.changed.emit("price")
    inspected(page)
    assert page.results is not None and not page.results.has_classes and output.value() == "price"
    for name in ("spreads", "maps", "space", "play"):
        view(page, name)
    assert said(page) == []


def test_masks_are_seen_over_their_pictures(page_of: Open, tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 256, (60, 1, 6, 8)).astype(np.uint8)
    np.savez(tmp_path / "masks.npz", x=x, y=(x[:, 0] > 128).astype(np.int64))
    layers: Layers = [
        ("input1", "Input", {"shape": [1, 6, 8]}),
        ("conv1", "Conv2d", {"out_channels": 2, "kernel_size": 1}),
        ("output1", "Output", {}),
    ]
    trained(
        chain(layers, data={"source": "numpy", "path": str(tmp_path / "masks.npz")}, epochs=1), tmp_path / "runs", "m"
    )
    page = page_of(tmp_path / "runs", "m")
    assert page.results is not None and page.results.answered.positions == 48, said(page)
    detail = page.samples.detail
    row = page.samples.current
    wrong = ~page.results.answered.each(page.results.answered.right())[row].reshape(6, 8)
    assert detail.pixels.isVisible() and not detail.tokens.isVisible() and detail.pixels.heat is not None
    colors = [[detail.pixels.heat.pixelColor(x, y) for x in range(8)] for y in range(6)]
    np.testing.assert_array_equal([[c.alpha() > 0 and c.red() > c.blue() for c in line] for line in colors], wrong)
    assert said(page) == []


def test_scoring_can_be_stopped_and_taken_up_again(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    page.strip.part.segment("training").click()
    page.strip.working.stop.click()
    inspected(page)
    assert said(page) == ["Scoring was stopped."] and page.results is None
    page.notes[0].buttons[0].click()
    inspected(page)
    assert page.results is not None


def test_answers_and_samples_are_taken_away(page_of: Open, all_runs: Path, tmp_path: Path) -> None:
    page = page_of(all_runs, "images")
    assert page.results is not None and page.subject is not None
    sentences: list[str] = []
    exporting.write_table(page, sentences.append, page.results, tmp_path / "answers.csv")
    rows = page.samples.wall.rows
    exporting.write_sheet(
        page, sentences.append, page.probing, page.subject, page.results, rows, tmp_path / "sheet.png"
    )
    until(lambda: (tmp_path / "answers.csv").exists() and (tmp_path / "sheet.png").exists())
    with open(tmp_path / "answers.csv", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == page.results.count
    right = sum(line["truth"] == line["answer"] for line in lines)
    assert right == int(page.results.answered.right().sum())
    sheet = QImage(str(tmp_path / "sheet.png"))
    assert sheet.width() == 10 * 132 + 12 and sheet.height() == 20 * 168 + 12
    exporting.write_table(page, sentences.append, page.results, tmp_path / "no folder" / "x.csv")
    until(lambda: bool(sentences))
    assert sentences[0].startswith("Could not write x.csv")


def test_cards_keep_their_height_when_text_grows(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    page.resize(1366, 640)
    before = page.inside.minimumHeight()
    try:
        theme().set_scale(1.5)
        inspected(page)
        until(
            lambda: (
                min(page._columns.height(), page.inside.height()) >= 1.5 * before
                and page.inside.geometry().top() > page._columns.geometry().bottom()
            )
        )
    finally:
        theme().set_scale(1.0)


def test_an_image_for_an_image_stands_beside_the_one_that_was_wanted(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "pictures")
    assert page.results is not None and page.results.about.aim == (1, 8, 8)
    detail, losses = page.samples.detail, page.results.scored.losses
    wanted, given = (view.look for view in detail.images)
    assert isinstance(wanted, QImage) and isinstance(given, QImage) and wanted != given
    assert (wanted.width(), wanted.height()) == (8, 8) == (given.width(), given.height())
    assert not any(view.isHidden() for view in detail.images) and detail.pixels.isHidden() and detail.tokens.isHidden()
    assert page.samples.wall.rows[0] == losses.argmax(), "the worst first"
    assert detail.title.text().startswith("loss ") and detail.others.isHidden()
    assert page.tables.output.value() == "36", "a pixel in the middle says more than a corner"
    page = page_of(all_runs, "images")
    assert all(view.isHidden() for view in page.samples.detail.images)
