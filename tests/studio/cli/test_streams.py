"""The command line where its output goes: full disks, closed streams, readers that leave, terminals of few letters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from models.storage import files, templates
from support import ROOT

MAIN = f"{sys.executable} {ROOT / 'main.py'}"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    files.write(templates.load("exam-cnn"), tmp_path / "exam.netloom")
    return tmp_path / "exam.netloom"


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, shell=True, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is of Linux")
def test_a_full_disk_behind_the_output_is_a_sentence(document: Path) -> None:
    result = shell(f"{MAIN} summary {document} > /dev/full")
    assert result.returncode == 2 and result.stderr.startswith("netloom: The output cannot be used: No space left")
    assert result.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams as shells of Unix do")
@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), ("2>&-", 0), (">&- 2>&-", 0)])
def test_closed_streams_are_no_failure(document: Path, closed: str, code: int) -> None:
    result = shell(f"{MAIN} check {document} {closed}")
    assert result.returncode == code and "Traceback" not in result.stderr


def test_a_package_that_is_missing_is_named(document: Path) -> None:
    code = (
        "import sys; sys.modules['models.codegen.module'] = None; from studio.cli import main; "
        f"sys.exit(main(['export', {str(document)!r}]))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2 and "which is not installed" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("limit", ["-5", "many", "1.5"])
def test_a_limit_that_is_no_count_is_refused(limit: str) -> None:
    result = shell(f"{MAIN} runs --limit={limit}")
    assert result.returncode == 2 and "expected an integer" in result.stderr
