"""Broken, absurd and ill-meant files: every command answers quickly, with a sentence and the right exit code."""

from __future__ import annotations

import json
import os
import time
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from studio import cli
from support import in_time

INPUT: dict[str, Any] = {"id": "input1", "kind": "Input", "params": {"shape": [3, 8, 8]}}
OUTPUT: dict[str, Any] = {"id": "output1", "kind": "Output"}
READERS = (["check"], ["export"], ["export", "--script"], *(["summary", "--format", form] for form in (
    "table", "json", "csv", "markdown")))  # fmt: skip
WRONG = (None, True, -1, 1.5, "x", "", [], {}, [[]], {"a": 1}, "9" * 5_000)


def document(nodes: Any, edges: Any = (), **sections: Any) -> str:
    return json.dumps({"netloom": 1, "network": {"nodes": nodes, "edges": edges}, **sections})


def between(middle: dict[str, Any], **sections: Any) -> str:
    """Input, one layer, Output."""
    id = middle["id"]
    return document([INPUT, middle, OUTPUT], [["input1", id], [id, "output1"]], **sections)


NO_DOCUMENTS: dict[str, str | bytes] = {
    "empty": "", "blank": " \n\t", "binary": bytes(range(256)), "picture": b"\x89PNG\r\n\x1a\n" + bytes(99),
    "words": "hello", "number": "3", "list": "[1, 2]", "nothing": "null", "object": "{}", "notebook": '{"nbformat": 4}',
    "newer": '{"netloom": 99, "network": {}}', "deep": '{"network": ' + "[" * 1_000 + "]" * 1_000 + "}",
    "unclosed": "[" * 500_000, "a million layers": document([1] * 1_000_000), "spaces": " " * 33 * 2**20,
}  # fmt: skip

WITH_ERRORS: dict[str, str] = {
    "channels": between({"id": "a", "kind": "Conv2d", "params": {"out_channels": 10**9, "kernel_size": 10**9}}),
    "sizes": document([{"id": "a", "kind": "Input", "params": {"shape": [10**9] * 3}}]),
    "digits": between({"id": "a", "kind": "Dropout", "params": {"p": 10**299}}),
    "not a number": between({"id": "a", "kind": "Dropout", "params": {"p": float("nan")}}),
    "unknown kind": between({"id": "a", "kind": 'ReLU()); import os; os.system("x"); ('}),
    "escape": between({"id": "a", "kind": "\x1b]0;owned\x07"}),
    "loop": document([INPUT, {"id": "a", "kind": "ReLU"}, {"id": "b", "kind": "ReLU"}], [["a", "b"], ["b", "a"]]),
    "itself": document([INPUT, {"id": "a", "kind": "Add"}], [["input1", "a"], ["a", "a"]]),
    "loop behind Linear": document(
        [INPUT, *({"id": id, "kind": kind} for id, kind in (("a", "Linear"), ("b", "Identity"), ("c", "Dropout")))],
        [["input1", "a"], ["a", "b"], ["b", "c"], ["c", "b"]],
    ),
    "thousands of loops": document(
        [{"id": f"n{place}", "kind": "Add"} for place in range(150)],
        [[f"n{first}", f"n{second}"] for first, second in product(range(150), repeat=2)],
    ),
    "ports": document([INPUT, OUTPUT], [["input1:none", "output1"], ["input1", "output1:none"]]),
    "loss of nobody": document([INPUT, OUTPUT | {"params": {"loss": {"kind": "MSELoss", "params": {"self": 1}}}}]),
}

RENAMED: dict[str, str | bytes] = {
    **{f"id {id!r:.20}": between({"id": id, "kind": "Tanh"}) for id in (
        "a\nb", 'a"b', "class", '"""', "\x1b[31m", "match", "", " ", "日本", "\u202egnp", "__init__", "../x",
        "a" * 5_000, "\ud800", "a\0b", "self", "x", "forward", "a:b")},
    "twice": document([INPUT, INPUT, OUTPUT], [["input1", "output1"]]),
    "place": between({"id": "a", "kind": "Tanh", "position": [1e99, "left"]}),
    "utf-16": between({"id": "a", "kind": "Tanh"}).encode("utf-16"),
}  # fmt: skip

