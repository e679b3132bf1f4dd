"""The window of an average: asked of a real worker, drawn, stopped, written as a module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from waiting import until

from studio.controllers.asking.probing import Probing
from studio.runs.folder import RunFolder
from studio.trained.averaging import VIEWS, AveragingWindow

Members = Mapping[str, RunFolder]


class Opened:
    """Opens windows of some members, beside a parent that is there."""

    def __init__(self, probing: Probing, members: Members, parent: QWidget) -> None:
        self._probing, self._members, self._parent = probing, members, parent

    def __call__(self, *names: str) -> AveragingWindow:
        window = AveragingWindow(self._probing, [self._members[name].path for name in names], self._parent)
        window.show()
        window.look()
        return window


@pytest.fixture
def opened(qtbot: QtBot, probing: Probing, members: Members) -> Iterator[Opened]:
    parent = QWidget()
    qtbot.addWidget(parent)
    yield Opened(probing, members, parent)
    for window in parent.findChildren(AveragingWindow):
        window.close()


def answered(window: AveragingWindow) -> AveragingWindow:
    until(lambda: not window.probing.is_busy and not window.writing.is_busy)
    return window


def first_column(window: AveragingWindow) -> Sequence[str]:
    return [row[0] for row in window.table.rows]


def test_members_and_their_average_stand_in_a_table_and_in_every_view(opened: Opened) -> None:
    window = answered(opened("bag1", "bag2", "bag3"))
    assert first_column(window) == ["bag1", "bag2", "bag3", "Average"]
    assert "Out-of-bag error" in window.told.text() and not window.problem.text()
    for view, _ in VIEWS:
        window.views.set_value(view)
        window.views.changed.emit(view)
        assert window.help.text() and (window.plot.lines or window.plot.background)
    assert window.plot.background is not None and window.plot.background.width() > 100
    window.views.changed.emit("growth")


def test_a_member_is_chosen_for_its_reliability(opened: Opened) -> None:
    window = answered(opened("one", "two"))
    window.views.set_value("reliability")
    window.views.changed.emit("reliability")
    before = window.plot.lines[1]
    window.member.set_value("1")
    window.member.changed.emit("1")
    assert [line.token for line in window.plot.lines] == ["text3", "text2", "accent"]
    assert before.x.tolist() != window.plot.lines[1].x.tolist()


def test_numbers_have_errors_and_no_calibration(opened: Opened) -> None:
    window = answered(opened("numbers1", "numbers2"))
    assert window.told.text().startswith("Together RMSE")
    assert window.views.segment("reliability").isHidden() and not window.views.segment("pairs").isHidden()


def test_what_does_not_fit_is_said_by_name(opened: Opened) -> None:
    window = answered(opened("one", "other split"))
    assert window.problem.text() == ("other split is left out: It was validated on other examples than the first run.")
    assert window.told.text().startswith("Fewer than two") and not window.export.isEnabled()


def test_the_module_is_written_where_a_folder_is_chosen(opened: Opened, tmp_path: Path) -> None:
    window = answered(opened("one", "wider"))
    window.export.click()
    (dialog,) = window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path))
    dialog.reject()
    answered(window)
    assert (tmp_path / "ensemble.py").is_file() and "Wrote ensemble.py" in window.told.text()


def test_it_can_be_stopped_and_asked_again(opened: Opened) -> None:
    window = opened("one", "two")
    window.stop.click()
    assert not window.again.isHidden() and not window.probing.asks("average")
    window.again.click()
    assert window.again.isHidden()
    assert first_column(answered(window)) == ["one", "two", "Average"]
