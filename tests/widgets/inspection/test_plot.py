"""What a plot draws over a background that is itself the data."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage

from widgets.inspection.plot import Plot


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
