"""Pictures and sounds of this computer: what is said without devices, and what becomes of frames and samples."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from waiting import until

from studio.data.formats.images import read_image
from studio.data.frames.wav import wav_layout, wav_samples
from studio.workspaces.inspect.subject import PICTURE, SOUND
from studio.workspaces.predict.taking import EXTRA, NONE, why_not
from studio.workspaces.predict.taking.sounds import LONGEST, Recording


@pytest.mark.parametrize("what", [PICTURE, SOUND])
def test_without_the_extra_a_sentence_says_what_to_install(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    assert why_not(what) == EXTRA and len(EXTRA) <= 90


@pytest.mark.parametrize("what", [PICTURE, SOUND])
def test_without_a_device_a_sentence_says_so(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        videoInputs = audioInputs = staticmethod(list)

    multimedia = ModuleType("PySide6.QtMultimedia")
    multimedia.QMediaDevices = Nothing  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", multimedia)
    assert why_not(what) == NONE[what] and len(NONE[what]) <= 90


def test_samples_become_a_file_that_training_reads(tmp_path: Path) -> None:
    tone = np.sin(np.arange(8_000) / 8_000 * 2 * np.pi * 440) / 2
    samples = (tone * 32_767).astype("<i2").tobytes()
    recording = Recording(8_000)
    assert recording.add(samples[:6_001]) == pytest.approx(0.5 / np.sqrt(2), rel=0.02), "how loud a sine is"
    recording.add(samples[6_001:])
    assert recording.seconds == 1 and not recording.is_full
    path = tmp_path / "a.wav"
    path.write_bytes(recording.wav())
    layout = wav_layout(str(path))
    assert layout[1:] == (8_000, 8_000, 1, "i2")
    np.testing.assert_allclose(wav_samples(str(path), layout, 0, 8_000), tone, atol=1e-4)


def test_a_recording_ends_some_time() -> None:
    recording = Recording(100)
    recording.add(bytes(2 * 100 * LONGEST - 2))
    assert not recording.is_full
    recording.add(bytes(1_000))
    assert recording.is_full and recording.seconds == LONGEST


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def multimedia() -> ModuleType:
    """Qt Multimedia, where it and its libraries are installed."""
    return pytest.importorskip("PySide6.QtMultimedia", exc_type=ImportError)


# What libraries of the system say, which are there or not.
quiet = pytest.mark.qt_log_level_fail("CRITICAL")


@quiet
def test_the_picture_that_is_seen_is_the_one_that_is_taken(host: QWidget, tmp_path: Path) -> None:
    frame = multimedia().QVideoFrame
    from studio.workspaces.predict.taking.camera import CameraDialog

    taken: list[Path] = []
    dialog = CameraDialog(host, tmp_path, taken.append)
    dialog.open()
    assert not dialog.act.isEnabled(), "nothing is seen yet"
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 100, 50))
    dialog.sink.setVideoFrame(frame(image))
    until(dialog.act.isEnabled)
    dialog.act.click()
    until(lambda: bool(taken))
    assert taken == [tmp_path / "picture 1.png"]
    np.testing.assert_allclose(read_image(str(taken[0]), (30, 40), "RGB")[:, 15, 20], [200, 100, 50], atol=3)


@quiet
def test_what_is_heard_between_record_and_stop_is_taken(host: QWidget, tmp_path: Path) -> None:
    multimedia()
    from studio.workspaces.predict.taking.microphone import MicrophoneDialog

    taken: list[Path] = []
    dialog = MicrophoneDialog(host, tmp_path, taken.append)
    dialog.open()
    dialog.hear(bytes(8_000))
    dialog.act.click()
    dialog.hear(b"\x10\x20" * 4_800)
    assert dialog.said.text() == "0.1 s" and dialog.level.value() > 0
    dialog.act.click()
    until(lambda: bool(taken))
    assert wav_layout(str(taken[0]))[1] == 4_800, "what came before is no part of it"
    refused = MicrophoneDialog(host, tmp_path / "gone", taken.append)
    refused.open()
    refused.keep(b"x")
    until(lambda: "was not saved" in refused.said.text())
    refused.reject()
