"""A sound that a microphone records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QIODevice, QMicrophonePermission, QSize
from PySide6.QtWidgets import QWidget

from studio.workspaces.predict.taking.dialog import Take, TakingDialog
from studio.workspaces.predict.taking.sounds import RATE, Recording
from widgets.controls import ProgressBar
from widgets.theme import px

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioDevice, QAudioFormat, QAudioSource

WIDTH, HEIGHT = 460, 160
RECORD, STOP = "Record", "Stop and use"


class MicrophoneDialog(TakingDialog):
    """Shows how loud it is, and records."""

    title, stem, suffix = "Record a sound", "recording", ".wav"
    permission = QMicrophonePermission

    def __init__(self, parent: QWidget, folder: Path, take: Take) -> None:
        from PySide6.QtMultimedia import QMediaDevices

        super().__init__(parent, folder, take, QMediaDevices.audioInputs(), RECORD)
        self.level = ProgressBar("How loud it is")
        self.recording: Recording | None = None
        self._rate = RATE
        self._source: QAudioSource | None = None
        self._stream: QIODevice | None = None
        self.lay_out(self.level)

    def sizeHint(self) -> QSize:
        return QSize(px(WIDTH), px(HEIGHT))

    def use(self, device: QAudioDevice) -> None:
        from PySide6.QtMultimedia import QAudioSource

        self.leave()
        wanted = format_for(device)
        self._rate = wanted.sampleRate()
        self._source = QAudioSource(device, wanted, self)
        self._stream = self._source.start()
        self._stream.readyRead.connect(self._hear)
        self.say(f"Press {RECORD}, then make the sound.")

    def leave(self) -> None:
        if self._source is not None:
            self._source.stop()
            self._source.deleteLater()
        self._source = self._stream = None

    def go(self) -> None:
        if self.recording is None:
            self.recording = Recording(self._rate)
            self.act.setText(STOP)
            self.device.setEnabled(False)
        elif self.recording.seconds:
            self.act.setEnabled(False)
            self.leave()
            self.keep(self.recording.wav())

    def hear(self, samples: bytes) -> None:
        """Take samples, and show how loud they are."""
        recording = self.recording
        self.level.set_fraction((recording or Recording(self._rate)).add(samples) * 3)  # speech reaches a third
        if recording is not None:
            self.said.setText(f"{recording.seconds:.1f} s")
            if recording.is_full:
                self.go()

    def _hear(self) -> None:
        if self._stream is not None:
            self.hear(bytes(self._stream.readAll().data()))


def format_for(device: QAudioDevice) -> QAudioFormat:
    """Samples of 16 bits, one channel, as many a second as training needs or the device likes best."""
    from PySide6.QtMultimedia import QAudioFormat

    wanted = QAudioFormat()
    wanted.setChannelCount(1)
    wanted.setSampleFormat(QAudioFormat.SampleFormat.Int16)
    wanted.setSampleRate(RATE)
    if not device.isNull() and not device.isFormatSupported(wanted):
        wanted.setSampleRate(device.preferredFormat().sampleRate())
    return wanted
