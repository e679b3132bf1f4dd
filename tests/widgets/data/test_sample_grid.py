from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.data import sample_grid
from widgets.data.sample_grid import SampleGrid, pictures, thumbnail
from widgets.data.samples import Example, Part, Samples
from widgets.theme import px, theme

HOSTILE = "<b>bold</b> & مرحبا 🎉"


def samples(count: int = 50, shape: tuple[int, int, int] = (1, 8, 8)) -> Samples:
    x = np.zeros((count, *shape), dtype=np.uint8)
    x[:, :, :, : shape[2] // 2] = 255
    return Samples((Part("training", x, np.arange(count) % 2),), (HOSTILE, "plain"))


@pytest.fixture
def grid(qtbot: QtBot, qapp: QApplication) -> Iterator[SampleGrid]:
    theme().apply(qapp)
    grid = SampleGrid()
    qtbot.addWidget(grid)
    grid.resize(640, 300)
    grid.show()
    yield grid
    theme().set_scale(1.0)
    theme().set_mode("system")


def show(grid: SampleGrid, data: Samples) -> None:
    grid.show_samples(data, data.choose("", None, 0, 50))
    grid.grab()


def test_as_many_images_stand_in_a_row_as_fit(grid: SampleGrid) -> None:
    show(grid, samples())
    tops = [grid.visualRect(grid.model().index(row, 0)).top() for row in range(50)]
    assert tops.count(tops[0]) == grid.columns() == 8


def test_only_images_in_sight_are_made_into_pictures(grid: SampleGrid) -> None:
    show(grid, samples())
    assert 8 < len(grid._pictures) < 50


def test_wide_images_take_less_height(grid: SampleGrid) -> None:
    show(grid, samples(shape=(3, 10, 40)))
    assert grid.picture_size().height() == 24  # never lower than a target for the pointer
    show(grid, samples(shape=(3, 40, 10)))
    assert grid.picture_size().height() == grid.picture_size().width()


def test_an_image_says_its_class_as_it_is_written(grid: SampleGrid) -> None:
    data = samples(1)
    show(grid, data)
    index = grid.model().index(0, 0)
    assert index.data() == HOSTILE
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == f"{HOSTILE}, training example 1"
    assert "&lt;b&gt;bold&lt;/b&gt;" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_arrows_walk_from_image_to_image(qtbot: QtBot, grid: SampleGrid) -> None:
    show(grid, samples())
    grid.setFocus()
    grid.setCurrentIndex(grid.model().index(0, 0))
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.currentIndex().row() == 1
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert grid.currentIndex().row() == 1 + grid.columns()


def test_text_grows_images_too(grid: SampleGrid) -> None:
    show(grid, samples())
    before = grid.columns()
    theme().set_scale(1.5)
    assert grid.columns() < before
    assert grid.side() >= px(60)


def test_nothing_is_shown_after_it_was_let_go(grid: SampleGrid) -> None:
    show(grid, samples())
    grid.show_samples(None, ())
    assert grid.model().rowCount() == 0
    grid.grab()


def test_small_images_keep_hard_pixels() -> None:
    values = np.array([[[0], [255]], [[255], [0]]], dtype=np.uint8)
    image = thumbnail(values, 64).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    greys = {image.pixelColor(QPoint(x, y)).value() for x in range(8, 56) for y in range(8, 56)}
    assert greys == {0, 255}


def test_proportions_are_kept() -> None:
    picture = thumbnail(np.full((10, 20, 3), 200, dtype=np.uint8), 60)
    image = picture.toImage()
    assert (picture.width(), picture.height()) == (60, 60)
    assert image.pixelColor(30, 30).alpha() == 255
    assert image.pixelColor(30, 5).alpha() == image.pixelColor(30, 55).alpha() == 0


def test_dense_screens_get_all_their_pixels(qapp: QApplication) -> None:
    picture = thumbnail(np.zeros((8, 8, 1), dtype=np.uint8), 140, 2.0)
    assert picture.width() == 140 and picture.deviceIndependentSize().width() == 70


class Files:
    """An array of images of which each is there only when the disk has answered, as that of a folder is."""

    def __init__(self, values: np.ndarray, broken: bool = False) -> None:
        self.values, self.broken = values, broken
        self.shape, self.dtype = values.shape, values.dtype
        self.answers = threading.Event()
        self.read: list[tuple[int, str]] = []

    def __getitem__(self, row: int) -> np.ndarray:
        self.answers.wait(30)
        self.read.append((row, threading.current_thread().name))
        if self.broken:
            raise OSError("the disk has gone")
        return self.values[row]


@pytest.fixture
def slow() -> Iterator[Samples]:
    plain = samples(300)
    part = plain.parts[0]
    slow = replace(plain, parts=(part._replace(x=Files(part.x)),), waits=True)  # type: ignore[arg-type]
    yield slow
    slow.parts[0].x.answers.set()


def test_the_window_does_not_wait_for_files_of_pictures(qtbot: QtBot, grid: SampleGrid, slow: Samples) -> None:
    files = slow.parts[0].x
    show(grid, slow)
    assert grid.picture(0).isNull() and not files.read  # painted all the same
    files.answers.set()
    qtbot.waitUntil(lambda: len(grid._pictures) > 8)
    show(grid, slow)
    qtbot.waitUntil(lambda: len(grid._pictures) > 8)
    assert {name for _, name in files.read} == {"pictures"}
    plain = thumbnail(samples().picture(grid.examples()[0], grid.side()), grid.side())
    assert grid.picture(0).toImage() == plain.toImage()


def test_pictures_that_were_scrolled_to_last_are_read_first(qtbot: QtBot, grid: SampleGrid, slow: Samples) -> None:
    files, examples = slow.parts[0].x, [Example(0, row) for row in range(300)]
    grid.show_samples(slow, examples)
    grid.grab()
    grid.scrollToBottom()
    grid.grab()
    files.answers.set()
    qtbot.waitUntil(lambda: len(files.read) > 12)
    rows = [row for row, _ in files.read]
    assert min(rows[1:8]) > 250  # behind the one that was under way
    qtbot.waitUntil(lambda: not pictures()._working)


def test_other_samples_end_the_reading_of_those_before(qtbot: QtBot, grid: SampleGrid, slow: Samples) -> None:
    files = slow.parts[0].x
    show(grid, slow)
    show(grid, samples())
    files.answers.set()
    qtbot.waitUntil(lambda: not pictures()._working)
    assert len(files.read) <= 1 and not pictures()._found
    assert len(grid._pictures) > 8


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_picture_that_cannot_be_read_is_left_blank_and_not_asked_for_again(
    qtbot: QtBot, grid: SampleGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    monkeypatch.setattr(threading, "excepthook", heard.append)
    plain = samples(3)
    files = Files(plain.parts[0].x, broken=True)
    files.answers.set()
    show(grid, replace(plain, parts=(plain.parts[0]._replace(x=files),), waits=True))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(grid._pictures) == 3)
    grid.grab()
    assert sorted(row for row, _ in files.read) == [0, 1, 2] and len(heard) == 3


def test_many_pictures_are_made_over_several_turns_of_the_event_loop(
    qtbot: QtBot, grid: SampleGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_grid, "LONGEST_TURN", 0.0)
    grid.show_samples(samples(), [Example(0, row) for row in range(50)])
    grid.grab()
    assert len(grid._pictures) == sample_grid.FEWEST
    last = grid.indexAt(QPoint(grid.viewport().width() // 2, grid.viewport().height() - px(20))).row()
    qtbot.waitUntil(lambda: last in grid._pictures)
    assert last > sample_grid.FEWEST


def test_pictures_that_take_little_are_all_made_at_once(grid: SampleGrid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_grid, "LONGEST_TURN", 60.0)
    show(grid, samples())
    assert len(grid._pictures) > 2 * sample_grid.FEWEST
