"""What is opened of damaged and hostile documents: as far as they can be read, and never a crash."""

from __future__ import annotations

import json
import os
import random
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opened import FULL, network, opened
from random_edits import state

from models.network import Edge, name_problem
from models.storage import files, templates
from models.storage.files import FileError
from support import in_time, scaled

# What is refused
NOT_DOCUMENTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "blank": (b" \n\t ", "empty"),
    "text": (b"Dear diary", "line 1, column 1"),
    "list": (b"[1, 2]", "network"),
    "number": (b"7", "network"),
    "other json": (b'{"name": "package"}', "network"),
    "binary": (bytes(range(256)), "binary"),
    "zip": (b"PK\x03\x04" + bytes(60) + b"\xff\xfe", "binary"),
    "cut at once": (b'{"netl', "line 1"),
    "newer": (b'{"netloom": 99, "network": {}}', "version 99"),
    "much newer": (b'{"netloom": ' + b"9" * 299 + b', "network": {}}', "9...9"),
    "deep lists": (b"[" * 700_000, "nested"),
    "deep objects": (b'{"netloom": ' * 700_000, "nested"),
    "deep and closed": (b'{"netloom": 1, "x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "nested"),
    "unclosed text": (b'{"' + b"a" * 100_000, "line 1"),
}


@pytest.mark.parametrize("name", NOT_DOCUMENTS)
def test_what_is_no_document_is_refused_with_a_sentence(name: str) -> None:
    content, clue = NOT_DOCUMENTS[name]
    with pytest.raises(FileError, match=clue) as caught:
        files.parse(content, name="it.netloom")
    assert "it.netloom" in str(caught.value) and len(str(caught.value)) < 300


def test_a_million_nodes_are_refused_or_opened_soon() -> None:
    nodes = b",".join(b'{"id":"n%d","kind":"ReLU"}' % number for number in range(1_000_000))
    start = time.process_time()
    with pytest.raises(FileError, match=r"1,000,00\d lists and objects"):
        files.parse(b'{"netloom":1,"network":{"nodes":[' + nodes + b'],"edges":[]}}')
    assert in_time(time.process_time() - start, 3)


def test_a_million_wires_to_nowhere_do_not_hold_up() -> None:
    with pytest.raises(FileError, match="500,000 edges"):
        opened(network([], [["a", "b"]] * 500_000))
    start = time.process_time()
    _, problems = opened(network([], [[0, {}]] * 100_000))
    assert in_time(time.process_time() - start, 5)
    assert len(problems) == 101 and "99,900 further" in problems[-1]


def test_repeated_ids_do_not_take_quadratic_time() -> None:
    start = time.process_time()
    document, problems = opened(network([{"id": "a", "kind": "ReLU"}] * 30_000))
    assert len(document.network) == 30_000 and len(problems) == 101
    assert in_time(time.process_time() - start, 5)


def test_a_file_beyond_all_sizes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.netloom"
    with open(path, "wb") as file:
        file.truncate(10 * 2**30)
    with pytest.raises(FileError, match="10,240 MB"):
        files.read(path)


@pytest.mark.parametrize("place", ["", "nowhere.netloom", "\0"])
def test_places_that_hold_no_file(place: str, tmp_path: Path) -> None:
    with pytest.raises(FileError):
        files.read(f"{tmp_path}/{place}")


def test_devices_and_pipes_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(FileError, match="device or a pipe"):
            files.read(path)


