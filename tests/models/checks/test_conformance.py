"""Every check and every mend shows itself on its examples: what it finds, where it is silent, that mends mend."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import pytest
from random_edits import state

from models.checks import Finding, findings, load, search
from models.document import Document
from models.document.edits import Connect
from models.findings.base import CHECKS, MENDERS, Registered
from models.findings.base import check as register
from models.findings.example import Example
from models.findings.silencing import count_silenced, silencing
from models.network import Edge, Network, Node
from studio.data.known import known_data

LONGEST_LABEL = 60
load()


def found_in(document: Document, example: Example) -> list[Finding]:
    """All findings, with what the example knows; data that a mend has changed is looked at anew."""
    changed = document.data != example.data
    return findings(document, known_data(document.data, None) if changed else example.known)


def of(check: Registered, found: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.code == check.code]


def is_still_there(finding: Finding, found: Iterable[Finding]) -> bool:
    """Whether the same is said of the same place."""
    face = finding.code, finding.node, finding.message
    return any((other.code, other.node, other.message) == face for other in found)


def mend_and_undo(example: Example, mended: Iterable[Finding]) -> Iterator[Finding]:
    """Apply each mend of these findings to a fresh document and undo it; gives what did not go away."""
    for finding in mended:
        for mend in finding.mends:
            document = example.document()
            before = state(document)
            document.apply(mend.edit)
            assert state(document) != before, mend.label
            if is_still_there(finding, found_in(document, example)):
                yield finding
            places = [node.position for node in document.network]
            assert None not in places and len(set(places)) == len(places), "cards lie on one another"
            document.undo()
            assert state(document) == before, mend.label


def assert_readable(finding: Finding) -> None:
    assert finding.severity in {"error", "warning", "hint"}
    assert 0 < len(finding.message) <= 90 and finding.message.endswith((".", "…"))
    assert not finding.detail or finding.detail.endswith((".", "…"))
    labels = [mend.label for mend in finding.mends]
    assert len(labels) == len(set(labels)) and all(0 < len(label) <= LONGEST_LABEL for label in labels)
    assert not [label for label in labels if "_" in label], "A button has the words of the form, not of the code."


@pytest.mark.parametrize("code", list(CHECKS))
def test_a_check_finds_its_example(code: str) -> None:
    check = CHECKS[code]
    found = of(check, found_in(check.finds.document(), check.finds))
    assert found
    for finding in found:
        assert_readable(finding)
        assert not finding.node or finding.node in check.finds.document().network


@pytest.mark.parametrize("code", list(CHECKS))
def test_what_a_check_finds_points_to_the_page_that_it_names(code: str) -> None:
    check = CHECKS[code]
    assert not check.learn or (check.learn.startswith("https://") and " " not in check.learn)
    assert {finding.learn for finding in of(check, found_in(check.finds.document(), check.finds))} == {check.learn}


@pytest.mark.parametrize("code", list(CHECKS))
def test_a_check_is_silenced_on_a_layer_or_in_the_document_unless_it_stops_a_training(code: str) -> None:
    check, document = CHECKS[code], CHECKS[code].finds.document()
    for finding in of(check, found_in(document, check.finds)):
        for id in {finding.layer, ""}:
            document.apply(silencing(document.content, code, finding.of, id))
            left = of(check, found_in(document, check.finds))
            assert is_still_there(finding, left) == finding.stops_training
            assert count_silenced(document.content) == 1
            document.undo()


@pytest.mark.parametrize("code", list(CHECKS))
def test_a_check_is_silent_where_there_is_nothing(code: str) -> None:
    check = CHECKS[code]
    assert of(check, found_in(check.passes.document(), check.passes)) == []


@pytest.mark.parametrize("code", [code for code, check in CHECKS.items() if check.about])
def test_what_must_be_known_is_waited_for(code: str) -> None:
    assert of(CHECKS[code], findings(CHECKS[code].finds.document(), None)) == []


@pytest.mark.parametrize("code", list(CHECKS))
def test_every_mend_of_a_check_mends_and_can_be_undone(code: str) -> None:
    example = CHECKS[code].finds
    left = mend_and_undo(example, of(CHECKS[code], found_in(example.document(), example)))
    assert list(left) == []


@pytest.mark.parametrize("remedy", list(MENDERS))
def test_every_remedy_mends_its_example_and_can_be_undone(remedy: str) -> None:
    example = MENDERS[remedy].example
    wanting = [finding for finding in found_in(example.document(), example) if remedy in (finding.remedy, finding.code)]
    assert any(finding.mends for finding in wanting)
    for finding in wanting:
        assert_readable(finding)
    assert list(mend_and_undo(example, wanting)) == []


@pytest.mark.parametrize("code", list(CHECKS))
def test_a_check_changes_nothing(code: str) -> None:
    document = CHECKS[code].finds.document()
    before = state(document)
    findings(document, CHECKS[code].finds.known)
    assert state(document) == before


def calls_of_parts(document: Document, known: object) -> list[int]:
    """How many functions each part of a search calls: its work, whatever the computer is busy with."""
    calls, found = 0, []

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    parts = search(document, known)
    while True:
        calls = 0
        sys.setprofile(count)
        part = next(parts, None)
        sys.setprofile(None)
        found.append(calls)
        if part is None:
            return found


def test_looking_is_no_more_work_at_a_time_in_a_larger_network() -> None:
    """After an edit that has the order sorted anew; what asks of every layer finds something in some of them."""
    most = []
    for count in (2_500, 7_500):
        kinds = ("Conv2d", "BatchNorm2d", "Linear", "Dropout", "MaxPool2d")
        nodes = [Node(f"n{place}", kinds[place % len(kinds)]) for place in range(count)]
        wires = [Edge(f"n{place}", "output", f"n{place + 1}", "input") for place in range(count - 1)]
        document = Document(Network([Node("in", "Input", {"shape": [3, 8, 8]}), *nodes, Node("out", "Output")], wires))
        document.apply(Connect(Edge(nodes[-1].id, "output", "out", "input")))
        most.append(max(calls_of_parts(document, known_data(document.data, None))))
    assert most[1] < 1.1 * most[0]


def test_a_code_stands_for_one_check() -> None:
    (code, check), *_ = CHECKS.items()
    with pytest.raises(ValueError, match="already a check"):
        register(finds=check.finds, passes=check.passes)(check.look)
    assert CHECKS[code] is check
