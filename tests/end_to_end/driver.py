"""A hand for the real window: xdotool moves the real pointer and presses real keys while the window lives on.

A scenario is a script that makes the window in its own process, on the display of DISPLAY, and works it through a
`Driver`. Positions come from the widgets themselves; everything else goes through the X server, as for a person.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0


class Driver:
    """Works the window; every wait keeps the event loop going and ends with an AssertionError that says for what."""

    def __init__(self, width: int = 1600, height: int = 1000, path: Path | None = None, *, trains: bool = True) -> None:
        self.warnings: list[str] = []
        qInstallMessageHandler(lambda kind, context, text: self.warnings.append(text))
        from studio.services import errors
        from studio.services.settings import Settings
        from studio.window import main_window
        from widgets.theme import Application, theme

        self.application = Application(sys.argv[:1])
        self.application.setApplicationName("netloom")
        theme().apply(self.application)
        errors.install()
        self.failures: list[str] = []
        errors.unexpected.connect(lambda sentence, log: self.failures.append(f"{sentence} {log.read_text()}"))
        if not trains:
            main_window.WARM_UP_AFTER = 10**9  # a worker that nobody asks for costs as much as the rest of a scenario
        self.window = main_window.MainWindow(Settings(), path)
        self.window.resize(width, height)
        self.window.move(0, 0)
        self.window.show()
        self.pump(0.3)
        self.window.move(0, 0)
        self.window.activateWindow()
        self.pump(0.2)

    # Waiting

    def pump(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.application.processEvents()
            time.sleep(0.005)

    def until(self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
        """Let the window live until something is so; fails with ``what`` was waited for."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            result = condition()
            if result:
                return result
            self.pump(0.01)
        self.shot("timeout.png")
        raise AssertionError(f"waited {seconds} s for: {what}")

    # The hand

    def place(self, widget: QWidget, point: QPoint | None = None) -> QPoint:
        """Where a point of a widget (its middle, if none) is on the screen."""
        return widget.mapToGlobal(point or widget.rect().center())

    def click(self, where: QWidget | QPoint, *, double: bool = False, button: int = 1) -> None:
        """Click the middle of a widget, or a point of the screen."""
        point = where if isinstance(where, QPoint) else self.place(where)
        times = ["--repeat", "2", "--delay", "60"] if double else []
        self.xdotool("mousemove", point.x(), point.y(), "sleep", "0.03", "click", *times, button)
        self.pump(0.06)

    def drag(self, start: QPoint, end: QPoint, *, button: int = 1, settle: float = 0.1) -> None:
        """Press at one point of the screen, move in steps, release at another."""
        steps: list[object] = []
        for part in range(1, 11):
            x = start.x() + (end.x() - start.x()) * part // 10
            y = start.y() + (end.y() - start.y()) * part // 10
            steps += ["mousemove", x, y, "sleep", "0.012"]
        self.xdotool("mousemove", start.x(), start.y(), "sleep", "0.03", "mousedown", button, "sleep", "0.03", *steps,
                     "sleep", "0.06", "mouseup", button)  # fmt: skip
        self.pump(settle)

    def type(self, text: str) -> None:
        """Type text where the keyboard focus is."""
        self.xdotool("type", "--delay", "5", text)
        self.pump(0.06)

    def key(self, *combinations: str) -> None:
        """Press key combinations, such as ``ctrl+z``."""
        for combination in combinations:
            self.xdotool("key", "--delay", "5", combination)
            self.pump(0.04)

    def replace_text(self, field: QWidget, text: str) -> None:
        """Click into a field, select what it holds and type something else."""
        self.click(field)
        self.key("ctrl+a")
        self.type(text)

    def xdotool(self, *words: object) -> None:
        """Run xdotool while the event loop goes on, as a drag needs both, until the window has got everything."""
        process = subprocess.Popen(["xdotool", *[str(word) for word in words]])
        while process.poll() is None:
            self.pump(0.005)
        assert process.returncode == 0, f"xdotool {words} failed"
        self.application.sync()

    # Looking

    def shot(self, name: str) -> None:
        """Keep a picture of the screen in the folder NETLOOM_SHOTS, if it is set."""
        import os

        folder = os.environ.get("NETLOOM_SHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.window.screen().grabWindow(0).save(str(Path(folder) / name))

    def focus_name(self) -> str:
        """The accessible name of what has the keyboard focus."""
        focus = QApplication.focusWidget()
        return focus.accessibleName() if focus else ""

    def close(self) -> None:
        """Close the window without questions; fails on any Qt warning or unexpected error so far."""
        self.window.controller.document.mark_saved()
        self.window.close()
        self.pump(0.2)
        assert not self.failures, self.failures
        unwanted = [text for text in self.warnings if "propagateSizeHints" not in text]
        assert not unwanted, unwanted
        assert "torch" not in sys.modules, "the window must never load torch"


def left_edge(widget: QWidget) -> QPoint:
    """A point a little inside of the left edge."""
    return widget.mapToGlobal(QPoint(12, widget.height() // 2))
