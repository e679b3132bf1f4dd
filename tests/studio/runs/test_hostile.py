"""Whatever lies in a run's folder: reading it ends in what it says, or in a `RunError` with a sentence."""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hostile_runs import Attack, attacks, make_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.cli import main
from studio.runs.errors import RunError
from studio.runs.events import EventLog, read_events
from studio.runs.files.append_file import open_log
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex
from studio.runs.metrics.reader import MetricReader
from studio.runs.summary import summarize
from studio.runs.table.columns import cell_text, columns_of, in_order
from studio.runs.table.facts import facts_of
from studio.runs.table.seeds import groups_of
from studio.runs.table.written import as_csv, as_json, as_markdown
from support import scaled

EXAMPLES = scaled(20_000, 0.008)
thorough = settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound run, to be copied."""
    return make_run(tmp_path_factory.mktemp("sound")).path


def sentence(error: RunError) -> None:
    text = str(error)
    assert (text[0].isupper() or text[0] == "/") and text.rstrip()[-1] in ".:" and len(text) < 2_000, text


def attempt(use: Callable[[], Any]) -> Any:
    """What comes of it; None where it is a `RunError`, which has to be a sentence."""
    try:
        return use()
    except RunError as error:
        sentence(error)
        return None


def use_everything(path: Path) -> None:
    """Whatever reads or writes a run's folder."""
    with RunIndex(path.parent) as index:
        index.refresh()
        rows = index.runs()
        assert len(rows) <= 1
        for row in rows:
            assert all(map(math.isfinite, (row.epochs, row.seconds)))
            assert all(isinstance(value, float) for value in (*row.best.values(), *row.last.values()))
        facts = [facts_of(row) for row in rows]
        for column in columns_of(facts):
            in_order([*facts, *facts], column.key)
            assert all(isinstance(cell_text(column.key, fact.values.get(column.key)), str) for fact in facts)
        for write in (as_csv, as_json, as_markdown):
            write([column.key for column in columns_of(facts)], facts).encode()
        assert groups_of([*rows, *rows]) == {}
    for event in attempt(lambda: read_events(path / "events.jsonl")) or []:
        assert 0 <= event["time"] < 2**36 and event["sequence"] >= 0
        assert all(isinstance(value, float) for value in event.get("values", {}).values())
    reader = MetricReader(path / "metrics.bin")
    for points in (attempt(reader.poll) or {}).values():
        assert len(points) == len(points.steps) == len(points.values) and (points.steps >= 0).all()
        assert ((points.epochs >= 0) & (points.epochs <= 1e9)).all()
    run = attempt(lambda: RunFolder.open(path))
    if run is None:
        return
    attempt(run.status)
    attempt(lambda: summarize(run))
    for name in ("last", "previous", "best"):
        attempt(lambda: run.checkpoints.get(name))  # noqa: B023 - called at once
    attempt(run.checkpoints.newest_sound)
    holding = attempt(run.hold)
    if holding is None:
        return
    with suppress(RunError), run.event_log() as log, run.metric_writer() as writer:
        log.write("resumed")
        writer.record("train/loss", 9, 1.0, 0.5)
        writer.rewind(4, 80)
        run.checkpoints.save(9, lambda folder: None)
    attempt(lambda: run.rename("Another"))
    holding.release()


@pytest.mark.R7
@given(st.lists(attacks(), min_size=1, max_size=3))
@thorough
def test_a_hostile_folder_ends_in_a_sentence(template: Path, wanted: list[Attack]) -> None:
    with TemporaryDirectory() as runs:
        run = Path(runs) / template.name
        shutil.copytree(template, run)
        for attack in wanted:
            # Of two attacks the first may have left nothing for the second.
            with suppress(OSError, ValueError, LookupError, RecursionError, TypeError):
                attack(run)
        use_everything(run)
        assert sorted(os.listdir(runs)) in ([".index.sqlite", run.name], [".index.sqlite"])


