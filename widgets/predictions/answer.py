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
COVER = 0.55
"""How much of a picture a mask over it covers."""


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
        self._masks: list[tuple[Preview, NDArray[Any]]] = []
        self._column.addStretch(1)
        self.preview.show_image(None)

    def show_answer(self, name: str, parts: Sequence[Part]) -> None:
        """Show what is given for an example; its picture may follow (`show_picture`)."""
        self.name.setText(name)
        self._masks = []
        for widget in self._parts:
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._parts = [widget for part in parts for widget in self._widgets(part)]
        for place, widget in enumerate(self._parts):
            self._column.insertWidget(2 + place, widget)
        self.setAccessibleName(f"{name}: {'; '.join(f'{part.name} {part.words}'.strip() for part in parts)}")

    def show_picture(self, picture: QImage | None) -> None:
        """Show the example, None where it is no picture, and lay its masks over it."""
        self.preview.show_image(picture)
        for preview, mask in self._masks:
            preview.show_image(mask_image(mask) if picture is None else mask_over(mask, picture))

    def _widgets(self, part: Part) -> list[QWidget]:
        found: list[QWidget] = [Label(part.name, 12, token="text2")] if part.name else []
        if part.picture is not None:
            return [*found, *self._picture(part.words, part.picture)]
        found.append(Paragraph(part.words, 20 if len(part.words) < 40 else 13, 600))
        if part.mask is not None:
            preview = Preview(name=part.words)
            preview.show_image(mask_image(part.mask))
            self._masks.append((preview, part.mask))
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
    return _colored(mask, 255)


def mask_over(mask: NDArray[Any], picture: QImage) -> QImage:
    """A mask laid over the picture that it is of, whatever the sizes of both; the first class lets it be."""
    found = picture.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(found)
    painter.setOpacity(COVER)
    painter.drawImage(QRectF(found.rect()), _colored(mask, 0))
    painter.end()
    return found


def hue_of(place: int) -> tuple[int, int, int]:
    """Red, green and blue of a class of a mask."""
    return MASK_COLORS[(place - 1) % len(MASK_COLORS)] if place > 0 else BACKGROUND


def _colored(mask: NDArray[Any], first: int) -> QImage:
    """The classes of a mask as colors, the first of them with an opacity of so much of 255."""
    import numpy as np

    hues = np.array([(*hue_of(place), 255 if place else first) for place in range(len(MASK_COLORS) + 1)], np.uint8)
    classes = mask.astype(np.int64)
    colors = hues[np.where(classes > 0, (classes - 1) % len(MASK_COLORS) + 1, 0)]
    height, width = mask.shape
    whole = np.ascontiguousarray(colors).tobytes()
    return QImage(whole, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
