from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.runs.checkpoints import Checkpoints
from studio.runs.errors import RunError

ROOT = Path(__file__).parents[3]


def files(**content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        for name, data in content.items():
            (folder / name).write_bytes(data)

    return write


def test_last_becomes_previous_and_what_has_no_name_goes(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path / "checkpoints")
    assert store.get("last") is None
    assert store.newest_sound() == (None, [])
    store.save(10, files(weights=b"a"), names=("last", "best"), facts={"epoch": 1.0})
    store.save(20, files(weights=b"b"))
    store.save(30, files(weights=b"c"))
    found = {name: store.get(name) for name in ("last", "previous", "best")}
    assert {name: item.step for name, item in found.items() if item} == {"last": 30, "previous": 20, "best": 10}
    assert found["best"] and found["best"].facts == {"epoch": 1.0}
    assert found["last"] and (found["last"].path / "weights").read_bytes() == b"c"
    store.save(40, files(weights=b"d"), names=("last", "best"))
    assert len(list(store.folder.iterdir())) == 3  # two checkpoints and names.json


def test_the_same_step_twice_keeps_both_until_the_second_is_safe(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    for content in (b"a", b"b", b"c"):
        store.save(5, files(weights=content))
    last, previous = store.get("last"), store.get("previous")
    assert last and (last.path / "weights").read_bytes() == b"c"
    assert previous and (previous.path / "weights").read_bytes() == b"b"


def test_a_flipped_bit_anywhere_is_noticed_and_the_one_before_is_used(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    store.save(1, files(weights=b"old", state=b"s"))
    last = store.save(2, files(weights=b"new weights", state=b"s"))
    target = last.path / "weights"
    for position in range(11):
        data = bytearray(b"new weights")
        data[position] ^= 1 << position % 8
        target.write_bytes(data)
        sound, problems = store.newest_sound()
        assert sound and sound.step == 1
        assert len(problems) == 1
        assert "weights has changed" in problems[0]
    target.write_bytes(b"new weights")
    assert store.newest_sound() == (last, [])


@pytest.mark.parametrize("manifest", [b"", b"{}", b"[]", b'{"step": 1, "facts": {}, "files": {"../x": {"size": 1}}}'])
def test_a_damaged_manifest_falls_back(tmp_path: Path, manifest: bytes) -> None:
    store = Checkpoints(tmp_path)
    store.save(1, files(weights=b"old"))
    last = store.save(2, files(weights=b"new"))
    (last.path / "manifest.json").write_bytes(manifest)
    sound, problems = store.newest_sound()
    assert sound and sound.step == 1
    assert "manifest.json is missing or unreadable" in problems[0]
    assert store.get("last") is None


def test_a_missing_file_falls_back(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    store.save(1, files(weights=b"old"))
    (store.save(2, files(weights=b"new")).path / "weights").unlink()
    sound, problems = store.newest_sound()
    assert sound and sound.step == 1
    assert "weights is missing" in problems[0]


@pytest.mark.parametrize("names", [None, b"", b"[1]", b'{"last": "gone", "best": 3}'])
def test_lost_names_are_found_again_by_step(tmp_path: Path, names: bytes | None) -> None:
    store = Checkpoints(tmp_path)
    store.save(1, files(weights=b"old"))
    store.save(2, files(weights=b"new"))
    (tmp_path / "names.json").unlink()
    if names is not None:
        (tmp_path / "names.json").write_bytes(names)
    sound, problems = store.newest_sound()
    assert sound and sound.step == 2
    assert problems == []


def test_a_writer_that_fails_changes_nothing(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    store.save(1, files(weights=b"old"))
    before = sorted(os.listdir(tmp_path))

    def fail(folder: Path) -> None:
        (folder / "weights").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(RunError, match="the disk is full"):
        store.save(2, fail)
    assert sorted(os.listdir(tmp_path)) == before
    sound, _ = store.newest_sound()
    assert sound and sound.step == 1


WRITER = """
import sys, itertools
from pathlib import Path
from studio.runs.checkpoints import Checkpoints
store = Checkpoints(Path(sys.argv[1]))
for step in itertools.count():
    def write(folder):
        for name in ("weights", "state"):
            (folder / name).write_bytes(b"%d " % step * 50000)
    store.save(step, write, names=("last", "best") if step % 3 == 0 else ("last",))
    if step == 0:
        print("ready", flush=True)
"""


def test_kill_leaves_a_sound_checkpoint(tmp_path: Path) -> None:
    seen = -1
    for delay in (0.1, 0.13, 0.17):
        process = subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout and process.stdout.readline() == b"ready\n"
        time.sleep(delay)
        process.kill()
        process.wait()
        process.stdout.close()
        sound, problems = Checkpoints(tmp_path).newest_sound()
        assert problems == []
        assert sound
        assert set((sound.path / "weights").read_bytes().split()) == {b"%d" % sound.step}
        seen = max(seen, sound.step)
    assert seen > 0
