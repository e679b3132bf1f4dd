"""Documents by file, by run and out of git, which runs nothing that a repository configures."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from documents import mlp

from models.document.edits import SetParam
from models.storage import files
from models.storage.files import FileError
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.versions import committed, git, in_git, version

Git = Callable[..., None]


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "net.netloom"
    path.parent.mkdir()
    files.write(mlp(), path)
    return path


@pytest.fixture
def in_repository(net: Path) -> Git:
    """Run git in the folder of the document, which is a repository with it in the last commit."""

    def call(*arguments: str) -> None:
        about = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(net.parent), *about, *arguments], check=True, capture_output=True)

    call("init", "-q")
    call("add", "--", net.name)
    call("commit", "-q", "-m", "A net")
    return call


def change(net: Path) -> None:
    document, _ = files.read(net)
    document.apply(SetParam("fc1", "out_features", 99))
    files.write(document, net)


def test_git_gives_what_was_committed(net: Path, in_repository: Git) -> None:
    before = net.read_bytes()
    change(net)
    assert committed(net) == before != net.read_bytes()
    found = in_git(net)
    assert found.title == "net.netloom in git (HEAD)" and found.document.network["fc1"].params == {"out_features": 16}
    assert version(str(net), net.parent).document.network["fc1"].params == {"out_features": 99}


@pytest.mark.parametrize(
    "name", ["-n.netloom", "--output=x", "a b’;$(touch x).netloom", ":(top)*.netloom", "[n]et", "ü.netloom"]
)
def test_any_name_of_a_file_is_a_name_alone(net: Path, in_repository: Git, name: str) -> None:
    odd = net.with_name(name)
    shutil.copy(net, odd)
    with pytest.raises(FileError, match="not in the last commit"):
        committed(odd)
    in_repository("--literal-pathspecs", "add", "--", name)
    in_repository("commit", "-q", "-m", "Another")
    assert committed(odd) == net.read_bytes()
    assert {path.name for path in net.parent.iterdir()} == {".git", net.name, name}


def test_nothing_that_a_repository_configures_is_run(net: Path, in_repository: Git) -> None:
    trap = net.parent / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {net.parent / 'sprung'}\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    (net.parent / ".gitattributes").write_text("*.netloom diff=trap filter=trap\n", encoding="utf-8")
    for setting in (
        "diff.trap.textconv",
        "diff.trap.command",
        "diff.external",
        "filter.trap.smudge",
        "core.fsmonitor",
        "core.pager",
    ):
        in_repository("-c", "core.fsmonitor=false", "config", setting, str(trap))
    in_repository("-c", "core.fsmonitor=false", "config", "alias.ls-tree", f"!{trap}")
    before = net.read_bytes()
    change(net)
    assert committed(net) == before
    assert not (net.parent / "sprung").exists()


def test_another_repository_that_the_shell_names_does_not_matter(
    net: Path, in_repository: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert committed(net) == net.read_bytes()


def test_a_link_leads_to_the_file_that_is_compared(net: Path, in_repository: Git, tmp_path: Path) -> None:
    link = tmp_path / "link.netloom"
    link.symlink_to(net)
    assert committed(link) == net.read_bytes()


def test_what_git_cannot_give_is_said(net: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    with pytest.raises(FileError, match="lies in no git repository"):
        committed(net)
    subprocess.run(["git", "init", "-q", str(net.parent)], check=True, capture_output=True)
    with pytest.raises(FileError, match="has no commit yet"):
        committed(net)
    monkeypatch.setattr(git.shutil, "which", lambda name: None)
    with pytest.raises(FileError, match="Git was not found"):
        committed(net)


def test_links_and_large_files_in_a_commit_are_refused(
    net: Path, in_repository: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = net.read_bytes()
    net.unlink()
    net.symlink_to("elsewhere")
    in_repository("add", "--", net.name)
    in_repository("commit", "-q", "-m", "A link")
    net.unlink()
    net.write_bytes(content)
    with pytest.raises(FileError, match="a link or a folder"):
        committed(net)
    in_repository("add", "--", net.name)
    in_repository("commit", "-q", "-m", "A file")
    monkeypatch.setattr(git, "LARGEST_FILE", 10)
    with pytest.raises(FileError, match="too large"):
        committed(net)


def test_runs_by_folder_and_by_id(tmp_path: Path) -> None:
    content = files.format_json(files.to_json(mlp()))
    run = RunFolder.create(tmp_path / "runs", content, "", {"name": "First try"})
    for named in (str(run.path), run.id):
        found = version(named, tmp_path / "runs")
        assert found.title == "First try" and len(found.document.network) == 5
    with pytest.raises(FileError, match="no file and no run ‘nothing’"):
        version("nothing", tmp_path / "runs")
    with pytest.raises(RunError, match="is not a run"):
        version(str(tmp_path), tmp_path / "runs")
