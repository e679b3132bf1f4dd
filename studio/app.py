"""Start the studio: the window first, then everything that can wait."""

from __future__ import annotations

import builtins
import gc
import signal
import sys
from importlib import import_module
from pathlib import Path

from models.storage.consent import CONSENT
from studio.services import errors

SWITCH_INTERVAL = 0.001
"""Seconds after which a thread that works lets the window have the interpreter: Python's own five are a third of a
frame, and a turn of the event loop may have to ask several times."""
WITHOUT_QT = ("models.checks", "models.storage.templates", "models.storage.journal", "studio.runs.folder")
"""What the window is made of beside Qt. Each import after Qt passes through PySide's own, so Qt comes last."""


def run(path: str | None = None) -> int:
    """Open the window, with a document if one is named, and stay until it is closed; returns the exit code."""
    # What is imported stays: looking for garbage among it would cost a tenth of the first window.
    gc.disable()
    return errors.guarded(lambda: _run(path))


def _run(path: str | None) -> int:
    for name in WITHOUT_QT:
        import_module(name)
    import_unread()
    from studio.services.settings import Settings
    from studio.window import look
    from studio.window.main_window import MainWindow
    from widgets.theme import Application

    sys.setswitchinterval(SWITCH_INTERVAL)
    application = Application(sys.argv[:1])
    application.setApplicationName("netloom")
    application.setApplicationDisplayName("Netloom")
    settings = Settings()
    look.restore(settings, application)
    # Ctrl-C in the terminal ends the program at once; the journal keeps what is unsaved.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    errors.install()
    CONSENT.ask("Allow it in the Data workspace if you trust it.", settings.data_paths())
    window = MainWindow(settings, Path(path) if path else None)
    window.show()
    return application.exec()


def import_unread() -> None:
    """Have PySide read no sources: it looks in each module that is imported after it for a wish for its features, such
    as ``snake_case``, of which nothing here has any. That is a twentieth of the first window."""
    import_module("PySide6.QtCore")
    builtins.__import__ = vars(builtins).get("__orig_import__", builtins.__import__)
