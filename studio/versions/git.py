"""A file as git holds it: read by the plumbing alone, so that nothing that a repository configures is run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from models.storage.files import LARGEST_FILE, FileError

SECONDS = 30
_SETTINGS = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "protocol.allow=never")
_ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_LINK = b"120000"


def committed(file: Path) -> bytes:
    """The content that a file has in the last commit (HEAD) of its repository.

    Neither filters nor other programs see it. Raises `FileError` where there is no git, no repository, no commit, or
    where the commit lacks the file.
    """
    path = file.resolve()
    entry = _git(path, "ls-tree", "-z", "-l", "HEAD", "--", path.name)
    if not entry:
        raise FileError(f"{path.name} is not in the last commit. Add it with git, then commit.")
    mode, _, blob, size = entry.split(b"\0")[0].partition(b"\t")[0].split()
    if mode == _LINK or not size.isdigit():
        raise FileError(f"{path.name} is no file in the last commit, but a link or a folder.")
    if int(size) > LARGEST_FILE:
        raise FileError(f"{path.name} has {int(size) / 2**20:,.0f} MB in the last commit, which is too large.")
    return _git(path, "cat-file", "blob", blob.decode())


def _git(path: Path, *arguments: str) -> bytes:
    """What git answers about a file in its folder; raises `FileError`."""
    git = shutil.which("git")
    if git is None:
        raise FileError("Git was not found. Install it to compare a file with its last commit.")
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = [git, "-C", str(path.parent), "--no-pager", "--literal-pathspecs", *settings, *arguments]
    # What the user's shell says of repositories is about another one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _ENVIRONMENT
    try:
        answer = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise FileError(f"Git did not answer within {SECONDS} seconds.") from None
    except OSError as error:
        raise FileError(f"Git cannot be run: {error.strerror or error}.") from error
    if answer.returncode:
        raise FileError(_refusal(path, answer.stderr.decode(errors="replace")))
    return answer.stdout


def _refusal(path: Path, said: str) -> str:
    if "not a git repository" in said:
        return f"{path.name} lies in no git repository."
    if "Not a valid object name" in said:
        return f"The repository of {path.name} has no commit yet."
    return f"Git cannot read {path.name}: {said.strip().splitlines()[0] if said.strip() else 'no reason given'}"
