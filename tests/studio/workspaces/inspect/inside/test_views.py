"""Each way to look inside with real runs and a real worker: what is asked, what is shown, what a choice changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from waiting import inspected, until

from studio.workspaces.inspect.inside.exciting import seen_part
from studio.workspaces.inspect.workspace import InspectWorkspace
from widgets.theme import theme

Open = Callable[..., InspectWorkspace]


def view(page: InspectWorkspace, name: str, layer: str | None = None) -> Any:
    """Bring a view to the front, and a layer of it, as clicks do."""
    page.inside.view.segment(name).click()
    inspected(page)
    if layer is not None:
        page.inside.layer.set_value(layer)
        page.inside.layer.changed.emit(layer)
        inspected(page)
    return page.inside.front


def test_one_layer_is_seen_over_its_training(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    front = view(page, "spreads", "conv1")
    columns = [name for name, _ in front.page.layers]
    assert columns[0] == "before training" and columns[-1] == "epoch 1"
    spreads = [kinds["weights"] for _, kinds in front.page.layers]
    assert len({(spread.low, spread.high) for spread in spreads}) == 1, "all in one scale"
    assert "all in one scale" in page.inside.words.text()
    relu = view(page, "spreads", "relu1").page.layers
    assert all("zero" in kinds["activations"].note for _, kinds in relu)


def test_two_samples_stand_side_by_side_until_one_is_enough(page_of: Open, all_runs: Path, qtbot: QtBot) -> None:
    page = page_of(all_runs, "images")
    front = view(page, "maps")
    first, alone = page.samples.current, len(front.page.layers)
    front.compare.click()
    inspected(page)
    assert "choose another sample" in page.inside.words.text() and len(front.page.layers) == alone
    qtbot.keyClick(page.samples.wall, Qt.Key.Key_Right)
    inspected(page)
    second = page.samples.current
    titles = [layer.title for layer in front.page.layers[:3]]
    assert titles == [f"input1, sample {second + 1}", f"input1, sample {first + 1}", "input1, difference"]
    assert len(front.page.layers) == 3 * alone and front.page.layers[2].is_signed
    front.compare.click()
    inspected(page)
    assert len(front.page.layers) == alone and front.beside == -1


def test_states_over_time_tell_a_unit_at_a_step(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "tokens")
    front = view(page, "maps", "lstm1")
    (layer,) = front.page.layers
    assert layer.form == "states" and layer.is_signed and layer.pictures.shape == (1, 16, 32)
    strip = front.page._strip(layer, front.page._tops()[0])
    spot = front.page.spot_at(strip.center().toPoint())
    front.page.pointed.emit(spot)
    assert page.inside.words.text().startswith("lstm1, unit 8 at step 17: about ")


def test_a_filter_is_seen_with_all_its_channels(page_of: Open, all_runs: Path, tmp_path: Path) -> None:
    page = page_of(all_runs, "images")
    front = view(page, "filters", "conv1")
    assert len(front.page.layers[0].pictures) == 6 and front.filter.count() == 1, "one channel: nothing to choose"
    weight = front._answer.arrays["weight"]
    many = np.random.default_rng(0).normal(size=(6, 8, 3, 3)).astype(np.float32)
    front._take(front._answer._replace(arrays={"weight": many}))
    assert len(front.page.layers[0].pictures) == 6 and "click a filter for all" in page.inside.words.text()
    front.page.pointed.emit(("conv1", 4, 0, 0))
    assert front.filter.value() == "4" and len(front.page.layers[0].pictures) == 8
    shown = front.page.layers[0].pictures.astype(float) / 127.5 - 1
    assert np.abs(shown - many[4] / np.abs(many).max()).max() < 0.01
    front.page.pointed.emit(("conv1", 4, 0, 0))
    assert front.filter.value() == "all" and len(front.page.layers[0].pictures) == 6
    assert weight.shape == (6, 1, 3, 3)


def test_attention_is_offered_where_there_is_some_with_tokens_on_both_axes(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "tokens")
    front = view(page, "attention")
    assert page.inside.layer.value() == "attention1" and front.page.weights.shape == (2, 32, 32)
    np.testing.assert_allclose(front.page.weights.sum(2), 1, rtol=1e-5)
    looking, seen = front.page.names
    assert looking == seen and looking[4].endswith("(5)") and "looks at" in page.inside.words.text()
    page.inspect(next(run.id for run in page.training.runs.summaries or [] if run.name == "images"))
    inspected(page)
    assert page.inside.view.segment("attention").isHidden() and page.inside.view.value() == "spreads"


def test_a_unit_shows_what_excites_it_and_a_click_the_sample(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    front = view(page, "exciting", "conv1")
    assert front.unit.slider.maximum() == 5 and len(front.page.peaks) == 10
    climbed, best = front.page.peaks[:2]
    assert climbed.row == -1 and climbed.frame is None and isinstance(climbed.look, QImage)
    assert best.frame is not None and best.frame.width() == pytest.approx(3 / 8)
    front.unit.slider.setValue(3)
    inspected(page)
    assert "unit 3" in page.inside.words.text()
    front.page.pointed.emit(best.row)
    inspected(page)
    assert page.samples.current == best.row
    assert page.about is not None
    pool = page.about.layer("pool1")
    assert pool is not None and seen_part(pool, page.about, 7) is not None
    fc = page.about.layer("fc1")
    assert fc is not None and seen_part(fc, page.about, 0) is None


def test_samples_inside_a_loop_are_shown_alone(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "points")
    front = view(page, "space")
    assert page.inside.layer.value() == "decision surface" and not front.method.isEnabled()
    rows = front.page.points.rows[:12].tolist()
    front.page.enclosed.emit(rows)
    assert sorted(page.samples.wall.rows) == sorted(rows) and "12 chosen" in page.samples.words.text()
    page.samples.truth.changed.emit("any")
    inspected(page)
    assert page.results is not None and len(page.samples.wall.rows) == page.results.count
    view(page, "space", "relu1")
    assert front.page.points.names == dict(enumerate(page.about.classes)), "names stand in the middle of their points"
    front.method.set_value("t-sne")
    front.method.changed.emit("t-sne")
    assert "choose PCA to stop" in page.inside.words.text()
    inspected(page)
    assert front.page.titles == ("", "") and len(front.page.points.x) == page.results.count


def test_the_surface_of_a_run_that_trains_is_looked_at_again(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "points")
    front = view(page, "space")
    before = front.page.background
    assert page.subject is not None
    page.inside.follow(page.subject.run.with_name("another"))
    assert not page.probing.is_busy
    page.inside.follow(page.subject.run)
    page.inside.follow(page.subject.run)
    assert len(page.probing._asked) == 1, "one question at a time"
    inspected(page)
    assert front.page.background is not before and "weights of this moment" in page.inside.words.text()


# Playing


def test_parts_are_switched_off_and_every_step_can_be_taken_back(page_of: Open, all_runs: Path, qtbot: QtBot) -> None:
    page = page_of(all_runs, "images")
    play = view(page, "play")
    before = play.chances.rows
    play.source.segment("network").click()
    inspected(page)
    network = play.network
    same = network.scores.text()
    assert "accuracy" in same and "over 359 samples" in same
    network.layer.set_value("relu1")
    network.layer.changed.emit("relu1")
    network.bypass.click()
    network.layer_off.click()
    inspected(page)
    assert network.state.text() == "relu1 off" and network.scores.text() != same and play.chances.rows != before
    assert len(network.classes.rows) == 10
    network.swap.click()
    inspected(page)
    assert network.state.text() == "relu1 off; 0 and 1 exchanged"
    qtbot.keyClick(play.network.unit.slider, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    play.undo.click()
    inspected(page)
    assert network.state.text() == "relu1 bypassed"
    play.redo.click()
    assert network.state.text() == "relu1 off"
    play.again.click()
    inspected(page)
    assert network.scores.text() == same and play.chances.rows == before and not play.again.isEnabled()
    network.layer.set_value("pool1")
    network.layer.changed.emit("pool1")
    assert not network.bypass.isEnabled(), "it gives another shape than it takes"


def test_one_pixel_is_changed_and_the_next_sample_is_as_it_is(page_of: Open, all_runs: Path, qtbot: QtBot) -> None:
    page = page_of(all_runs, "images")
    play = view(page, "play")
    plain = play.picture.look.copy()
    qtbot.keyClick(play.picture, Qt.Key.Key_Left)
    amount = -30 if plain.pixelColor(3, 4).red() > 127 else 30
    play.moved.slider.setValue(amount)
    inspected(page)
    changed = play.picture.look
    differing = {(x, y) for x in range(8) for y in range(8) if plain.pixel(x, y) != changed.pixel(x, y)}
    assert differing == {(3, 4)} and play.steps.present.moved == amount
    qtbot.keyClick(page.samples.wall, Qt.Key.Key_Right)
    inspected(page)
    assert play.moved.value() == 0 and not play.steps.can_undo and play.picture.frame is None


def test_rows_move_by_one_number_and_numbers_have_a_loss_alone(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "tables")
    play = view(page, "play")
    before = play.line.text()
    play.feature.set_value("3")
    play.feature.changed.emit("3")
    play.moved.slider.setValue(20)
    inspected(page)
    assert before.startswith("Predicted: ") and play.line.text() != before and play.feature.value() == "3"
    play.source.segment("network").click()
    inspected(page)
    assert play.network.scores.text().startswith("loss ") and play.network.swap.isHidden()


def test_large_text_fits_every_view_into_a_small_screen(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "tokens")
    theme().set_scale(1.5)
    try:
        for name in page.inside.views:
            view(page, name)
            assert page.inside.minimumSizeHint().width() <= 1240, name
    finally:
        theme().set_scale(1.0)


def test_a_row_is_typed_and_answered(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "classes")
    play = view(page, "play")
    own = play.chances.rows
    play.source.segment("sketch").click()
    inspected(page)
    assert play.source.segment("sketch").accessibleName() == "A row"
    assert play.row.isVisible() and not play.pad.isVisible()
    shares = [(row.name, pytest.approx(row.share, abs=1e-5)) for row in own]
    assert [(row.name, row.share) for row in play.chances.rows] == shares, "it begins with the sample"
    assert play.line.text() == "Your row" and "petal width (cm)" in play.row.words.text()
    for text, sentence in (("5 3 1", "Expected 4 numbers, found 3."), ("5 3 1 x", "Expected a number")):
        assert sentence in play.row.line._check(text)
    play.row.line.setText("9, 1; 9 9")
    play.row.line._settle()
    inspected(page)
    assert [row.share for row in play.chances.rows] != [row.share for row in own]
    assert play.row.values.tolist() == [9, 1, 9, 9]


def test_a_word_becomes_another_and_comes_back(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "tokens")
    play = view(page, "play")
    before, line = play.picture.look, play.line.text()
    assert play.word.isVisible() and not play.noise.isVisible() and ": mean of 32 answers, " in line
    play.feature.set_value("2")
    play.feature.changed.emit("2")
    play.word.slider.setValue(17)
    inspected(page)
    assert play.picture.look != before and play.picture.look[0].split()[2] == "17"
    play.undo.click()
    inspected(page)
    assert play.picture.look == before and play.word.value() == -1


def test_what_cannot_be_done_is_said(page_of: Open, all_runs: Path) -> None:
    from studio.workspaces.inspect.inside.play import Change

    page = page_of(all_runs, "images")
    play = view(page, "play")
    play.source.segment("network").click()
    play.network.changed.emit(Change("conv1", (99,)))
    inspected(page)
    assert "6 units" in play.network.scores.text() and "6 units" in play.line.text()
    until(lambda: not page.probing.is_busy)


# Columns


def test_columns_show_what_they_matter_and_the_curve_of_each(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "classes")
    page.tables.view.set_value("columns")
    page.tables.view.changed.emit("columns")
    inspected(page)
    columns = page.tables.columns
    assert len(columns.bars.rows) == columns.column.count() == 4
    assert columns.plot.titles == (columns.bars.rows[0].name, "mean probability")
    assert [line.name for line in columns.plot.lines] == ["setosa", "versicolor", "virginica"]
    columns.column.set_value("0")
    columns.column.changed.emit("0")
    inspected(page)
    assert columns.plot.titles[0] == "sepal length (cm)" and len(columns.plot.marks) == 9


def test_tokens_say_which_speak_for_the_answer(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "tokens")
    detail = page.samples.detail
    assert detail.method.value() == "integrated_gradients" and len(detail.tokens.weights) == 32
    assert max(map(abs, detail.tokens.weights)) == 1 and "Adds up to" in detail.note.text()


def test_what_speaks_for_another_class_is_explained_as_well(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    detail = page.samples.detail
    own = detail.looked.heat.copy()
    assert detail.target.count() == 11 and detail.chosen_class() is None
    assert page.results is not None
    other = (int(page.results.answered.answer[page.samples.current]) + 1) % 10
    detail.target.set_value(str(other))
    detail.target.changed.emit(str(other))
    inspected(page)
    assert detail.chosen_class() == other and detail.looked.heat != own
    page.inspect(next(run.id for run in page.training.runs.summaries or [] if run.name == "tables"))
    inspected(page)
    assert detail.target.isHidden() and detail.chosen_class() is None