# What is mended while opening
MENDED: list[tuple[Any, str]] = [
    (network(5), "‘nodes’ was left out"),
    ({"netloom": 1, "network": []}, "‘network’ was left out"),
    ({"network": {}, "netloom": "one"}, "version"),
    ({"network": {}, "netloom": True}, "version"),
    ({"network": {}, "netloom": -3}, "version"),
    ({"netloom": 1, "network": {}, "data": 5}, "‘data’ was left out"),
    ({"netloom": 1, "network": {}, "training": [1]}, "‘training’ was left out"),
    (network(["x"]), "Layer 1 was left out"),
    (network([{"id": "a"}]), "Layer 1 was left out"),
    (network([{"id": "a", "kind": ""}]), "Layer 1 was left out"),
    (network([{"id": "a", "kind": 5}]), "Layer 1 was left out"),
    (network([{"kind": "ReLU"}]), "without a name is now called relu1"),
    (network([{"id": [], "kind": "ReLU"}]), "without a name is now called relu1"),
    (network([{"id": "__import__('os')", "kind": "ReLU"}]), "is now called import____os1"),
    (network([{"id": "class", "kind": "ReLU"}]), "is now called class1"),
    (network([{"id": "x" * 10_000, "kind": "ReLU"}]), "is now called x"),
    (network([{"id": "a", "kind": "ReLU"}, {"id": "a", "kind": "Tanh"}]), "second layer called a is now called a1"),
    (network([{"id": "a", "kind": "ReLU", "params": [1]}]), "settings of a were left out"),
    (network([{"id": "a", "kind": "ReLU", "position": "here"}]), "position of a was left out"),
    (network([{"id": "a", "kind": "ReLU", "position": [1, 10**400]}]), "position of a was left out"),
    (network([{"id": "a", "kind": "ReLU", "position": [True, 0]}]), "position of a was left out"),
    (network([{"id": "a", "kind": "ReLU"}], [["a", "b"]]), "there is no layer 'b'"),
    (network([{"id": "a", "kind": "ReLU"}], ["ab"]), "Wire 1 was left out"),
    (network([{"id": "a", "kind": "Add"}, {"id": "b", "kind": "ReLU"}], [["b", "a"]] * 2), "connected there already"),
    (b'{"netloom": 1, "network": {}, "network": {"nodes": []}}', "given twice"),
    (b'\xef\xbb\xbf{"netloom": 1, "network": {"nodes": [{"id": "a", "kind": "\\ud800"}], "edges": 7}}', "‘edges’"),
    (b'{"netloom": 1, "network": {"nodes": [{"id": "a\xff", "kind": "ReLU"}]}}', "no text were replaced"),
]


@pytest.mark.parametrize(("value", "clue"), MENDED)
def test_a_broken_document_opens_as_far_as_it_can_be_read(value: Any, clue: str) -> None:
    document, problems = opened(value)
    assert any(clue in problem for problem in problems), problems
    assert all(len(problem) < 250 and "\n" not in problem for problem in problems)
    for id in document.network.nodes:
        assert not name_problem(id)
    again, none = files.parse(state(document))
    assert none == [] and state(again) == state(document)


def test_wires_follow_a_renamed_layer() -> None:
    document, _ = opened(network(
        [{"id": "my layer", "kind": "LSTM"}, {"id": "b", "kind": "ReLU"}, {"id": "a:b", "kind": "ReLU"}],
        [["my layer:h_n", "b"], ["b", "a:b"]],
    ))  # fmt: skip
    assert list(document.network.nodes) == ["my_layer1", "b", "a_b1"]
    assert [(edge.source, edge.source_port, edge.target) for edge in document.network.edges] == [
        ("my_layer1", "h_n", "b"), ("b", "output", "a_b1"),
    ]  # fmt: skip


def test_a_made_up_name_never_takes_one_that_comes_later() -> None:
    document, _ = opened(
        network([{"id": "a", "kind": "ReLU"}, {"id": "a", "kind": "Tanh"}, {"id": "a1", "kind": "GELU"}])
    )
    assert [(node.id, node.kind) for node in document.network] == [("a", "ReLU"), ("a2", "Tanh"), ("a1", "GELU")]


def test_loops_and_strange_ports_are_kept_for_the_analysis() -> None:
    nodes = [{"id": "a", "kind": "ReLU"}, {"id": "b", "kind": "ReLU"}]
    document, problems = opened(network(nodes, [["a", "b"], ["b", "a"], ["a", "a"], ["a:odd", "b:strange"]]))
    assert problems == [] and len(document.network.edges) == 4
    assert files.to_json(document)["network"]["edges"][3] == ["a:odd", "b:strange"]


def test_half_characters_are_replaced() -> None:
    document, _ = opened(b'{"netloom": 1, "network": {"nodes": [{"id": "a", "kind": "x\\ud800y"}]}}')
    assert document.network["a"].kind == "x\ufffdy"


