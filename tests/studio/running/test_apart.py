"""Work of a process apart: what it needs, how it fails, and its end with whoever asked for it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from studio.running.apart import Order, carried_out
from studio.runs.errors import RunError


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that the process finds; a test writes it."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "errand.py"


def serving(work: str) -> str:
    return f"import time\nfrom studio.worker.process.apart import serve\nserve(lambda given: {work}, (ValueError,))\n"


def test_facts_come_back_and_a_refusal_is_a_sentence(module: Path) -> None:
    module.write_text(serving("{'twice': 2 * given['number']}"))
    assert carried_out(Order("errand", {"number": 21})) == {"twice": 42}
    module.write_text(serving("int(given['number'])"))
    with pytest.raises(RunError, match="invalid literal for int"):
        carried_out(Order("errand", {"number": "x"}))


def test_a_process_that_falls_is_told_of(module: Path) -> None:
    module.write_text("raise SystemExit('no such thing')")
    with pytest.raises(RunError, match="status 1: no such thing"):
        carried_out(Order("errand", {}))
    module.write_text("import os\nos.kill(os.getpid(), 9)")
    with pytest.raises(RunError, match="killed by signal 9"):
        carried_out(Order("errand", {}))
    module.write_text("")
    with pytest.raises(RunError, match="it said nothing"):
        carried_out(Order("errand", {}))


def test_it_ends_when_it_is_given_up(module: Path, tmp_path: Path) -> None:
    began = tmp_path / "began"
    module.write_text(f"import time\nopen({str(began)!r}, 'w').close()\ntime.sleep(600)\n")
    since = time.monotonic()
    with pytest.raises(RunError, match="given up"):
        carried_out(Order("errand", {}), began.exists)
    assert time.monotonic() - since < 60


def test_packages_that_are_missing_are_named_with_what_installs_them() -> None:
    with pytest.raises(RunError) as caught:
        carried_out(Order("errand", {}, ("json", "no_such_package"), "onnx"))
    assert str(caught.value) == "This needs no_such_package: pip install “netloom[onnx]”"
