"""Why something could not be done: said off the cards, for as long as it takes to read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from models.document.edits import SetParam
from widgets.canvas.floating.bubble import Bubble

WORDS = "Output ends the network and has no output."


@pytest.fixture
def bubble(qtbot):
    around = QWidget()
    qtbot.addWidget(around)
    around.resize(800, 600)
    around.show()
    return Bubble(around)


@pytest.mark.parametrize("card", [(400, 300, 296, 54), (100, 300, 296, 54), (250, 330, 296, 54), (250, 230, 296, 54)])
def test_words_keep_off_the_cards(bubble, card):
    bubble.say(WORDS, QPoint(398, 298), [QRectF(*card)])
    assert not QRectF(bubble.geometry()).intersects(QRectF(*card))


def test_over_a_column_of_cards_words_go_beside_it(bubble):
    column = [QRectF(60, y, 296, 54) for y in range(0, 600, 60)]
    bubble.say(WORDS, QPoint(200, 270), column)
    assert not any(QRectF(bubble.geometry()).intersects(card) for card in column)


@pytest.mark.parametrize("near", [(0, 0), (799, 0), (0, 599), (799, 599), (400, 300)])
def test_words_are_whole_and_leave_the_pointer_free(bubble, near):
    bubble.say(WORDS, QPoint(*near))
    assert bubble.parentWidget().rect().contains(bubble.geometry())
    assert not bubble.geometry().contains(QPoint(*near))


def test_words_go_when_they_are_read(bubble, qtbot):
    bubble.say("No.", QPoint(10, 10))
    assert bubble._timer.interval() < 2000
    bubble.say(WORDS * 2, QPoint(10, 10))
    assert 4000 < bubble._timer.interval() < 7000
    bubble._timer.timeout.emit()
    assert bubble.isHidden()


@pytest.mark.parametrize("what", ["press", "key", "edit", "onto"])
def test_words_go_as_soon_as_something_else_is_done(hand, what):
    hand.view.show_refusal(WORDS)
    bubble = hand.view._bubble
    assert bubble.isVisible()
    if what == "press":
        hand.click(QPoint(900, 700))
    elif what == "key":
        hand.press(Qt.Key.Key_Down)
    elif what == "edit":
        hand.document.apply(SetParam("conv1", "out_channels", 3))
    else:
        QTest.mouseMove(hand.view, bubble.geometry().center())
    assert bubble.isHidden()


def test_a_refusal_keeps_off_the_cards_around(hand):
    hand.view.camera.x = -2000
    hand.view.show_refusal(WORDS)
    alone = hand.view._bubble.pos()
    hand.view.camera.x = 300
    there = hand.view.camera.to_scene(QPointF(alone))
    hand.view.camera.x += round(there.x() * hand.view.camera.scale)
    hand.view.show_refusal(WORDS)
    words = QRectF(hand.view._bubble.geometry())
    areas = [hand.view.camera.area_to_widget(card.area) for card in hand.view.scene.cards.values()]
    assert not any(area.intersects(words) for area in areas)
