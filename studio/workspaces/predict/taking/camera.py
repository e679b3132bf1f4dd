"""A picture that a camera takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QCameraPermission, QIODevice, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.workspaces.predict.taking.dialog import Take, TakingDialog
from widgets.predictions.answer import Preview
from widgets.theme import px

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QCamera, QCameraDevice, QVideoFrame

WIDTH, HEIGHT = 640, 520


class CameraDialog(TakingDialog):
    """Shows what a camera sees, and takes a picture of it."""

    title, stem, suffix = "Take a picture", "picture", ".png"
    permission = QCameraPermission

    def __init__(self, parent: QWidget, folder: Path, take: Take) -> None:
        from PySide6.QtMultimedia import QMediaCaptureSession, QMediaDevices, QVideoSink

        super().__init__(parent, folder, take, QMediaDevices.videoInputs(), "Take picture")
        self.view = Preview()
        self.view.setAccessibleName("What the camera sees")
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.sink = QVideoSink(self)
        self._session = QMediaCaptureSession(self)
        self._session.setVideoSink(self.sink)
        self._camera: QCamera | None = None
        self.act.setEnabled(False)
        self.sink.videoFrameChanged.connect(self._see)
        self.lay_out(self.view)

    def sizeHint(self) -> QSize:
        return QSize(px(WIDTH), px(HEIGHT))

    def use(self, device: QCameraDevice) -> None:
        from PySide6.QtMultimedia import QCamera

        self.leave()
        self.say("The camera starts…")
        self._camera = QCamera(device, self)
        self._camera.errorOccurred.connect(lambda _, sentence: self.say(sentence))
        self._session.setCamera(self._camera)
        self._camera.start()

    def leave(self) -> None:
        if self._camera is not None:
            self._camera.stop()
            self._camera.deleteLater()
            self._camera = None

    def go(self) -> None:
        if self.view.image is not None:
            self.act.setEnabled(False)
            self.keep(png_of(self.view.image))

    def _see(self, frame: QVideoFrame) -> None:
        image = frame.toImage()
        if not image.isNull():
            self.view.show_image(image)
            self.act.setEnabled(True)
            if self.said.text():
                self.say("")


def png_of(image: QImage) -> bytes:
    """A picture as the content of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
