"""Pictures and sounds that the devices of this computer take for a network, with the extra `media`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.workspaces.inspect.subject import PICTURE, SOUND

if TYPE_CHECKING:
    from studio.workspaces.predict.taking.dialog import Take, TakingDialog

WORDS = {"": ("", ""), PICTURE: ("Camera…", "image"), SOUND: ("Record…", "pulse")}
"""A button that offers it, and its icon."""
EXTRA = "Cameras and microphones take an extra: pip install netloom[media]"
NONE = {
    PICTURE: "There is no camera. Connect one, and look again.",
    SOUND: "There is no microphone. Connect one, and look again.",
}


def why_not(what: str) -> str:
    """Why this computer cannot take a `PICTURE` or a `SOUND`, "" if it can."""
    try:
        multimedia = import_module("PySide6.QtMultimedia")
    except ModuleNotFoundError:
        return EXTRA
    except ImportError as error:  # a library of the system is missing
        return f"Cameras and microphones cannot be used: {error!s:.40}"
    devices = multimedia.QMediaDevices
    found = devices.videoInputs() if what == PICTURE else devices.audioInputs()
    return "" if found else NONE[what]


def ask(what: str, parent: QWidget, folder: Path, take: Take) -> TakingDialog:
    """Open the window that takes a `PICTURE` or a `SOUND` into a folder, where this computer can."""
    from studio.workspaces.predict.taking.camera import CameraDialog
    from studio.workspaces.predict.taking.microphone import MicrophoneDialog

    kind: type[CameraDialog | MicrophoneDialog] = CameraDialog if what == PICTURE else MicrophoneDialog
    dialog = kind(parent, folder, take)
    dialog.begin()
    return dialog