def test_numbers_beyond_reason_are_kept_as_text() -> None:
    text = (
        b'{"netloom": 1, "network": {"nodes": [{"id": "a", "kind": "ReLU", "params": {"x": ' + b"9" * 6_000 + b"}}]}}"
    )
    document, _ = opened(text)
    assert len(document.network["a"].params["x"]) == 6_000


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.95, 0.999])
def test_a_document_cut_short_opens_with_what_is_there(share: float) -> None:
    whole = files.format_json(files.to_json(templates.load("lenet5")))
    document, problems = opened(whole[: int(len(whole) * share)])
    assert any("ends too early" in problem for problem in problems)
    assert len(document.network) >= int(share * 7)


def test_rubbish_in_the_middle_keeps_what_comes_before() -> None:
    whole = files.format_json(files.to_json(templates.load("lenet5")))
    middle = whole.index(b"tanh2") - 10
    document, problems = opened(whole[:middle] + b"@!" + whole[middle:])
    assert "conv2" in document.network and "fc3" not in document.network
    assert any("no JSON" in problem and "left out" in problem for problem in problems)


def test_wires_of_a_layer_without_a_name_follow_it() -> None:
    value = network([{"id": "input1", "kind": "Input"}, {"id": "", "kind": "ReLU"}], [["input1", ""]])
    document, (problem,) = files.from_json(value)
    assert "now called relu1" in str(problem)
    assert document.network.edges == [Edge("input1", "output", "relu1", "input")]


def mutated(content: bytes, source: random.Random) -> bytes:
    """A few bytes flipped, cut, doubled or swapped for pieces that JSON cares about."""
    result = bytearray(content)
    for _ in range(source.randint(1, 4)):
        place = source.randrange(len(result) + 1)
        match source.randrange(5):
            case 0 if place < len(result):
                result[place] = source.randrange(256)
            case 1:
                del result[place : place + source.randrange(1, 60)]
            case 2:
                result[place:place] = source.choice([b'"', b"{", b"]", b",", b"null", b"-1e999", b"[[", b"\\u", b"\0"])
            case 3:
                result[place:place] = result[place : place + source.randrange(1, 80)]
            case _:
                result = result[:place] or result
    return bytes(result)


NEWEST = b"""{"netloom": 2, "network": {"parameters": {"width": 4}, "nodes": [
 {"id": "a", "kind": "Input", "params": {"shape": [3, "=width * 2"]}}, {"id": "b", "kind": "Linear", "params":
 {"out_features": "=in_channels"}}, {"id": "c", "kind": "Linear", "module": "b"}], "edges": [["a", "b"], ["b", "c"]]},
 "blocks": {"Head": {"parameters": {"depth": 0.5}, "nodes": [{"id": "a", "kind": "ReLU"}], "edges": []}}}"""


@pytest.mark.R6
def test_mutated_files_neither_crash_nor_hang_nor_pile_up(figure: Callable[[str], None]) -> None:
    """100,000 in the long run."""
    source = random.Random(20_240)
    seeds = [json.dumps(FULL).encode(), NEWEST, *(files.format_json(files.to_json(templates.load(name)))
             for name in ("mlp", "exam-cnn", "lstm-tagger"))]  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slowest = 0.0
    for _ in range(scaled(100_000, 0.01)):
        content = mutated(source.choice(seeds), source)
        start = time.process_time()
        try:
            document, _ = files.parse(content)
        except FileError as error:
            assert 10 < len(str(error)) < 300
        else:
            again, problems = files.parse(state(document))
            assert not problems and state(again) == state(document)
        slowest = max(slowest, time.process_time() - start)
        assert in_time(slowest, 2)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 200
    figure(f"{scaled(100_000, 0.01):,} damaged documents: {slowest:.2f} s at most, {grown:.0f} MB more memory")


ENTRIES = st.sampled_from(["netloom", "network", "nodes", "edges", "id", "kind", "params", "position", "layout", "x"])


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ENTRIES, inner, max_size=5),
        max_leaves=25,
    )
)
def test_any_json_opens_or_is_refused(value: Any) -> None:
    try:
        document, _ = files.from_json({"network": value})
    except FileError:
        return
    again, problems = files.parse(state(document))
    assert not problems and state(again) == state(document)
