"""What was written here is told from everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.storage import seal as seals
from models.storage.seal import is_sealed, seal


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder of a computer that has none yet."""
    monkeypatch.setattr(seals, "state_folder", lambda: tmp_path / "state" / "journal")
    return tmp_path / "state"


def test_the_very_contents_are_sealed() -> None:
    mark = seal(b"document", b"source")
    assert is_sealed(mark, b"document", b"source")
    for other in ((b"document", b"Source"), (b"documents", b"ource"), (b"source", b"document"), (b"document",), ()):
        assert not is_sealed(mark, *other)
    assert seal(b"document", b"source") == mark


@pytest.mark.parametrize("mark", ["", "0" * 64, None, 7, ["x"], "é"])
def test_other_marks_are_none(mark: object) -> None:
    seal(b"x")
    assert not is_sealed(mark, b"x")


def test_another_computer_has_another_key(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = seal(b"x")
    monkeypatch.setattr(seals, "state_folder", lambda: tmp_path / "elsewhere" / "journal")
    assert not is_sealed(mark, b"x") and not (tmp_path / "elsewhere").exists()
    assert seal(b"x") != mark


def test_nobody_else_may_read_the_key(state: Path) -> None:
    seal(b"x")
    (key,) = state.iterdir()
    assert key.stat().st_mode & 0o777 == 0o600 and len(key.read_bytes()) == seals.KEY_BYTES


@pytest.mark.parametrize("content", [b"", b"short"])
def test_without_a_whole_key_nothing_counts_as_written_here(state: Path, content: bytes) -> None:
    state.mkdir()
    (state / "key").write_bytes(content)
    assert seal(b"x") == "" and not is_sealed("", b"x")


def test_without_a_folder_for_it_nothing_counts_as_written_here(state: Path) -> None:
    state.write_text("a file where the folder should be")
    assert seal(b"x") == "" and not is_sealed("", b"x")
