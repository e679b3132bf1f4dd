"""Whole sessions, each in a process of its own: the window never loads torch, training without one never loads Qt."""

from __future__ import annotations

from pathlib import Path

from support import ROOT, run_python

WINDOW = """
import os, sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from studio.services import errors
from studio.exports import EXPORTS
from studio.window.main_window import MainWindow
from widgets.theme import theme

application = QApplication([])
theme().apply(application)
errors.install()
failures = []
errors.unexpected.connect(lambda sentence, log: failures.append(sentence))
window = MainWindow()
window.show()

def until(condition, what, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        application.processEvents()
        time.sleep(0.005)

for name in ("data", "design", "train"):
    window.show_workspace(name)
    application.processEvents()
until(lambda: not window.workspace("data").is_busy, "the data preview")
window.new("digits-cnn")
until(lambda: window.controller.title == "digits-cnn", "the template")
window.controller.document.content.set_section("training", window.controller.document.training | {"epochs": 3})
until(lambda: window.training.devices, "the worker")
ended = []
window.training.run_ended.connect(ended.append)
window.train()
until(lambda: ended, "the end of the run")
pid = window.training.worker_pid
until(lambda: len(window.workspace("train").curves.loss.table()) > 1, "the points of the curve")
window.exporter.write(EXPORTS["script"](), Path(sys.argv[1]))
until(lambda: Path(sys.argv[1]).exists(), "the script")
window.controller.document.mark_saved()
window.close()
assert not failures, failures
for heavy in ("torch", "safetensors"):
    assert heavy not in sys.modules, heavy

def has_ended():
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False

until(has_ended, "the end of the worker")
print("done")
"""

HEADLESS = """
import sys
from studio.cli import main
code = main(["train", sys.argv[1], "--set", "training.epochs=1", "--device", "cpu", "--runs", sys.argv[2]])
assert "torch" in sys.modules
loaded = [name for name in ("PySide6", "shiboken6", "pyqtgraph", "widgets") if name in sys.modules]
assert not loaded, loaded
print("done", code)
"""

LOOKING = """
import sys
from studio.cli import main
code = main(["summary", sys.argv[1]])
loaded = [name for name in ("PySide6", "shiboken6", "torch", "sklearn", "widgets") if name in sys.modules]
assert not loaded, loaded
print("done", code)
"""


def home(folder: Path) -> dict[str, str]:
    names = ("CONFIG", "DATA", "STATE", "CACHE")
    return {"QT_QPA_PLATFORM": "offscreen"} | {f"XDG_{name}_HOME": str(folder / name.lower()) for name in names}


def test_a_whole_session_of_the_window_leaves_torch_unloaded(tmp_path: Path) -> None:
    result = run_python(WINDOW, str(tmp_path / "train.py"), environment=home(tmp_path), timeout=500)
    assert result.stdout.splitlines()[-1:] == ["done"], result.stderr[-3000:]
    warnings = [line for line in result.stderr.splitlines() if "propagateSizeHints" not in line]
    assert warnings == []


def test_training_without_a_window_leaves_qt_unloaded(tmp_path: Path) -> None:
    document = ROOT / "resources" / "templates" / "iris-mlp.netloom"
    result = run_python(HEADLESS, str(document), str(tmp_path), environment=home(tmp_path), timeout=500)
    assert result.stdout.splitlines()[-1:] == ["done 0"], result.stdout + result.stderr[-3000:]


def test_looking_at_a_network_loads_neither(tmp_path: Path) -> None:
    document = ROOT / "resources" / "templates" / "resnet18.netloom"
    result = run_python(LOOKING, str(document), environment=home(tmp_path))
    assert result.stdout.splitlines()[-1:] == ["done 0"], result.stderr[-3000:]
