"""The content of files and folders: what changes it, what does not, and data that is found again by it."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.data.held import FilesNow, changed, noted
from models.storage.consent import CONSENT
from studio.data import DataError, dataset_from
from studio.data.kept import contents, moved, notes
from studio.data.kept.contents import content_of
from studio.data.kept.noticing import MOST_LOOKED, files_now, find_moved
from studio.data.paths import located

LINES = "a,b,kind\n" + "".join(f"{row},{row % 5},{'xy'[row % 2]}\n" for row in range(30))


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(notes, "_file", lambda name: tmp_path / "user" / f"{name}.json")
    return tmp_path / "user"


def folder(root: Path) -> Path:
    for name in ("a/1.txt", "a/2.txt", "b/1.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"content of {name}")
    return root


def test_a_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text(LINES)
    found = content_of(file)
    assert found is not None
    assert found == ("x.csv", hashlib.sha256(LINES.encode()).hexdigest(), len(LINES), 0)
    os.utime(file, (1, 1))
    assert content_of(file) == found, "when it was written does not matter"


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (lambda root: (root / "a/1.txt").write_text("content of a/1.tXt"), True),
        (lambda root: (root / "a/1.txt").rename(root / "a/3.txt"), True),
        (lambda root: (root / "b/1.txt").unlink(), True),
        (lambda root: (root / "a/Thumbs.db").write_text("a picture"), False),
        (lambda root: (root / "__MACOSX").mkdir(), False),
        (lambda root: (root / ".hidden").write_text("x"), False),
        (lambda root: os.utime(root / "a/1.txt", (1, 1)), False),
        (lambda root: os.mkfifo(root / "pipe"), False),
        (lambda root: (root / "round").symlink_to(root), False),
        (lambda root: (root / "nowhere").symlink_to(root / "gone"), False),
        (lambda root: (root / "itself").symlink_to(root / "itself"), False),
        (lambda root: (root / "other.txt").symlink_to(root / "a/1.txt"), True),
    ],
)
def test_a_folder_is_known_by_names_and_bytes(tmp_path: Path, change: Any, differs: bool) -> None:
    root = folder(tmp_path / "data")
    before = content_of(root)
    change(root)
    now = content_of(root)
    assert before is not None and now is not None and before.files == 3
    assert before.differs(now) == differs


def test_what_is_large_is_read_once_and_not_unasked(
    tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "_REMEMBERED_FROM", 1)
    root = folder(tmp_path / "data")
    for file in root.rglob("*.txt"):
        os.utime(file, (1_000, 1_000))
    unasked = content_of(root, most=5)
    assert unasked is not None and (unasked.sha256, unasked.files) == ("", 3)
    whole = content_of(root)
    monkeypatch.setattr(contents, "_digest_of_file", None)  # nothing is read any more
    assert whole == content_of(root, most=5) == content_of(root)
    for damaged in ("", "[", "[1]", '{"a": 3}', '{"a": [1, 2]}'):
        (memory / "contents.json").write_text(damaged)
        assert content_of(root, most=5) == unasked


def test_what_is_written_meanwhile_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.csv"
    file.write_text(LINES)

    def go_on() -> None:
        file.write_text(LINES * 2)

    assert content_of(file, go_on=go_on) is None


def test_what_cannot_be_looked_at_has_no_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert content_of(tmp_path / "pipe") is content_of(tmp_path / "gone") is content_of(Path("a\0b")) is None
    monkeypatch.setattr(contents, "MOST_QUICK", 2)
    assert content_of(folder(tmp_path / "data"), most=1_000) is None is not content_of(tmp_path / "data")
    monkeypatch.setattr(contents, "MOST_FILES", 2)
    assert content_of(tmp_path / "data") is None


def test_files_are_told_by_setting_and_change_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(LINES)
    data = {"source": "csv", "path": "x.csv"}
    section = noted({}, files_now(data, tmp_path))
    assert list(section) == ["path"] and list(changed(section, files_now(data, tmp_path))) == []
    (tmp_path / "x.csv").write_text(LINES.replace("3", "4"))
    assert list(changed(section, files_now(data, tmp_path))) == ["path"]
    assert files_now({"source": "iris"}, tmp_path) == files_now({"source": 7}, None) == FilesNow({})
    assert files_now({"source": "numpy", "path": "ready:mnist"}, tmp_path) == FilesNow({})


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_was_moved_is_found_by_its_content(tmp_path: Path, what: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    old, data = (project / "x.csv", {"source": "csv", "path": "x.csv"}) if what == "file" else (
        project / "x", {"source": "text", "path": "x"})  # fmt: skip
    old.write_text(LINES) if what == "file" else folder(old)
    section = noted({}, files_now(data, project))
    new = project / "deep" / "down" / ("renamed.csv" if what == "file" else "x")
    new.parent.mkdir(parents=True)
    (project / "deep" / "x.csv").write_text(LINES.replace("3", "4"))  # of that name and size
    shutil.move(old, new)
    find_moved(data, {}, project)
    with pytest.raises(DataError, match="nothing is there"):
        located(data["path"], project, "table", folder=what == "folder")
    find_moved(data, section, project)
    assert located(data["path"], project, "table", folder=what == "folder") == new
    found = files_now(data, project)
    assert found.moved == {"path": new.relative_to(project).as_posix()}
    assert list(changed(section, FilesNow({"path": found.now["path"]._replace(name=old.name)}))) == []


def test_nothing_else_is_taken_for_it(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "x.csv").write_text(LINES)
    data = {"source": "csv", "path": "x.csv"}
    section = noted({}, files_now(data, project))
    (project / "x.csv").rename(tmp_path / "x.csv")  # nobody has named that folder
    for number in range(MOST_LOOKED // 1_000):
        (project / f"{number}.csv").write_text(LINES.replace("3", "4"))
    find_moved(data, section, project)
    assert files_now(data, project) == FilesNow({})
    moved.remember(tmp_path / "other.csv", tmp_path / "elsewhere.csv")  # data of the user's lies there
    find_moved(data, section, project)
    assert dataset_from(data)[0].load(project).shape == (2,)


def test_what_must_be_allowed_first_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outside.csv").write_text(LINES)
    data = {"source": "csv", "path": str(tmp_path / "outside.csv")}
    project = tmp_path / "project"
    project.mkdir()
    CONSENT.ask("Ask first.")
    try:
        assert files_now(data, project) == FilesNow({})
        CONSENT.give(tmp_path / "outside.csv")
        assert list(files_now(data, project).now) == ["path"]
    finally:
        CONSENT.forget()