@given(attacks())
@settings(thorough, max_examples=max(10, EXAMPLES // 8))
def test_the_command_line_lists_and_resumes_or_says_why_not(
    template: Path, capsys: pytest.CaptureFixture[str], attack: Attack
) -> None:
    with TemporaryDirectory() as runs:
        run = Path(runs) / template.name
        shutil.copytree(template, run)
        attack(run)
        assert main(["runs", "--runs", runs]) in (0, 2)
        capsys.readouterr()
        assert main(["runs", "--runs", runs, "--format", "json"]) in (0, 2)
        assert capsys.readouterr().out.isascii()
        capsys.readouterr()


@pytest.mark.parametrize("name", [b"\xff\xfe", "run " + "9" * 200, "new\nline", ".hidden", "-rf", "‮"])
def test_any_name_of_a_folder_is_listed_or_counted(template: Path, tmp_path: Path, name: str | bytes) -> None:
    target = os.fsencode(tmp_path) + b"/" + (name if isinstance(name, bytes) else name.encode())
    shutil.copytree(os.fsencode(template), target)
    with RunIndex(tmp_path) as index:
        assert index.refresh() == (index.count() > 0)
        assert not index.refresh()
        assert index.count() + index.others == (name != ".hidden")
        index.runs("\udcff")


def test_a_pipe_in_the_place_of_any_file_holds_nobody_up(template: Path, tmp_path: Path) -> None:
    """A pipe is opened without waiting: each of the files, all at once."""
    run = tmp_path / "run"
    shutil.copytree(template, run)
    for name in ("events.jsonl", "metrics.bin", "checkpoints/names.json", "claims/1.json"):
        (run / name).unlink()
        os.mkfifo(run / name)
    start = time.monotonic()
    use_everything(run)
    (run / "run.json").unlink()
    os.mkfifo(run / "run.json")
    use_everything(run)
    assert time.monotonic() - start < 60


def test_a_log_that_leads_to_another_file_is_not_written_to(template: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(template, run)
    (tmp_path / "mine").write_text("no line feed")
    for name, write in (("events.jsonl", EventLog), ("metrics.bin", RunFolder(run, {}).metric_writer)):
        (run / name).unlink()
        (run / name).symlink_to(tmp_path / "mine")
        with pytest.raises(RunError, match="leads to another file"):
            write(run / name) if write is EventLog else write()  # type: ignore[call-arg]
    assert (tmp_path / "mine").read_text() == "no line feed"


def test_what_is_printed_goes_into_no_link_and_no_pipe(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises(RunError, match="Could not write"):
            open_log(tmp_path / name)
    with open(open_log(tmp_path / "log.txt"), "a") as log:
        log.write("Hello.")
    assert (tmp_path / "mine").read_text() == "kept" and (tmp_path / "log.txt").read_text() == "Hello."


DAMAGES: dict[str, Callable[[Path], object]] = {
    "manifest gone": lambda c: (c / "manifest.json").unlink(),
    "manifest empty": lambda c: (c / "manifest.json").write_bytes(b""),
    "manifest cut": lambda c: (c / "manifest.json").write_bytes((c / "manifest.json").read_bytes()[:-9]),
    "manifest without its sum": lambda c: change(c, lambda m: m.pop("sum")),
    "sum of another type": lambda c: change(c, lambda m: m.update(sum=7)),
    "sum null": lambda c: change(c, lambda m: m.update(sum=None)),
    "another step": lambda c: change(c, lambda m: m.update(step=3)),
    "a step that is not a number": lambda c: change(c, lambda m: m.update(step="4")),
    "facts changed": lambda c: change(c, lambda m: m["facts"].update(epoch=9)),
    "facts no object": lambda c: change(c, lambda m: m.update(facts=[])),
    "one more key": lambda c: change(c, lambda m: m.update(more=1)),
    "a file left out": lambda c: change(c, lambda m: m["files"].popitem()),
    "a digest changed": lambda c: change(c, lambda m: m["files"]["weights"].update(sha256="0" * 64)),
    "a size changed": lambda c: change(c, lambda m: m["files"]["weights"].update(size=1)),
    "weights gone": lambda c: (c / "weights").unlink(),
    "weights cut": lambda c: (c / "weights").write_bytes(b"wwww"),
    "weights longer": lambda c: (c / "weights").write_bytes(b"w" * 65),
    "a bit flipped": lambda c: (c / "weights").write_bytes(b"w" * 63 + b"v"),
    "weights a folder": lambda c: ((c / "weights").unlink(), (c / "weights").mkdir()),
    "weights a pipe": lambda c: ((c / "weights").unlink(), os.mkfifo(c / "weights")),
    "files swapped": lambda c: swap(c / "weights", c / "state"),
    "manifest in another encoding": lambda c: (c / "manifest.json").write_bytes(
        (c / "manifest.json").read_text().encode("utf-16")
    ),
}


def change(checkpoint: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((checkpoint / "manifest.json").read_text())
    edit(manifest)
    (checkpoint / "manifest.json").write_text(json.dumps(manifest))


def swap(first: Path, second: Path) -> None:
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_every_damage_to_a_checkpoint_is_noticed(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {})

    def write(folder: Path) -> None:
        (folder / "weights").write_bytes(b"w" * 64)
        (folder / "state").write_bytes(b"s" * 64)

    run.checkpoints.save(3, write, facts={"epoch": 1})
    last = run.checkpoints.save(4, write, facts={"epoch": 2})
    damage(last.path)
    sound, problems = run.checkpoints.newest_sound()
    assert sound and sound.step == 3
    assert (len(problems) == 1 and "is damaged" in problems[0]) or "Could not read" in problems[0]


@pytest.mark.parametrize(
    "names", ['{"last": 3, "best": {}}', '{"last": ["a"]}', "[]", '"x"', "NaN", '{"last": "../x"}']
)
def test_names_of_any_kind_find_the_newest_checkpoint(tmp_path: Path, names: str) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {})
    for step in (1, 2):
        run.checkpoints.save(step, lambda folder: None)
    (run.checkpoints.folder / "names.json").write_text(names)
    sound, problems = run.checkpoints.newest_sound()
    assert sound and sound.step == 2 and problems == []
    run.checkpoints.save(3, lambda folder: None)
    newest = run.checkpoints.get("last")
    assert newest and newest.step == 3
