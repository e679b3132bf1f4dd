from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.storage.process import Owner
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder, _slug
from studio.runs.location import default_runs_dir
from studio.runs.metrics.reader import read_metrics

ROOT = Path(__file__).parents[3]

HEADER = {"name": "Exam CNN", "settings": {"epochs": 3}, "seed": 7, "device": "cpu", "parameters": 13050}


def make(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "runs", b'{"netloom": 1}', "class Model: ...\n", HEADER)


def test_create_and_open(tmp_path: Path) -> None:
    run = make(tmp_path)
    assert re.fullmatch(r"\d{8}-\d{6}-exam-cnn-[0-9a-f]{4}", run.id)
    assert run.document_path.read_bytes() == b'{"netloom": 1}'
    assert run.source_path.read_text() == "class Model: ...\n"
    again = RunFolder.open(run.path)
    assert again.header == run.header
    assert again.name == "Exam CNN"
    assert again.header["netloom_run"] == 1
    assert again.header["dataset"] == ""
    assert again.status().state == "created"
    assert os.listdir(tmp_path / "runs") == [run.id]


def test_header_can_not_forge_identity(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, b"", "", {"id": "../../x", "netloom_run": 99, "created": "never"})
    assert RunFolder.open(run.path).id == run.path.name
    assert run.name == "Untitled"


@given(st.text())
def test_slugs_are_safe_folder_names(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", _slug(name))
    assert len(_slug(name)) <= 40


def test_status_follows_the_events(tmp_path: Path) -> None:
    run = make(tmp_path)
    run.hold()
    states = []
    with run.event_log() as log:
        for event in ("started", "epoch", "checkpoint", "paused", "warning", "resumed"):
            log.write(event)
            states.append(run.status().state)
        log.write("nan", reason="The loss became NaN at step 12.")
        log.write("failed")
    assert states == ["running", "running", "running", "paused", "paused", "running"]
    assert run.status().state == "failed"
    assert run.status().reason == "The loss became NaN at step 12."
    assert not run.status().is_live


@pytest.mark.parametrize("event", ["finished", "stopped", "failed"])
def test_an_end_counts_whether_the_process_lives_or_not(tmp_path: Path, event: str) -> None:
    run = make(tmp_path)
    with run.event_log() as log:
        log.write("started")
        log.write(event, reason="because")
    assert run.status().state == event
    assert run.status().reason == "because"


CLAIM = """
import sys, time
from pathlib import Path
from studio.runs.folder import RunFolder
run = RunFolder.open(Path(sys.argv[1]))
run.hold()
run.event_log().write("started")
print("ready", flush=True)
time.sleep(60)
"""


def test_a_killed_process_interrupts_its_run_and_frees_it(tmp_path: Path) -> None:
    run = make(tmp_path)
    process = subprocess.Popen([sys.executable, "-c", CLAIM, run.path], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"ready\n"
    assert run.status().state == "running"
    with pytest.raises(RunError, match=f"Process {process.pid} is training"):
        run.hold()
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert run.status().state == "interrupted"  # ended, though nobody has waited for it yet
    process.wait()
    process.stdout.close()
    assert run.status().state == "interrupted"
    assert str(process.pid) in run.status().reason
    holding = run.hold()
    claim = run.claim()
    assert claim and claim.owner == Owner.current() and not claim.ended
    holding.release()
    claim = run.claim()
    assert claim and claim.owner == Owner.current() and claim.ended


def test_a_reused_process_number_is_not_the_owner(tmp_path: Path) -> None:
    me = Owner.current()
    assert me.is_alive()
    assert not Owner(me.pid, me.host, "1", me.boot).is_alive()
    assert not Owner(me.pid, me.host, me.started, "another boot").is_alive()
    assert not Owner(2**22 + 5, me.host, me.started, me.boot).is_alive()


def test_a_run_elsewhere_is_judged_by_its_signs_of_life(tmp_path: Path) -> None:
    run = make(tmp_path)
    with run.event_log() as log:
        log.write("started")
    (run.path / "claims").mkdir()
    claim = run.path / "claims" / "1.json"
    claim.write_text(json.dumps({"pid": 1, "host": "far", "started": "", "boot": ""}))
    os.utime(claim, (0, 0))
    assert run.status().state == "running"
    assert "far" in run.status().reason
    os.utime(run.events_path, (0, 0))
    assert run.status().state == "interrupted"


def test_a_portable_start_time_tells_processes_apart() -> None:
    from models.storage.process import _started_portable

    assert _started_portable(os.getpid()) == _started_portable(os.getpid())
    assert _started_portable(os.getpid()) is not None
    assert _started_portable(2**22 + 5) is None


@pytest.mark.parametrize("content", [b"", b"nonsense", b"[]", b'{"pid": "x"}', b"[" * 100_000])
def test_an_unreadable_owner_is_no_owner(tmp_path: Path, content: bytes) -> None:
    run = make(tmp_path)
    (run.path / "claims").mkdir()
    (run.path / "claims" / "7.json").write_bytes(content)
    os.utime(run.path / "claims" / "7.json", (0, 0))
    claim = run.claim()
    assert claim and claim.owner is None and claim.number == 7
    with run.event_log() as log:
        log.write("started")
    assert run.status().state == "interrupted"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is not a run: it should hold a file run.json"),
        (b"", "is damaged: run.json should be JSON"),
        (b"\xff\xfe\x00", "is damaged"),
        (b"[" * 100_000, "is damaged"),
        (b"[]", "should hold a number netloom_run"),
        (b'{"netloom_run": "1"}', "should hold a number netloom_run"),
        (b'{"netloom_run": 2}', "has format 2, but this Netloom reads up to 1"),
    ],
)
def test_what_is_no_run_says_why(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(RunError, match=message):
        RunFolder.open(tmp_path)


def test_a_thin_header_is_filled_in(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(b'{"netloom_run": 1, "name": 3, "settings": [], "extra": "kept"}')
    run = RunFolder.open(tmp_path)
    assert run.name == tmp_path.name
    assert run.header["settings"] == {}
    assert run.header["extra"] == "kept"
    assert run.status().state == "created"


def test_rename_changes_the_name_alone(tmp_path: Path) -> None:
    run = make(tmp_path)
    run.rename("  Überraschung 🎉 ")
    assert RunFolder.open(run.path).name == "Überraschung 🎉"
    assert RunFolder.open(run.path).id == run.id
    with pytest.raises(RunError, match="at least one letter"):
        run.rename("  ")


def test_the_writers_write_where_readers_look(tmp_path: Path) -> None:
    run = make(tmp_path)
    with run.metric_writer() as writer:
        writer.record("train/loss", 0, 0.0, 2.3)
    assert read_metrics(run.metrics_path)["train/loss"].values.tolist() == [2.3]
    run.checkpoints.save(1, lambda folder: None)
    assert run.checkpoints.folder.parent == run.path


def test_a_folder_that_can_not_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file in the way")
    with pytest.raises(RunError, match="Could not write"):
        make(tmp_path)


def test_where_runs_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETLOOM_RUNS", raising=False)
    assert default_runs_dir().parts[-2:] == ("netloom", "runs")
    monkeypatch.setenv("NETLOOM_RUNS", str(tmp_path))
    assert default_runs_dir() == tmp_path
    assert default_runs_dir("/elsewhere") == Path("/elsewhere")
