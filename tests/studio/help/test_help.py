"""Help within the window: the guide, the keys, the tour."""

from __future__ import annotations

import pytest
from documents import mlp
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from waiting import idle, until

from models.storage import files
from studio.help import pages
from studio.help.guide import GuideWindow
from studio.help.key_sheet import KeySheet
from studio.help.tour import Tour
from studio.window.main_window import MainWindow
from widgets.controls import Button, Label
from widgets.theme import theme


@pytest.fixture
def toured(window: MainWindow, tmp_path) -> MainWindow:
    files.write(mlp(), tmp_path / "exam.netloom")
    window.open(tmp_path / "exam.netloom")
    idle(window)
    window.show()
    window.commands.run("tour")
    return window


def tour_of(window: MainWindow) -> Tour:
    assert window.help.tour is not None
    return window.help.tour


# The guide


def test_the_guide_shows_its_chapters_and_goes_to_them(window: MainWindow) -> None:
    window.commands.run("guide")
    guide = window.findChild(GuideWindow)
    titles = [guide.chapters.item(row).text().strip() for row in range(guide.chapters.count())]
    assert "Keyboard and mouse" in titles
    guide.chapters.setCurrentRow(titles.index("Keyboard and mouse"))
    assert guide.page.textCursor().block().text() == "Keyboard and mouse"
    assert guide.page.verticalScrollBar().value() > 0
    window.commands.run("guide")
    assert len(window.findChildren(GuideWindow)) == 1
    guide.close()
    until(lambda: not window.findChildren(GuideWindow))
    window.commands.run("guide")
    window.findChild(GuideWindow).close()


def test_links_between_pages_stay_and_pictures_fit(window: MainWindow) -> None:
    window.commands.run("guide")
    page = window.findChild(GuideWindow).page
    page.anchorClicked.emit(QUrl("file-format.md"))
    assert page.source().fileName() == "file-format.md" and "Document" in page.toPlainText()
    page.anchorClicked.emit(QUrl("nowhere.md"))
    assert page.source().fileName() == "file-format.md"
    picture = next((pages.folder() / "pictures").glob("*.png"))
    shown = page.loadResource(2, QUrl(f"pictures/{picture.name}"))
    assert isinstance(shown, QImage) and 0 < shown.width() <= 640
    assert page.loadResource(2, QUrl("https://example.org/spy.png")) is None
    window.findChild(GuideWindow).close()


# The keys


def test_the_sheet_holds_every_row_of_the_guide(window: MainWindow) -> None:
    window.show()
    window.commands.run("keys")
    sheet = window.findChild(KeySheet)
    shown = {label.text() for label in sheet.findChildren(Label)}
    for table in pages.key_tables():
        assert {text for row in table.rows for text in row} <= shown
    assert sheet.width() <= window.width() and sheet.height() <= window.height()
    sheet.reject()


# The tour


def test_the_tour_walks_through_the_window_and_ends(toured: MainWindow) -> None:
    tour, lit, cards = tour_of(toured), [], []
    for _ in range(5):
        QApplication.processEvents()
        lit.append(tour.lit())
        cards.append(tour.card.geometry())
        assert tour.rect().contains(tour.card.geometry())
        QTest.mouseClick(tour.on, Qt.MouseButton.LeftButton)
    assert toured.help.tour is None
    assert all(not area.isEmpty() for area in lit) and len({(area.x(), area.y()) for area in lit}) == 5
    canvas = lit[1]
    assert not any(card.intersects(area) for card, area in zip(cards, lit, strict=True) if area is not canvas)


def test_keys_walk_and_escape_ends(toured: MainWindow) -> None:
    tour = tour_of(toured)
    QTest.keyClick(tour.on, Qt.Key.Key_Right)
    QTest.keyClick(tour, Qt.Key.Key_Right)
    QTest.keyClick(tour, Qt.Key.Key_Left)
    assert tour.place == 1 and tour.count.text() == "2 of 5"
    QTest.keyClick(tour.on, Qt.Key.Key_Tab)
    assert tour.focusWidget() in (tour.skip, tour.back)
    QTest.keyClick(tour, Qt.Key.Key_Escape)
    assert toured.help.tour is None
    toured.commands.run("tour")
    assert tour_of(toured).place == 0
    tour_of(toured).end()


def test_nothing_beneath_is_pressed_and_the_card_stays_within_a_small_window(toured: MainWindow) -> None:
    tour = tour_of(toured)
    before = [*toured.controller.document.network.nodes]
    QTest.mouseDClick(tour, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(500, 300))
    assert [*toured.controller.document.network.nodes] == before
    try:
        theme().set_scale(1.5)
        for size in ((1024, 640), (1600, 1000)):
            toured.resize(*size)
            QApplication.processEvents()
            assert tour.size() == toured.size()
            assert tour.rect().contains(tour.card.geometry())
    finally:
        theme().set_scale(1.0)
    tour.end()


def test_where_nothing_is_open_the_tour_brings_an_example(window: MainWindow) -> None:
    window.show()
    window.commands.run("tour")
    until(lambda: window.help.tour is not None)
    assert window.controller.document.network.nodes
    tour_of(window).end()


def test_the_welcome_screen_leads_to_the_tour(window: MainWindow) -> None:
    window.show()
    button = next(child for child in window.welcome.findChildren(Button) if "tour" in child.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    until(lambda: window.help.tour is not None)
    assert window.pages.name == "design"
    tour_of(window).end()
