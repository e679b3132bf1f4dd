"""Numbers that a teacher hides and a student finds, and what is taken away as a file."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from numbers_page import Open, deed, numbers, section
from waiting import until
from waiting import worked_out as settled
from worked import exam

from models.byhand.course import BACKWARD, FORWARD, LOSS, UPDATE
from models.storage import files, templates
from studio.workspaces.numbers import exporting
from studio.workspaces.numbers.exporting import FORMS, content_of
from studio.workspaces.numbers.side import HOW_TO_COME
from studio.workspaces.numbers.workspace import NumbersWorkspace


def test_a_teacher_hides_numbers_and_a_student_is_told_which_are_right(page_of: Open) -> None:
    page = page_of(exam())
    page.strip.stages[FORWARD].click()
    deed(page, "value/fc1", (0, 0), "Hide the whole table")
    matrix = page.views["value/fc1"].matrix
    assert matrix.text_at((0, 0)) == "?"
    matrix._go((0, 0))
    settled(page)
    assert "1.393" not in page.side.formula.text()
    page.views["value/relu1"].matrix._go((0, 0))
    settled(page)
    assert "1.393" not in page.side.formula.text(), "it would give the hidden number away"
    matrix.edited.emit((0, 0), "1.3934")
    matrix.edited.emit((0, 1), "2")
    settled(page)
    assert page.side.words.text() == "2 hidden · 1 right · 1 wrong"
    assert matrix.fills == {(0, 0): ("1.3934", "right"), (0, 1): ("2", "wrong")}
    assert section(page)["answers"] == {"value/fc1/0/0": 1.3934, "value/fc1/0/1": 2}
    page.side.key.setChecked(True)
    assert matrix.text_at((0, 1)) == "1.386"
    page.side.key.setChecked(False)
    page.side.clear.click()
    settled(page)
    assert "answers" not in section(page) and matrix.text_at((0, 1)) == "?"


def test_a_student_who_opens_an_exercise_is_told_how_to_come_to_its_fields(page_of: Open) -> None:
    page = page_of(exam())
    page.strip.stages[FORWARD].click()
    deed(page, "value/fc1", (0, 0), "Hide this number")
    assert HOW_TO_COME not in page.side.words.text()
    page.strip.start.click()
    assert page.side.words.text() == f"1 hidden · 0 right · 0 wrong\n{HOW_TO_COME}"
    page.strip.stages[FORWARD].click()
    matrix = page.views["value/fc1"].matrix
    assert page.side.words.text() == "1 hidden · 0 right · 0 wrong" and matrix.fills
    matrix.edited.emit((0, 0), "1,393")
    settled(page)
    assert page.side.words.text() == "1 hidden · 1 right · 0 wrong"
    matrix.edited.emit((0, 0), "1.393 2")
    assert [note.text() for note in page.notes] == ["Expected one number, found “1.393 2”. Type one, or paste several."]
    assert matrix.fills == {(0, 0): ("1.393", "right")}, "what was there stays"


def test_numbers_are_hidden_in_every_pass_and_stage(page_of: Open) -> None:
    page = page_of(exam(optimizer={"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.9}}))
    asked = [
        (LOSS, "loss", ()),
        (BACKWARD, "slope/fc1.weight", (0, 1)),
        (UPDATE, "next/fc1.weight", (1, 0)),
        (UPDATE, "state/fc2.bias/momentum_buffer", (0,)),
        (FORWARD, "value/fc1", (0, 0)),
        (LOSS, "probability/output1", (0, 1)),
    ]
    keys = []
    for stage, table, place in asked:
        if page.here.stage != stage:
            page.strip.stages[stage].click()
            settled(page)
        deed(page, table, place, "Hide this number")
        keys.append((page.here.turn, float(numbers(page, table)[place])))
        matrix = page.views[table].matrix
        assert matrix.text_at(place) == "?", table
        matrix._go(place)
        settled(page)
        assert f"{keys[-1][1]:.6g}" not in page.side.formula.text(), table
    assert [turn for turn, _ in keys] == [0, 0, 0, 0, 1, 1]
    assert "weights" in section(page), "what it is about is written down with it"
    assert "fc1.weight/1/0" in section(page)["hidden"][2] and section(page)["hidden"][4] == "value/fc1/0/0@2"
    assert page.views["weight/fc1.weight"].matrix.text_at((1, 0)) == "?", "the new weight, before the next pass"
    page.views["probability/output1"].matrix.edited.emit((0, 1), f"{keys[-1][1] + 5e-4}")
    settled(page)
    assert page.side.words.text() == "6 hidden · 1 right · 0 wrong"
    page.strip.start.click()
    page.strip.stages[LOSS].click()
    assert "loss 0" not in page.strip.where.text()
    page.views["loss"].matrix.edited.emit((), "0.3775")
    page.views["value/fc1"].matrix._go((0, 0))
    settled(page)
    assert "loss 0.377517" in page.strip.where.text(), "a right answer gives nothing away any more"
    assert page.side.words.text() == "6 hidden · 2 right · 0 wrong"


def test_the_worked_steps_are_taken_away_as_text(page_of: Open) -> None:
    page = page_of(exam())
    assert page.walk is not None
    document = files.to_json(page.controller.document)
    for suffix in FORMS:
        assert len(content_of(document, page.walk, "exam", suffix)) > 1000
    text = content_of(document, page.walk, "exam", "md").decode()
    assert text.startswith("# exam, worked by hand") and text.index("fc1.weight") < text.index("fc1.bias")


def test_a_pdf_is_written_beside_the_window_and_what_became_of_it_is_said(page_of: Open, tmp_path: Path) -> None:
    page = page_of(templates.load("by-hand-lstm"))
    page.strip.stages[UPDATE].click()
    document = files.to_json(page.controller.document)
    make = partial(content_of, document, page.walk, "lesson", "pdf", True)
    writing, told = exporting.write(page, page.say, make, tmp_path / "lesson.pdf"), list[int]()
    writing.told.connect(told.append)
    assert page.notes[0].text() == "Writing lesson.pdf…"
    until(lambda: page.notes[0].text() == "Wrote lesson.pdf.")
    assert (tmp_path / "lesson.pdf").read_bytes().startswith(b"%PDF-")
    assert told == sorted(told) and len(told) > 5 and 0 < told[-1] < 100
    exporting.write(page, page.say, make, tmp_path / "gone" / "lesson.pdf")
    until(lambda: page.notes[0].kind == "error")
    assert page.notes[0].text().startswith("Could not write lesson.pdf: ")


def test_a_file_that_is_being_written_can_be_stopped(page_of: Open, tmp_path: Path) -> None:
    page = page_of(templates.load("by-hand-lstm"))
    begun, release = threading.Event(), threading.Event()

    def make(tell: exporting.Tell) -> bytes:
        begun.set()
        release.wait(60)
        tell(1, 2)
        raise AssertionError("it goes on")

    (tmp_path / "lesson.pdf").write_text("the one before")
    exporting.write(page, page.say, make, tmp_path / "lesson.pdf")
    begun.wait(60)
    page.notes[0].buttons[0].click()
    release.set()
    until(lambda: page.notes[0].text() == "lesson.pdf was not written.")
    assert (tmp_path / "lesson.pdf").read_text() == "the one before"


def test_the_export_offers_a_sheet_where_something_is_hidden(page_of: Open) -> None:
    def offered(page: NumbersWorkspace) -> list[str]:
        assert page.walk is not None
        menu = exporting.ask_export(page, page.strip.export, page.say, page.controller.document, page.walk, "exam")
        words = [action.text() for action in menu.actions() if not action.isSeparator()]
        menu.close()
        return words

    plain = ["PDF…", "Markdown with formulas…", "LaTeX…", "Copy as Markdown"]
    assert offered(page_of(exam())) == plain
    sheets = [f"Sheet to fill in, as {words}" for words in plain[:3]]
    assert offered(page_of(templates.load("by-hand-neuron"))) == [*plain, *sheets]
