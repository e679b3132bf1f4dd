"""Data that was moved is told of once, and found by everybody who names the old place."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.data import DataError, dataset_from
from studio.data.kept import notes
from studio.data.kept.moved import moved, remember
from studio.data.paths import located, now_at

LINES = "a,b,kind\n" + "".join(f"{row},{row % 5},{'xy'[row % 2]}\n" for row in range(30))


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(notes, "_file", lambda name: tmp_path / "user" / f"{name}.json")
    return tmp_path / "old" / "project"


def test_a_file_and_what_lay_beside_it_are_found(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new" / "place"
    (new / "more").mkdir(parents=True)
    for name in ("a.csv", "b.csv", "more/c.csv"):
        (new / name).write_text(LINES)
    dataset = dataset_from({"source": "csv", "path": str(old / "a.csv")})[0]
    with pytest.raises(DataError, match="nothing is there"):
        dataset.load()
    remember(old / "a.csv", new / "a.csv")
    assert len(dataset.load().train) == 24
    for name in ("b.csv", "more/c.csv"):
        assert located(str(old / name), None, "table") == new / name
    with pytest.raises(DataError, match="nothing is there"):
        located(str(old / "d.csv"), None, "table")


def test_what_is_there_is_never_taken_for_moved_and_the_last_word_counts(old: Path, tmp_path: Path) -> None:
    old.mkdir(parents=True)
    (old / "a.csv").write_text(LINES)
    for place in ("first", "second"):
        (tmp_path / f"{place}.csv").write_text(LINES)
        remember(old / "a.csv", tmp_path / f"{place}.csv")
    assert located(str(old / "a.csv"), None, "table") == old / "a.csv"
    (old / "a.csv").unlink()
    assert located(str(old / "a.csv"), None, "table") == now_at(old / "a.csv") == tmp_path / "second.csv"
    assert now_at(tmp_path / "first.csv") == tmp_path / "first.csv" and now_at(tmp_path / "no") == tmp_path / "no"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 3}', "\xff" * 9, "[" * 99_999])
def test_a_damaged_memory_is_none(old: Path, content: str) -> None:
    notes._file("moved").parent.mkdir(parents=True)
    notes._file("moved").write_text(content, encoding="latin-1")
    assert moved(old / "a.csv") is None
    remember(old, old.parent)
    assert moved(old) == old.parent
