"""Findings inside of blocks: the way to the layer, one for all uses, and mends that change the definition."""

from __future__ import annotations

from typing import Any

import pytest
from block_networks import conv, document_of, gated, network, node, opened, resnet
from random_edits import state

from models.blocks import group
from models.checks import Finding, findings, load, search
from models.document import Document
from models.findings.base import CHECKS, MENDERS
from models.findings.example import Example
from models.findings.inside import within

load()
LOOKING_IN = [code for code, check in CHECKS.items() if check.inside]
IN_BLOCKS = [
    remedy
    for remedy, mender in MENDERS.items()
    if mender.example.known is None and remedy not in {"occupied", "parameter", "setting"}
]
"""A layer of an example whose remedy is another stands at the block's door: its wires or settings stay outside."""


def grouped(example: Example) -> Document:
    """The example with all layers between Inputs and Outputs in a block."""
    document = example.document()
    inner = [node.id for node in document.network if node.inputs and node.outputs]
    edit, _ = group(document, document, inner)
    document.apply(edit)
    return document


def mend_each(document: Document, wanted: list[Finding]) -> None:
    """Each mend changes the block, makes the finding go away, and comes back with undo."""
    for finding in wanted:
        for mend in finding.mends:
            before, block = state(document), state_of(document, finding.of)
            document.apply(mend.edit)
            assert state_of(document, finding.of) != block, mend.label
            face = finding.place, finding.code, finding.message
            assert face not in [(other.place, other.code, other.message) for other in findings(document)]
            document.undo()
            assert state(document) == before


def state_of(document: Document, scope: str) -> list[Any]:
    network = document.content[scope]
    return [network.parameters, network.edges, [(node.id, node.kind, node.params, node.module) for node in network]]


@pytest.mark.parametrize("code", LOOKING_IN)
def test_checks_of_layers_find_in_a_block_what_they_find_outside(code: str) -> None:
    document = grouped(CHECKS[code].finds)
    found = [finding for finding in findings(document) if finding.code == code and finding.inner]
    assert found or code == "leads-nowhere", "its second end becomes an Output of the block"
    for finding in found:
        assert finding.node == "block1" and finding.of == "Block1" and finding.scope == ""
        assert finding.inner in document.content["Block1"] and finding.place == f"block1/{finding.inner}"
    mend_each(document, found)
    assert [finding.code for finding in findings(grouped(CHECKS[code].passes)) if finding.code == code] == []


@pytest.mark.parametrize("remedy", IN_BLOCKS)
def test_remedies_reach_into_blocks(remedy: str) -> None:
    document = grouped(MENDERS[remedy].example)
    wanted = [finding for finding in findings(document) if finding.inner and finding.mends]
    assert wanted
    mend_each(document, wanted)


def biased() -> Document:
    """ResNet-50 in which a convolution of the repeated block has a bias that does nothing."""
    value = resnet(size=32)
    value["blocks"]["Bottleneck"]["network"]["nodes"][1]["params"]["bias"] = True
    return opened(value)


def test_what_is_found_in_many_uses_is_told_once_and_its_mend_says_how_many_it_changes() -> None:
    document = biased()
    (finding,) = findings(document)
    assert (finding.code, finding.place) == ("canceled-bias", "stage1/conv1")
    (mend,) = finding.mends
    assert mend.label == "Turn bias off in 4 uses"
    before = document.analysis.totals().parameters
    document.apply(mend.edit)
    assert findings(document) == []
    assert before - document.analysis.totals().parameters == sum(
        (count - 1) * 32 * 2**place for place, count in enumerate((3, 4, 6, 3), 1)
    )


def test_an_error_deep_inside_is_mended_where_it_is() -> None:
    value = gated()
    value["blocks"]["Excite"]["network"]["nodes"][2]["params"]["kernel_size"] = 3
    document = opened(value)
    errors = [finding for finding in findings(document) if finding.severity == "error" and finding.mends]
    assert {finding.place for finding in errors} == {"stage1/se1/conv1"} and errors[0].of == "Excite"
    assert [mend.label for mend in errors[0].mends] == ["Set padding 1 in 2 uses"], "once in each of two"
    document.apply(errors[0].mends[0].edit)
    assert document.content["Excite"]["conv1"].params["padding"] == 1
    assert not any(finding.severity == "error" for finding in findings(document))


def test_remarks_of_the_analysis_inside_are_told() -> None:
    value = gated()
    value["blocks"]["Gated"]["network"]["nodes"][1]["params"]["color"] = 2
    (finding,) = findings(opened(value))
    assert (finding.severity, finding.code, finding.place) == ("warning", "setting", "stage1/conv1")
    assert [mend.label for mend in finding.mends] == ["Remove the setting in 2 uses"]


def test_an_open_block_shows_its_own_findings_and_no_others() -> None:
    document = biased()
    found = findings(document)
    assert [(one.node, one.inner, one.code) for one in within(document.sheet("Bottleneck"), found)] == [
        ("conv1", "", "canceled-bias")
    ]
    assert within(document.sheet("Projected"), found) == []


def test_an_error_is_told_once_where_the_block_is_open() -> None:
    value = gated()
    value["blocks"]["Gated"]["network"]["nodes"][1]["params"]["kernel_size"] = 99
    document = opened(value)
    (issue,) = within(document.sheet("Gated"), findings(document))
    assert issue.node == "conv1" and issue.message.startswith("Kernel 99") and len(issue.mends) == 1


def test_blocks_that_nothing_uses_are_not_looked_into() -> None:
    value = gated()
    value["network"] = network([node("input1", "Input", shape=[1, 8, 8]), conv("c", 3), node("output1", "Output")])
    assert findings(opened(value)) == []


def test_a_block_is_looked_into_once_for_each_way_of_use() -> None:
    """However often it is used: the parts of a search tell of the work."""
    inner = network([node("input1", "Input"), conv("conv1", 4, 3, padding=1), node("output1", "Output")])
    counts = []
    for uses in (3, 30):
        nodes = [node(f"use{place}", "Same") for place in range(uses)]
        main = network([node("input1", "Input", shape=[4, 8, 8]), *nodes, node("output1", "Output")])
        counts.append(len(list(search(opened(document_of(main, Same={"network": inner}))))))
    assert counts[0] == counts[1]
