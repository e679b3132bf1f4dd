"""The table of answers: sorted by what is seen, numbers as numbers, with rows for the clipboard."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from widgets.controls import Button
from widgets.data.samples import MASK_COLORS
from widgets.inspection.chances import Chance, Chances
from widgets.predictions.answer import BACKGROUND, COVER, AnswerView, Part, Preview, hue_of, mask_image
from widgets.predictions.table import AnswerTable
from widgets.theme import px

ROWS = [["a.png", "dog", "0.9"], ["b.png", "cat", "0.1"], ["c.png", "dog", "0.0005"]]


def test_numbers_are_sorted_as_numbers_and_the_example_stays_the_same(qtbot: QtBot) -> None:
    table = AnswerTable()
    qtbot.addWidget(table)
    looked: list[int] = []
    table.current_changed.connect(looked.append)
    table.show_answers(["Example", "Class", "Probability"], ROWS)
    assert looked == [0]
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    model = table.model()
    assert [model.index(row, 2).data() for row in range(3)] == ["0.0005", "0.1", "0.9"]
    table.selectRow(0)
    assert looked[-1] == 2
    table.copy_rows()
    assert QGuiApplication.clipboard().text() == "Example\tClass\tProbability\nc.png\tdog\t0.0005"
    right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    assert model.index(0, 2).data(Qt.ItemDataRole.TextAlignmentRole) == right
    table.show_answers(["Example", "Value"], [])
    assert model.rowCount() == 0


def test_an_answer_shows_each_output_and_forgets_the_one_before(qtbot: QtBot) -> None:
    view = AnswerView()
    qtbot.addWidget(view)
    chances = [Chance("cat", 0.7, True, False), Chance("dog", 0.3, False, False)]
    view.show_answer("a.png", [Part("kind", "cat, 70 %", chances), Part("price", "12.5")])
    assert view.accessibleName() == "a.png: kind cat, 70 %; price 12.5"
    view.show_answer("b.png", [Part("", "dog, 90 %")])
    assert view.accessibleName() == "b.png: dog, 90 %" and len(view._parts) == 1


def test_a_mask_is_shown_as_a_picture_of_its_classes(qtbot: QtBot) -> None:
    mask = np.array([[0, 1, 1], [0, 0, len(MASK_COLORS) + 1]])
    image = mask_image(mask)
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(0, 0).getRgb()[:3] == BACKGROUND
    assert image.pixelColor(1, 0).getRgb()[:3] == MASK_COLORS[0] == image.pixelColor(2, 1).getRgb()[:3]
    view = AnswerView()
    qtbot.addWidget(view)
    view.resize(300, 600)
    view.show()
    view.show_answer("a.png", [Part("", "A mask of 2×3", [Chance("sky", 0.5, True, False)], mask)])
    (shown,) = (part for part in view._parts if isinstance(part, Preview))
    assert shown.image == image and shown.accessibleName() == "A mask of 2×3" and not shown.grab().isNull()
    view.show_answer("b.png", [Part("", "dog, 90 %")])
    assert not any(isinstance(part, Preview) for part in view._parts)


def test_a_mask_is_laid_over_its_picture_once_that_is_there(qtbot: QtBot) -> None:
    mask, picture = np.array([[0, 1]]), QImage(40, 20, QImage.Format.Format_Grayscale8)
    picture.fill(200)
    view = AnswerView()
    qtbot.addWidget(view)
    view.show_answer("a.png", [Part("", "A mask of 1×2", mask=mask)])
    (shown,) = (part for part in view._parts if isinstance(part, Preview))
    view.show_picture(picture)
    assert shown.image is not None and view.preview.image == picture
    assert (shown.image.width(), shown.image.height()) == (40, 20)
    assert shown.image.pixelColor(2, 10).getRgb()[:3] == (200, 200, 200), "the first class lets the picture be"
    mixed = [round((1 - COVER) * 200 + COVER * part) for part in MASK_COLORS[0]]
    np.testing.assert_allclose(shown.image.pixelColor(37, 10).getRgb()[:3], mixed, atol=2)
    view.show_picture(None)
    assert shown.image == mask_image(mask), "a row of an array has no picture, and its mask stands alone"
    view.show_answer("b.png", [Part("", "dog, 90 %")])
    view.show_picture(picture)
    assert view.preview.image == picture and view._masks == []


def test_the_bars_of_a_mask_are_the_legend_of_its_colors(qtbot: QtBot) -> None:
    bars = Chances()
    qtbot.addWidget(bars)
    bars.resize(300, 60)
    rows = [Chance("sky", 0.6, True, False, hue=hue_of(0)), Chance("sea", 0.4, False, False, hue=hue_of(1))]
    bars.show_chances(rows)
    picture = bars.grab().toImage()
    seen = [picture.pixelColor(px(5), px(22 * row + 11)).getRgb()[:3] for row in range(2)]
    assert seen == [BACKGROUND, MASK_COLORS[0]]
    assert hue_of(len(MASK_COLORS) + 1) == MASK_COLORS[0], "in turn"
    bars.show_chances([Chance("sky", 0.6, True, False)])
    assert bars.grab().toImage().pixelColor(px(5), px(11)).getRgb()[:3] != BACKGROUND


def test_a_picture_that_was_given_is_shown_and_offered_to_be_saved(qtbot: QtBot) -> None:
    view, picture = AnswerView(), QImage(4, 4, QImage.Format.Format_Grayscale8)
    picture.fill(0)
    qtbot.addWidget(view)
    view.show_answer("a.png", [Part("clean", "An image of 1×4×4, 0 to 1", picture=picture)])
    (shown,) = (part for part in view._parts if isinstance(part, Preview))
    assert shown.image == picture and shown.accessibleName() == "The answer"
    (save,) = (part for part in view._parts if isinstance(part, Button))
    with qtbot.waitSignal(view.picture_wanted) as caught:
        save.click()
    assert caught.args == [picture]
    view.show_answer("b.png", [Part("", "dog, 90 %")])
    assert len(view._parts) == 1
