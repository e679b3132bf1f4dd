"""System packages: root gets them installed, others get the one command, a complete system nothing at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support import ROOT

SCREEN = {"Xvfb", "xvfb-run", "xauth", "xdotool"}


def stand_in(folder: Path, name: str, script: str) -> None:
    file = folder / "bin" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


def system(
    folder: Path, purpose: str, *, lacks: str = "", without: str = "", user: int = 1000, kernel: str = "Linux"
) -> tuple[int, str]:
    """Run tools/system.sh where commands that ask or change the system are replaced; its status and what it says."""
    shutil.copytree(ROOT / "tools", folder / "tools", dirs_exist_ok=True)
    # What is missing stands first, with much behind it: the script must read to the end.
    missing = f"test -z '{lacks}' || echo '{lacks} => not found'"
    stand_in(folder, "ldd", f"{missing}; i=0; while [ $i -lt 9999 ]; do echo libc.so.6; i=$((i+1)); done")
    stand_in(folder, "id", f"echo {user}")
    stand_in(folder, "uname", f"echo {kernel}")
    stand_in(folder, "apt-get", f'echo "$@" >>{folder}/installed')
    for program in SCREEN - {without}:
        stand_in(folder, program, ":")
    for program in ("bash", "sh", "dirname"):
        (folder / "bin" / program).symlink_to(shutil.which(program) or program)
    result = subprocess.run(
        [str(folder / "bin/bash"), str(folder / "tools/system.sh"), purpose],
        env=os.environ | {"PATH": str(folder / "bin")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


def installed(folder: Path) -> str:
    log = folder / "installed"
    return log.read_text(encoding="utf-8") if log.exists() else ""


@pytest.mark.parametrize("purpose", ["window", "test"])
def test_a_complete_system_is_left_alone_silently(tmp_path: Path, purpose: str) -> None:
    assert system(tmp_path, purpose) == (0, "")
    assert not installed(tmp_path)


def test_root_gets_what_is_missing(tmp_path: Path) -> None:
    status, _ = system(tmp_path, "window", lacks="libxcb-cursor.so.0", user=0)
    assert status == 0
    assert "install --yes --no-install-recommends" in installed(tmp_path)
    assert "libxcb-cursor0" in installed(tmp_path)
    assert "xdotool" not in installed(tmp_path)


def test_tests_also_need_a_screen(tmp_path: Path) -> None:
    system(tmp_path, "test", lacks="libxcb-cursor.so.0", user=0)
    assert {"libxcb-cursor0", "xvfb", "xauth", "xdotool"} <= set(installed(tmp_path).split())


@pytest.mark.parametrize("program", sorted(SCREEN))
def test_one_missing_program_is_enough(tmp_path: Path, program: str) -> None:
    status, _ = system(tmp_path, "test", without=program, user=0)
    assert status == 0
    assert program.split("-")[0].lower() in installed(tmp_path).split()


def test_others_get_one_sentence_with_the_command(tmp_path: Path) -> None:
    status, said = system(tmp_path, "window", lacks="libxcb-cursor.so.0")
    assert status == 1
    assert len(said.splitlines()) == 1
    assert "sudo apt-get install" in said and "libxcb-cursor0" in said
    assert not installed(tmp_path)


def test_other_systems_need_nothing(tmp_path: Path) -> None:
    assert system(tmp_path, "window", lacks="libxcb-cursor.so.0", kernel="Darwin") == (0, "")
