"""One answer at length: the example as a picture, where it is one, and what each Output gives for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from widgets.basics.painted import painted
from widgets.controls import Button, ElidedLabel, Label, Paragraph, Themed
from widgets.data.samples import MASK_COLORS
from widgets.inspection.chances import Chance, Chances
from widgets.theme import color, px

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 220
BACKGROUND = (40, 44, 52)
"""Red, green and blue of the first class of a mask."""


class Part(NamedTuple):
    """What one Output gives: its name ("" for the only one), in a few words, the likeliest classes, a class for each
    pixel, height × width, where it gives a mask, and a picture where it gives one."""

    name: str
    words: str
    chances: Sequence[Chance] = ()
    mask: NDArray[Any] | None = None
    picture: QImage | None = None


class Preview(Themed, QWidget):
    """A picture, as large as there is room."""

    def __init__(self, parent: QWidget | None = None, name: str = "The example") -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.follow_theme()

    def show_image(self, image: QImage | None) -> None:
        """Show a picture, None for nothing."""
        self.image = image
        self.setVisible(image is not None)
        self.update()

    def restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(SIDE), px(SIDE))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("field"))
        if self.image is None or self.image.isNull():
            return
        size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        smooth = max(self.image.width(), self.image.height()) > 64  # small ones show their pixels
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        painter.drawImage(QRectF(left, top, size.width(), size.height()), self.image)


class AnswerView(QWidget):
    """The example that is looked at; `picture_wanted` carries a picture that was given and is to be saved."""

    picture_wanted = Signal(QImage)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.preview = ElidedLabel("", 13, 600), Preview()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(10))
        self._column.addWidget(self.name)
        self._column.addWidget(self.preview)
        self._parts: list[QWidget] = []
        self._column.addStretch(1)
        self.preview.show_image(None)

    def show_answer(self, name: str, parts: Sequence[Part]) -> None:
        """Show what is given for an example; its picture may follow (`preview`)."""
        self.name.setText(name)
        for widget in self._parts:
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._parts = [widget for part in parts for widget in self._widgets(part)]
        for place, widget in enumerate(self._parts):
            self._column.insertWidget(2 + place, widget)
        self.setAccessibleName(f"{name}: {'; '.join(f'{part.name} {part.words}'.strip() for part in parts)}")

    def _widgets(self, part: Part) -> list[QWidget]:
        found: list[QWidget] = [Label(part.name, 12, token="text2")] if part.name else []
        if part.picture is not None:
            return [*found, *self._picture(part.words, part.picture)]
        found.append(Paragraph(part.words, 20 if len(part.words) < 40 else 13, 600))
        if part.mask is not None:
            preview = Preview(name=part.words)
            preview.show_image(mask_image(part.mask))
            found.append(preview)
        if part.chances:
            chances = Chances()
            chances.show_chances(part.chances)
            found.append(chances)
        return found

    def _picture(self, words: str, picture: QImage) -> list[QWidget]:
        given, save = Preview(name="The answer"), Button("Save picture…", "copy", role="soft")
        given.show_image(picture)
        save.clicked.connect(lambda: self.picture_wanted.emit(picture))
        return [given, Paragraph(words, 12, 400, "text2"), save]


def mask_image(mask: NDArray[Any]) -> QImage:
    """A class for each pixel as colors, as masks have them over the images of data; the first class is dark."""
    import numpy as np

    hues = np.array([BACKGROUND, *MASK_COLORS], np.uint8)
    classes = mask.astype(np.int64)
    colors = hues[np.where(classes > 0, (classes - 1) % len(MASK_COLORS) + 1, 0)]
    height, width = mask.shape
    return QImage(np.ascontiguousarray(colors).tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
