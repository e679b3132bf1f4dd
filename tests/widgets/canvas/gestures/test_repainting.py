"""A gesture paints only what it changes: after each of its moves the canvas looks as if all of it were painted anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.document import Document

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def crowd(make: Any, open_canvas: Any) -> Any:
    """A few layers in two columns: guides to line up with, a wire to open, an input that is taken."""
    layers = [("input1", "Input", {"shape": [1, 8, 8]}), ("conv1", "Conv2d", {}), ("relu1", "ReLU", {})]
    apart = [("conv2", "Conv2d", {}), ("loose1", "ReLU", {})]
    wires = [("input1", "conv1"), ("conv1", "relu1"), ("input1", "conv2")]
    document: Document = make((*layers, *apart), wires, conv2=(420.0, 100.0), loose1=(430.0, 300.0))
    hand = open_canvas(document)
    hand.view.tools.hide()
    hand.view.minimap.hide()
    return hand


def test_what_moves_and_what_is_drawn_above_leaves_no_trace(crowd: Any) -> None:
    begun: dict[str, Callable[[], tuple[QPoint, list[QPoint]]]] = {
        "a card past others": lambda: (crowd.body("conv2"), [crowd.body("relu1"), crowd.body("input1")]),
        "a card into a wire": lambda: (crowd.body("loose1"), [crowd.at(148, 63), crowd.body("conv1")]),
        "a wire to ports": lambda: (crowd.port("conv2"), [crowd.port("loose1", False), crowd.port("relu1", False)]),
        "a wire that is refused": lambda: (crowd.port("relu1"), [crowd.body("input1"), crowd.body("conv1")]),
        "a box": lambda: (crowd.at(-60, -60), [crowd.body("conv1"), crowd.body("loose1")]),
    }
    for name, places in begun.items():
        start, stops = places()
        QTest.mousePress(crowd.view, LEFT, NONE, start)
        for one, other in zip([start, *stops], stops, strict=False):
            for step in range(1, 7):
                QTest.mouseMove(crowd.view, one + (other - one) * step / 6)
                assert seen(crowd.view) == anew(crowd.view), f"{name}, step {step} to {other}"
        crowd.view.cancel_gesture()
        assert seen(crowd.view) == anew(crowd.view), f"{name}, given up"


def seen(view: Any) -> QImage:
    """What stands on the screen, of which only what was asked for was painted."""
    QApplication.processEvents()
    return view.screen().grabWindow(view.window().winId()).toImage()


def anew(view: Any) -> QImage:
    """The whole canvas, painted at once."""
    view.update()
    return seen(view)
