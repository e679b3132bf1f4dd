"""The middle and the right panel of the Data workspace."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from models.specs.fields import Bool, Float, Text
from models.specs.spec import Spec, SpecProblem
from widgets.controls.note import Note
from widgets.data.bars import Bar
from widgets.data.details import Details
from widgets.data.middle import DataPage
from widgets.data.sample_page import LIMITS, SamplePage
from widgets.data.samples import Part, Samples
from widgets.theme import theme


def shown(qtbot: QtBot, widget: QWidget, width: int = 760, height: int = 640) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()


def fill(page: SamplePage | DataPage, data: Samples, title: str, bars: list[Bar], **about: bool) -> None:
    """Show data with how often each target occurs."""
    if isinstance(page, DataPage):
        page.show_samples(data, **about)
        page.samples.show_bars(title, bars)
    else:
        page.show_samples(data)
        page.show_bars(title, bars)


def samples(shape: tuple[int, ...], classes: int | None = 3, count: int = 60) -> Samples:
    x = np.random.default_rng(0).normal(size=(count, *shape)).astype(np.float32)
    y = np.arange(count) % classes if classes else np.arange(count, dtype=np.float32)[:, None]
    names = tuple(f"class {place}" for place in range(classes)) if classes else None
    held = count // 3
    return Samples((Part("training", x[held:], y[held:]), Part("validation", x[:held], y[:held])), names, (), (-3, 3))


BARS = [Bar("class 0", 14, 7), Bar("class 1", 13, 7), Bar("class 2", 13, 6)]


@pytest.mark.parametrize(
    ("shape", "view"), [((1, 8, 8), "grid"), ((2,), "scatter"), ((5,), "table"), ((4, 9), "table")]
)
def test_each_form_has_its_view(qtbot: QtBot, shape: tuple[int, ...], view: str) -> None:
    page = SamplePage()
    shown(qtbot, page)
    fill(page, samples(shape), "Images per class", BARS)
    assert page.view() is getattr(page, view)
    assert page.view().isVisible()  # type: ignore[union-attr]
    assert len(page.examples()) == 60
    page.grab()


def test_one_page_shows_one_form_after_another(qtbot: QtBot) -> None:
    page = SamplePage()
    shown(qtbot, page)
    for shape in ((1, 8, 8), (2,), (5,), (3, 4, 4), (2,)):
        fill(page, samples(shape), "Per class", BARS)
        page.grab()
    assert page.view() is page.scatter


def test_the_part_is_chosen(qtbot: QtBot) -> None:
    page = SamplePage()
    shown(qtbot, page)
    fill(page, samples((1, 8, 8)), "Images per class", BARS)
    qtbot.mouseClick(page.parts.segment("validation"), Qt.MouseButton.LeftButton)
    assert {example.part for example in page.examples()} == {1}
    assert page.count.text() == "20 shown"


def test_the_class_is_chosen_and_kept_with_other_data(qtbot: QtBot) -> None:
    page = SamplePage()
    shown(qtbot, page)
    fill(page, samples((1, 8, 8)), "Images per class", BARS)
    page.classes.setFocus()
    qtbot.keyClick(page.classes, Qt.Key.Key_Down)
    qtbot.keyClick(page.classes, Qt.Key.Key_Down)
    assert page.chosen_class() == 1
    assert len(page.examples()) == 20
    fill(page, samples((1, 8, 8), count=30), "Images per class", BARS)
    assert (page.chosen_class(), len(page.examples())) == (1, 10)
    fill(page, samples((1, 8, 8), classes=1), "Images per class", BARS)
    assert page.chosen_class() is None


def test_a_bar_chooses_its_class_and_lets_it_go(qtbot: QtBot) -> None:
    page = SamplePage()
    shown(qtbot, page)
    fill(page, samples((1, 8, 8)), "Images per class", BARS)
    assert page.bars
    page.bars.chosen.emit(2)
    assert page.chosen_class() == 2
    page.bars.chosen.emit(2)
    assert page.chosen_class() is None


def test_others_are_shown_on_request(qtbot: QtBot) -> None:
    page = SamplePage()
    shown(qtbot, page)
    fill(page, samples((1, 8, 8), count=3000), "Images per class", BARS)
    before = list(page.examples())
    assert len(before) == LIMITS["images"]
    qtbot.mouseClick(page.others, Qt.MouseButton.LeftButton)
    assert list(page.examples()) != before


def test_numbers_have_no_classes_to_choose(qtbot: QtBot) -> None:
    page = SamplePage()
    shown(qtbot, page)
    fill(page, samples((5,), classes=None), "Rows per target value", BARS)
    assert page.classes.isHidden()
    assert page.bars and page.bars.remark.isHidden()


def test_a_class_that_a_part_lacks_is_said(qtbot: QtBot) -> None:
    data = samples((1, 8, 8))
    lacking = Samples((data.parts[0], Part("validation", data.parts[1].x[:1], data.parts[1].y[:1])), data.classes)
    page = SamplePage()
    shown(qtbot, page)
    fill(page, lacking, "Images per class", BARS)
    page.parts.segment("validation").click()
    page.classes.set_value("1")
    page.classes.changed.emit("1")
    assert page.count.text() == "None of that class in this part"


def test_a_page_lets_go_of_its_data(qtbot: QtBot) -> None:
    page = SamplePage()
    shown(qtbot, page)
    fill(page, samples((2,)), "Points per class", BARS)
    page.clear()
    assert page.view() is None and page.examples() == ()
    page.show_others()


# The middle


def test_loading_is_shown_with_its_progress(qtbot: QtBot) -> None:
    page = DataPage()
    shown(qtbot, page)
    page.show_progress(0, 0)
    assert page.is_loading() and page.progress_text.text() == "Reading the data…"
    page.show_progress(1200, 6000)
    assert page.progress_text.text() == "1,200 of 6,000"
    assert page.progress.value() == page.progress.STEPS // 5
    with qtbot.waitSignal(page.cancel_requested):
        qtbot.mouseClick(page.cancel, Qt.MouseButton.LeftButton)
    fill(page, samples((1, 8, 8)), "Images per class", BARS, from_files=True)
    assert not page.is_loading()
    with qtbot.waitSignal(page.again_requested):
        qtbot.mouseClick(page.again, Qt.MouseButton.LeftButton)


def test_only_files_can_be_read_again(qtbot: QtBot) -> None:
    page = DataPage()
    shown(qtbot, page)
    fill(page, samples((1, 8, 8)), "Images per class", BARS, from_files=False)
    assert page.again.isHidden()


def test_notes_replace_each_other(qtbot: QtBot) -> None:
    page = DataPage()
    shown(qtbot, page)
    page.show_notes([Note("good", "Fits"), Note("warning", "But")])
    page.show_notes([Note("error", "Input expects 4 values; Wine has 13.")])
    QApplication.processEvents()
    assert [note.text() for note in page.notes] == ["Input expects 4 values; Wine has 13."]
    assert [note.text() for note in page.findChildren(Note) if note.isVisible()] == [
        "Input expects 4 values; Wine has 13."
    ]


def test_what_fits_is_said_beside_the_title(qtbot: QtBot) -> None:
    page = DataPage()
    shown(qtbot, page)
    page.show_title("Digits", "1,797 images")
    page.show_notes([Note("good", "Fits the network input 1×8×8")])
    QApplication.processEvents()
    note = page.notes[0]
    assert note.mapTo(page, note.rect().topLeft()).x() > page.title.mapTo(page, page.title.rect().topLeft()).x()
    assert note.height() < 40


def test_an_empty_page_says_what_to_do(qtbot: QtBot) -> None:
    page = DataPage()
    shown(qtbot, page)
    page.show_empty("Choose a ready data set or add a folder.")
    assert page.empty.isVisible()
    page.grab()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_long_names_never_widen_the_page(qtbot: QtBot, scale: float) -> None:
    theme().set_scale(scale)
    page = DataPage()
    shown(qtbot, page, 640, 560)
    page.show_title("a folder with a name that does not end " * 6, "12 images · " * 20)
    page.show_notes([Note("error", "Input expects 3×32×32; this has 3×60×90. " * 3, [("Set it", lambda: None)])])
    fill(page, samples((1, 8, 8)), "Images per class", [Bar("x" * 300, 5, 2), *BARS], from_files=True)
    assert page.minimumSizeHint().width() <= 640 if scale == 1.0 else 700


# The settings


class Kind(Spec, kind="kind"):
    help = "What it is."
    validation = Float(0.2, above=0.0, below=1.0)
    normalize = Bool(True)
    path = Text(label="File", path=True)


def test_settings_are_edited_and_told(qtbot: QtBot) -> None:
    details = Details()
    shown(qtbot, details, 320)
    details.set_spec(Kind(), {}, ())
    told: list[tuple[str, object]] = []
    details.changed.connect(lambda name, value: told.append((name, value)))
    details.form.editor("normalize").focusProxy().click()  # type: ignore[attr-defined]
    assert told == [("normalize", False)]
    assert details.help.text() == "What it is."


def test_what_cannot_be_used_is_shown_in_red(qtbot: QtBot) -> None:
    details = Details()
    shown(qtbot, details, 320)
    spec, problems = Kind.read({"validation": 7})
    details.set_spec(spec, {"validation": 7}, problems)
    assert "expected a number" in details.form.editor("validation").error()  # type: ignore[attr-defined]
    assert isinstance(problems[0], SpecProblem)


def test_a_field_keeps_the_keyboard_when_others_go(qtbot: QtBot) -> None:
    details = Details()
    shown(qtbot, details, 320)
    details.set_spec(Kind(), {}, ())
    details.form.focus_field("path")
    details.set_spec(Kind(), {}, (), skip=("validation",))
    assert details.form.isAncestorOf(QApplication.focusWidget())
    with pytest.raises(KeyError):
        details.form.editor("validation")


def test_results_come_and_go(qtbot: QtBot) -> None:
    details = Details()
    shown(qtbot, details, 320)
    details.set_spec(Kind(), {}, ())
    remark = "2 images are left out: <b>a.png</b>"
    details.show_result((80, 20), "keeps class balance", "mean 0.5\nstandard deviation 0.1", [remark])
    assert details.normalization.text() == "mean 0.5\nstandard deviation 0.1"
    assert [note.text() for note in details.notes] == [remark]
    details.clear()
    assert details.notes == [] and details.split_section.isHidden()
    details.set_spec(None, {}, ())
    assert details.settings_section.isHidden()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_what_fits_goes_beneath_the_title_where_that_needs_the_width(qtbot: QtBot, scale: float) -> None:
    theme().set_scale(scale)
    page = DataPage()
    shown(qtbot, page, round(560 * scale))
    page.show_title("Digits", "1,797 images · 1×8×8 · 10 classes · 129.4 kB")
    page.show_notes([Note("good", "Fits the network input 1×8×8"), Note("warning", "Small")])
    good, warning = page.notes
    qtbot.waitUntil(lambda: good.y() > page.line.mapTo(page, page.line.rect().bottomLeft()).y())
    assert warning.y() > good.y()
    page.resize(round(900 * scale), 640)
    qtbot.waitUntil(lambda: good.y() < page.line.mapTo(page, page.line.rect().bottomLeft()).y())


@pytest.mark.parametrize("width", [300, 900])
def test_the_buttons_of_a_note_leave_its_sentence_room(qtbot: QtBot, width: int) -> None:
    note = Note(
        "error", "Input expects 1×8×8; CSV table has 13 values.", [("Set input1 to the data's shape", lambda: None)]
    )
    shown(qtbot, note, width, 90)
    (button,) = note.buttons

    def beneath() -> bool:
        return button.y() > note.label.geometry().bottom()

    qtbot.waitUntil(lambda: beneath() == (width < 480))
    assert button.width() >= button.sizeHint().width()
    assert not button.geometry().intersects(note.label.geometry())


@pytest.mark.parametrize("width", [380, 480, 900])
def test_words_over_the_samples_go_before_they_are_cut(qtbot: QtBot, width: int) -> None:
    page = SamplePage()
    page.setMinimumWidth(1)
    shown(qtbot, page, width)
    fill(page, samples((1, 8, 8)), "Images per class", BARS)
    assert page.count.isVisible() == (width >= 520)
    assert page.others.text() == ("Shuffle" if width >= 480 else "")
    assert page.augmented.text() == ("Augmented" if width >= 620 else "")
    assert page.augmented.isVisible() == (width >= 480)
    assert (page.others.accessibleName(), page.augmented.accessibleName()) == ("Shuffle", "Augmented")
    assert page.classes.width() >= 108


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_low_page_scrolls_and_cuts_nothing_off(qtbot: QtBot, scale: float) -> None:
    theme().set_scale(scale)
    page = DataPage()
    shown(qtbot, page, 900, 480)
    fill(page, samples((1, 8, 8)), "Images per class", BARS, from_files=True)
    page.show_notes([Note("error", "Input expects 3×32×32; this has 3×60×90. " * 3, [("Set it", lambda: None)])])
    bar = page.findChildren(QScrollArea)[0].verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bars = page.samples.bars
    assert bars is not None and bars.isVisible() and bars.height() >= 150
    assert page.samples.grid.height() >= 150 * scale
    bar.setValue(bar.maximum())
    assert bars.mapTo(page, bars.rect().bottomLeft()).y() < page.height()
    page.resize(900, 1400)
    qtbot.waitUntil(lambda: bar.maximum() == 0)


def test_a_page_is_as_wide_as_its_controls_need(qtbot: QtBot) -> None:
    page = DataPage()
    shown(qtbot, page, 900, 480)
    fill(page, samples((1, 8, 8)), "Images per class", BARS, from_files=True)
    QApplication.processEvents()
    page.resize(page.minimumSizeHint().width(), 480)
    assert page.samples.width() >= page.samples.minimumSizeHint().width()
