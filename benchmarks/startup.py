"""From the start of the process to the window on the screen, beside an empty window, and the memory of the window.

    QT_QPA_PLATFORM=offscreen python benchmarks/startup.py [rounds]

Prints medians, and ratios between processes that were started in turns, so that a busy machine slows all of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# As an installed program: compiled once, whatever the caller's environment says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir(), "netloom-benchmark-bytecode"))

SHOWN = """
import sys, time

def shown():
    from PySide6.QtWidgets import QApplication
    application = QApplication.instance()
    window = next(widget for widget in application.topLevelWidgets() if widget.isVisible())
    while not window.windowHandle() or not window.windowHandle().isExposed():
        application.processEvents()
    application.processEvents()
    print(time.monotonic(), flush=True)
    return window
"""
EMPTY = """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.resize(1440, 900)
window.show()
shown()
"""
NETLOOM = """
from studio.cli import main
from studio.services import errors
install = errors.install

def close_when_shown(application):
    shown().close()
    return 0

def install_and_close():  # Qt is there by now; imported any earlier, everything behind it would take longer
    from PySide6.QtWidgets import QApplication
    QApplication.exec = close_when_shown
    install()

errors.install = install_and_close
sys.exit(main([]))
"""
MEMORY = """
import psutil
from PySide6.QtWidgets import QApplication
from studio.window.main_window import MainWindow
from widgets.theme import theme
application = QApplication([])
theme().apply(application)
window = MainWindow()
window.show()
shown()
window.new("resnet18")
end = time.monotonic() + 2
while time.monotonic() < end:
    application.processEvents()
    time.sleep(0.01)
print(len(window.controller.document.network), psutil.Process().memory_info().rss)
window.close()
"""
PROGRAMS = {"empty": SHOWN + EMPTY, "torch": SHOWN + "import torch\n" + EMPTY, "netloom": SHOWN + NETLOOM}


def seconds(code: str) -> float:
    """From the call that starts the process to its window on the screen."""
    start = time.monotonic()
    return float(run(code).split()[0]) - start


def run(code: str) -> str:
    """What a process of its own, with a home of its own, prints."""
    with tempfile.TemporaryDirectory() as home:
        homes = {f"XDG_{name}_HOME": home for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        result = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | homes | {"HOME": home},
            capture_output=True,
            text=True,
            check=True,
        )
    return result.stdout


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    for code in PROGRAMS.values():
        run(code)  # compiles, and fills the disk's cache
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds):
        for name, code in PROGRAMS.items():
            times[name].append(seconds(code))
    middle = {name: median(values) for name, values in times.items()}
    for name, value in middle.items():
        print(f"{name:<8} {value * 1000:7.0f} ms")
    print(f"netloom / empty window              {middle['netloom'] / middle['empty']:5.2f}   limit 3.00")
    print(f"netloom / empty window with torch   {middle['netloom'] / middle['torch']:5.2f}   limit 0.25")
    nodes, memory = run(SHOWN + MEMORY).split()[-2:]
    print(f"memory with ResNet-18 open ({nodes} nodes) {int(memory) / 1e6:5.0f} MB   limit 200")


if __name__ == "__main__":
    main()
