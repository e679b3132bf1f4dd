"""Documents as files: nothing readable is lost, and saving is all or nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opened import FULL, opened
from random_edits import apply as apply_code
from random_edits import chain, codes, state

from models.document import Document
from models.network import Network, Node
from models.storage import files, templates
from models.storage.files import FileError
from support import ROOT, scaled

# What is written


def test_what_is_read_is_written_back_unknown_things_included() -> None:
    document, problems = opened(FULL)
    assert problems == []
    assert files.to_json(document) == FULL
    assert json.loads(files.format_json(files.to_json(document))) == FULL


def test_the_text_reads_well_in_a_diff() -> None:
    text = files.format_json(FULL).decode()
    lines = text.splitlines()
    assert lines[0] == '{"netloom": 1,'
    assert '   ["conv1", "odd1"],' in lines
    assert sum('"kind": "Conv2d"' in line for line in lines) == 1
    assert text.endswith("}\n") and len(lines) == 16


@pytest.mark.parametrize("name", [template.name for template in templates.available()])
def test_templates_come_back_byte_for_byte(name: str) -> None:
    path = ROOT / "resources/templates" / f"{name}.netloom"
    document, problems = files.read(path)
    assert problems == []
    again, _ = files.parse(files.format_json(files.to_json(document)))
    assert state(again) == state(document)


def test_empty_things_are_left_out() -> None:
    assert files.to_json(Document()) == {"netloom": 1, "network": {"nodes": [], "edges": []}}
    document = chain(("ReLU", {}))
    document.network["n0"].position = None
    assert files.to_json(document)["network"]["nodes"] == [{"id": "n0", "kind": "ReLU"}]


def test_positions_are_short() -> None:
    document = chain(("ReLU", {}))
    document.network.move({"n0": (10.0, 1 / 3)})
    assert files.to_json(document)["network"]["layout"] == {"n0": [10, 0.33]}


def test_numbers_that_json_lacks_become_texts() -> None:
    document = chain(("ReLU", {"a": float("nan"), "b": [float("inf")], "c": {"d": -float("inf")}}))
    text = files.format_json(files.to_json(document))
    assert json.loads(text)["network"]["nodes"][0]["params"] == {"a": "NaN", "b": ["Infinity"], "c": {"d": "-Infinity"}}


def test_any_text_can_be_written() -> None:
    document = chain(("ReLU", {"note": "\ud800 مرحبا 😀"}))
    text = files.format_json(files.to_json(document))
    assert "مرحبا 😀" in text.decode()
    opened(text)


@settings(max_examples=50, deadline=None)
@given(st.lists(codes, max_size=20))
def test_any_document_survives_a_save(many: list[Any]) -> None:
    document = chain(("Input", {"shape": [3, 8, 8]}), ("Conv2d", {}), ("Output", {}))
    for code in many:
        apply_code(document, code)
    again, problems = files.parse(state(document))
    assert problems == [] and state(again) == state(document)
    assert again.analysis.reports == document.analysis.reports


# Saving


def test_saving_and_opening(tmp_path: Path) -> None:
    path = tmp_path / "ä b.netloom"
    files.write(templates.load("mlp"), path)
    document, problems = files.read(path)
    assert problems == [] and state(document) == state(templates.load("mlp"))
    assert os.listdir(tmp_path) == ["ä b.netloom"]


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "real.netloom", tmp_path / "link.netloom"
    files.write(templates.load("mlp"), path)
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    path.chmod(0o640)
    link.symlink_to(path)
    files.write(templates.load("iris-mlp"), link)
    assert link.is_symlink() and path.stat().st_mode & 0o777 == 0o640
    assert state(files.read(path)[0]) == state(templates.load("iris-mlp"))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("place", ["no/such/folder/x.netloom", "folder", "\0.netloom", "x" * 300])
def test_places_where_nothing_can_be_saved(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError):
        files.write(Document(), f"{tmp_path}/{place}")
    assert os.listdir(tmp_path) == ["folder"]


SAVE = """
import os, resource, sys
from pathlib import Path
from models.storage import files, templates

