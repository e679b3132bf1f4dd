"""What texts in a table need of a network is offered, and one click makes a whole network of it."""

from __future__ import annotations

from pathlib import Path

from documents import REVIEWS, Layers, chain

from models.checks import findings
from models.data import Facts
from models.document import Document
from models.document.edits import AddNode, SetParam, SetSection
from models.findings.beginning import beginning_for, fed_next
from models.findings.finding import Finding, Mend
from models.findings.texts import free_name
from models.network import Node
from studio.data.known import known_data

DATA = {"source": "csv", "path": "a.csv"}
ROWS: Layers = [
    ("input1", "Input", {"shape": [3]}),
    ("fc1", "Linear", {"out_features": 2}),
    ("output1", "Output", {}),
]


def known(document: Document, folder: Path) -> Facts:
    (folder / "a.csv").write_text(REVIEWS)
    found = known_data(document.data, folder)
    assert isinstance(found, Facts)
    return found


def found(document: Document, folder: Path, code: str) -> list[Finding]:
    return [finding for finding in findings(document, known(document, folder)) if finding.code == code]


def errors(document: Document, folder: Path) -> list[str]:
    return [item.message for item in findings(document, known(document, folder)) if item.stops_training]


def mend(finding: Finding, label: str) -> Mend:
    return next(mend for mend in finding.mends if mend.label == label)


def test_an_empty_network_begins_with_an_input_for_texts_and_one_for_the_rest(tmp_path: Path) -> None:
    document = Document(data=DATA)
    (finding,) = found(document, tmp_path, "data-without-network")
    assert finding.message == "Table gives 3 values and 1 text and asks for 2 classes."
    document.apply(mend(finding, "Create Inputs and Outputs for this data").edit)
    kinds = {node.id: node.kind for node in document.network}
    assert kinds["review"] == kinds["input1"] == "Input"
    assert document.data == {**DATA, "inputs": {"input1": "*", "review": "review"}}
    assert document.analysis["concat1"].shape == (3 + 32,)
    assert not found(document, tmp_path, "unread-texts") and not found(document, tmp_path, "data-table")
    places = [node.position for node in document.network]
    assert len(set(places)) == len(places)
    document.undo()
    assert not len(document.network) and document.data == DATA


def test_a_network_of_numbers_is_offered_an_input_for_the_texts_and_trains_with_it(tmp_path: Path) -> None:
    document = chain(ROWS, data=DATA)
    (finding,) = found(document, tmp_path, "unread-texts")
    assert finding.severity == "hint" and finding.message == "review holds texts, which no Input takes."
    document.apply(mend(finding, "Add an Input for review").edit)
    assert not errors(document, tmp_path) and not found(document, tmp_path, "unread-texts")
    assert document.analysis["fc1"].inputs[0].shape == (35,)  # type: ignore[union-attr]
    assert document.network["review"].params == {"shape": [64], "dtype": "int"}
    rows = document.network["embedding1"].params["num_embeddings"]
    highest = known(document, tmp_path).inputs["review"].token_range
    assert highest is not None and highest[1] < rows <= highest[1] + 20, "at most what all rows together have"


def test_texts_that_are_left_out_are_not_told_of(tmp_path: Path) -> None:
    document = chain(ROWS, data=DATA)
    (finding,) = found(document, tmp_path, "unread-texts")
    document.apply(mend(finding, "Leave review out").edit)
    assert document.data["types"] == {"review": "left out"}
    assert not found(document, tmp_path, "unread-texts") and not errors(document, tmp_path)


def test_a_second_text_joins_where_the_first_does(tmp_path: Path) -> None:
    document = chain(ROWS, data={**DATA, "types": {"color": "text"}})
    for name in ("review", "color"):
        finding = next(item for item in found(document, tmp_path, "unread-texts") if item.message.startswith(name))
        document.apply(mend(finding, f"Add an Input for {name}").edit)
        document.apply(SetSection("data", document.data))
    assert document.analysis["concat1"].shape is not None
    assert len(document.network.edges_into("concat1")) == 3
    shape = known(document, tmp_path).inputs["input1"].shape
    assert shape == (1,), "the color counts as text now"


def test_an_embedding_that_is_fed_numbers_is_bound_to_the_texts(tmp_path: Path) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [64], "dtype": "int"}),
        ("embedding1", "Embedding", {"num_embeddings": 100, "embedding_dim": 4}),
        ("mean1", "Mean", {}),
        ("fc1", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]
    document = chain(layers, data=DATA)
    (finding,) = found(document, tmp_path, "data-words")
    assert finding.message == "input1 feeds token IDs to an Embedding; * holds none."
    document.apply(mend(finding, "Bind input1 to review").edit)
    assert document.data["inputs"] == {"input1": "review"} and not errors(document, tmp_path)


def test_of_two_inputs_the_one_of_integers_is_bound_to_the_texts(tmp_path: Path) -> None:
    document = chain(ROWS, data=DATA)
    document.apply(AddNode(Node("words", "Input", {"shape": [64], "dtype": "int"}), 0))
    assert not found(document, tmp_path, "unread-texts"), "there is an Input that waits for them"
    (finding, _) = found(document, tmp_path, "unbound-input")
    document.apply(finding.mends[0].edit)
    assert document.data["inputs"] == {"words": "review", "input1": "*"}


def test_an_embedding_too_small_for_the_vocabulary_is_told_how_large_it_must_be(tmp_path: Path) -> None:
    document = chain(ROWS, data=DATA)
    (finding,) = found(document, tmp_path, "unread-texts")
    document.apply(mend(finding, "Add an Input for review").edit)
    document.apply(SetParam("embedding1", "num_embeddings", 9))
    (finding,) = found(document, tmp_path, "data-table")
    document.apply(finding.mends[0].edit)
    assert not errors(document, tmp_path)


def test_one_more_input_takes_the_texts(tmp_path: Path) -> None:
    document = chain(ROWS, data=DATA)
    facts = known(document, tmp_path)
    assert fed_next(facts, document.network, "Input") == {"shape": [64], "dtype": "int"}
    assert beginning_for(facts, DATA).label == "Create Inputs and Outputs for this data"


def test_inputs_are_called_as_columns_where_these_are_names() -> None:
    network = chain(ROWS).network
    assert free_name(network, "The Title") == "the_title" and free_name(network, "input1") == "text1"
    assert free_name(network, "1st") == free_name(network, "forward") == free_name(network, "標題") == "text1"
