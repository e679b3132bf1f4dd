"""Processes of our own take modules from where this one does: a checkout, an installation, never the current folder."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from studio.processes.interpreter import environment, module_command
from support import ROOT

START = """
import sys
from studio.running.client import WorkerClient
import queue
states = queue.Queue()
client = WorkerClient(states.put)
client.start()
while (state := states.get(timeout=240)).name != "ready":
    assert state.name == "starting", state
client.close()
print("ready")
"""


def test_only_absolute_module_folders_are_passed_on(tmp_path: Path) -> None:
    named = os.pathsep.join(("", ".", "here", str(tmp_path), ""))
    made = environment({"PYTHONPATH": named, "LANG": "C"})
    assert made["PYTHONPATH"].split(os.pathsep) == [str(ROOT), str(tmp_path)]
    assert (made["PYTHONSAFEPATH"], made["LANG"]) == ("1", "C")
    assert environment({})["PYTHONPATH"] == str(ROOT)


def test_an_installation_finds_itself_behind_the_standard_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(ROOT)])
    assert environment({})["PYTHONPATH"] == ""


@pytest.mark.parametrize("search", ["", ":", ".:"])
def test_the_current_folder_is_not_searched(tmp_path: Path, search: str) -> None:
    for name in ("json", "calendar", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(f'{__name__} of the current folder')")
    made = environment(os.environ | {"PYTHONPATH": search.replace(":", os.pathsep)})
    code = (
        "import json, calendar, subprocess, sys; subprocess.run([sys.executable, '-c', 'import calendar'], check=True)"
    )
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "of_ours.py").write_text(code)
    made["PYTHONPATH"] += os.pathsep + str(tmp_path / "elsewhere")
    result = subprocess.run(module_command("of_ours"), cwd=tmp_path, env=made, capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize("kind", ["checkout", "wheel"])
def test_the_worker_starts_from_any_place_that_netloom_runs_from(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "environment"
    venv.create(place, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    # The packages that Netloom needs, but not the path file of an editable Netloom among them.
    (packages / "needed.pth").write_text("\n".join(entry for entry in sys.path if entry.endswith("-packages")))
    home = packages if kind == "wheel" else tmp_path / "checkout"
    for package in ("models", "widgets", "studio", "resources"):
        shutil.copytree(ROOT / package, home / package, ignore=shutil.ignore_patterns("__pycache__"))
    starter = (tmp_path if kind == "wheel" else home) / "start.py"
    starter.write_text(START)
    (tmp_path / "empty").mkdir()
    result = subprocess.run(
        [str(place / "bin" / "python"), str(starter)],
        cwd=tmp_path / "empty", env=os.environ | {"PYTHONPATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.stdout == "ready\n", result.stderr
