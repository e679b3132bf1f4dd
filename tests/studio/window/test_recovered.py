"""What a crash left is offered, and what another window has open is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from asked import MakeWindow, banner_button, edit, on_disk
from waiting import idle

from models.storage import journal
from studio.services.message import Message
from support import run_python


def crash(path: Path) -> None:
    """Another window is killed with unsaved edits on a document."""
    code = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from models.document.edits import SetParam
from studio.controllers.documents import DocumentController
application = QCoreApplication([])
controller = DocumentController()
controller.open(Path(sys.argv[1]))
while controller.opening:
    application.processEvents()
controller.apply(SetParam("fc1", "out_features", 42))
controller._journal.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run_python(code, str(path)).returncode == -9


def test_what_a_crash_left_is_offered_and_recovered(make_window: MakeWindow, path: Path) -> None:
    crash(path)
    window = make_window()
    assert "exam was not closed properly" in window.banner.text()
    assert window.focusWidget() is banner_button(window, "Recover")
    banner_button(window, "Recover").click()
    idle(window)
    assert window.controller.document.network["fc1"].params["out_features"] == 42
    assert window.controller.path == path
    assert window.controller.document.is_modified
    assert on_disk(path) == 16
    window.save()
    idle(window)
    assert on_disk(path) == 42
    assert journal.recoverable() == []


def test_what_a_crash_left_can_be_discarded_one_by_one(make_window: MakeWindow, path: Path) -> None:
    crash(path)
    crash(path)
    window = make_window()
    assert "(1 more wait.)" in window.banner.text()
    banner_button(window, "Discard").click()
    idle(window)
    assert "more wait" not in window.banner.text()
    banner_button(window, "Discard").click()
    idle(window)
    assert not window.banner.isVisible()
    assert journal.recoverable() == []


def test_recovery_that_cannot_be_read_is_said(make_window: MakeWindow, path: Path) -> None:
    crash(path)
    window = make_window()
    (file,) = journal.state_folder().glob("*.journal")
    file.write_bytes(file.read_bytes().split(b"\n")[0] + b"\n\x00")
    banner_button(window, "Recover").click()
    idle(window)
    assert "cannot be read" in window.banner.text() or "no Netloom document" in window.banner.text()
    assert file.exists()


def test_an_offer_comes_back_after_another_message(make_window: MakeWindow, path: Path) -> None:
    crash(path)
    window = make_window()
    window.say(Message("Something else.", "info"))
    assert window.banner.text() == "Something else."
    window.banner.dismiss()
    assert "exam was not closed properly" in window.banner.text()


def test_a_clean_end_leaves_nothing_to_recover(make_window: MakeWindow, path: Path) -> None:
    window = make_window(path)
    edit(window)
    window.controller.document.mark_saved()
    window.close()
    assert journal.recoverable() == []
    assert list(journal.state_folder().glob("*.journal")) == []


def test_a_document_open_in_another_window_is_said(make_window: MakeWindow, path: Path) -> None:
    code = """
import sys
from pathlib import Path
from models.storage import files
from models.storage.journal import Journal
document, _ = files.read(sys.argv[1])
journal = Journal(document, Path(sys.argv[1]))
journal.flush()
print("open", flush=True)
sys.stdin.read()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        window = make_window(path)
        assert window.banner.text() == "exam.netloom is open in another window, too."
        assert journal.recoverable() == []
    finally:
        other.communicate()