path, large = Path(sys.argv[1]), templates.load("resnet18")
before = path.read_bytes()
size = len(files.format_json(files.to_json(large)))
for point in range(100):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size * point // 100, resource.RLIM_INFINITY))
    try:
        files.write(large, path)
    except files.FileError as error:
        assert "was not saved" in str(error) and "another place" in str(error), error
    else:
        raise AssertionError(point)
    assert path.read_bytes() == before and os.listdir(path.parent) == [path.name], point
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
files.write(large, path)
assert len(path.read_bytes()) == size
print("done")
"""


@pytest.mark.R4
def test_a_disk_that_is_full_at_any_point_keeps_the_old_file(tmp_path: Path, figure: Callable[[str], None]) -> None:
    files.write(templates.load("mlp"), tmp_path / "old.netloom")
    command = [sys.executable, "-B", "-c", SAVE, str(tmp_path / "old.netloom")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stdout == "done\n", result.stderr
    figure("saves cut off at 100 points: the old file is there each time, and the next save works")


SAVE_ON = """
import itertools, sys
from models.storage import files, templates
documents = [templates.load("resnet18"), templates.load("vgg-style")]
print("ready", flush=True)
for number in itertools.count():
    files.write(documents[number % 2], sys.argv[1])
"""


@pytest.mark.R1
def test_kill_9_while_saving_leaves_a_whole_file(tmp_path: Path, figure: Callable[[str], None]) -> None:
    path = tmp_path / "document.netloom"
    files.write(templates.load("resnet18"), path)
    whole = {state(templates.load(name)) for name in ("resnet18", "vgg-style")}
    source = random.Random(7)
    for _ in range(scaled(300)):
        process = subprocess.Popen([sys.executable, "-c", SAVE_ON, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(source.uniform(0, 0.03))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert path.read_bytes() in whole
    figure(f"{scaled(300)} kills while saving without pause: every file whole")


def test_saving_does_not_share_the_document(tmp_path: Path) -> None:
    document = Document()
    document.network.add_node(Node("a", "ReLU", {"x": [1]}))
    files.write(document, tmp_path / "x.netloom")
    document.network["a"].params["x"].append(2)
    assert files.read(tmp_path / "x.netloom")[0].network["a"].params == {"x": [1]}


def test_a_snapshot_does_not_change_with_the_document() -> None:
    document = Document(Network([Node("fc1", "Linear", {"out_features": 3})]))
    snapshot = files.snapshot(document)
    document.network["fc1"].params["out_features"] = 99
    assert snapshot["network"]["nodes"][0]["params"] == {"out_features": 3}


def test_what_was_opened_can_be_opened_again_once_it_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 100_000)
    value = {"netloom": 1, "network": {"nodes": [], "edges": []}, "notes": [1] * 45_000}
    content = json.dumps(value, separators=(",", ":")).encode()
    assert len(json.dumps(value)) > files.LARGEST_FILE > len(content)
    path = tmp_path / "large.netloom"
    path.write_bytes(content)
    document, problems = files.read(path)
    assert not problems
    files.write(document, path)
    again, problems = files.read(path)
    assert not problems and again.content.extra == document.content.extra == {"notes": [1] * 45_000}


@pytest.mark.parametrize("what", ["size", "nodes"])
def test_what_could_not_be_opened_again_is_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    path = tmp_path / "large.netloom"
    path.write_text("old")
    document = chain(*[("ReLU", {})] * 40)
    if what == "size":
        monkeypatch.setattr(files, "LARGEST_FILE", 1000)
    else:
        monkeypatch.setattr(files, "MOST_ENTRIES", {"nodes": 39})
    with pytest.raises(
        FileError, match=r"^large\.netloom has .*; Netloom opens .* It was not saved: remove some layers"
    ):
        files.write(document, path)
    assert path.read_text() == "old"
