"""Folding: modules become blocks and lose nothing; what differs in numbers is one definition, what is equal repeats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.document import Document
from models.importers import ImportFailed, Recorder, Report, Scope, Wire, fold
from models.storage.files import from_json
from models.storage.writing import to_json

Step = tuple[str, int]


def conv(recorder: Recorder, given: Wire, width: int, name: str, scope: Scope | None, path: str) -> Wire:
    """A 3×3 convolution that keeps the size."""
    shape = given.shape
    assert shape is not None
    params = {"out_channels": width, "kernel_size": 3, "padding": 1}
    names = {part: f"{path}.{part}" for part in ("weight", "bias")}
    made = recorder.add("Conv2d", params, [given], name=name, scope=scope, path=path, weights=names,
                        shapes=[(width, *shape[1:])])  # fmt: skip
    return Wire(made)


def plain(recorder: Recorder, kind: str, inputs: list[Wire], name: str, scope: Scope | None) -> Wire:
    return Wire(recorder.add(kind, {}, inputs, name=name, scope=scope, shapes=[inputs[0].shape]))


def residual(recorder: Recorder, x: Wire, inner: int, outer: int, stage: Scope, number: int) -> Wire:
    """A bottleneck of two convolutions, with a projection where the width changes."""
    scope = Scope(str(number), "Bottleneck", stage, f"{stage.path}.{number}")
    shape = x.shape
    assert shape is not None
    y = conv(recorder, x, inner, "conv1", scope, f"{scope.path}.conv1")
    y = plain(recorder, "ReLU", [y], "relu", scope)
    y = conv(recorder, y, outer, "conv2", scope, f"{scope.path}.conv2")
    if shape[0] != outer:
        x = conv(recorder, x, outer, "shortcut", scope, f"{scope.path}.shortcut")
    return plain(recorder, "Add", [y, x], "add", scope)


def staged(stages: list[tuple[int, int]]) -> tuple[Recorder, int]:
    """Stages of (width, count) bottlenecks on an image, and how many parameters they have."""
    recorder = Recorder("Staged")
    x = recorder.input((3, 8, 8))
    for number, (width, count) in enumerate(stages, 1):
        stage = Scope(f"layer{number}", "", None, f"layer{number}")
        for place in range(count):
            x = residual(recorder, x, width, width * 4, stage, place)
    recorder.output(x)
    flat = Recorder("Flat")
    again: dict[int, Wire] = {}
    for record in recorder.recorded.records:
        inputs = [Wire(again[id(wire.record)].record, wire.port) for wire in record.inputs]
        made = flat.add(record.kind, record.params, inputs, name=record.name)
        again[id(record)] = Wire(made)
    return recorder, fold(flat.recorded, Report("flat")).document.analysis.totals().parameters


def sound(document: Document) -> None:
    """Nothing is wrong with it, and it reads back as it is."""
    assert [issue.message for issue in document.analysis.issues() if issue.severity == "error"] == []
    read, problems = from_json(to_json(document))
    assert problems == [] and to_json(read) == to_json(document)


def test_a_residual_network_is_two_definitions_with_parameters_and_stages_that_repeat() -> None:
    recorder, parameters = staged([(4, 3), (8, 4)])
    report = Report("net.py")
    folded = fold(recorder.recorded, report)
    sound(folded.document)
    main = folded.document.network
    assert [(node.id, node.kind, node.params) for node in main if node.kind.startswith("Bottleneck")] == [
        ("layer1_0", "Bottleneck", {}),
        ("layer1_1", "Bottleneck2", {"repeat": 2}),
        ("layer2_0", "Bottleneck", {"out_channels": 8}),
        ("layer2_1", "Bottleneck2", {"repeat": 3}),
    ]
    first = folded.document.content["Bottleneck"]
    assert first.parameters == {"out_channels": 4}
    assert first["conv2"].params["out_channels"] == "=out_channels * 4"
    assert folded.document.content["Bottleneck2"]["conv1"].params["out_channels"] == "=in_channels // 4"
    assert folded.document.analysis.totals().parameters == parameters == report.parameters
    assert folded.weights["layer1_1.1.conv1.weight"] == "layer1.2.conv1.weight"
    assert set(folded.weights) == set(folded.shapes()), "every weight of the module has one of the source"


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([2, 3, 4, 6]), st.integers(1, 3)), min_size=1, max_size=4))
def test_folding_changes_no_number(stages: list[tuple[int, int]]) -> None:
    recorder, parameters = staged(stages)
    report = Report("net.py")
    folded = fold(recorder.recorded, report)
    sound(folded.document)
    assert folded.document.analysis.totals().parameters == parameters
    held = {
        source: np.zeros(weight.shape) for name, weight in folded.shapes().items() if (source := folded.weights[name])
    }
    assert len(held) == len(folded.weights), "no two weights come from one"
    assert set(folded.arrays(held, report)) == set(folded.shapes())
    assert [entry for entry in report.entries if entry.fate != "taken"] == []


def test_equal_calls_under_one_container_are_one_use_that_differs_at_first() -> None:
    recorder = Recorder("Stack")
    x = recorder.input((6,))
    stack = Scope("blocks", "", None, "blocks")
    for place, width in enumerate((9, 4, 4, 4)):
        scope = Scope(str(place), "Mixer", stack, f"blocks.{place}")
        y = Wire(recorder.add("Linear", {"out_features": width}, [x], name="fc1", scope=scope, shapes=[(width,)]))
        x = Wire(recorder.add("Linear", {"out_features": 6}, [y], name="fc2", scope=scope, shapes=[(6,)]))
    recorder.output(x)
    document = fold(recorder.recorded, Report("x")).document
    sound(document)
    assert [(node.id, node.params) for node in document.network][1] == (
        "blocks", {"out_features": 4, "repeat": 4, "first": {"out_features": 9}},
    )  # fmt: skip


def test_a_module_that_is_called_twice_is_one_and_weights_that_cannot_be_are_told() -> None:
    recorder = Recorder("Twice")
    x = recorder.input((4,))
    names = {"weight": "fc.weight", "bias": "fc.bias"}
    for _ in range(2):
        x = Wire(recorder.add("Linear", {"out_features": 4}, [x], name="fc", path="fc", weights=names))
    scope = Scope("head", "Head", None, "head")
    y = Wire(recorder.add("Linear", {"out_features": 4}, [x], name="tied", path="fc", weights=names, scope=scope))
    recorder.output(Wire(recorder.add("ReLU", {}, [y], scope=scope)))
    report = Report("x")
    folded = fold(recorder.recorded, report)
    assert [node.module for node in folded.document.network if node.kind == "Linear"] == ["", "fc"]
    assert report.parameters == 40 and [entry.place for entry in report.of("approximated")] == [
        "head.tied.weight", "head.tied.bias",
    ]  # fmt: skip


def test_a_module_whose_ways_come_back_is_dissolved_and_odd_names_become_sound() -> None:
    recorder = Recorder("Odd")
    x = recorder.input((4,))
    scope = Scope("weird-1", "Weird", None, "weird-1")
    a = Wire(recorder.add("ReLU", {}, [x], name="self", scope=scope))
    outside = Wire(recorder.add("Tanh", {}, [a], name="class"))
    b = Wire(recorder.add("Add", {}, [a, outside], name="+", scope=scope))
    recorder.output(b, name="out")
    document = fold(recorder.recorded, Report("x")).document
    sound(document)
    assert [node.id for node in document.network] == ["input", "weird_1_self", "class1", "weird_1", "out"]
    assert len(document.content.networks) == 1


def test_what_no_output_needs_is_left_out_and_said() -> None:
    recorder = Recorder("Loose")
    x = recorder.input((4,))
    recorder.add("Tanh", {}, [x], name="lost")
    recorder.output(Wire(recorder.add("ReLU", {}, [x])))
    report = Report("x")
    document = fold(recorder.recorded, report).document
    assert "lost" not in document.network and [entry.place for entry in report.of("left out")] == ["lost"]
    with pytest.raises(ImportFailed):
        fold(Recorder("Empty").recorded, report)


def test_the_report_says_every_fate_in_text_and_json() -> None:
    report = Report("net.py", parameters=8, total=10, unused=2, difference=2e-7)
    report.taken("Conv2d", "conv1")
    report.taken("Conv2d", "conv2")
    report.approximated("weight", "fc.weight", "expected 3, found 4")
    report.left_out("sort", "forward", "no layer sorts")
    text, data = report.as_text(), report.as_json()
    assert "Taken: 2 Conv2d." in text and "forward (sort): no layer sorts" in text and "2.0e-07" in text
    assert data["counts"] == {"taken": 2, "approximated": 1, "left_out": 1} and data["equal"] is True
    for number in range(50):
        report.approximated("weight", f"block.{number}", "is drawn anew")
        report.left_out("weight", f"w{number}", f"nobody reads {number}")
    lines = report.as_text().splitlines()
    assert "  block.0, block.1, block.2 and 47 more (weight): is drawn anew" in lines and len(lines) < 60
    assert "  w0 (weight): nobody reads 0" in lines and any(line.endswith("more") for line in lines)
    assert "not compared" in Report("x").as_text() and not Report("x").is_exact
