"""The promises of the two commands: what is pinned, what is bundled, and that a second run costs nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

from support import ROOT, in_time

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = dict(
    line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
)


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements() -> list[str]:
    project = PROJECT["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["dev"]]


def checkout(folder: Path, program: str) -> Path:
    """A folder that looks like a finished checkout, with a stand-in for the studio that prints what it is asked."""
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copytree(ROOT / "tools", folder / "tools")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    binaries = folder / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (folder / "main.py").write_text("", encoding="utf-8")
    (binaries / "python").write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    (binaries / "python").chmod(0o755)
    for stamp in (".ready-run", ".ready-dev"):
        (folder / ".venv" / stamp).touch()
    return folder


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "MAKEFLAGS")}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_torch_is_pinned_without_a_local_label() -> None:
    assert PINS["torch"] == "2.13.0"


@pytest.mark.parametrize("requirement", requirements())
def test_what_is_asked_for_is_pinned(requirement: str) -> None:
    name = re.match(r"[A-Za-z0-9_.-]+", requirement)
    assert name and normalized(name[0]) in {normalized(pin) for pin in PINS}


def test_users_get_ranges() -> None:
    assert not [requirement for requirement in requirements() if "==" in requirement]
    assert "torch>=2.6" in PROJECT["project"]["dependencies"]


def test_fonts_and_icons_are_bundled_with_their_licenses() -> None:
    fonts = {file.name for file in (ROOT / "resources/fonts").iterdir()}
    assert {"Inter-Regular.otf", "Inter-SemiBold.otf", "JetBrainsMono-Regular.ttf"} <= fonts
    assert {"Inter-OFL.txt", "JetBrainsMono-OFL.txt"} <= fonts
    assert sum(file.stat().st_size for file in (ROOT / "resources/fonts").iterdir()) < 3_000_000
    assert len(list((ROOT / "resources/icons").glob("*.svg"))) >= 60


def test_without_a_display_run_says_so_and_trains(tmp_path: Path) -> None:
    result = make(checkout(tmp_path, 'echo "asked: $*"'), "run")
    assert result.returncode == 0, result.stderr
    sentence, asked = result.stdout.splitlines()
    assert "No display was found" in sentence
    assert asked == "asked: main.py train resources/examples/digits.netloom"


def test_with_a_display_run_opens_the_studio(tmp_path: Path) -> None:
    folder = checkout(tmp_path, 'echo "asked: $*"')
    complete = folder / "bin" / "ldd"  # says that Qt, which is not in this checkout, lacks no library
    complete.parent.mkdir()
    complete.write_text("#!/bin/sh\n", encoding="utf-8")
    complete.chmod(0o755)
    result = make(folder, "run", DISPLAY=":0", PATH=f"{complete.parent}:{os.environ['PATH']}")
    assert result.stdout == "asked: main.py\n"


def test_run_passes_arguments_on_with_their_quotes(tmp_path: Path) -> None:
    folder = checkout(tmp_path, "printf '[%s]' \"$@\"")
    result = make(folder, "run", "ARGS=train 'my net.netloom' --set training.epochs=3")
    assert result.stdout == "[main.py][train][my net.netloom][--set][training.epochs=3]"


def test_run_ends_as_the_program_ends(tmp_path: Path) -> None:
    result = make(checkout(tmp_path, "exit 2"), "run", "ARGS=check missing.netloom")
    assert "Error 2" in result.stderr


def test_a_second_run_costs_next_to_nothing(tmp_path: Path) -> None:
    folder = checkout(tmp_path, ":")
    make(folder, "run", "ARGS=runs")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        make(folder, "run", "ARGS=runs")
        times.append(time.perf_counter() - start)
    assert in_time(min(times), 0.3)


def test_changed_dependencies_are_set_up_again(tmp_path: Path) -> None:
    folder = checkout(tmp_path, ":")
    (folder / "tools/setup.sh").write_text("echo set up for $1\n", encoding="utf-8")
    assert "set up" not in make(folder, "run", "ARGS=runs", "--assume-old=tools/setup.sh").stdout
    later = time.time() + 5
    os.utime(folder / "constraints.txt", (later, later))
    assert "set up for run" in make(folder, "run", "ARGS=runs").stdout
