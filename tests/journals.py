"""A window with a journal, in a process that can be killed, and waiting for the disk."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from models.document import Document
from models.storage import journal
from models.storage.journal import Recovery
from support import ROOT

WINDOW = """
import sys, time
from pathlib import Path
from models.storage import journal, templates
from models.document.edits import SetSection
folder, path = Path(sys.argv[1]), sys.argv[2]
document = templates.load("mlp")
opened = journal.Journal(document, Path(path) if path else None, title="mine", folder=folder)
time.sleep(0.1)
print("ready", flush=True)
for line in sys.stdin:
    document.apply(SetSection("training", {"epochs": int(line)}))
    print("done", flush=True)
opened.close()
"""


class Window:
    """Another process with a document open."""

    def __init__(self, folder: Path, path: Path | str = "") -> None:
        command = [sys.executable, "-B", "-c", WINDOW, str(folder), str(path)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.read()

    def read(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline()

    def edit(self, epochs: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{epochs}\n")
        self.process.stdin.flush()
        self.read()

    def end(self, number: int | None = None) -> None:
        """Close it as its user would, or kill it."""
        assert self.process.stdin is not None and self.process.stdout is not None
        if number is None:
            self.process.stdin.close()
        else:
            self.process.send_signal(number)
        self.process.wait(60)
        self.process.stdout.close()
        if not self.process.stdin.closed:
            self.process.stdin.close()


def wait_for(condition: Callable[[], object], seconds: float = 60) -> float:
    """How long it took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "it never happened"
        time.sleep(0.005)
    return time.monotonic() - start


def content(file: Path) -> Document:
    return journal.load(Recovery(file, None, 0, "it"))


def is_kept(folder: Path, epochs: int) -> bool:
    """Whether an edit of another window's is on the disk."""
    return any(re.search(rb'"epochs": ?%d\b' % epochs, file.read_bytes()) for file in folder.glob("*.journal"))
