"""What a plot draws over a background that is itself the data."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from widgets.inspection.plot import Plot, Points, point_color


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("ends", [(0.0, 1.0), (0.5, 6.5)])
def test_no_line_crosses_a_picture(ends: tuple[float, float]) -> None:
    plot, picture = Plot(), QImage(8, 8, QImage.Format.Format_RGB888)
    picture.fill(QColor("#3366cc"))
    plot.resize(300, 300)
    plot.show_plot(("member", "member"), (ends, ends), background=picture, square=True)
    shown, area = plot.grab().toImage(), plot.area().toRect().adjusted(3, 3, -3, -3)
    colors = {shown.pixelColor(area.center().x(), y).name() for y in range(area.top(), area.bottom())}
    assert colors == {"#3366cc"}
    plot.show_plot(("epoch", "loss"), (ends, ends))
    shown = plot.grab().toImage()
    assert len({shown.pixelColor(area.center().x(), y).name() for y in range(area.top(), area.bottom())}) > 1


def test_classes_are_told_apart_by_color_and_by_a_name_in_the_middle(qapp: QApplication) -> None:
    assert len({point_color(number).name() for number in range(20)}) == 20
    plot, at = Plot(), np.array([1.0, 1.0, 1.0, 8.0])
    plot.resize(300, 300)
    pictures = []
    for names in (None, {0: "cats", 5: "nobody"}):
        points = Points(at, at, np.array([0, 0, 0, 1]), np.arange(4), names)
        plot.show_plot(("x", "y"), ((0.0, 10.0), (0.0, 10.0)), points=points)
        pictures.append(plot.grab().toImage())
    plain, named = pictures
    middle = plot.place(1.0, 1.0).toPoint()
    around = [(middle.x() + dx, middle.y()) for dx in range(-14, 15)]
    assert any(plain.pixel(*spot) != named.pixel(*spot) for spot in around)
    far = plot.place(8.0, 8.0).toPoint()
    assert plain.copy(far.x() - 9, far.y() - 9, 18, 18) == named.copy(far.x() - 9, far.y() - 9, 18, 18)
