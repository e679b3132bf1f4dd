"""A program is known by what it says and imports: any change asks anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.data import DATASETS, DataError, ask_before_reading
from studio.data.own.trust import LARGEST, ProgramNotTrusted, check_trusted, digest_of, files_of, trust


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that imports a module, a package with a module of its own, and things that are not its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    (tmp_path / "inner").mkdir()
    for name, text in {
        "rows.py": "import os, torch\nimport helper\nfrom inner import deep, absent\n",
        "helper.py": "import rows\n",
        "inner/__init__.py": "from . import other\n",
        "inner/deep.py": "from ..beyond import x\nfrom .other import y\n",
        "inner/other.py": "y = 1\n",
        "unused.py": "",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path / "rows.py"


def test_the_program_is_its_file_and_what_it_imports_from_its_folder(program: Path) -> None:
    found = [file.relative_to(program.parent).as_posix() for file in files_of(program)]
    assert found == ["rows.py", "helper.py", "inner/__init__.py", "inner/deep.py", "inner/other.py"]


CHANGES: dict[str, tuple[Callable[[Path], object], bool]] = {
    "nothing": (lambda folder: None, False),
    "its file": (lambda folder: (folder / "rows.py").write_text("x = 1"), True),
    "what it imports": (lambda folder: (folder / "inner" / "other.py").write_text("y = 2\n"), True),
    "what takes the place of an import": (lambda folder: (folder / "os.py").write_text(""), True),
    "what is not its own": (lambda folder: (folder / "unused.py").write_text("x = 1"), False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_asked_anew_when_the_program_changes(program: Path, change: str) -> None:
    with pytest.raises(ProgramNotTrusted, match=r"rows\.py is a program.* --trust rows\.py") as asked:
        check_trusted(program)
    assert "import helper" in asked.value.program and "y = 1" in asked.value.program
    asked.value.allow()
    assert check_trusted(program) == digest_of(program)
    make, asks = CHANGES[change]
    make(program.parent)
    if asks:
        with pytest.raises(ProgramNotTrusted):
            check_trusted(program)
    else:
        check_trusted(program)


def test_what_was_seen_is_what_is_allowed(program: Path) -> None:
    with pytest.raises(ProgramNotTrusted) as asked:
        check_trusted(program)
    program.write_text("import shutil")
    asked.value.allow()
    with pytest.raises(ProgramNotTrusted):
        check_trusted(program)


def test_the_data_is_asked_for_before_it_is_read_again(program: Path) -> None:
    settings = {"source": "python", "path": program.name}
    (program.parent / "inner" / "deep.py").write_text("")
    for ask in (DATASETS["python"](path=program.name).facts, lambda base: ask_before_reading(settings, base, base)):
        with pytest.raises(ProgramNotTrusted):
            ask(program.parent)
    trust(digest_of(program))
    ask_before_reading(settings, program.parent, program.parent)
    ask_before_reading({"source": "python", "path": "gone.py"}, program.parent, program.parent)


def test_a_file_that_is_no_program_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_bytes(b"#" * (LARGEST + 1))
    for name in ("large.py", "none.py"):
        with pytest.raises(DataError, match=name):
            digest_of(tmp_path / name)
    (tmp_path / "deep.py").write_text("(" * 5000)
    assert files_of(tmp_path / "deep.py") == [tmp_path / "deep.py"]
