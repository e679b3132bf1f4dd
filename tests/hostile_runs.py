"""Run folders as an enemy would make them, or a disk that goes bad: one good run, of which one file is made hostile."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from documents import mlp
from hypothesis import strategies as st

from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.runs.metrics import layout as layout

Attack = Callable[[Path], None]

JSON_FILES = ("run.json", "claims/1.json", "checkpoints/names.json", "checkpoints/step-000000000004-000/manifest.json")
FILES = (*JSON_FILES, "events.jsonl", "metrics.bin", "document.netloom", "log.txt")

_ODD_TEXTS = ("", "\0", "\ud800", "run" + "9" * 5_000, "../..", "a" * 100_000, "‮", "<b>&amp;", "NaN", "é\r\n\x1b[2J")
_ODD_NUMBERS = (-1, 0, True, 2**31, 2**53, 2**63, 2**64, 10**30, 10**400, -(10**18), 1e308, 5e-324, -0.0, 1.5)
_ODD_TOKENS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "9" * 5_000,
    "[" * 20_000,
    "[" * 60 + "]" * 60,
    '"\\ud800"',
    "{",
)

odd_values = st.one_of(
    st.none(),
    st.sampled_from(_ODD_TEXTS),
    st.sampled_from(_ODD_NUMBERS),
    st.sampled_from([[], {}, [[]], [1, "x"], {"a": {}}, {"kind": 3, "params": [1]}, {"params": {"lr": 10**30}}]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
)


def make_run(folder: Path) -> RunFolder:
    """A sound run of an MLP, with some of everything."""
    run = new_run(mlp(), None, folder)
    run.hold().release()
    with run.metric_writer() as writer, run.event_log() as log:
        log.write("started", device="cpu", epochs=3, steps_per_epoch=4)
        for epoch in (1, 2, 3):
            for name, value in (("train/loss", 1.0 / epoch), ("validation/loss", 0.5), ("validation/accuracy", 0.9)):
                writer.record(name, 4 * epoch, float(epoch), value)
            values = {"train/loss": 0.5, "validation/loss": 0.5, "validation/accuracy": 0.9}
            log.write("epoch", epoch=epoch, step=4 * epoch, learning_rate=0.1, values=values)
        writer.rewind(4, 40)
        log.write("resumed", step=4, keeps=1)
        log.write("stopped", reason="Enough.")
    run.checkpoints.save(4, lambda path: _write(path / "weights.safetensors", b"w" * 64), ("last", "best"))
    run.log_path.write_text("Hello.\n")
    return run


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@st.composite
def attacks(draw: st.DrawFn) -> Attack:
    """One change to a run's folder."""
    return draw(draw(st.sampled_from(_KINDS)))


@st.composite
def _odd_json(draw: st.DrawFn) -> Attack:
    """A value somewhere in a JSON file becomes odd."""
    name = draw(st.sampled_from(JSON_FILES))
    choice, value = draw(st.integers(0, 10**6)), draw(odd_values)

    def attack(run: Path) -> None:
        path = run / name
        path.write_text(json.dumps(with_odd_part(json.loads(path.read_text()), choice, value)))

    return attack


@st.composite
def _odd_event(draw: st.DrawFn) -> Attack:
    """A line of the log has an odd part, or is odd altogether."""
    line, choice, value = draw(st.integers(0, 6)), draw(st.integers(0, 10**6)), draw(odd_values)
    token = draw(st.sampled_from((None, *_ODD_TOKENS)))

    def attack(run: Path) -> None:
        lines = (run / "events.jsonl").read_text().splitlines()
        odd = with_odd_part(json.loads(lines[line]), choice, value)
        lines[line] = token if token is not None else json.dumps(odd)
        (run / "events.jsonl").write_text("\n".join(lines) + "\n")

    return attack


