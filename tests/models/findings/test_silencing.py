"""Checks that find nothing any more: on a layer, whatever it is called, in the document, in the file."""

from __future__ import annotations

from documents import chain

from models.checks import findings
from models.document import Document
from models.document.edits import Rename
from models.document.exact import ReplaceNode
from models.findings.silencing import SECTION, count_silenced, hearing_all, silenced_in, silencing
from models.storage import files

CODE = "no-activation"


def twice_linear() -> Document:
    layers = [("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {}), ("fc2", "Linear", {}), ("fc3", "Linear", {})]
    return chain([*layers, ("output1", "Output", {})])


def told(document: Document) -> list[str]:
    return [finding.node for finding in findings(document) if finding.code == CODE]


def test_a_layer_stays_silent_under_another_name_and_in_the_file() -> None:
    document = twice_linear()
    assert told(document) == ["fc1", "fc2"]
    document.apply(silencing(document.content, CODE, "", "fc1"))
    document.apply(Rename("fc1", "head"))
    again, problems = files.from_json(files.to_json(document))
    assert not problems and again.network["head"].silenced == (CODE,)
    assert told(document) == told(again) == ["fc2"]


def test_a_document_is_silent_everywhere_until_all_are_heard_again() -> None:
    document = twice_linear()
    document.apply(silencing(document.content, CODE))
    document.apply(silencing(document.content, "other", "", "fc2"))
    again, _ = files.from_json(files.to_json(document))
    assert told(document) == told(again) == [] and silenced_in(again.content) == (CODE,)
    assert count_silenced(document.content) == 2
    document.apply(hearing_all(document.content))
    assert told(document) == ["fc1", "fc2"] and count_silenced(document.content) == 0
    assert SECTION not in files.to_json(document)
    document.undo()
    assert told(document) == [] and document.network["fc2"].silenced == ("other",)


def test_a_layer_that_is_put_back_exactly_is_as_silent_as_it_was() -> None:
    document = twice_linear()
    loud = document.network["fc1"].copy()
    document.apply(silencing(document.content, CODE, "", "fc1"))
    document.apply(ReplaceNode(loud))
    assert told(document) == ["fc1", "fc2"]
    document.undo()
    assert told(document) == ["fc2"]


def test_what_cannot_be_read_silences_nothing() -> None:
    value = files.to_json(twice_linear())
    value["network"]["nodes"][1]["silenced"] = "all"
    value[SECTION] = {"silenced": [1, None]}
    document, problems = files.from_json(value)
    assert told(document) == ["fc1", "fc2"]
    assert [str(problem) for problem in problems] == ["The checks silenced on fc1 are not read: found 'all'."]


def test_errors_are_never_silent() -> None:
    document = chain([("input1", "Input", {"shape": [4]}), ("conv1", "Conv2d", {}), ("output1", "Output", {})])
    (error,) = [finding for finding in findings(document) if finding.severity == "error"]
    document.apply(silencing(document.content, error.code, "", "conv1"))
    assert error.code in {finding.code for finding in findings(document)}
