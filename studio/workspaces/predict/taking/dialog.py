"""What windows have in common that take something with a device: which device, what it says, and where it goes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from models.storage.atomic import refusal, replace_file
from studio.services.background import Queue
from widgets.controls import Button, ChoiceField, Paragraph, announce
from widgets.theme import px, round_dialog

DENIED = "Netloom may not use this device. Allow it in the settings of your system."
Take = Callable[[Path], object]


class TakingDialog(QDialog):
    """A window over one device of several; ``take`` gets each file that is taken, in a ``folder``."""

    title: str
    stem: str
    suffix: str
    permission: type[Any]
    """What the system is asked for."""

    def __init__(self, parent: QWidget, folder: Path, take: Take, devices: Sequence[Any], act: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.title)
        self.devices = list(devices)
        self._folder, self._take = folder, take
        self._writing = Queue(self)
        self.device = ChoiceField("Device", [(str(n), item.description()) for n, item in enumerate(self.devices)])
        self.device.setVisible(len(self.devices) > 1)
        self.said = Paragraph("", 12, token="text2")
        self.cancel = Button("Close", height=30)
        self.act = Button(act, role="main", height=30)
        self.act.setDefault(True)
        self.device.changed.connect(lambda value: self.use(self.devices[int(value)]))
        self.cancel.clicked.connect(self.reject)
        self.act.clicked.connect(self.go)
        round_dialog(self)

    @abstractmethod
    def use(self, device: Any) -> None:
        """Listen to a device."""

    @abstractmethod
    def leave(self) -> None:
        """Let the device go."""

    @abstractmethod
    def go(self) -> None:
        """The button was pressed."""

    def begin(self) -> None:
        """Open the window, and use the first device once the system permits it."""
        self.open()
        self.act.setFocus()
        application = QCoreApplication.instance()
        assert application is not None, "there is a window"
        permission = self.permission()
        status = application.checkPermission(permission)
        if status == Qt.PermissionStatus.Undetermined:
            application.requestPermission(permission, self, lambda answer: self._permitted(answer.status()))
        else:
            self._permitted(status)

    def say(self, sentence: str) -> None:
        """Say something beneath what is taken."""
        self.said.setText(sentence)
        announce(self.said, sentence)

    def keep(self, content: bytes) -> None:
        """Write what was taken, hand it on and close."""
        number = sum(1 for _ in self._folder.glob(f"{self.stem} *{self.suffix}")) + 1
        path = self._folder / f"{self.stem} {number}{self.suffix}"

        def written(_: None) -> None:
            self.accept()
            self._take(path)

        def failed(error: Exception) -> None:
            assert isinstance(error, OSError)
            self.say(refusal(path.name, error))

        self._writing.run(lambda: replace_file(path, content), written, failed, (OSError,))

    def done(self, result: int) -> None:
        self.leave()
        super().done(result)

    def lay_out(self, shown: QWidget) -> None:
        """Put what is taken above its device and the buttons."""
        buttons = QHBoxLayout()
        buttons.setSpacing(px(10))
        buttons.addWidget(self.device, 1)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.act)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(18), px(20), px(18))
        column.setSpacing(px(12))
        column.addWidget(shown, 1)
        column.addWidget(self.said)
        column.addLayout(buttons)

    def _permitted(self, status: Qt.PermissionStatus) -> None:
        if status == Qt.PermissionStatus.Granted:
            self.use(self.devices[0])
        else:
            self.act.setEnabled(False)
            self.say(DENIED)
