"""Checkpoints that something has changed: always noticed, and the one before goes on to the same losses."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from documents import cnn, history

from models.document import Document
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.session import resume, train


@pytest.fixture
def stopped(tmp_path: Path, new: Callable[[Document], RunFolder]) -> RunFolder:
    """A run that was stopped twice, so that it has a last and a previous checkpoint."""
    run = new(cnn(epochs=4))
    for action in (train, resume):
        control = Control()
        action(run, control=control, listener=lambda event, _, control=control: event == "epoch" and control.stop())
    last, previous = run.checkpoints.get("last"), run.checkpoints.get("previous")
    assert last and previous and (previous.step, last.step) == (45, 90)
    return run


def damage(folder: Path, rng: random.Random) -> str:
    """Change one file somehow; gives what was done."""
    file = rng.choice(sorted(folder.iterdir()))
    content = bytearray(file.read_bytes())
    what = rng.choice(["flip", "cut", "grow", "remove", "zero", "empty"])
    if what == "flip":
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    elif what == "cut":
        del content[rng.randrange(len(content)) :]
    elif what == "grow":
        content += b"\0"
    elif what == "zero":
        start = rng.randrange(len(content))
        content[start : start + 64] = b"\x07" * len(content[start : start + 64])
    else:
        content.clear()
    if what == "remove":
        file.unlink()
    else:
        file.write_bytes(content)
    return f"{what} of {file.name}"


@pytest.mark.R14
def test_every_damage_is_noticed_and_the_checkpoint_before_is_used(
    stopped: RunFolder, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    rng, noticed = random.Random(14), 0
    for number in range(100):
        shutil.copytree(stopped.path, tmp_path / str(number))
        run = RunFolder.open(tmp_path / str(number))
        last = run.checkpoints.get("last")
        assert last
        before = {path: path.read_bytes() for path in last.path.iterdir()}
        what = damage(last.path, rng)
        if {path: path.read_bytes() for path in last.path.iterdir()} == before:
            continue  # it wrote what was there
        newest, problems = run.checkpoints.newest_sound()
        assert newest is not None and newest.step == 45, what
        assert len(problems) == 1 and f"{last.path.name} is damaged" in problems[0], problems
        noticed += 1
        shutil.rmtree(run.path)
    figure(f"{noticed} of {noticed} damaged checkpoints noticed, the one before used each time")


@pytest.mark.parametrize("seed", range(3))
def test_a_run_with_damage_ends_as_one_without(
    stopped: RunFolder, new: Callable[[Document], RunFolder], seed: int
) -> None:
    last = stopped.checkpoints.get("last")
    assert last
    (last.path / "manifest.json").unlink() if seed == 0 else damage(last.path, random.Random(seed))
    found: list[list[tuple[str, dict[str, object]]]] = [[], []]
    assert resume(stopped, listener=lambda *event: found[0].append(event)).state == "finished"
    assert train(new(cnn(epochs=4)), listener=lambda *event: found[1].append(event)).state == "finished"
    assert history(found[0]) == history(found[1])[1:]  # type: ignore[arg-type]
    warnings = [facts["message"] for event, facts in found[0] if event == "warning"]
    assert len(warnings) == 1 and str(warnings[0]).endswith("The one before it is used.")


def test_with_no_sound_checkpoint_it_begins_again(stopped: RunFolder) -> None:
    for file in stopped.checkpoints.folder.rglob("weights.safetensors"):
        file.write_bytes(b"")
    told: list[tuple[str, dict[str, object]]] = []
    assert resume(stopped, listener=lambda *event: told.append(event)).state == "finished"
    assert len(history(told)) == 4  # type: ignore[arg-type]
    resumed = next(facts for event, facts in told if event == "resumed")
    assert (resumed["step"], resumed["exact"]) == (0, True)
