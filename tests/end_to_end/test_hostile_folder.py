"""Started in a folder full of modules that are called like those that Netloom needs, it runs none of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT

NAMES = (
    *("torch", "numpy", "safetensors", "PySide6", "shiboken6", "networkx", "psutil", "PIL", "sklearn", "scipy"),
    *("platformdirs", "pyqtgraph", "joblib", "sympy", "threadpoolctl", "typing_extensions", "usercustomize"),
    *("models", "studio", "widgets", "resources", "main", "tools", "sitecustomize"),
)
WINDOW = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from studio.window.main_window import MainWindow
from widgets.theme import theme

application = QApplication([])
theme().apply(application)
window = MainWindow(path=Path(sys.argv[1]))
window.show()

def until(condition):
    end = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < end
        application.processEvents()
        time.sleep(0.005)

until(lambda: window.training.devices)
ended = []
window.training.run_ended.connect(ended.append)
window.train()
until(lambda: ended)
window.close()
print("done")
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    for name in {*sys.stdlib_module_names, *NAMES}:
        (folder / f"{name}.py").write_text(
            "open(__file__ + '.ran', 'w').close()\nraise SystemExit(f'{__name__} ran')\n"
        )
    return folder


def ran(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*.ran"))


def run(hostile: Path, *command: Path | str) -> str:
    """Run a command there; gives what it printed."""
    environment = os.environ | {"PYTHONPATH": "", "NETLOOM_RUNS": str(hostile / "runs")}
    arguments = list(map(str, command))
    result = subprocess.run(
        arguments, cwd=hostile, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert (result.returncode, ran(hostile)) == (0, []), result.stdout + result.stderr
    return result.stdout


@pytest.mark.end_to_end
def test_no_command_takes_a_module_from_the_current_folder(hostile: Path) -> None:
    netloom, script = Path(sys.executable).with_name("netloom"), hostile.parent / "train_it.py"
    run(hostile, netloom, "--version")
    run(hostile, netloom, "templates")
    run(hostile, netloom, "new", "mlp", "-o", "net.netloom")
    for command in ("summary", "check", "export"):
        run(hostile, netloom, command, "net.netloom")
    told = run(hostile, netloom, "train", "net.netloom", "--set", "training.epochs=1")
    run(hostile, netloom, "resume", told.rpartition("Run: ")[2].strip())
    run(hostile, netloom, "runs")
    run(hostile, netloom, "export", "net.netloom", "--script", "-o", script)
    run(hostile, sys.executable, script)


@pytest.mark.end_to_end
def test_nor_does_the_program_that_lies_in_a_checkout(hostile: Path) -> None:
    """It only differs in where Python looks first, so that one command that imports everything does."""
    run(hostile, sys.executable, ROOT / "main.py", "new", "mlp", "-o", "net.netloom")
    run(hostile, sys.executable, ROOT / "main.py", "train", "net.netloom", "--set", "training.epochs=1")


@pytest.mark.end_to_end
def test_neither_window_nor_worker_takes_a_module_from_the_current_folder(hostile: Path) -> None:
    document, code = hostile / "net.netloom", hostile.parent / "window.py"
    run(hostile, Path(sys.executable).with_name("netloom"), "new", "mlp", "-o", document)
    code.write_text(WINDOW)
    assert run(hostile, sys.executable, code, document) == "done\n"
