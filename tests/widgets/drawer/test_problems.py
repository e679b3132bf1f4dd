from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.checks import load
from models.document.edits import SetParam
from models.findings.finding import Finding, Mend
from widgets.controls import Paragraph
from widgets.drawer.problems import MOST_ROWS, WIDE, ProblemList, ProblemRow
from widgets.inspector.parts import MendButton
from widgets.theme import theme

NEEDS = "Linear needs a flat vector."


def issue(severity: str = "error", node: str = "fc", message: str = NEEDS, mends: int = 1) -> Finding:
    return Finding(
        severity, "x", node, message, "Flatten all 8,192 values.",
        mends=tuple(Mend(f"Mend {place}", SetParam(node, "bias", place)) for place in range(mends)),
    )  # fmt: skip


@pytest.fixture
def problems(qtbot: QtBot) -> ProblemList:
    widget = ProblemList()
    qtbot.addWidget(widget)
    widget.resize(1040, 190)
    widget.show()
    qtbot.waitActive(widget)
    return widget


def names(problems: ProblemList) -> list[str]:
    return [row.accessibleName() for row in problems.rows()]


def buttons(row: ProblemRow) -> list[MendButton]:
    return [button for button in row.findChildren(MendButton) if not button.isHidden()]


def test_no_problems_is_good_news(problems: ProblemList) -> None:
    problems.show_issues([], "No problems. 448 parameters, ready to train.")
    labels = [label.text() for label in problems.currentWidget().findChildren(QLabel)]
    assert "No problems. 448 parameters, ready to train." in labels


def test_a_problem_of_the_whole_network_takes_the_whole_width(qtbot: QtBot, problems: ProblemList) -> None:
    mends = (Mend("Add Input", SetParam("conv1", "bias", False)),)
    problems.show_issues([Finding("error", "x", "", "The network has no Input.", mends=mends)], "")
    (row,) = problems.rows()
    qtbot.waitUntil(lambda: row._message.width() > problems.width() / 2)
    assert row._message.line_count() == 1


def test_the_worst_come_first(problems: ProblemList) -> None:
    problems.show_issues([issue("hint"), issue("warning"), issue("error")], "")
    assert [name.split()[0] for name in names(problems)] == ["error", "warning", "hint"]


def test_a_click_asks_for_the_node(qtbot: QtBot, problems: ProblemList) -> None:
    problems.show_issues([issue(), issue(node="conv1")], "")
    with qtbot.waitSignal(problems.node_clicked) as signal:
        qtbot.mouseClick(problems.rows()[1], Qt.MouseButton.LeftButton)
    assert signal.args == ["conv1"]


def test_the_keyboard_walks_and_asks(qtbot: QtBot, problems: ProblemList) -> None:
    problems.show_issues([issue(), issue(node="conv1")], "")
    first, second = problems.rows()
    qtbot.waitUntil(first.isVisible)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down)
    qtbot.waitUntil(second.hasFocus)
    with qtbot.waitSignal(problems.node_clicked) as signal:
        qtbot.keyClick(second, Qt.Key.Key_Return)
    assert signal.args == ["conv1"]
    qtbot.keyClick(second, Qt.Key.Key_Up)
    qtbot.waitUntil(first.hasFocus)


def test_a_mend_is_asked_for_by_its_button(qtbot: QtBot, problems: ProblemList) -> None:
    shown = issue(mends=2)
    problems.show_issues([shown], "")
    with qtbot.waitSignal(problems.mend_requested) as signal:
        qtbot.mouseClick(buttons(problems.rows()[0])[1], Qt.MouseButton.LeftButton)
    assert signal.args == [shown.mends[1]]


def test_the_same_problem_keeps_its_row_and_takes_the_newer_edit(qtbot: QtBot, problems: ProblemList) -> None:
    problems.show_issues([issue()], "")
    row, button = problems.rows()[0], buttons(problems.rows()[0])[0]
    newer = issue()
    problems.show_issues([newer], "")
    assert problems.rows() == [row]
    assert buttons(row) == [button]
    with qtbot.waitSignal(problems.mend_requested) as signal:
        button.click()
    assert signal.args[0] is newer.mends[0]


