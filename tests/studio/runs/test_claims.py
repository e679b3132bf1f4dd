"""One process at a time writes a run, whatever others do at the same moment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.storage.process import Owner
from studio.runs import claims
from studio.runs.claims import Claim, Holding, newest_claim
from studio.runs.errors import RunError, RunGoneError
from support import ROOT, SOAK

ME = Owner.current()
DEAD = Owner(ME.pid, ME.host, "0", ME.boot)
FAR = Owner(1, "far away", "0", "another")

RACER = """
import sys, time
from pathlib import Path
from studio.runs.claims import Holding
from studio.runs.errors import RunError
print("ready", flush=True)
for line in sys.stdin:
    folder, start = line.split()
    while time.time() < float(start):
        pass
    try:
        holding = Holding.take(Path(folder), "run 1")
    except RunError as error:
        print("lost", error, flush=True)
    else:
        print("won", flush=True)
"""


def claimed(folder: Path, owner: Owner, number: int = 1, age: float = 0.0, ended: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{number}.json"
    path.write_text(json.dumps({**owner.facts(), "ended": ended}))
    os.utime(path, (time.time() - age, time.time() - age))
    return path


@pytest.fixture
def racers() -> list[subprocess.Popen[str]]:
    """Processes that are ready to claim what they are told, at the moment that they are told."""
    made = [
        subprocess.Popen(
            [sys.executable, "-c", RACER], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for process in made:
        assert process.stdout and process.stdout.readline() == "ready\n"
    yield made
    for process in made:
        process.communicate()


@pytest.mark.parametrize("left_behind", [None, DEAD, "torn"], ids=["new", "dead owner", "torn claim"])
def test_of_processes_that_claim_at_once_exactly_one_wins(
    tmp_path: Path, racers: list[subprocess.Popen[str]], left_behind: Owner | str | None
) -> None:
    for number in range(400 if SOAK else 40):
        folder = tmp_path / str(number) / "claims"
        folder.mkdir(parents=True)
        if isinstance(left_behind, Owner):
            claimed(folder, left_behind, 3)
        elif left_behind:
            (folder / "3.json").write_text('{"pid":')
            os.utime(folder / "3.json", (0, 0))
        answers = race(racers, folder)
        assert sum(answer == "won" for answer in answers) == 1, answers
        others = [answer for answer in answers if answer != "won"]
        assert all(answer.endswith("Stop that one first.") or "has just begun" in answer for answer in others), answers
        newest = newest_claim(folder)
        assert newest and newest.owner and newest.owner.pid in {process.pid for process in racers}


def race(racers: list[subprocess.Popen[str]], folder: Path) -> list[str]:
    start = time.time() + 0.02
    for process in racers:
        assert process.stdin
        process.stdin.write(f"{folder} {start}\n")
        process.stdin.flush()
    return [process.stdout.readline().strip() if process.stdout else "" for process in racers]


def test_a_claim_is_given_back_even_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holding = Holding.take(tmp_path / "claims", "run 1")
    with pytest.raises(RunError, match=f"Process {os.getpid()} is training run 1 already. Stop that one first."):
        Holding.take(tmp_path / "claims", "run 1")
    size = (tmp_path / "claims" / "1.json").stat().st_size
    holding.release()
    holding.release()
    assert (tmp_path / "claims" / "1.json").stat().st_size == size  # in place: nothing that a disk could refuse
    claim = newest_claim(tmp_path / "claims")
    assert claim and claim.ended and not claim.is_held(time.time())
    Holding.take(tmp_path / "claims", "run 1").release()


@pytest.mark.parametrize(("age", "held"), [(0.0, True), (100.0, True), (200.0, False), (-86_400.0, True)])
def test_a_process_elsewhere_counts_by_its_signs_of_life(tmp_path: Path, age: float, held: bool) -> None:
    claimed(tmp_path / "claims", FAR, age=age)
    if held:
        with pytest.raises(RunError, match="Process 1 on far away is training run 1 already"):
            Holding.take(tmp_path / "claims", "run 1")
    else:
        Holding.take(tmp_path / "claims", "run 1").release()


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0, 200.0])
def test_a_clock_that_jumps_ends_no_process_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    path, truth, steady = claimed(tmp_path, FAR, age=10), time.time, time.monotonic

    def is_held() -> bool:
        claim = newest_claim(tmp_path)
        return claim is not None and claim.is_held(time.time())

    assert is_held()
    monkeypatch.setattr(time, "time", lambda: truth() + jump)
    assert is_held()
    monkeypatch.setattr(time, "monotonic", lambda: steady() + 100)
    assert is_held()
    monkeypatch.setattr(time, "monotonic", lambda: steady() + 200)
    assert not is_held(), "its silence lasts, whatever the calendar says"
    os.utime(path, (truth() + jump, truth() + jump))
    assert is_held(), "a new sign of life, at whatever time"


def test_a_claim_shows_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "BEATS_EVERY", 0.01)
    holding = Holding.take(tmp_path / "claims", "run 1")
    path = tmp_path / "claims" / "1.json"
    os.utime(path, (0, 0))
    while path.stat().st_mtime == 0:
        time.sleep(0.01)
    holding.release()


def test_a_claim_just_being_made_is_waited_for_and_an_old_one_is_not(tmp_path: Path) -> None:
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.json").touch()
    os.utime(tmp_path / "old" / "1.json", (0, 0))
    with pytest.raises(RunError, match="has just begun to train run 1"):
        Holding.take(tmp_path / "new", "run 1")
    Holding.take(tmp_path / "old", "run 1").release()


def test_who_was_taken_for_gone_notices(tmp_path: Path) -> None:
    holding = Holding.take(tmp_path, "run 1")
    holding.check()
    claimed(tmp_path, FAR, 2)
    with pytest.raises(RunGoneError, match="taken the run over"):
        holding.check()
    holding.release()


@pytest.mark.parametrize("away", [lambda run: run.rename(run.with_name("other")), shutil.rmtree], ids=["moved", "gone"])
def test_who_holds_a_run_that_goes_away_notices(tmp_path: Path, away: object) -> None:
    run = tmp_path / "run"
    run.mkdir()
    holding = Holding.take(run / "claims", "run 1")
    away(run)  # type: ignore[operator]
    with pytest.raises(RunGoneError, match="moved or deleted while it trained"):
        holding.check()
    run.mkdir()
    Holding.take(run / "claims", "run 1").release()
    with pytest.raises(RunGoneError):  # another run in its place
        holding.check()
    holding.release()


def test_claims_of_long_ago_go_and_the_one_before_stays(tmp_path: Path) -> None:
    for _ in range(5):
        Holding.take(tmp_path, "run 1").release()
    assert sorted(os.listdir(tmp_path)) == ["4.json", "5.json"]


def test_a_disk_that_refuses_leaves_no_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(RunError, match="the disk is full"):
        patch.setattr(os, "fsync", fsync)
        Holding.take(tmp_path, "run 1")
    assert os.listdir(tmp_path) == []
    Holding.take(tmp_path, "run 1").release()


@pytest.mark.parametrize("name", ["0.json", "01.json", "1.json.tmp", "٣.json", "9999999999.json", "x"])
def test_other_files_are_no_claims(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    assert newest_claim(tmp_path) is None


def test_what_is_no_file_is_no_claim_of_anybody(tmp_path: Path) -> None:
    (tmp_path / "1.json").mkdir()
    os.utime(tmp_path / "1.json", (0, 0))
    found = newest_claim(tmp_path)
    assert found == Claim(1, None, False, pytest.approx(0.0, abs=0.01))
    assert newest_claim(tmp_path / "none") is None
