from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.storage import seal as seals
from studio.runs.files.digest import NAME, read_digest, stamps_of, write_digest
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex
from studio.runs.status import ENDED_STATES
from studio.runs.summary import Logged, RunSummary, Tally, recalled, summarize


def make(runs_dir: Path, last: str = "finished") -> RunFolder:
    run = RunFolder.create(runs_dir, b"{}", "class Net: ...\n", {"name": "Run", "dataset": "digits"})
    with run.metric_writer() as writer:
        for step, value in enumerate((0.9, 0.2, 0.4)):
            writer.record("train/loss", step, step + 1.0, value)
    with run.event_log() as log:
        log.write("started", dropout=True)
        log.write(last, reason="Because.")
    return run


@pytest.fixture(scope="module")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return make(tmp_path_factory.mktemp("runs"))


@pytest.mark.parametrize("state", ENDED_STATES)
def test_an_ended_run_is_known_without_its_logs(tmp_path: Path, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make(tmp_path, state)
    assert recalled(run) is None
    with RunIndex(tmp_path) as index:
        index.refresh()
        (told,) = index.runs()
    assert recalled(run) == told == summarize(run) and (told.state, told.reason) == (state, "Because.")
    monkeypatch.setattr(Tally, "update", lambda self: pytest.fail("the logs were read"))
    with RunIndex(tmp_path) as index:
        index.rebuild()
        assert index.runs() == [told]


@given(values=st.dictionaries(st.text(), st.floats() | st.integers(-(2**60), 2**60).map(float)), text=st.text())
def test_any_numbers_and_words_come_back_as_they_were(values: dict[str, float], text: str, one_run: RunFolder) -> None:
    logged = Logged("finished", text, 3.0, 2.5, values, values, "", dropout=False)
    write_digest(one_run.path, logged._asdict(), stamps_of(one_run.path))
    again = recalled(one_run)
    assert again is not None and again.reason == text.encode("utf-8", "replace").decode()
    assert again.best == pytest.approx(values, nan_ok=True, rel=0, abs=0) and repr(again.best) == repr(again.last)


def test_a_run_under_way_keeps_nothing(tmp_path: Path) -> None:
    for last in ("started", "epoch", "paused", "resumed"):
        assert summarize(make(tmp_path, last), keeps=True).state == "interrupted"  # nobody is at it
    assert not [*tmp_path.glob(f"*/{NAME}")]


def test_name_and_notes_are_those_of_now(tmp_path: Path) -> None:
    run = make(tmp_path)
    summarize(run, keeps=True)
    run.rename("Another")
    run.mark(run.marks._replace(starred=True))
    told = recalled(RunFolder.open(run.path))
    assert told is not None and (told.name, told.starred) == ("Another", True)


def _longer_events(run: RunFolder) -> None:
    with run.event_log() as log:
        log.write("resumed")


def _other_metrics(run: RunFolder) -> None:
    content = bytearray(run.metrics_path.read_bytes())
    content[-1] ^= 1
    run.metrics_path.write_bytes(content)


def _lie(run: RunFolder) -> None:
    """Whatever was kept, told as better than it was; the seal cannot know."""
    line, mark = (run.path / NAME).read_bytes().splitlines()
    facts = json.loads(line)
    facts["best"]["train/loss"] = 0.0
    (run.path / NAME).write_bytes(json.dumps(facts).encode() + b"\n" + mark + b"\n")


def _cut(run: RunFolder) -> None:
    content = (run.path / NAME).read_bytes()
    (run.path / NAME).write_bytes(content[: len(content) // 2])


def _of_another(run: RunFolder) -> None:
    other = make(run.path.parent)
    summarize(other, keeps=True)
    shutil.copy2(other.path / NAME, run.path / NAME)
    for name in ("events.jsonl", "metrics.bin", "model.py"):
        shutil.copy2(other.path / name, run.path / name)


DAMAGES: list[Callable[[RunFolder], None]] = [
    _longer_events, _other_metrics, _lie, _cut, _of_another,
    lambda run: run.source_path.write_text("class Other: ...\n"),
    lambda run: run.metrics_path.unlink(),
    lambda run: (run.path / NAME).unlink(),
    lambda run: (run.path / NAME).write_bytes(b"[]\n[]\n"),
    lambda run: (run.path / NAME).write_bytes(b"\xff" * 2_000_000),
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_of_these_very_logs_is_made_anew(tmp_path: Path, damage: Callable[[RunFolder], None]) -> None:
    run = make(tmp_path)
    summarize(run, keeps=True)
    damage(run)
    assert recalled(run) is None
    truth = summarize(run)
    with RunIndex(tmp_path) as index:
        index.rebuild()
        assert index.get(run.id) == truth
    assert recalled(run) == (truth if truth.state == "finished" else None)


def test_another_computer_reads_the_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make(tmp_path / "runs")
    summarize(run, keeps=True)
    monkeypatch.setattr(seals, "state_folder", lambda: tmp_path / "elsewhere" / "journal")
    assert read_digest(run.path) is None


def test_no_link_is_written_through_and_nothing_left_behind(tmp_path: Path) -> None:
    run = make(tmp_path / "runs")
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (run.path / NAME).symlink_to(precious)
    told = summarize(run, keeps=True)
    assert precious.read_text() == "mine" and recalled(run) == told
    before = sorted(path.name for path in run.path.iterdir())
    (run.path / NAME).unlink()
    (run.path / NAME).mkdir()
    assert isinstance(summarize(run, keeps=True), RunSummary), "a folder that takes no digest is a run like any other"
    assert sorted(path.name for path in run.path.iterdir()) == before
