"""A run as one file: all of it comes back, no path of this computer goes along, and hostile files are refused."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hostile_runs import make_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.runs.checkpoints import WEIGHTS
from studio.runs.errors import RunError
from studio.runs.events import read_events
from studio.runs.exchange import pack as packing
from studio.runs.exchange.pack import SUFFIX, pack, unpack
from studio.runs.exchange.private import without_paths
from studio.runs.folder import STARTS, RunFolder
from studio.runs.index import RunIndex
from studio.runs.metrics.reader import read_metrics
from support import scaled


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run with something private in each of its files."""
    run = make_run(tmp_path / "runs")
    document = json.loads(run.document_path.read_bytes())
    document["data"] = {"source": "csv", "path": "/home/ada/secret/flowers.csv"}
    run.document_path.write_text(json.dumps(document))
    header = json.loads((run.path / "run.json").read_bytes())
    header |= {"document_path": "/home/ada/exam.netloom", "settings": header["settings"] | {"data": document["data"]}}
    (run.path / "run.json").write_text(json.dumps(header))
    run.scale_path.write_bytes(b"scale")
    with run.event_log() as log:
        log.write("failed", reason="Could not read /home/ada/secret/flowers.csv: it is gone.")
    return RunFolder.open(run.path)


def sent(run: RunFolder, tmp_path: Path) -> Path:
    target = tmp_path / f"one{SUFFIX}"
    pack(run, target)
    return target


def test_a_run_comes_back_whole(run: RunFolder, tmp_path: Path) -> None:
    again = unpack(sent(run, tmp_path), tmp_path / "others")
    assert again.id == run.id and again.name == run.name
    assert again.source_path.read_bytes() == run.source_path.read_bytes()
    before, after = read_metrics(run.metrics_path), read_metrics(again.metrics_path)
    assert before.keys() == after.keys()
    assert all(before[name].values.tolist() == after[name].values.tolist() for name in before)
    assert [event["event"] for event in read_events(again.events_path)] == [
        event["event"] for event in read_events(run.events_path)
    ]
    assert again.scale_path.read_bytes() == b"scale", "others can use it, too"
    best = again.checkpoints.get("best")
    assert best is not None and best.step == 4 and (best.path / WEIGHTS).read_bytes() == b"w" * 64
    best.verify()
    with RunIndex(tmp_path / "others") as index:
        index.refresh()
        assert [row.id for row in index.runs()] == [run.id]


@pytest.mark.parametrize("name", STARTS)
def test_the_weights_that_it_started_from_go_along(run: RunFolder, tmp_path: Path, name: str) -> None:
    (run.path / name).write_bytes(b"s" * 32)
    again = unpack(sent(run, tmp_path), tmp_path / "others")
    assert again.start_path.name == name and again.start_path.read_bytes() == b"s" * 32


def test_no_path_of_this_computer_goes_along(run: RunFolder, tmp_path: Path) -> None:
    with zipfile.ZipFile(sent(run, tmp_path)) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
        header = json.loads(archive.read("run.json"))
    assert b"/home" not in content and b"ada" not in content and str(tmp_path).encode() not in content
    assert b"flowers.csv" in content
    assert "document_path" not in header and "seal" not in header


def test_opening_it_twice_shows_the_run_that_is_there(run: RunFolder, tmp_path: Path) -> None:
    file = sent(run, tmp_path)
    assert unpack(file, tmp_path / "others").path == unpack(file, tmp_path / "others").path
    assert unpack(file, run.path.parent).path == run.path
    with run.metric_writer() as writer:
        writer.record("validation/loss", 99, 9.0, 0.1)
    assert unpack(file, run.path.parent).path != run.path, "what was trained on since is another"
    assert len(list((tmp_path / "others").iterdir())) == 1


def test_a_run_without_anything_but_its_header_is_a_run(tmp_path: Path) -> None:
    bare = RunFolder.create(tmp_path / "runs", b"", "", {"name": "bare"})
    again = unpack(sent(bare, tmp_path), tmp_path / "others")
    assert again.name == "bare" and not again.document_path.exists() and again.checkpoints.get("best") is None


def archive_of(target: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target


HEADER = b'{"netloom_run": 1, "name": "x"}'


@pytest.mark.parametrize(
    "entries",
    [
        {},
        {"run.json": b"{"},
        {"run.json": b"[]"},
        {"run.json": b'{"netloom_run": 99}'},
        {"run.json": HEADER, "../../evil": b"x"},
        {"run.json": HEADER, "/etc/passwd": b"x"},
        {"run.json": HEADER, "checkpoints/x": b"x"},
        {"run.json": HEADER, "metrics.bin/": b""},
    ],
)
def test_what_is_no_run_is_refused_and_leaves_nothing(tmp_path: Path, entries: dict[str, bytes]) -> None:
    file = archive_of(tmp_path / "x.netloomrun", entries)
    with pytest.raises(RunError) as caught:
        unpack(file, tmp_path / "runs")
    assert str(caught.value).endswith(".")
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").iterdir())
    assert not (tmp_path.parent / "evil").exists()


def test_a_bomb_is_not_let_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(packing.LARGEST, "metrics.bin", 2**20)
    file = archive_of(tmp_path / "x.netloomrun", {"run.json": HEADER, "metrics.bin": bytes(2**24)})
    with pytest.raises(RunError, match="larger than"):
        unpack(file, tmp_path / "runs")
    assert not list((tmp_path / "runs").iterdir())


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(99)])
def test_other_files_are_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.netloomrun"
    file.write_bytes(content)
    with pytest.raises(RunError, match="no run that Netloom has sent"):
        unpack(file, tmp_path / "runs")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small run as a file."""
    folder = tmp_path_factory.mktemp("small")
    return sent(RunFolder.create(folder / "runs", b"{}", "class A: ...", {"name": "x"}), folder).read_bytes()


@settings(max_examples=scaled(2_000), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_a_file_with_any_byte_changed_is_a_run_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, small: bytes, data: st.DataObject
) -> None:
    content = bytearray(small)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    folder = tmp_path_factory.mktemp("flipped")
    (folder / "one.netloomrun").write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    try:
        unpack(folder / "one.netloomrun", folder / "others")
    except RunError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("/home/ada/my data/x.csv", "x.csv"),
        ("C:\\Users\\Ada\\x.csv", "x.csv"),
        ("~/x/y.png", "y.png"),
        ("relative/x.csv", "relative/x.csv"),
        ("Could not read /a/b/c.csv: gone", "Could not read c.csv: gone"),
        ("1/3 of 5 examples/s, see https://example.org/a/b", "1/3 of 5 examples/s, see https://example.org/a/b"),
        ({"a": ["/x/y", 3, None]}, {"a": ["y", 3, None]}),
    ],
)
def test_paths_become_the_names_at_their_ends(value: Any, kept: Any) -> None:
    assert without_paths(value) == kept


@given(st.text(alphabet='ab/\\~: ."C', max_size=40))
def test_nothing_that_begins_at_a_root_is_left(text: str) -> None:
    found = without_paths(text)
    assert not found.startswith(("/a", "/b", "C:\\a", "C:/a")) and " /a" not in found