def test_fewer_problems_leave_fewer_rows(problems: ProblemList) -> None:
    problems.show_issues([issue(node=f"n{place}") for place in range(5)], "")
    problems.show_issues([issue(mends=0)], "")
    assert len(problems.rows()) == 1
    assert buttons(problems.rows()[0]) == []


def test_more_than_anyone_reads_are_counted(problems: ProblemList) -> None:
    problems.show_issues([issue(node=f"n{place}") for place in range(5000)], "")
    assert len(problems.rows()) == MOST_ROWS
    assert problems._more.text() == "And 4,900 more, once these are solved."


def test_the_selected_nodes_problem_stands_out(problems: ProblemList) -> None:
    problems.show_issues([issue(), issue(node="conv1")], "")
    before = problems.rows()[1].grab().toImage()
    problems.set_selection(["conv1"])
    assert problems.rows()[1].grab().toImage() != before


def test_markup_long_words_and_right_to_left_are_shown_as_they_are(problems: ProblemList) -> None:
    long = issue(node="a" * 64, message="<img src=x> שלום 😀 " + "w" * 300, mends=2)
    problems.show_issues([long], "")
    row = problems.rows()[0]
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in row.findChildren(QLabel) if label.text())
    assert row.width() <= problems.width()
    assert "<img" in row.accessibleName()


def test_a_problem_of_the_whole_network_has_no_node(qtbot: QtBot, problems: ProblemList) -> None:
    problems.show_issues([issue(node="", mends=0)], "")
    with qtbot.assertNotEmitted(problems.node_clicked):
        qtbot.mouseClick(problems.rows()[0], Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("width", [300, 480, 700, 1200])
def test_nothing_of_a_problem_is_cut(qtbot: QtBot, problems: ProblemList, scale: float, width: int) -> None:
    theme().set_scale(scale)
    try:
        problems.resize(width, 400)
        problems.show_issues([issue(message="Add needs equal shapes: 32×16×16 and 32×32×32.", mends=1)], "")
        row = problems.rows()[0]
        words = [part for part in row.findChildren(Paragraph) if part.text()]
        (button,) = buttons(row)

        def is_laid_out() -> bool:
            return (
                all(part.height() >= part.heightForWidth(part.width()) for part in words)
                and button.width() >= button.sizeHint().width()
                and row.rect().contains(button.geometry())
                and not any(button.geometry().intersects(part.geometry()) for part in words)
            )

        qtbot.waitUntil(is_laid_out)
        beneath = button.y() >= max(part.geometry().bottom() for part in words)
        assert beneath == (row.width() < WIDE * scale)
    finally:
        theme().set_scale(1.0)


def found(code: str, severity: str = "hint", node: str = "fc1") -> Finding:
    return Finding(severity, code, node, "A remark.", learn="https://example.org/more")


def test_a_doubtful_problem_can_be_read_about_and_silenced(qtbot: QtBot, problems: ProblemList) -> None:
    load()
    problems.show_issues([found("no-activation"), found("learning-rate", "warning", "")], "")
    warned, hinted = problems.rows()
    assert [deed.text for deed in warned.deeds()] == ["Learn more", "Silence in this document"]
    assert [deed.text for deed in hinted.deeds()] == ["Learn more", "Silence on fc1", "Silence in this document"]
    with qtbot.waitSignal(problems.silence_requested) as asked:
        hinted.deeds()[1].run()
    assert asked.args and asked.args[0].code == "no-activation" and asked.args[1] is True


def test_an_error_cannot_be_silenced(problems: ProblemList) -> None:
    problems.show_issues([issue()], "")
    (row,) = problems.rows()
    assert row.deeds() == [] and row.more.isHidden()


def test_silenced_checks_can_be_heard_again(qtbot: QtBot, problems: ProblemList) -> None:
    problems.show_issues([], "No problems.", silenced=2)
    assert problems.hear.text() == "Hear 2 silenced checks again" and problems.hear.isVisible()
    with qtbot.waitSignal(problems.hear_requested):
        problems.hear.click()
    problems.show_issues([], "No problems.")
    assert problems.hear.isHidden()
