"""From Vary… on a field to the best settings in the document, in a real window with a real worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from documents import mlp
from pytestqt.qtbot import QtBot
from waiting import idle

from models.storage import files
from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment
from studio.experiments.folder import ExperimentFolder
from studio.runs.index import RunIndex
from studio.window.command_search import CommandSearch
from studio.window.main_window import MainWindow
from studio.workspaces.experiments.vary_dialog import VaryDialog, changes_of
from studio.workspaces.experiments.workspace import ExperimentsWorkspace
from studio.workspaces.train.workspace import TrainWorkspace
from widgets.forms.label import FieldLabel
from widgets.theme import color

LR = "training.optimizer.lr"
MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def window(make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setenv("NETLOOM_RUNS", str(tmp_path / "runs"))
    # One worker is kept for all tests, so runs go one after another here.
    monkeypatch.setattr("studio.experiments.runner.workers_for", lambda runs: 1)
    files.write(mlp(epochs=2), tmp_path / "net.netloom")
    window = make_window(tmp_path / "net.netloom")
    idle(window)
    return window


def page_of(window: MainWindow) -> ExperimentsWorkspace:
    return cast(ExperimentsWorkspace, window.show_workspace("experiments"))


def dialog_of(window: MainWindow) -> VaryDialog:
    (dialog,) = (dialog for dialog in window.findChildren(VaryDialog) if dialog.isVisible())
    return dialog


def labels(widget: TrainWorkspace) -> dict[str, FieldLabel]:
    return {label.field.name: label for label in widget.form.findChildren(FieldLabel)}


def vary(label: FieldLabel) -> None:
    next(action for action in label.actions() if action.text() == "Vary…").trigger()


def test_a_field_is_varied_trained_and_the_best_is_taken_over(
    window: MainWindow, qtbot: QtBot, kept_worker: object
) -> None:
    train = cast(TrainWorkspace, window.show_workspace("train"))
    vary(labels(train)["lr"])
    dialog = dialog_of(window)
    assert dialog.draft.rows == ((LR, "0.0001, 0.001, 0.01"),)
    dialog.rows[0].values.set_value("1e-9, 0.05")
    dialog.look()
    qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
    assert dialog.told.text().startswith("2 runs. How long is not known yet") and not dialog.measure.isHidden()
    dialog.begin()
    page = page_of(window)

    def is_done() -> bool:
        standings = page.experiments.standings or []
        return bool(standings) and not standings[0].is_left and not page.experiments.is_working

    qtbot.waitUntil(is_done, timeout=60_000)
    (standing,) = page.experiments.standings or ()
    assert standing.progress.count("finished") == 2 and page.list.currentItem() is not None
    qtbot.waitUntil(lambda: page.sentence.text().endswith("with lr 0.05."), timeout=10_000)
    assert page.use.text() == "Use the best"
    page.use.click()
    assert window.controller.document.training["optimizer"]["params"]["lr"] == 0.05
    assert window.controller.document.undo_label == "Use lr 0.05"
    page.results.parallel.chosen.emit(0)
    assert page.use.text() == "Use the chosen"
    page.use.click()
    assert window.controller.document.training["optimizer"]["params"]["lr"] == 1e-9
    window.controller.undo()
    window.controller.undo()
    assert "optimizer" not in window.controller.document.training
    qtbot.waitUntil(lambda: len(window.training.runs.summaries or ()) == 2, timeout=10_000)


def test_what_does_not_fit_is_said_and_cannot_be_started(window: MainWindow, qtbot: QtBot) -> None:
    window.vary("fc2.out_features")
    dialog = dialog_of(window)
    dialog.rows[0].values.set_value("3, 7")
    dialog.look()
    qtbot.waitUntil(lambda: "out_features 7" in dialog.told.text(), timeout=10_000)
    assert not dialog.start.isEnabled()
    dialog.rows[0].values.set_value("wide")
    dialog.look()
    assert "expected a number" in dialog.told.text()
    dialog.begin()
    assert dialog.isVisible()
    dialog.reject()
    assert page_of(window).experiments.standings in (None, [])


def test_a_dialog_in_which_nothing_was_typed_asks_and_does_not_complain(window: MainWindow) -> None:
    window.vary("")
    dialog = dialog_of(window)
    dialog.look()
    assert dialog.told.text().startswith("Name a setting")
    assert dialog.told.palette().windowText().color() == color("text1")
    dialog.rows[0].values.set_value("1, 2")
    dialog.look()
    assert dialog.told.palette().windowText().color() == color("error_text")
    dialog.reject()


def test_settings_add_up_and_the_draft_is_kept(window: MainWindow, qtbot: QtBot) -> None:
    window.vary(LR)
    dialog_of(window).reject()
    idle(window)
    window.vary("fc1.out_features")
    dialog = dialog_of(window)
    assert [name for name, _ in dialog.draft.rows] == [LR, "fc1.out_features"]
    qtbot.waitUntil(lambda: dialog.told.text().startswith("9 runs"), timeout=10_000)
    dialog.search.set_value("ablation")
    dialog.look()
    qtbot.waitUntil(lambda: dialog.told.text().startswith("5 runs"), timeout=10_000)
    dialog.rows[1].remove.click()
    assert [name for name, _ in dialog.draft.rows] == [LR]
    dialog.reject()


def test_vary_is_in_the_menu_of_every_field_and_in_the_search(window: MainWindow, qtbot: QtBot) -> None:
    window.show_workspace("design")
    window.design.select(["fc1"])
    form = window.design.inspector.node_page.form
    for label in form.findChildren(FieldLabel):
        assert "Vary…" in [action.text() for action in label.actions()], label.field.name
    window.commands["search"].trigger()
    (search,) = window.findChildren(CommandSearch)
    for words in ("vary fc1.bias", "vary training.optimizer.lr"):
        search.field.setText(words)
        assert search.list.count() >= 1
    search.list.itemActivated.emit(search.list.item(0))
    dialog = dialog_of(window)
    assert dialog.draft.rows[0][0] == LR
    dialog.reject()


def test_the_queue_is_shown_reordered_and_left(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    made = [
        ExperimentFolder.create(tmp_path / "runs", Experiment(name, axes=(Axis(LR, (0.1, 0.2)),)), mlp(), None)
        for name in ("one", "two")
    ]
    page = page_of(window)
    qtbot.waitUntil(lambda: page.list.count() == 2, timeout=10_000)
    idle(window)
    qtbot.waitUntil(lambda: page.sentence.text() == "No run has finished yet.", timeout=10_000)
    assert not page.use.isEnabled()
    deeds = {deed.text: deed for deed in page.deeds()}
    assert deeds["Go on"].possible and not deeds["Stop"].possible
    deeds["Move up"].run()
    qtbot.waitUntil(lambda: [one.folder.id for one in page.experiments.standings or ()] == [made[1].id, made[0].id])
    deeds["Remove from the list"].run()
    qtbot.waitUntil(lambda: page.list.count() == 1, timeout=10_000)
    assert page.experiments.standings and page.experiments.standings[0].folder.id == made[0].id


def test_what_was_left_is_offered_at_the_start(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    from studio.experiments.progress import Cell
    from studio.experiments.runner import make_run

    plan = Experiment("net", axes=(Axis(LR, (0.1, 0.2)),))
    folder = ExperimentFolder.create(tmp_path / "runs", plan, mlp(), None)
    make_run(folder, {LR: 0.1}, Cell(0, 0))
    with qtbot.waitSignal(window.controller.said) as told:
        window.experiments.offer()
    (message,) = told.args
    assert message.text == "An experiment was left. net: 0 of 2 runs are done."
    assert message.waits and [words for words, _ in message.actions] == ["Go on"]
    with RunIndex(tmp_path / "runs") as index:
        index.refresh()
        assert len(index.runs_of(folder.id)) == 1


def test_a_learning_curve_is_planned_drawn_and_judged(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, kept_worker: object
) -> None:
    page = page_of(window)
    page.learning_curve()
    dialog = dialog_of(window)
    assert dialog.draft == ((("data.training_share", "0.1, 0.2, 0.4, 0.7, 1"),), 3)
    dialog.rows[0].values.set_value("0.3, 1")
    dialog.seeds.set_value(1)
    dialog.look()
    qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
    dialog.begin()
    curve = page.results.curve
    qtbot.waitUntil(lambda: [*map(list, (line.x for line in curve.lines))] == 2 * [[0.3, 1.0]], timeout=60_000)
    assert page.results.views.value() == "curve"
    assert page.results.curve_verdict.text().endswith("With one seed it may be chance.")
    assert not page.results.views.segment("parallel").isVisible()
    qtbot.waitUntil(lambda: not page.experiments.is_working, timeout=20_000)


def test_every_value_of_every_axis_is_a_change_of_its_own() -> None:
    axes = [Axis("training.epochs", (3, 5)), Axis("relu1.bypass", (True, False))]
    assert changes_of(mlp(), axes) == [{"training.epochs": 5}, {"relu1.bypass": True}]


def test_bagging_is_planned_trained_and_averaged(
    window: MainWindow, qtbot: QtBot, kept_worker: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[Path]] = []
    window.commands.run("bagging")
    page, dialog = page_of(window), dialog_of(window)
    page.average_requested.disconnect()
    page.average_requested.connect(asked.append)
    assert dialog.draft == ((("data.resample", "1, 2, 3, 4, 5"),), 1)
    dialog.rows[0].values.set_value("1, 2")
    dialog.look()
    qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
    dialog.begin()

    def average() -> bool:
        return any(deed.words == "Average the runs…" and deed.possible for deed in page.deeds())

    qtbot.waitUntil(average, timeout=60_000)
    page.average()
    (runs,) = asked
    assert len(runs) == 2 and all((run / "run.json").is_file() for run in runs)
    qtbot.waitUntil(lambda: not page.experiments.is_working, timeout=20_000)
