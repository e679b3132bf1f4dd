"""The bars above and below: what they say, what they ask for, and what goes first where there is no room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot
from waiting import idle

from models.analysis import Totals
from models.findings.finding import Finding
from studio.window.main_window import MainWindow
from studio.window.status_bar import Figure, StatusBar
from studio.window.top_bar import TopBar
from studio.workspaces.train.workspace import TrainWorkspace
from studio.workspaces.workspace import in_order
from widgets.controls import ElidedLabel, Label
from widgets.theme import theme

TOTALS = Totals(57_386, 96, 36_900_000, 1_200_000, ())
DEVICE = "NVIDIA GeForce RTX 4070"


@pytest.fixture(autouse=True)
def plain_scale() -> Iterator[None]:
    yield
    theme().set_scale(1.0)


@pytest.fixture
def status(qtbot: QtBot) -> StatusBar:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.setMinimumWidth(1)
    bar.resize(1400, 28)
    bar.show_totals(TOTALS)
    bar.show_issues([])
    bar.show_worker("Worker ready")
    bar.show_file("Saved 2 minutes ago")
    bar.show()
    return bar


@pytest.fixture
def top(qtbot: QtBot) -> Iterator[TopBar]:
    host = QWidget()
    qtbot.addWidget(host)
    bar = TopBar(QMenu(host), in_order(), host)
    bar.setMinimumWidth(1)
    bar.resize(1400, 48)
    bar.show_document("digits", False, "/home/me/digits.netloom")
    host.show()
    yield bar
    host.close()


def issue(severity: str) -> Finding:
    return Finding(severity, "x", "fc", "Linear needs a flat vector.", "")


def said(status: StatusBar) -> list[str]:
    return [part.text() for part in status.findChildren(QWidget) if isinstance(part, Figure) and part.isVisible()]


# Status


def test_totals_are_numbers_with_words(status: StatusBar) -> None:
    assert said(status) == ["57,386 parameters", "36.9 M multiply-adds", "1.2 MB activations per example"]
    assert status.parameters.accessibleName() == "57,386 parameters"
    assert status.uncounted.isHidden()


@pytest.mark.parametrize(
    ("uncounted", "words"), [(("fc",), "fc not counted"), (("fc", "conv1", "bn1"), "3 layers not counted")]
)
def test_what_is_not_counted_is_named(status: StatusBar, uncounted: tuple[str, ...], words: str) -> None:
    status.show_totals(TOTALS._replace(uncounted=uncounted))
    assert status.uncounted.text() == words and status.uncounted.isVisible()
    status.show_totals(TOTALS)
    assert status.uncounted.isHidden()


def test_findings_are_counted_by_severity_and_ask_for_the_problems(status: StatusBar, qtbot: QtBot) -> None:
    status.show_issues([])
    assert status.findings.text() == "Ready to train"
    status.show_issues([issue("hint"), issue("error"), issue("error"), issue("warning")])
    assert status.findings.text().split("   ") == ["2 errors", "1 warning", "1 hint"]
    with qtbot.waitSignal(status.problems_requested):
        status.findings.click()


def test_what_is_not_known_of_the_data_is_no_good_news(status: StatusBar) -> None:
    status.show_issues([])
    ready = status.mark.grab().toImage()
    status.show_issues([], "The data is being read.")
    assert status.findings.text() == "Shapes checked" and "being read" in status.findings.toolTip()
    assert status.mark.grab().toImage() != ready
    status.show_issues([])
    assert status.findings.text() == "Ready to train" and not status.findings.toolTip()


def test_the_dot_takes_the_color_of_the_worst(status: StatusBar) -> None:
    pictures = []
    for severities in ([], ["hint"], ["hint", "warning"], ["error"]):
        status.show_issues([issue(severity) for severity in sorted(severities)])
        pictures.append(status.mark.grab().toImage())
    assert all(one != other for place, one in enumerate(pictures) for other in pictures[:place])


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("width", [2000, 1280, 1000, 700, 500])
def test_what_does_not_fit_is_left_out_whole(status: StatusBar, qtbot: QtBot, scale: float, width: int) -> None:
    theme().set_scale(scale)
    status.show_totals(TOTALS._replace(uncounted=("a_long_layer_name",)))
    status.resize(width, status.height())

    def whole() -> None:
        for part in status.findChildren(Label):
            if part.isVisible() and not isinstance(part, ElidedLabel):
                assert part.width() >= part.sizeHint().width() - 1, part.text()

    if width >= 500 * scale:
        qtbot.waitUntil(whole)
    if width == 2000:
        assert len(said(status)) == 3 and status.worker.isVisible() and status.file.isVisible()
    if width <= 700:
        assert status.worker.isHidden()
    assert status.parameters.isVisible() and status.findings.isVisible()


# Top


def test_the_device_is_named_once_it_is_known(top: TopBar, qtbot: QtBot) -> None:
    assert top.device.isHidden()
    top.show_device(DEVICE)
    assert top.device.text() == DEVICE
    assert top.device.accessibleName() == f"Device: {DEVICE}"
    with qtbot.waitSignal(top.device_requested):
        top.device.click()
    top.show_device("")
    assert top.device.isHidden()


def test_where_there_is_no_room_the_device_is_an_icon_with_a_tip(top: TopBar) -> None:
    top.show_device(DEVICE)
    top.resize(900, 48)
    assert top.device.text() == "" and DEVICE in top.device.toolTip()
    assert top.device.accessibleName() == f"Device: {DEVICE}"
    top.resize(1400, 48)
    assert top.device.text() == DEVICE


LONG = "residual-network-for-digits"


@pytest.mark.parametrize(("width", "scale"), [(1366, 1.5), (1280, 1.5), (1280, 1.0), (1000, 1.0), (1920, 1.5)])
def test_a_document_keeps_the_beginning_of_its_name(top: TopBar, qtbot: QtBot, width: int, scale: float) -> None:
    theme().set_scale(scale)
    top.show_document(LONG, True, "")
    top.show_device(DEVICE)
    top.resize(width, 72)
    letters = top.title.fontMetrics().horizontalAdvance(LONG[:12] + "…")
    qtbot.waitUntil(lambda: top.title.width() >= letters)

    def is_told(name: str) -> bool:
        each = top.workspaces.segment(name)
        has_words = each.width() > each.fontMetrics().horizontalAdvance(each.text())
        return has_words or bool(each.toolTip() and top.workspaces.value() != name)

    qtbot.waitUntil(lambda: all(is_told(each.name) for each in in_order()))


def test_workspaces_have_their_words_back_with_the_room(top: TopBar) -> None:
    top.show_document(LONG, True, "")
    wide = top.workspaces.sizeHint().width()
    top.resize(720, 48)
    assert top.workspaces.sizeHint().width() < wide
    narrow = top.workspaces.sizeHint().width()
    top.workspaces.set_value("inspect")
    assert narrow != top.workspaces.sizeHint().width() < wide
    top.resize(1600, 48)
    assert top.workspaces.sizeHint().width() == wide


def test_the_title_says_whether_it_is_saved_and_where(top: TopBar) -> None:
    assert top.title.accessibleName() == "digits" and top.dot.isHidden()
    assert "/home/me/digits.netloom" in top.title.toolTip()
    top.show_document("digits", True, "Not saved yet")
    assert top.title.accessibleName() == "digits, not saved" and top.dot.isVisible()


def test_the_main_button_tells_of_errors_and_of_a_run(top: TopBar) -> None:
    top.show_errors(2)
    assert top.badge.isVisible() and "2 errors" in top.train.toolTip()
    top.show_errors(0)
    assert top.badge.isHidden() and "Ctrl+Enter" in top.train.toolTip()
    top.show_training(True)
    assert top.train.text() == "Training"
    top.show_training(False)
    assert top.train.text() == "Train"


def test_each_button_asks(top: TopBar, qtbot: QtBot) -> None:
    top.show_history("Add conv1", "Delete fc")
    asked = [top.home_requested, top.undo_requested, top.redo_requested, top.search_requested, top.train_requested]
    with qtbot.waitSignals(asked):
        for button in (top.home, top.undo, top.redo, top.search, top.train):
            button.click()
    assert "Add conv1" in top.undo.toolTip() and "Delete fc" in top.redo.toolTip()
    top.show_history("", "")
    assert not top.undo.isEnabled() and not top.redo.isEnabled()


def test_the_workspaces_stand_in_the_middle_whatever_is_beside_them(top: TopBar, qtbot: QtBot) -> None:
    for title, device in (("x", ""), ("a long title of a document", DEVICE)):
        top.show_document(title, True, "")
        top.show_device(device)

        def centered() -> bool:
            area = top.workspaces.geometry()
            return abs(area.center().x() - top.width() / 2) <= 2

        qtbot.waitUntil(centered)


def test_the_device_leads_to_its_setting(window: MainWindow, qtbot: QtBot) -> None:
    window.new("mlp")
    idle(window)
    window.top_bar.device_requested.emit()
    workspace = window.workspace("train")
    assert isinstance(workspace, TrainWorkspace) and window.pages.currentWidget() is workspace
    editor = workspace.form.editor("device")
    qtbot.waitUntil(lambda: editor.hasFocus() or editor.isAncestorOf(window.focusWidget() or window))
