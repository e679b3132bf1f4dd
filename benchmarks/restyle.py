"""How long a step of text size and a switch of theme take in the whole window, with ResNet-18 open.

    QT_QPA_PLATFORM=offscreen python benchmarks/restyle.py [rounds]

Prints medians, each with its ratio to the goal of 150 ms and to what Qt alone takes to dress the same window anew: one
style sheet dropped and set again, with nothing of Netloom listening.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtWidgets import QApplication

from models.storage import files, templates
from studio.window.main_window import MainWindow
from widgets.theme import theme

GOAL = 0.150


def settle(application: QApplication) -> None:
    """Let everything that was begun come to its end."""
    for _ in range(40):
        application.processEvents()
        time.sleep(0.01)


def taken(application: QApplication, change: Callable[[], object]) -> float:
    """Seconds of a change with the painting that follows it."""
    start = time.perf_counter()
    change()
    application.processEvents()
    return time.perf_counter() - start


def main(rounds: int) -> None:
    """Open the window, visit every workspace, then change size and theme in turns."""
    home = tempfile.mkdtemp(prefix="netloom-restyle-")
    os.environ.update(HOME=home, XDG_CONFIG_HOME=home, XDG_STATE_HOME=home, XDG_DATA_HOME=home)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    theme().apply(application)
    network = Path(home, "resnet18.netloom")
    files.write(templates.load("resnet18"), network)
    window = MainWindow(path=network)
    window.resize(1440, 900)
    window.show()
    settle(application)
    for name in ("data", "train", "design"):
        window.show_workspace(name)
        settle(application)
    sizes, modes, plain = [], [], []
    for turn in range(rounds):
        sheet = application.styleSheet()
        plain.append(taken(application, lambda: application.setStyleSheet("")))
        plain[-1] += taken(application, lambda sheet=sheet: application.setStyleSheet(sheet))  # type: ignore[misc]
        sizes.append(taken(application, lambda turn=turn: theme().set_scale(1.1 if turn % 2 else 1.2)))  # type: ignore[misc]
        modes.append(taken(application, lambda turn=turn: theme().set_mode("dark" if turn % 2 else "light")))  # type: ignore[misc]
    qt = median(plain)
    print(f"{len(application.allWidgets())} widgets; Qt alone {qt * 1000:.0f} ms")
    for name, times in (("text size", sizes), ("theme", modes)):
        middle = median(times)
        print(f"{name}: {middle * 1000:.0f} ms, {middle / GOAL:.2f} of the goal, {middle / qt:.2f} times Qt alone")
    window.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