WHOLE = """{"netloom": 1,
 "network": {"nodes": [
   {"id": "input1", "kind": "Input", "params": {"shape": [4]}},
   {"id": "fc1", "kind": "Linear", "params": {"out_features": 3}},
   {"id": "output1", "kind": "Output"}],
  "edges": [
   ["input1", "fc1"],
   ["fc1", "output1"]]},
 "data": {"source": "iris"},
 "training": {"epochs": 2}}
"""
DAMAGED: dict[str, tuple[str, str, str, int]] = {
    "conflict": (' "training"', '<<<<<<< HEAD\n "training"', "line 10 begins a conflict", 10),
    "conflict of wires": (' ["fc1", "output1"]]', '<<<<<<< HEAD\n["fc1", "output1"]]', "(<<<<<<< HEAD)", 8),
    "comma": ('"output1"]]', '"output1"],]', "no JSON", 8),
    "comma in settings": ('"epochs": 2', '"epochs": 2,', "no JSON", 10),
    "cut": ("2}}", "2", "ends too early", 11),
    "name twice": ('{"epochs": 2}', '{"epochs": 2,\n  "epochs": 3}', "‘epochs’ is given twice", 11),
    "wire to nowhere": ('["fc1", "output1"]]', '["fc1", "output1"],\n   ["fc1", "gone"]]', "no layer 'gone'", 9),
    "wire twice": ('["fc1", "output1"]]', '["fc1", "output1"],\n   ["fc1", "output1"]]', "connected there already", 9),
    "layer": ('"output1", "kind": "Output"}', '"output1", "kind": "Output"},\n 7', "Layer 4 was left out", 6),
    "settings": ('{"out_features": 3}', "[3]", "settings of fc1 were left out", 4),
    "section": ('{"epochs": 2}', "[2]", "‘training’ was left out", 10),
}
"""What is replaced in the whole document, by what, what is then said, and the line."""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answers(content: str | bytes, capsys: pytest.CaptureFixture[str]) -> list[tuple[int, str, str]]:
    """Exit code, output and errors of every command that reads a document; each within two seconds."""
    Path("f.netloom").write_bytes(content if isinstance(content, bytes) else content.encode(errors="surrogatepass"))
    found = []
    for command, *options in READERS:
        began = time.process_time()
        code = cli.main([command, "f.netloom", *options])
        assert in_time(time.process_time() - began, 2)
        output = capsys.readouterr()
        assert "Traceback" not in output.err and "\x1b" not in output.out + output.err
        found.append((code, output.out, output.err))
    return found


@pytest.mark.parametrize("name", NO_DOCUMENTS)
def test_what_is_no_document_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for code, out, err in answers(NO_DOCUMENTS[name], capsys):
        assert code == 2 and out == ""
        assert err.startswith("netloom: f.netloom ") and err.count("\n") == 1 and len(err) < 250


@pytest.mark.parametrize("name", WITH_ERRORS)
def test_a_network_with_errors_is_read_and_named(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for code, out, err in answers(WITH_ERRORS[name], capsys):
        assert code == 1 and "error: " in out + err


@pytest.mark.parametrize("name", RENAMED)
def test_what_loses_nothing_is_said_and_done(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (checked, found, _), *others = answers(RENAMED[name], capsys)
    assert checked == 0, found
    assert name == "utf-16" or found.startswith("warning: ")
    for _, out, err in others[:1]:
        compile(out, "model.py", "exec")
        assert name == "utf-16" or err.startswith("netloom: ")


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_ends_with_2_and_names_the_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    before, after, clue, line = DAMAGED[name]
    assert WHOLE.count(before) == 1
    (checked, found, _), *others = answers(WHOLE.replace(before, after), capsys)
    assert checked == 2 and found.startswith("error: ")
    for text in (found, *(err for _, _, err in others)):
        assert clue.lower() in text.lower() and f"line {line}" in text.lower()
    for code, out, err in others:
        assert (code, out) == (2, "") and "--salvage" in err


@pytest.mark.parametrize("command", ["train", "export"])
def test_nothing_is_trained_or_written_of_half_a_document(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("half.netloom").write_text(WHOLE.replace(' "training"', '<<<<<<< HEAD\n "training"'))
    place = {"train": ["--runs", "made"], "export": ["-o", "made", "--script"]}[command]
    assert cli.main([command, "half.netloom", *place]) == 2
    assert not Path("made").exists() and "line 10" in capsys.readouterr().err.lower()


def test_the_rest_of_a_damaged_document_is_used_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    Path("half.netloom").write_text(WHOLE.replace(' "training"', '<<<<<<< HEAD\n "training"'))
    assert cli.main(["export", "half.netloom", "--salvage"]) == 0
    output = capsys.readouterr()
    assert "class Half" in output.out and "Line 10" in output.err
    assert cli.main(["check", "half.netloom", "--salvage"]) == 0
    assert capsys.readouterr().out.startswith("warning: Line 10")


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong!r:.12}")
def test_wrong_types_anywhere_are_left_out_or_named(wrong: Any, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("out_channels", "kernel_size", "padding", "stride", "bias", "padding_mode", "groups")
    layer = {"id": "a", "kind": "Conv2d", "params": dict.fromkeys(names, wrong), "position": [wrong, wrong]}
    training = dict.fromkeys(("optimizer", "schedule", "epochs", "batch_size", "seed", "device"), wrong)
    inner = {"optimizer": {"kind": wrong, "params": wrong}, "schedule": {"kind": "StepLR", "params": {"gamma": wrong}}}
    for content in (
        json.dumps({"netloom": 1, "network": wrong}),
        document(wrong, wrong),
        document([wrong, {"id": wrong, "kind": wrong, "params": wrong}, layer], [[wrong, wrong], wrong]),
        between({"id": "a", "kind": "Tanh"}, data=wrong, training=wrong),
        between({"id": "a", "kind": "Tanh"}, data={"source": wrong, "seed": wrong}, training=training),
        between({"id": "a", "kind": "Tanh"}, training=inner),
    ):
        assert {code for code, _, _ in answers(content, capsys)} <= {0, 1, 2}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
def test_what_is_no_file_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("pipe")
    os.mkdir("folder")
    os.symlink("ring", "ring")
    for name in ("pipe", "folder", "ring", "missing", "folder/missing", "x" * 300, "/dev/zero", "a\0b"):
        for command in ("check", "summary", "export", "train"):
            assert cli.main([command, name]) == 2
            output = capsys.readouterr()
            assert output.out == "" and output.err.startswith("netloom: ") and output.err.count("\n") == 1
