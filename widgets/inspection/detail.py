"""One sample: as it is, where the network looked, and what it thought."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets.basics.painted import painted
from widgets.controls import ChoiceField, ElidedLabel, Label, Paragraph, Themed
from widgets.inspection.chances import Chance, Chances
from widgets.inspection.pictures import paint_picture
from widgets.inspection.remark import RemarkField
from widgets.inspection.tokens import Tokens
from widgets.inspection.wall import Look, Neighbors, paint_look
from widgets.theme import color, px

PICTURE = 112
GIVEN = "given"
METHODS = [
    ("grad_cam", "Grad-CAM"),
    ("integrated_gradients", "Integrated gradients"),
    ("gradient", "Gradient"),
    ("occlusion", "Occlusion"),
]


class SampleView(Themed, QWidget):
    """A sample with something over it: heat, and a frame around a part of it (in pixels of the sample)."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look: Look | None = None
        self.heat: QImage | None = None
        self.frame: QRectF | None = None
        self.size_in_pixels = (1, 1)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_look(self, look: Look | None, heat: QImage | None = None) -> None:
        """Show a sample, with heat over it."""
        self.look, self.heat = look, heat
        if isinstance(look, QImage):
            self.size_in_pixels = (look.width(), look.height())
        self.update()

    def set_frame(self, frame: QRectF | None) -> None:
        """Draw a frame around a part."""
        self.frame = frame
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(px(PICTURE))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(PICTURE), px(PICTURE))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        place = paint_look(painter, area, self.look)
        if self.heat is not None:
            if isinstance(self.look, QImage):
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(place, self.heat)
            else:
                paint_picture(painter, area.adjusted(4, 4, -4, -4), self.heat, 2)
        if self.frame is not None and isinstance(self.look, QImage):
            width, height = self.size_in_pixels
            across, down = place.width() / width, place.height() / height
            frame = QRectF(self.frame.left() * across, self.frame.top() * down, self.frame.width() * across,
                           self.frame.height() * down)  # fmt: skip
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRect(frame.translated(place.topLeft()).intersected(place.adjusted(1, 1, -1, -1)))


class SampleDetail(QWidget):
    """`method_changed` carries the name of the probe that is to say where the network looked."""

    method_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel("", 13, 600)
        self.title.elide_middle()
        self.line = ElidedLabel("", 12, token="text2")
        self.picture = SampleView("The sample")
        self.looked = SampleView("Where the network looked")
        self.method = ChoiceField("How to find where it looked", METHODS)
        self.target = ChoiceField("Which answer is explained", [(GIVEN, "Answer")])
        self.note = Paragraph("", 11, 400, "text3")
        self.images = [SampleView("What was wanted"), SampleView("What was given")]
        self.image_words = Label("what was wanted, and what was given", 11, token="text3")
        self.pixels = SampleView("The answer at every pixel")
        self.pixel_words = Label("orange is wrong, blue is right", 11, token="text3")
        self.near = Neighbors("Other inputs")
        self.others = Paragraph("", 12, 400, "text2")
        self.nearest_words = Label("nearest in the training part", 11, token="text3")
        self.nearest = Neighbors("Nearest in the training part")
        self.tokens = Tokens()
        self.chances = Chances()
        self.remark = RemarkField()
        self.heading = Label("What the network thought", 12, 500, "text2")
        self._lay_out()
        self.method.changed.connect(self.method_changed)
        self.target.changed.connect(lambda _: self.method_changed.emit(self.method.value()))

    def offer_methods(self, names: Sequence[str]) -> None:
        """Offer ways to find where the network looked; the first where the present one is not among them."""
        titles = dict(METHODS)
        self.method.set_options([(name, titles[name]) for name in names])
        if self.method.value() not in names:
            self.method.set_value(names[0])

    def offer_classes(self, names: Sequence[str]) -> None:
        """Offer to explain what speaks for each class instead of for the answer; nothing where there are none."""
        self.target.set_options([(GIVEN, "Answer"), *((str(n), name) for n, name in enumerate(names))])
        self.target.set_value(GIVEN)
        self.target.setVisible(bool(names))

    def chosen_class(self) -> int | None:
        """The class that is to be explained; None for the one that is answered."""
        chosen = self.target.value()
        return None if chosen in ("", GIVEN) else int(chosen)

    def show_sample(self, title: str, whole: str, line: str, look: Look | None) -> None:
        """Show a sample, described, with a title that says itself whole in its tip."""
        self.title.setText(title)
        self.title.set_more(whole if whole != title else "")
        self.line.setText(line)
        self.picture.set_frame(None)
        self.picture.show_look(look)

    def show_thought(self, rows: Sequence[Chance]) -> None:
        """Show the likeliest answers; nothing where numbers are predicted."""
        self.heading.setVisible(bool(rows))
        self.chances.setVisible(bool(rows))
        self.chances.show_chances(rows)

    def show_others(self, inputs: Sequence[tuple[Look | None, str]], answers: Sequence[str]) -> None:
        """Show what the other Inputs hold, each with its name, and in a line each what the other Outputs answer."""
        self.near.setVisible(bool(inputs))
        self.near.show_looks(inputs)
        self.others.setVisible(bool(answers))
        self.others.setText("\n".join(answers))

    def show_nearest(self, looks: Sequence[tuple[Look | None, str]]) -> None:
        """Show the training examples that an embedding is nearest to, each with its class; nothing for none."""
        self.nearest_words.setVisible(bool(looks))
        self.nearest.setVisible(bool(looks))
        self.nearest.show_looks(looks)

    def show_mask(self, look: Look | None, mask: QImage | None) -> None:
        """Show over the sample where the answers at its pixels are right and wrong; None where there are none."""
        self.pixels.setVisible(mask is not None)
        self.pixel_words.setVisible(mask is not None)
        self.pixels.show_look(look, mask)

    def show_images(self, looks: Sequence[Look]) -> None:
        """Show the image that was to be given beside the one that was; nothing for none."""
        for view, look in zip(self.images, looks, strict=False):
            view.show_look(look)
        for widget in (*self.images, self.image_words):
            widget.setVisible(bool(looks))

    def show_heat(self, look: Look | None, heat: QImage | None, note: str) -> None:
        """Show where the network looked, as heat over the sample or in lines; or only a word, why it can't be said."""
        self.looked.show_look(look if look is not None else ("",), heat)
        self.note.setText(note)

    def _lay_out(self) -> None:
        pictures = QHBoxLayout()
        pictures.setSpacing(8)
        pictures.addWidget(self.picture)
        pictures.addWidget(self.looked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addWidget(self.line)
        column.addLayout(pictures)
        column.addWidget(self.near)
        answers = QHBoxLayout()
        answers.setSpacing(8)
        for view in self.images:
            answers.addWidget(view)
        column.addLayout(answers)
        column.addWidget(self.image_words)
        self.show_images(())
        how = QHBoxLayout()
        how.setSpacing(6)
        for field, share in ((self.method, 4), (self.target, 3)):
            field.setMinimumContentsLength(3)
            how.addWidget(field, share)
        column.addLayout(how)
        column.addWidget(self.note)
        column.addWidget(self.pixels)
        column.addWidget(self.pixel_words)
        self.show_mask(None, None)
        column.addWidget(self.tokens)
        self.tokens.hide()
        column.addSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.chances)
        column.addWidget(self.nearest_words)
        column.addWidget(self.nearest)
        self.show_nearest(())
        column.addWidget(self.others)
        column.addWidget(self.remark)
        self.show_others((), ())
        column.addStretch(1)
        self.note.setAlignment(Qt.AlignmentFlag.AlignLeft)