@st.composite
def _odd_token(draw: st.DrawFn) -> Attack:
    """A JSON file holds something that is no JSON, in one place or altogether."""
    name, token = draw(st.sampled_from(JSON_FILES)), draw(st.sampled_from(_ODD_TOKENS))
    place = draw(st.none() | st.integers(0, 400))

    def attack(run: Path) -> None:
        text = (run / name).read_text()
        (run / name).write_text(token if place is None else text[:place] + token + text[place:])

    return attack


@st.composite
def _odd_block(draw: st.DrawFn) -> Attack:
    """The metrics have one more block, whole and with right sums, that nobody wrote."""
    points = st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1) | st.integers(0, 20),
            st.floats() | st.sampled_from((-1.0, 1e308, 5e-324, 2.0)),
            st.floats() | st.just(1.7e9),
            st.floats() | st.sampled_from((1e308, -1e308, 5e-324)),
            st.integers(0, 2**32 - 1) | st.integers(0, 6),
            st.integers(0, 2**32 - 1),
        ),
        max_size=6,
    ).map(lambda rows: (layout.POINTS, b"".join(layout.RECORD.pack(*row) for row in rows)))
    notes = st.tuples(
        st.sampled_from((layout.DEFINITION, layout.REWIND)),
        st.fixed_dictionaries({"id": odd_values, "name": odd_values, "step": odd_values, "end": odd_values}).map(
            lambda value: json.dumps(value).encode("utf-8", "surrogatepass")
        ),
    )
    kind, payload = draw(points | notes | st.tuples(st.integers(0, 5), st.binary(max_size=200)))
    again = draw(st.integers(1, 3))

    def attack(run: Path) -> None:
        with open(run / "metrics.bin", "ab") as file:
            file.write(layout.block(kind, payload) * again)

    return attack


@st.composite
def _odd_bytes(draw: st.DrawFn) -> Attack:
    """A file is cut, filled with noise, flipped, or in another encoding."""
    name, way = draw(st.sampled_from(FILES)), draw(st.sampled_from(("cut", "noise", "flip", "utf-16", "bom", "long")))
    noise, place = draw(st.binary(max_size=100)), draw(st.integers(0, 10**4))

    def attack(run: Path) -> None:
        path = run / name
        content = path.read_bytes()
        place_in = place % max(1, len(content))
        flipped = bytes([content[place_in] ^ (1 << place % 8)]) if content else b""
        path.write_bytes({
            "cut": content[:place_in],
            "noise": content[:place_in] + noise,
            "flip": content[:place_in] + flipped + content[place_in + 1 :],
            "utf-16": content.decode("latin-1").encode("utf-16"),
            "bom": b"\xef\xbb\xbf" + content,
            "long": content + b" " * (1 << 24),
        }[way])  # fmt: skip

    return attack


@st.composite
def _no_file(draw: st.DrawFn) -> Attack:
    """In the place of a file lies nothing, a folder, a pipe, or a link to somewhere."""
    name = draw(st.sampled_from((*FILES, "claims", "checkpoints", "model.py")))
    way = draw(st.sampled_from(("nothing", "folder", "pipe", "zero", "ring", "nowhere", "up")))
    targets = {"zero": "/dev/zero", "ring": Path(name).name, "nowhere": "/nowhere/at/all", "up": ".."}

    def attack(run: Path) -> None:
        path = run / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        if way == "folder":
            path.mkdir()
        elif way == "pipe":
            os.mkfifo(path)
        elif way in targets:
            path.symlink_to(targets[way])

    return attack


_KINDS = (_odd_json(), _odd_event(), _odd_token(), _odd_block(), _odd_bytes(), _no_file())


def with_odd_part(value: Any, choice: int, odd: Any) -> Any:
    """``value`` with one of its parts, chosen by a number, replaced; or with one more."""
    value = deepcopy(value)
    places = list(_places(value))
    if not places or choice % (len(places) + 1) == len(places):
        return odd
    container, key = places[choice % (len(places) + 1)]
    container[key] = odd
    return value


def _places(value: Any) -> list[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, part in items for place in [(value, key), *_places(part)]]
