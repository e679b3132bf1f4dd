"""The two pipes of the worker: lines whole or not at all, and nothing that a library prints among them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.worker.process.channel import LONGEST_LINE, Channel, commands
from support import run_python


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Channel, int]]:
    """A channel that writes into a pipe, and the end to read from."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    channel = Channel.__new__(Channel)
    channel._lock, channel._out = threading.Lock(), writing
    yield channel, reading
    for end in (reading, writing):
        os.close(end)


def lines(reading: int) -> list[dict[str, Any]]:
    os.set_blocking(reading, False)
    data = b""
    while True:
        try:
            piece = os.read(reading, 1 << 20)
        except BlockingIOError:
            break
        if not piece:
            break
        data += piece
    assert not data or data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


def test_states_are_lines_of_json(pipe: tuple[Channel, int]) -> None:
    channel, reading = pipe
    channel.send("ready", devices=["cpu"])
    channel.send("ended", reason="a line\nof two")
    assert lines(reading) == [{"state": "ready", "devices": ["cpu"]}, {"state": "ended", "reason": "a line\nof two"}]


def test_a_window_that_stands_still_holds_nothing_up(pipe: tuple[Channel, int]) -> None:
    channel, reading = pipe
    for number in range(20_000):
        channel.send("training", may_drop=True, step=number)
    found = lines(reading)
    steps = [line["step"] for line in found]
    assert 100 < len(steps) < 20_000 and steps == list(range(len(steps)))


def test_what_must_arrive_waits_for_room(pipe: tuple[Channel, int]) -> None:
    channel, reading = pipe
    with suppress(BlockingIOError):
        while True:
            os.write(channel._out, b"\n" * 4096)
    channel.send("training", may_drop=True)
    thread = threading.Thread(target=channel.send, args=("ended",), kwargs={"reason": "y" * 10_000})
    thread.start()
    data = b""
    while not data.endswith(b"}\n"):
        data += os.read(reading, 4096)
    thread.join(5)
    assert json.loads(data) == {"state": "ended", "reason": "y" * 10_000}


def test_a_reader_that_is_gone_is_no_trouble() -> None:
    reading, writing = os.pipe()
    channel = Channel.__new__(Channel)
    channel._lock, channel._out = threading.Lock(), writing
    os.close(reading)
    channel.send("ready")
    os.close(writing)


def heard(pieces: list[bytes], monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any] | None]:
    rest = [*pieces, b""]
    monkeypatch.setattr(os, "read", lambda handle, size: rest.pop(0))
    return list(commands())


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.integers(), max_size=2)), st.lists(st.integers(1, 50), min_size=1)
)
def test_commands_are_the_same_however_they_are_cut(facts: list[dict[str, int]], cuts: list[int]) -> None:
    wanted = [{**item, "command": "train"} for item in facts]
    data = b"".join(json.dumps(item).encode() + b"\n" for item in wanted)
    pieces, place = [], 0
    while place < len(data):
        size = cuts[len(pieces) % len(cuts)]
        pieces.append(data[place : place + size])
        place += size
    with pytest.MonkeyPatch.context() as patch:
        assert heard(pieces, patch) == wanted


def test_a_line_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = [b"x" * LONGEST_LINE, b"x" * 10, b'\n{"command": "stop"}\n', b'{"command": "cut']
    assert heard(pieces, monkeypatch) == [None, None, {"command": "stop"}]


@given(st.binary(max_size=200))
def test_noise_is_no_command(noise: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        found = heard([noise.replace(b"command", b"") + b"\n"], patch)
    assert all(command is None for command in found)


def test_prints_go_to_the_log_and_states_stay_clean(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom studio.worker.process.channel import Channel, print_to\n"
        "channel = Channel()\nprint('before')\nprint_to(Path(sys.argv[1]))\nprint('first')\n"
        "channel.send('ready')\nos.system('echo second')\nprint('third', file=sys.stderr)\n"
    )
    (tmp_path / "log.txt").write_text("kept\n")
    result = run_python(code, str(tmp_path / "log.txt"), environment={"PYTHONUNBUFFERED": "1"})
    assert result.stdout == '{"state":"ready"}\n' and result.stderr == "before\n"
    assert (tmp_path / "log.txt").read_text().split() == ["kept", "first", "second", "third"]
